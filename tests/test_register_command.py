"""``conventions register``: reading changes nothing, finds a dossier by what the caller says, tells its history."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli
from pipeline.desk import archive
from pipeline.desk.history import Version, history
from pipeline.desk.model import Decision, Event
from pipeline.desk.search import Wanted, found, near
from pipeline.desk.statistics import by_programme, table
from pipeline.model import Deposit, Place, Source, Verdict
from pipeline.register import open_register
from pipeline.report.register_export import csv_text
from pipeline.setup import Setup, load_setup
from tests.report.follow_ups import follow_up, told
from tests.report.outcomes import DAY, FILE, ROOT, finding, tables, verdict

SETUP: Setup = load_setup(ROOT / "conventions.toml")
AT = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 (naive, local)
ASKED = finding("LAN-02", "à vérifier", ("stage.pays",), 5, "La langue est à confirmer.")


def _verdicts() -> tuple[Verdict, ...]:
    hostile = {"etudiant.nom": "=1+1", "etudiant.prenom": "[bold]x[/]\x1b[2J", "stage.pays": "IT"}
    return verdict(4, "prêt"), verdict(5, "à vérifier", (ASKED,)), verdict(6, "à corriger", values=hostile)


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare each command the second that loading the set-up takes."""
    monkeypatch.setattr(archive, "load_setup", lambda config: SETUP if config else None)


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outbox whose register holds three dossiers, ticks, a decision and documents."""
    place = tmp_path_factory.mktemp("register") / "outbox"
    place.mkdir()
    register = open_register(place.with_name("outbox.sqlite3"))
    judged = _verdicts()
    deposits: list[Deposit] = [one.entry.deposit for one in judged]
    source = Source(FILE, "Réponses", "a" * 64, "imprime_contact", "lu", None, 3)
    register.begin("20261121T020000Z", DAY, "print", {"a" * 64: ((source,), deposits)}, judged)
    register.made({("C2026-000004", 1): ["dossiers/2026-2027/C2026-000004_X/convention_C2026-000004.docx"]})
    where = Place("suivi.xlsx", "Dossiers", 4)
    register.tell(
        [
            Event("C2026-000004", "envoyee_le", date(2026, 11, 18), AT, "Jeanne Roux", 1, where),
            Event("C2026-000004", "signature_organisme", date(2026, 11, 19), AT, "Jeanne Roux", 1, where),
            Event("C2026-000004", "lettre", "0f" * 32, AT),
        ]
    )
    reason = "Fiche consultée."
    register.decide(
        [Decision("C2026-000005", "LAN-02", "accepté", reason, "Jeanne Roux", DAY, "ce dossier", "", "", AT)]
    )
    register.close()
    return place


def _run(outbox: Path, *words: str) -> Result:
    config = str(ROOT / "conventions.toml")
    return CliRunner().invoke(
        cli,
        ["register", *words, "--outbox", str(outbox), "--config", config, "--date", "2026-11-21"],
        env={"COLUMNS": "80"},
    )


def _json(outbox: Path, *words: str) -> Any:
    done = _run(outbox, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


# ── the commands ──────────────────────────────────────────────────────────────────────────────────


def test_a_caller_is_answered_by_name_number_or_host(outbox: Path) -> None:
    for text in ("lambertin", "LAMBERTIN elodie", "21000004", "000004"):
        rows = _json(outbox, "list", "--recherche", text)
        assert "C2026-000004" in [row["reference"] for row in rows]
    (row,) = _json(outbox, "list", "--recherche", "21000004")
    assert (row["etape"], row["ipro"], row["since"]) == ("envoyé", "validée, en signature", "2026-11-18")
    assert row["last_event"]["title"] == "Signature organisme"
    assert row["next"]["verb"]
    assert _json(outbox, "list", "--recherche", "personne de ce nom") == []


def test_the_list_is_readable_at_80_columns_and_hostile_names_stay_text(outbox: Path) -> None:
    done = _run(outbox, "list")
    assert done.exit_code == 0
    assert max(map(len, done.output.splitlines())) <= 80
    assert "3\u00a0dossiers" in done.output
    assert "[bold]x[/]" in done.output
    assert "\x1b[2J" not in done.output


def test_filters_hold_together(outbox: Path) -> None:
    assert [row["reference"] for row in _json(outbox, "list", "--etape", "à vérifier")] == ["C2026-000005"]
    assert [row["reference"] for row in _json(outbox, "list", "--statut", "prêt", "--formation", "lettres")] == [
        "C2026-000004"
    ]
    assert _json(outbox, "list", "--statut", "prêt", "--formation", "droit") == []
    assert _json(outbox, "list", "--annee", "2025") == []
    assert _json(outbox, "list", "--gestionnaire", "nobody") == []


def test_a_dossier_is_shown_whole(outbox: Path) -> None:
    text = _run(outbox, "show", "c2026-000004").output
    for word in (
        "LAMBERTIN",
        "Théâtre",
        "envoyé",
        "validée, en signature",
        "convention_C2026-000004.docx",
        "organisme",
    ):
        assert word in text
    shown = _json(outbox, "show", "C2026-000005")
    assert [f["rule"] for f in shown["findings"]] == ["LAN-02"]
    assert [d["choice"] for d in shown["decisions"]] == ["accepté"]
    assert [v["number"] for v in shown["versions"]] == [1]


def test_the_history_is_told_in_order_with_who_and_from_where(outbox: Path) -> None:
    steps = _json(outbox, "history", "C2026-000004")
    assert [step["kind"] for step in steps] == [
        "dépôt", "Envoyée le", "Signature organisme", "Message à l’étudiante ou à l’étudiant", "version",
    ]  # fmt: skip
    assert steps[1]["text"] == "18/11/2026"
    assert (steps[1]["who"], steps[1]["where"]) == ("Jeanne Roux", "suivi.xlsx, feuille Dossiers, ligne 4")
    assert "0f0f" not in json.dumps(steps)
    assert FILE in steps[0]["where"]
    assert "LAN-02" in _run(outbox, "history", "C2026-000005").output


def test_reading_changes_nothing_even_while_a_run_writes(outbox: Path) -> None:
    path = outbox.with_name("outbox.sqlite3")

    def state() -> Mapping[str, str]:
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in path.parent.iterdir() if p.is_file()}

    before = state()
    assert _run(outbox, "list").exit_code == 0
    assert state() == before
    writer = sqlite3.connect(path)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE dossier SET etape = 'abandonné'")
    try:
        assert len(_json(outbox, "list")) == 3
    finally:
        writer.rollback()
        writer.close()


def test_what_is_unknown_is_refused_with_what_looks_like_it(outbox: Path, tmp_path: Path) -> None:
    done = _run(outbox, "show", "C2026-00005")
    assert done.exit_code == 2
    assert "C2026-000005" in done.output
    assert "C2026-000005" in _run(outbox, "history", "5").output
    none = _run(tmp_path / "autre", "list")
    assert none.exit_code != 0
    assert "aucun registre" in str(none.exception)
    assert not list(tmp_path.iterdir())
    (tmp_path / "autre.sqlite3").write_bytes(b"not a register at all" * 99)
    assert "n’est pas un registre" in str(_run(tmp_path / "autre", "list").exception)


def test_the_export_is_a_table_without_names_unless_asked_for(outbox: Path, tmp_path: Path) -> None:
    text = _run(outbox, "export").output
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["Référence"] for row in rows] == ["C2026-000004", "C2026-000005", "C2026-000006"]
    assert "LAMBERTIN" not in text
    assert (rows[0]["Étape"], rows[0]["Envoyée le"], rows[2]["À l’étranger"]) == ("envoyé", "18/11/2026", "oui")
    named = tmp_path / "registre.csv"
    assert _run(outbox, "export", str(named), "--noms").exit_code == 0
    assert "'=1+1" in named.read_text(encoding="utf-8-sig")
    assert named.stat().st_mode & 0o777 == 0o600
    assert _run(outbox, "export", str(named)).exit_code == 2
    assert _run(outbox, "export", str(tmp_path / "registre.txt")).exit_code == 2


def test_the_export_as_a_workbook_and_as_json(outbox: Path, tmp_path: Path) -> None:
    target = tmp_path / "registre.xlsx"
    assert _run(outbox, "export", str(target), "--noms", "--annee", "2026").exit_code == 0
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Synthèse", "Registre"]
    assert book["Registre"].max_row == 4
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    value = _json(outbox, "export")
    assert len(value["dossiers"]) == 3
    assert value["by_programme"][0]["Dossiers"] == 3
    assert [p.name for p in tmp_path.iterdir()] == ["registre.xlsx"]


# ── what they are made of ─────────────────────────────────────────────────────────────────────────


def test_a_word_is_found_by_its_beginning_and_all_words_must_be_there() -> None:
    one = follow_up(verdict(4, "prêt"))

    def finds(text: str) -> bool:
        return bool(found([one], Wanted(text=text)))

    assert finds("")
    assert finds("éLODie lamb")
    assert finds("theatre")
    assert not finds("bertin")
    assert not finds("elodie durand")
    assert not finds("?!")


def test_references_that_look_alike_are_named_and_five_at_most() -> None:
    known = [f"C2026-{number:06d}" for number in range(1, 200)]
    assert near("12", known)[0] == "C2026-000012"
    assert near("C2025-000012", known)[0] == "C2026-000012"
    assert len(near("C2026-00001", known)) <= 5
    assert near("bonjour", known) == ()


def test_a_deposit_that_became_no_version_is_told_and_undated_ones_come_first() -> None:
    first, second = (verdict(row, "prêt").entry.deposit for row in (4, 5))
    version = Version(1, first, DAY, "prêt", (ASKED,), ("a.docx", "a.pdf"))
    steps = history([version], [first, second], [], [], {})
    assert [step.kind for step in steps] == ["dépôt", "dépôt", "version"]
    assert [step.text for step in steps].count("Fiche déposée ; une autre fait foi") == 1
    assert steps[-1].text == "Version 1 : prêt, 1 remarque (LAN-02) ; 1 document"


def test_statistics_count_by_programme_with_the_delay_to_the_signature() -> None:
    signed = follow_up(
        verdict(4, "prêt"), etape="signé", told=told("C2026-000004", signature_universite=date(2026, 11, 12))
    )
    refused = follow_up(verdict(5, "refusé", values={"stage.pays": "IT"}))
    lines = table([signed, refused], tables(), SETUP.cases)
    (counted,) = by_programme(lines)
    assert (counted.dossiers, counted.signed, counted.abroad, counted.delay) == (2, 1, 1, 10.0)
    assert "LAMBERTIN" not in csv_text(lines)
