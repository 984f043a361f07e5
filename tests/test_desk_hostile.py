"""Round trips in hostile hands: workbooks of elsewhere, torn workbooks, signatures against the order, killed nights."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.register.store import Register
from tools.examples.contact import perfect
from tools.shows.stage import Stage, answer, correct, decide, edited

FIRST, SECOND, THIRD = "C2026-000001", "C2026-000002", "C2026-000003"
REPORT = "rapports/dernier/a_corriger.xlsx"
AMOUNT = "Montant de la gratification"
SENT, SIGNED = date(2026, 11, 20), date(2026, 11, 21)
PARTIES = {
    "Envoyée le": SENT,
    "Signature organisme": SENT,
    "Signature tuteur": SENT,
    "Signature référent": SENT,
    "Signature étudiant (représentant)": SENT,
}


def begun(folder: Path, first: int = 0) -> Stage:
    """Return a stage after its first night: one sound dossier, one to decide, one whose amount is too low."""
    stage = Stage(folder, quiet=True)
    odd = {"organisme.code_postal": "99999"}, {"gratification.montant": 1}
    stage.deposit([perfect(first), {**perfect(first + 1), **odd[0]}, {**perfect(first + 2), **odd[1]}])
    stage.night()
    return stage


def given(stage: Stage, name: str, edit: Callable[[Any], object], report: str = "suivi.xlsx", who: str = "Zoé") -> None:
    """Change a copy of a workbook of the outbox and drop it into the inbox."""

    def change(book: Any) -> None:
        edit(book)

    copy = stage.copy(report, name)
    stage.drop(edited(copy, copy, change, who))


def taken(stage: Stage, name: str) -> tuple[str, list[str]]:
    """Return the state of one file, and the reasons of what was refused of it."""
    source = stage.source(name)
    return source["state"], [source["reason"]] if source["reason"] else [row["reason"] for row in source["unread"]]


def dossiers(book: Any, **answers: object) -> None:
    answer(book["Dossiers"], FIRST, **answers)


def header_last(sheet: Any, row: int) -> None:
    """Sort the header away with the rows, as who sorts the whole sheet does."""
    header = [cell.value for cell in sheet[row]]
    sheet.delete_rows(row)
    sheet.append(header)


# ── workbooks ─────────────────────────────────────────────────────────────────────────────────────


def test_a_follow_up_of_another_outbox_changes_nothing_under_the_same_references(tmp_path: Path) -> None:
    here, elsewhere = begun(tmp_path / "ici"), begun(tmp_path / "ailleurs", 4)

    def edit(book: Any) -> None:
        dossiers(book, **{"Envoyée le": SENT, "Note libre": "intruse"})
        decide(book["À décider"], SECOND, "ETS-04", "accepté", "Vu")

    given(elsewhere, "ailleurs.xlsx", edit)
    here.drop(elsewhere.folder / "chez elle" / "ailleurs.xlsx")
    before = here.told()
    here.night()
    assert here.told() == before
    assert here.current()[SECOND]["status"] == "à vérifier"
    state, refused = taken(here, "ailleurs.xlsx")
    assert (state, len(refused)) == ("lu", 2)
    assert all("autre boîte de sortie" in reason for reason in refused)


def test_corrections_of_another_outbox_change_nothing_though_both_know_the_row(tmp_path: Path) -> None:
    low = {"gratification.montant": 1}
    here, elsewhere = Stage(tmp_path / "ici", quiet=True), Stage(tmp_path / "ailleurs", quiet=True)
    here.deposit([{**perfect(0), **low}, {**perfect(1), **low}])
    elsewhere.deposit(
        [{**perfect(1), **low}, {**perfect(2), **low}]
    )  # the same row under another reference; another row
    here.night()
    elsewhere.night()

    def edit(book: Any) -> None:
        correct(book["export"], 2, AMOUNT, 4.5)
        correct(book["export"], 3, AMOUNT, 4.5)

    given(elsewhere, "ailleurs.xlsx", edit, REPORT)
    here.drop(elsewhere.folder / "chez elle" / "ailleurs.xlsx")
    here.night()
    state, refused = taken(here, "ailleurs.xlsx")
    assert (state, ["autre boîte de sortie" in reason for reason in refused]) == ("lu", [True, True])
    assert {one["status"] for one in here.current().values()} == {"à corriger"}


def test_sorting_the_header_away_or_rows_above_it_lose_no_answer(tmp_path: Path) -> None:
    stage = begun(tmp_path)

    def follow_up(book: Any) -> None:
        dossiers(book, **{"Note libre": "vue"})
        decide(book["À décider"], SECOND, "ETS-04", "accepté", "Vu")
        header_last(book["Dossiers"], 2)
        header_last(book["À décider"], 1)

    def corrections(book: Any) -> None:
        correct(book["export"], 4, AMOUNT, 4.5)
        header_last(book["export"], 1)
        book["export"].insert_rows(1, 25)

    given(stage, "suivi trié.xlsx", follow_up)
    given(stage, "corrigé trié.xlsx", corrections, REPORT)
    stage.night()
    assert stage.told()[FIRST]["note"] == ("vue", "Zoé")
    assert [one["status"] for one in stage.current().values()] == ["prêt"] * 3
    assert [taken(stage, name) for name in ("suivi trié.xlsx", "corrigé trié.xlsx")] == [("lu", []), ("lu", [])]


@pytest.mark.parametrize(
    ("tear", "state", "words"),
    [
        (lambda book: book["_conventions"].cell(1, 2, 99), "rejeté", "autre version"),
        (lambda book: book.remove(book["_conventions"]), "rejeté", "copie partielle du classeur suivi.xlsx"),
        (lambda book: book.remove(book["_valeurs"]), "rejeté", "feuilles masquées"),
        (lambda book: book["Dossiers"].delete_rows(1, 2), "lu", "ligne d’en-têtes"),
    ],
    ids=["version", "sans feuille masquée", "sans valeurs", "sans en-têtes"],
)
def test_a_torn_follow_up_is_told_with_what_to_do(
    written: Stage, tear: Callable[[Any], object], state: str, words: str
) -> None:
    def edit(book: Any) -> None:
        dossiers(book, **{"Note libre": "perdue"})
        tear(book)

    given(written, "déchiré.xlsx", edit)
    written.night()
    found, reasons = taken(written, "déchiré.xlsx")
    assert found == state
    assert [words in reason for reason in reasons] == [True]
    assert "note" not in written.told()[FIRST]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return begun(tmp_path_factory.mktemp("déchirés"))


@pytest.mark.parametrize(
    "rows", [["Dossiers à corriger ou à compléter;;"], ["Alerte;Référence;Prochaine action;Pièces complètes"]]
)
def test_a_text_copy_of_a_workbook_of_ours_is_known_and_refused(written: Stage, rows: list[str]) -> None:
    (written.inbox / "copie.csv").write_text("\n".join([*rows, "a;b;c;d"]), "utf-8")
    written.night(check_only=True)
    state, (reason,) = taken(written, "copie.csv")
    assert state == "rejeté"
    assert "copie partielle" in reason


# ── signatures ────────────────────────────────────────────────────────────────────────────────────


def test_a_signature_is_not_taken_back_from_under_the_universitys(tmp_path: Path) -> None:
    stage = begun(tmp_path)
    all_signed = {**PARTIES, "Signature université": SIGNED, "Transmise à tous le": SIGNED}
    given(stage, "signé.xlsx", lambda book: dossiers(book, **all_signed))
    stage.night()
    assert stage.etapes()[FIRST] == "signé"
    given(stage, "un.xlsx", lambda book: dossiers(book, **{"Signature organisme": None}))
    given(stage, "deux.xlsx", lambda book: dossiers(book, **{"Signature université": None}))
    stage.night()
    assert [len(taken(stage, name)[1]) for name in ("un.xlsx", "deux.xlsx")] == [1, 1]
    assert stage.etapes()[FIRST] == "signé"
    back = dict.fromkeys(("Transmise à tous le", "Signature université", "Signature organisme"))
    given(stage, "tout.xlsx", lambda book: dossiers(book, **back))
    stage.night()
    assert taken(stage, "tout.xlsx") == ("lu", [])
    assert not {"signature_universite", "signature_organisme", "transmise_le"} & stage.told()[FIRST].keys()


def test_nothing_is_signed_after_the_dossier_was_given_up(tmp_path: Path) -> None:
    stage = begun(tmp_path)
    given(stage, "abandon.xlsx", lambda book: dossiers(book, **{"Abandon / rupture le": date(2026, 11, 19)}))
    stage.night()
    given(stage, "signé.xlsx", lambda book: dossiers(book, **{"Envoyée le": SENT, "Note libre": "regrets"}))
    stage.night()
    state, (refused,) = taken(stage, "signé.xlsx")
    assert state == "lu"
    assert "abandonné depuis le 19/11/2026" in refused
    assert stage.told()[FIRST]["note"][0] == "regrets"
    given(stage, "repris.xlsx", lambda book: dossiers(book, **{"Abandon / rupture le": None, "Envoyée le": SENT}))
    stage.night()
    assert (taken(stage, "repris.xlsx"), stage.etapes()[FIRST]) == (("lu", []), "envoyé")


# ── who and when ──────────────────────────────────────────────────────────────────────────────────


def test_a_workbook_saved_before_it_was_written_has_no_moment_and_no_hidden_signs_in_its_name(tmp_path: Path) -> None:
    stage = begun(tmp_path)
    copy = stage.copy(REPORT, "vieux.xlsx")
    edit = lambda book: correct(book["export"], 4, AMOUNT, 4.5)  # noqa: E731 (one line that is used once)
    stage.drop(edited(copy, copy, edit, "Zoé\nBcc: x@y.fr \u202e<b>", datetime(1980, 1, 1)))  # noqa: DTZ001 (local)
    stage.night()
    (note,) = stage.source("vieux.xlsx")["notes"]
    assert "1980" not in note
    assert "Zoé Bcc: x@y.fr <b>" in note


def test_a_decision_of_tomorrow_is_not_taken(tmp_path: Path) -> None:
    stage = begun(tmp_path)

    def edit(book: Any) -> None:
        decide(book["À décider"], SECOND, "ETS-04", "accepté", "Vu")
        sheet = book["À décider"]
        where = next(cell.column for cell in sheet[1] if str(cell.value).endswith("Le"))
        row = next(cells[0].row for cells in sheet if any(cell.value == SECOND for cell in cells))
        sheet.cell(row, where).value = date(2099, 1, 1)

    given(stage, "demain.xlsx", edit)
    stage.night()
    assert "à venir" in taken(stage, "demain.xlsx")[1][0]
    assert stage.current()[SECOND]["status"] == "à vérifier"


# ── killed nights ─────────────────────────────────────────────────────────────────────────────────


class KilledError(BaseException):
    """The power goes off."""


def remembered(stage: Stage) -> list[list[tuple[Any, ...]]]:
    """Return all that the register was told, but for the moments."""
    questions = (
        "SELECT reference, what, value, who, version, file, line FROM event",
        "SELECT reference, rule, choice, reason, by, day, reach, target FROM decision",
        "SELECT reference, number, digest, status, documents FROM version",
        "SELECT reference, etape, since FROM dossier",
    )
    with closing(sqlite3.connect(stage.folder / "outbox.sqlite3")) as register:
        return [sorted(map(tuple, register.execute(question)), key=repr) for question in questions]


def filled_in(folder: Path) -> Stage:
    """Return a stage with a decision, answers, an answer that is refused, and a correction in its inbox."""
    stage = begun(folder)

    def follow_up(book: Any) -> None:
        dossiers(book, **PARTIES, **{"Signature université": SIGNED, "Transmise à tous le": date(2099, 1, 1)})
        decide(book["À décider"], SECOND, "ETS-04", "accepté", "Vu")

    given(stage, "suivi.xlsx", follow_up)
    given(stage, "corrigé.xlsx", lambda book: correct(book["export"], 4, AMOUNT, 4.5), REPORT)
    return stage


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[list[tuple[Any, ...]]]:
    """What the register holds after a night that nothing disturbed."""
    stage = filled_in(tmp_path_factory.mktemp("entière"))
    stage.night()
    return remembered(stage)


@pytest.mark.parametrize("after", [False, True], ids=["avant", "après"])
@pytest.mark.parametrize("write", ["tell", "decide", "begin", "end"])
def test_a_killed_night_is_finished_by_the_next_one_as_if_nothing_had_been(
    write: str, after: bool, whole: list[list[tuple[Any, ...]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = filled_in(tmp_path)
    real = getattr(Register, write)

    def killed(*words: Any, **more: Any) -> None:
        if after:
            real(*words, **more)
        raise KilledError(write)

    with monkeypatch.context() as patch:
        patch.setattr(Register, write, killed)
        with pytest.raises(KilledError):
            stage.night()
    stage.night()
    assert remembered(stage) == whole
    assert len(taken(stage, "suivi.xlsx")[1]) == 1, "what was refused is told by the night that has a report"
