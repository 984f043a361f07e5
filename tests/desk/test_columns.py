"""schemas/follow_up.yaml: the columns of practice.md § 6, in their order, and the faults that stop the run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.desk.columns import Columns, load_columns
from pipeline.desk.model import Event
from pipeline.desk.overlay import lay_over
from pipeline.documents.checklist import load_checklist
from pipeline.errors import SetupError
from pipeline.model import Place
from pipeline.tables.fields import Fields, load_fields
from tests.report.outcomes import verdict

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
FIELDS: Fields = load_fields(SCHEMAS)
CHECKLIST = load_checklist(SCHEMAS, FIELDS)
PIECES = frozenset(piece.code for piece in CHECKLIST.pieces)
COLUMNS: Columns = load_columns(SCHEMAS, FIELDS, PIECES)


def test_the_columns_stand_in_the_order_in_which_a_manager_reads_them() -> None:
    groups = list(dict.fromkeys(column.group for column in COLUMNS.values()))
    assert groups == ["Aujourd’hui", "Dossier", "Pièces", "Étranger", "Signatures", "Suite"]
    assert list(COLUMNS)[:11][-3:] == ["action", "qui", "echeance"]
    assert [key for key, column in COLUMNS.items() if column.frozen] == ["echeance"]


def test_the_university_signs_last() -> None:
    assert [column.key for column in COLUMNS.signatures] == [
        "signature_organisme", "signature_tuteur", "signature_referent", "signature_etudiant", "signature_universite",
    ]  # fmt: skip


def test_a_document_fills_in_the_fields_by_which_the_checklist_knows_it() -> None:
    by_code = {piece.code: piece for piece in CHECKLIST.pieces}
    for column in COLUMNS.hers:
        for code in column.pieces:
            fields = {by_code[code].supplied_by, by_code[code].until} - {None}
            assert fields <= {column.field, column.until}, column.key


def test_every_choice_of_a_field_is_a_choice_of_its_column() -> None:
    assert COLUMNS["autorisation"].choices == FIELDS["formation.autorisation"].allowed
    assert COLUMNS["fsd_reponse"].choices == FIELDS["etranger.accord_fsd"].allowed


def test_the_free_note_is_private() -> None:
    assert [key for key, column in COLUMNS.items() if column.private] == ["note"]


def replaced(before: str, after: str) -> Callable[[str], str]:
    """Return the edit of a text that replaces ``before``, which stands in it."""

    def edit(text: str) -> str:
        assert before in text
        return text.replace(before, after, 1)

    return edit


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (replaced("champ: assurance.ceam\n", "champ: assurance.carte\n"), "assurance.carte"),
        (replaced("pieces: [RC]", "pieces: [RCC]"), "RCC"),
        (replaced("titre: Ville", "titre: PAYS"), "Pays"),
        (replaced("fin: assurance.rc_fin", "fin: assurance.rc_zone"), "rc_zone"),
        (replaced("champ: etranger.formulaire_se", "champ: etranger.mobilite_inscription"), "mobilite_inscription"),
        (replaced("choix: [papier, numérisée, électronique]", "mode: papier"), "signature_mode"),
        (replaced("calcul: ville", "calcul: quartier"), "ville.calcul"),
        (replaced("genre: texte", "genre: texte\n  calcul: ville"), "gestionnaire"),
        (replaced("titre: Référence", "titre: Dossier n°"), "Référence"),
    ],
)
def test_a_fault_of_the_file_stops_the_run_and_is_named(edit: Callable[[str], str], named: str, tmp_path: Path) -> None:
    shutil.copy(SCHEMAS / "follow_up.yaml", tmp_path)
    path = tmp_path / "follow_up.yaml"
    path.write_text(edit(path.read_text("utf-8")), "utf-8")
    with pytest.raises(SetupError, match=named):
        load_columns(tmp_path, FIELDS, PIECES)


def test_the_day_on_which_a_document_came_says_yes_to_a_field_that_asks_yes_or_no() -> None:
    entry = verdict(4, "prêt").entry
    day, at = date(2026, 11, 1), datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 (a workbook’s moment has no time zone)
    told = {
        key: Event("C2026-000004", key, day, at, place=Place("suivi.xlsx", "Dossiers", 3))
        for key in ("formulaire_se", "rc", "portail_mobilite")
    }
    (laid,) = lay_over([entry], {"C2026-000004": told}, COLUMNS)
    values = laid.deposit.values
    assert values["etranger.formulaire_se"] is True
    assert (values["assurance.responsabilite_civile"], values["assurance.rc_fin"]) == (True, day)
    assert values["etranger.mobilite_inscription"] == day
