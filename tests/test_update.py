"""A new travel-advice or rates table: what is refused and where, what is told, and how it takes its place."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import pipeline.setup
import pipeline.update
from pipeline.cli import cli
from pipeline.config import load_settings
from pipeline.errors import SetupError
from pipeline.setup import Setup, load_setup
from pipeline.tables import load_tables
from pipeline.tables.advice import load_advice
from pipeline.tables.freshness import advice_age
from pipeline.tables.rates import load_rates
from pipeline.update import Proposal, examine, install
from tests.conftest import ROOT, run_here

DAY = date(2026, 11, 21)
CONFIG = ROOT / "conventions.toml"
Table = list[dict[str, str]]


@pytest.fixture(autouse=True, scope="module")
def _each_set_up_is_loaded_once() -> Iterator[None]:
    """Most tests have the same schemas: a set-up is a value, which its content tells from another."""
    loaded: dict[bytes, Setup] = {}

    def load(config: Path, root: Path) -> Setup:
        files = [path for path in sorted((root / "schemas").rglob("*")) if path.is_file()]
        content = b"".join(path.name.encode() + path.read_bytes() for path in [config, *files])
        if content not in loaded:
            loaded[content] = load_setup(config, root)
        return loaded[content]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline.update, "load_setup", load)
        yield


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The contact forms of the examples, alone."""
    folder = tmp_path / "depots"
    folder.mkdir()
    shutil.copy(ROOT / "examples" / "imprime_contact_2026-11.xlsx", folder)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the schemas, which a test may change."""
    shutil.copytree(ROOT / "schemas", tmp_path / "root" / "schemas")
    (tmp_path / "root" / "templates_docx").symlink_to(ROOT / "templates_docx")
    (tmp_path / "inbox").mkdir()
    return tmp_path / "root"


def _rows(kind: str) -> Table:
    with (ROOT / "schemas" / "reference" / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _written(path: Path, rows: Table, delimiter: str = ",") -> Path:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def _row(rows: Table, code: str) -> dict[str, str]:
    return next(row for row in rows if row["iso2"] == code)


def _line(rows: Table, code: str) -> int:
    return 2 + [row["iso2"] for row in rows].index(code)


def _examined(root: Path, file: Path, inbox: Path | None = None, outbox: Path | None = None) -> Proposal:
    folder = root.parent
    proposal, _ = examine(
        file, inbox=inbox or folder / "inbox", outbox=outbox or folder / "outbox", config=CONFIG, day=DAY, root=root
    )
    return proposal


def _turned_red(*codes: str) -> Table:
    rows = _rows("travel_advice")
    for code in codes:
        _row(rows, code).update(level="rouge_total", portee_orange="", regions_note="Tout le pays", as_of="2026-11-10")
    return rows


# ── what is refused, and where ────────────────────────────────────────────────────────────────────

Change = Mapping[str, str]
BAD_ADVICE: list[tuple[str, str, Change]] = [
    ("iso2", "MA", {"iso2": "XX"}),
    ("iso2", "SN", {"iso2": "MA", "name_fr": "Maroc"}),
    ("name_fr", "NE", {"name_fr": "Nigeria"}),
    ("level", "MA", {"level": "rouge"}),
    ("level", "MA", {"level": ""}),
    ("quasi_total", "MA", {"quasi_total": "oui"}),
    ("quasi_total", "ML", {"quasi_total": "1", "villes_exceptees": "Bamako"}),
    ("villes_exceptees", "MA", {"quasi_total": "1"}),
    ("villes_exceptees", "MA", {"villes_exceptees": "Rabat"}),
    ("portee_orange", "CU", {"portee_orange": ""}),
    ("portee_orange", "MA", {"portee_orange": "total"}),
    ("regions_note", "MA", {"regions_note": ""}),
    ("as_of", "MA", {"as_of": "15/11/2026"}),
    ("as_of", "MA", {"as_of": "2026-11-31"}),
    ("as_of", "MA", {"as_of": "2026-11-22"}),
    ("as_of", "MA", {"as_of": "2026-09-14"}),
    ("url_fiche", "MA", {"url_fiche": ""}),
    ("url_fiche", "MA", {"url_fiche": "www.diplomatie.gouv.fr"}),
    ("url_fiche", "MA", {"url_fiche": "https://diplomatie gouv fr/maroc"}),
]


@pytest.mark.parametrize(("column", "code", "change"), BAD_ADVICE)
def test_a_faulty_advice_is_refused_at_its_line_and_column(
    root: Path, tmp_path: Path, column: str, code: str, change: Change
) -> None:
    rows = _rows("travel_advice")
    line = _line(rows, code)
    _row(rows, code).update(change)
    faults = _examined(root, _written(tmp_path / "new.csv", rows)).faults
    placed = [fault for fault in faults if fault.line]
    assert [(fault.line, fault.column) for fault in placed] in ([(line, column)], [(line, column), (line, "name_fr")])
    assert all(fault.problem and fault.mend.endswith(".") for fault in faults)


def test_an_incomplete_advice_is_refused_with_the_list_of_countries(root: Path, tmp_path: Path) -> None:
    rows = [row for row in _rows("travel_advice") if row["iso2"] not in ("MA", "CU")]
    (fault,) = _examined(root, _written(tmp_path / "new.csv", rows)).faults
    assert (fault.line, fault.column) == (0, "iso2")
    assert "Cuba (CU), Maroc (MA)" in fault.problem


def test_several_faults_are_said_together(root: Path, tmp_path: Path) -> None:
    rows = _rows("travel_advice")
    _row(rows, "MA").update(level="rouge", as_of="hier")
    _row(rows, "SN").update(url_fiche="?")
    assert len(_examined(root, _written(tmp_path / "new.csv", rows)).faults) == 3


BAD_RATES: list[tuple[str, Change]] = [
    ("valid_from", {"valid_from": "01/01/2027"}),
    ("valid_to", {"valid_to": ""}),
    ("valid_to", {"valid_to": "2026-12-31"}),
    ("valid_to", {"valid_to": "2072-12-31"}),
    ("valid_from", {"valid_from": "2026-12-31"}),
    ("valid_from", {"valid_from": "2027-01-02"}),
    ("plafond_horaire_eur", {"plafond_horaire_eur": "31 €"}),
    ("taux_pct", {"taux_pct": "-15"}),
    ("minimum_horaire_eur", {"minimum_horaire_eur": "4,65"}),
    ("minimum_horaire_eur", {"minimum_horaire_eur": "NaN"}),
    ("minimum_horaire_eur", {"minimum_horaire_eur": "0"}),
    ("minimum_horaire_eur", {"minimum_horaire_eur": "4.67"}),
    ("source", {"source": ""}),
]


def _with_2027(**change: str) -> Table:
    new = {
        "valid_from": "2027-01-01",
        "valid_to": "2027-12-31",
        "plafond_horaire_eur": "31",
        "taux_pct": "15",
        "minimum_horaire_eur": "4.65",
        "source": "arrêté d’essai",
        "confiance": "essai",
    }
    return [*_rows("gratification_rates"), {**new, **change}]


@pytest.mark.parametrize(("column", "change"), BAD_RATES)
def test_a_faulty_rate_is_refused_at_its_line_and_column(
    root: Path, tmp_path: Path, column: str, change: Change
) -> None:
    rows = _with_2027(**change)
    (fault,) = _examined(root, _written(tmp_path / "new.csv", rows)).faults
    assert (fault.line, fault.column) == (len(rows) + 1, column)


def test_a_rate_of_a_year_that_nobody_can_know_is_refused(root: Path, tmp_path: Path) -> None:
    later = {"valid_from": "2028-01-01", "valid_to": "2028-12-31"}
    rows = [*_with_2027(), _with_2027(**later)[-1]]
    (fault,) = _examined(root, _written(tmp_path / "new.csv", rows)).faults
    assert (fault.line, fault.column) == (len(rows) + 1, "valid_from")


def test_rates_that_lost_a_period_are_refused(root: Path, tmp_path: Path) -> None:
    (fault,) = _examined(root, _written(tmp_path / "new.csv", _rows("gratification_rates")[2:])).faults
    assert "du 01/01/2015 au 31/08/2015" in fault.problem


def test_a_cent_of_rounding_is_accepted(root: Path, tmp_path: Path) -> None:
    assert not _examined(root, _written(tmp_path / "new.csv", _with_2027(minimum_horaire_eur="4.66"))).faults


NOT_A_TABLE: list[tuple[bytes, int]] = [
    (b"", 0),
    (b"\n\n", 0),
    ("Pays;Niveau\nMaroc;orang\xe9\n".encode("latin-1"), 0),
    (b"PK\x03\x04\xff\xfe binary", 0),
    (b'iso2,level\n"MA,none\n', 0),
    (b"Nom,Note\nA,1\n", 1),
    (b"iso2,iso3,name_fr,zone\nMA,MAR,Maroc,RESTE_DU_MONDE\n", 1),
    (b"iso2,level,as_of,level\n", 1),
    (b"iso2,name_fr,level\nMA,Maroc,none\n", 1),
]


@pytest.mark.parametrize(("content", "line"), NOT_A_TABLE)
def test_a_file_that_is_no_such_table_is_refused(root: Path, tmp_path: Path, content: bytes, line: int) -> None:
    file = tmp_path / "new.csv"
    file.write_bytes(content)
    faults = _examined(root, file).faults
    assert faults
    assert min(fault.line for fault in faults) <= line


def test_a_ragged_row_is_refused_at_its_line_even_after_a_cell_of_two_lines(root: Path, tmp_path: Path) -> None:
    rows = _rows("travel_advice")
    rows[0]["source"] = "fiche\nrelue"
    file = _written(tmp_path / "new.csv", rows)
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[4] += ",de trop"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (fault,) = _examined(root, file).faults
    assert fault.line == 5


# ── what is told ──────────────────────────────────────────────────────────────────────────────────


def test_a_country_that_turns_red_refuses_its_request_and_one_that_calms_down_frees_it(
    root: Path, inbox: Path, tmp_path: Path
) -> None:
    rows = _turned_red("DE")
    _row(rows, "SN").update(level="none", portee_orange="", regions_note="", as_of="2026-11-10")
    _row(rows, "MA").update(as_of="2026-11-10")
    proposal = _examined(root, _written(tmp_path / "new.csv", rows), inbox=inbox)
    assert [(c.subject, c.before, c.after) for c in proposal.changes] == [
        ("Allemagne (DE)", "aucune zone déconseillée (13/04/2026)", "rouge (10/11/2026)"),
        ("Sénégal (SN)", "orange en partie (15/09/2026)", "aucune zone déconseillée (10/11/2026)"),
    ]
    assert proposal.redated == 3
    told = {(t.row, t.before, t.after, *t.appear, "gone", *t.disappear[:1]) for t in proposal.reach.touched}
    assert {row for row, *_ in told} == {7, 8}  # 59, the double of 7, is no dossier
    assert any(seen[:4] == (7, "prêt", "refusé", ("GEO-02", "bloquant")) for seen in told)
    assert (8, "prêt", "prêt", "gone", ("GEO-04", "information")) in told
    assert all(t.in_inbox and t.reference is None for t in proposal.reach.touched)
    assert proposal.reach.reworded == 1  # Morocco: the same level, a newer date in the message


def test_a_dossier_whose_agreement_is_made_is_called_back_and_not_refused(
    root: Path, inbox: Path, tmp_path: Path
) -> None:
    night = run_here(inbox, tmp_path / "outbox", "--no-pdf")
    assert night.status == 0, night.said
    file = _written(tmp_path / "new.csv", _turned_red("DE", "BE"))
    reference = night.dossier(7)["reference"]
    register = (tmp_path / "outbox.sqlite3").read_bytes()

    here = _examined(root, file, inbox=inbox).reach.touched
    (seen,) = [t for t in here if t.reference == reference]
    assert (seen.before, seen.after, seen.in_inbox) == ("prêt", "prêt", True)
    assert [rule for rule, _ in seen.appear] == ["GEO-09"]

    # The export has left the inbox: the register still knows who is leaving.
    away = _examined(root, file).reach
    assert [t.reference for t in away.touched] == [reference, night.dossier(9)["reference"]]
    assert {(t.before, t.after, t.in_inbox) for t in away.touched} == {("prêt", "prêt", False)}
    assert away.judged == 0
    assert (tmp_path / "outbox.sqlite3").read_bytes() == register


def test_an_internship_that_has_ended_is_not_under_way(root: Path, inbox: Path, tmp_path: Path) -> None:
    file = _written(tmp_path / "new.csv", _turned_red("DE"))
    proposal, _ = examine(file, inbox=inbox, outbox=tmp_path / "o", config=CONFIG, day=date(2027, 6, 1), root=root)
    assert proposal.reach.touched == ()


def test_a_new_rate_touches_those_who_are_paid_less(root: Path, inbox: Path, tmp_path: Path) -> None:
    proposal = _examined(root, _written(tmp_path / "new.csv", _with_2027()), inbox=inbox)
    (change,) = proposal.changes
    assert (change.subject, change.before) == ("du 01/01/2027 au 31/12/2027", "")
    assert "4,65" in change.after
    assert any(("GRA-02", "bloquant") in touched.appear for touched in proposal.reach.touched)


# ── putting it in place ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def command(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """The command as its user types it, over the copy of the schemas; ``typed`` is what comes on the keyboard."""
    monkeypatch.setattr(pipeline.setup, "ROOT", root)

    def _run(file: Path, *more: str, typed: str | None = None) -> tuple[int, str]:
        if typed is not None:
            monkeypatch.setattr("pipeline.cli._is_attended", lambda: True)
        folder = root.parent
        words = ["update", str(file), "--inbox", str(folder / "inbox"), "--outbox", str(folder / "outbox")]
        words += ["--config", str(CONFIG), "--date", "2026-11-21", *more]
        result = CliRunner().invoke(cli, words, input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return _run


def _state(root: Path) -> dict[str, bytes]:
    folder = root / "schemas"
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_new_table_takes_its_place_whole_and_the_old_one_is_kept(
    root: Path, tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    before = _state(root)
    file = _written(tmp_path / "new.csv", _turned_red("DE"))
    status, said = command(file, "--oui")
    assert status == 0, said
    assert "La prochaine nuit rejugera 0\u00a0dossier" in said
    kept = "reference/anciens/travel_advice_2026-09-16.csv"
    after = _state(root)
    assert after.pop(kept) == before["reference/travel_advice.csv"]
    assert after == {**before, "reference/travel_advice.csv": file.read_bytes()}
    assert load_advice(root / "schemas")["DE"].level == "rouge_total"
    assert load_tables(root / "schemas").advice["DE"].as_of == date(2026, 11, 10)


def test_a_kept_table_is_never_overwritten(root: Path, tmp_path: Path, command: Callable[..., tuple[int, str]]) -> None:
    old = root / "schemas/reference/anciens"
    old.mkdir()
    (old / "travel_advice_2026-09-16.csv").write_text("hers", encoding="utf-8")
    assert command(_written(tmp_path / "new.csv", _turned_red("DE")), "--oui")[0] == 0
    assert (old / "travel_advice_2026-09-16.csv").read_text(encoding="utf-8") == "hers"
    assert (old / "travel_advice_2026-09-16-2.csv").is_file()


def test_a_refused_table_changes_nothing_and_says_file_line_column_and_mend(
    root: Path, tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    before, rows = _state(root), _turned_red("DE")
    _row(rows, "MA")["level"] = "rouge"
    status, said = command(_written(tmp_path / "new.csv", rows), "--oui")
    assert status == 2
    assert f"new.csv, ligne {_line(rows, 'MA')}, colonne « level » : niveau inconnu" in said
    assert "Écrivez none, orange, rouge_partiel ou rouge_total." in said
    assert _state(root) == before


@pytest.mark.parametrize(("typed", "installed"), [("o\n", True), ("yes\n", True), ("n\n", False), ("\n", False)])
def test_it_asks_before_it_changes_anything(
    root: Path, tmp_path: Path, command: Callable[..., tuple[int, str]], typed: str, installed: bool
) -> None:
    before = _state(root)
    status, said = command(_written(tmp_path / "new.csv", _turned_red("DE")), typed=typed)
    assert (status, _state(root) != before) == (0, installed), said


def test_without_a_keyboard_and_without_oui_nothing_changes(
    root: Path, tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    before = _state(root)
    status, said = command(_written(tmp_path / "new.csv", _turned_red("DE")))
    assert status == 0
    assert "--oui" in said
    assert _state(root) == before


def test_the_table_in_place_given_again_changes_nothing(root: Path, command: Callable[..., tuple[int, str]]) -> None:
    before = _state(root)
    status, said = command(root / "schemas/reference/gratification_rates.csv", "--oui")
    assert (status, _state(root)) == (0, before)
    assert "la même chose" in said


def test_a_table_saved_with_semicolons_is_installed_with_commas(
    root: Path, tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    status, said = command(_written(tmp_path / "new.csv", _with_2027(), ";"), "--oui")
    assert status == 0, said
    assert load_rates(root / "schemas").last_day == date(2027, 12, 31)
    assert len(list((root / "schemas/reference/anciens").glob("gratification_rates_*.csv"))) == 1


def test_a_failure_while_installing_leaves_the_old_table(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = _examined(root, _written(tmp_path / "new.csv", _turned_red("DE")))
    before = _state(root)
    replace = Path.replace

    def _full_disk(self: Path, target: Path) -> Path:
        if target.parent.name != "anciens":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", _full_disk)
    with pytest.raises(SetupError):
        install(proposal)
    assert _state(root) == before


def test_nothing_of_a_person_is_printed(root: Path, tmp_path: Path, command: Callable[..., tuple[int, str]]) -> None:
    shutil.copy(ROOT / "examples/imprime_contact_2026-11.xlsx", root.parent / "inbox")
    _, said = command(_written(tmp_path / "new.csv", _turned_red("DE", "BE", "MA", "SN", "VN", "CA")))
    assert "ligne 7) – Allemagne, début le 01/02/2027 : prêt → refusé" in said
    assert "GEO-02 Zone rouge (bloquant)" in said
    for name in ("DURAND", "MARCHETTI", "BENALI", "@", "ROSSIGNOL", "LE GOFF"):
        assert name not in said


# ── how old the tables are ────────────────────────────────────────────────────────────────────────


def test_advice_is_stale_after_the_configured_days_and_france_has_none() -> None:
    tables = load_tables(ROOT / "schemas")
    days = load_settings(CONFIG).advice_days
    newest = tables.advice["VN"].as_of
    for passed, stale in ((days, False), (days + 1, True)):
        age = advice_age(tables, newest + timedelta(days=passed), days, ["VN", "FR", "NC"])
        assert age is not None
        assert (age.countries, bool(age.stale)) == (1, stale)
    assert advice_age(tables, DAY, days, ["FR", "RE", "NC"]) is None
