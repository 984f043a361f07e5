"""``conventions columns``: what it shows of a file, and the first YAML that it writes for a new system."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlwt
from click.testing import CliRunner, Result
from odf.opendocument import OpenDocumentSpreadsheet  # odfpy has no types
from odf.table import Table as OdfTable  # as above
from odf.table import TableCell, TableRow
from odf.text import P  # as above

from pipeline.cli import cli
from pipeline.intake import describe_columns, find_files, load_systems, read_file
from pipeline.intake.systems import Systems
from pipeline.model import Limits
from pipeline.tables.fields import Fields
from tests.intake.intake_workbooks import SCHEMAS, write_xlsx

CONFIG = SCHEMAS.parent / "conventions.toml"
HEADERS = ["Réf. portail", "Matricule", "Nom de l’étudiant", "Prénom de l’étudiant", "Intitulé exact du sujet de stage",
           "Société", "Début du stage", "Fin du stage", "Volume horaire"]  # fmt: skip
LINES = [["P-1", "21000001", "DURAND", "Élodie", "Édition de récits", "Atelier Exemple", "01/02/2027", "28/05/2027", "574"],
         ["P-2", "21000002", "BENALI", "Yacine", "Indexation d’archives", "Revue Exemple", "01/03/2027", "30/04/2027", "301"]]  # fmt: skip


def _columns(*words: object) -> Result:
    return CliRunner().invoke(cli, ["columns", *map(str, words), "--config", str(CONFIG)])


def _write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    match path.suffix:
        case ".csv":
            path.write_text("\r\n".join(";".join(row) for row in rows), encoding="utf-8")
        case ".xlsx":
            write_xlsx(path, rows)
        case ".xls":
            book = xlwt.Workbook(encoding="utf-8")
            sheet = book.add_sheet("Export")
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    sheet.write(r, c, value)
            book.save(str(path))
        case _:
            document = OpenDocumentSpreadsheet()
            table = OdfTable(name="Export")
            for row in rows:
                line = TableRow()
                for value in row:
                    cell = TableCell(valuetype="string")
                    cell.addElement(P(text=value))
                    line.addElement(cell)
                table.addElement(line)
            document.spreadsheet.addElement(table)
            document.save(str(path))
    return path


def _with(tmp_path: Path, draft: Path, fields: Fields) -> Systems:
    """The systems of a copy of the schemas to which ``draft`` has been added."""
    copy = tmp_path / "copie"
    shutil.copytree(SCHEMAS, copy)
    shutil.copy(draft, copy / "columns" / draft.name)
    return load_systems(copy, fields)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".xls", ".ods"])
def test_a_draft_recognises_the_unseen_file_that_it_was_made_from(tmp_path: Path, fields: Fields, suffix: str) -> None:
    file = _write(tmp_path / f"portail{suffix}", [HEADERS, *LINES])
    draft = tmp_path / "mon_portail.yaml"
    done = _columns(file, "--ebauche", draft)
    assert done.exit_code == 0, done.output
    assert "aucun système ne reconnaît cette feuille" in done.output
    systems = _with(tmp_path, draft, fields)
    (sheet,) = describe_columns(file, systems, fields).sheets
    assert sheet.system == "mon_portail"
    (found,) = [one for one in find_files(tmp_path) if one.name == file.name]
    reading = read_file(found, systems, fields, Limits())
    assert [form.cells["etudiant.nom"] for form in reading.forms] == ["DURAND", "BENALI"]
    assert reading.forms[0].cells["stage.date_debut"] == "01/02/2027"


def test_a_draft_lists_what_is_not_understood_with_what_it_resembles(tmp_path: Path) -> None:
    draft = tmp_path / "x.yaml"
    _columns(_write(tmp_path / "a.csv", [HEADERS, *LINES]), "--yaml", draft)
    text = draft.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if "Intitulé exact du sujet" in line and line.startswith("#")]
    assert "stage.sujet" in line
    assert "#   Matricule (colonne B)" in text


def test_a_file_in_which_nothing_is_known_still_gives_a_draft(tmp_path: Path, fields: Fields) -> None:
    file = _write(tmp_path / "a.xlsx", [["Un titre"], [], ["alpha", "bêta", "gamma : 'x'"], ["1", "2", "3"]])
    draft = tmp_path / "grec.yaml"
    assert _columns(file, "--ebauche", draft).exit_code == 0
    (sheet,) = describe_columns(file, _with(tmp_path, draft, fields), fields).sheets
    assert (sheet.system, sheet.header_row) == ("grec", 3)


def test_the_draft_of_a_known_export_inherits_from_its_system(tmp_path: Path, fields: Fields) -> None:
    headers = [
        "Horodateur",
        "Numéro étudiant",
        "Raison sociale",
        "Date de début",
        "Parcours de l’étudiante",
        "Signe astral",
    ]
    file = _write(tmp_path / "a.csv", [headers, ["1/9/2026", "21", "Atelier", "01/02/2027", "M1", "Lion"]])
    draft = tmp_path / "faculte.yaml"
    assert _columns(file, "--ebauche", draft).exit_code == 0
    assert "herite: google_forms" in draft.read_text(encoding="utf-8")
    (sheet,) = describe_columns(file, _with(tmp_path, draft, fields), fields).sheets
    assert sheet.system == "faculte"
    assert sheet.columns[1].fields == ("etudiant.numero",)


def test_a_draft_of_sections_keeps_their_labels_apart(tmp_path: Path, fields: Fields) -> None:
    titles = ["Étudiant", "", "", "Tuteur", "", "Divers"]
    headers = ["Matricule", "Nom", "Téléphone", "Nom", "Téléphone", "Couleur"]
    file = _write(tmp_path / "a.xlsx", [titles, headers, ["1", "A", "04", "B", "05", "vert"]])
    draft = tmp_path / "rubriques.yaml"
    assert _columns(file, "--ebauche", draft).exit_code == 0
    (sheet,) = describe_columns(file, _with(tmp_path, draft, fields), fields).sheets
    assert sheet.system == "rubriques"
    assert [line.fields for line in sheet.columns[1:5]] == [
        ("etudiant.nom",), ("etudiant.telephone",), ("tuteur.nom",), ("tuteur.telephone",),
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.name for path in (SCHEMAS.parent / "examples").glob("*.[cx]*")))
def test_a_draft_of_any_example_is_read_strictly(tmp_path: Path, fields: Fields, name: str) -> None:
    file, draft = SCHEMAS.parent / "examples" / name, tmp_path / "essai.yaml"
    done = _columns(file, "--ebauche", draft)
    if done.exit_code:
        assert name == "notes_de_reunion.xlsx"
        assert not draft.exists()
        return
    (sheet, *_) = describe_columns(file, _with(tmp_path, draft, fields), fields).sheets
    assert sheet.system == "essai"


def test_a_draft_never_overwrites(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", [HEADERS, *LINES])
    draft = tmp_path / "x.yaml"
    draft.write_text("à moi", encoding="utf-8")
    done = _columns(file, "--ebauche", draft)
    assert done.exit_code == 2
    assert "existe déjà" in done.output
    assert draft.read_text(encoding="utf-8") == "à moi"


def test_each_header_says_how_it_was_understood(tmp_path: Path) -> None:
    headers = [
        "Numéro étudiant",
        "Entreprise",
        "Début du stage",
        "Tuteur – Nom",
        "Fonction",
        "Sujet de stagge",
        "Adresse IP",
    ]
    done = _columns(_write(tmp_path / "a.csv", [headers, ["21", "Atelier", "01/02/2027", "B", "Chef", "x", "::1"]]))
    assert done.exit_code == 0, done.output
    lines = {line.split()[0]: line for line in done.output.splitlines() if line.startswith("    ")}
    for letters, how in {
        "A": "exact",
        "B": "alias",
        "D": "rubrique",
        "E": "colonne voisine",
        "F": "inconnu",
        "G": "non lu",
    }.items():
        assert lines[letters].endswith(f"[{how}]"), lines[letters]
    assert "peut-être Sujet du stage (stage.sujet)" in done.output
    assert "étudiant" in done.output


def test_suggestions_are_ranked_three_at_most_one_a_field(tmp_path: Path, systems: Systems, fields: Fields) -> None:
    headers = ["Numéro étudiant", "Entreprise", "Début du stage", "Nom complet du tuteur", "Zzz"]
    file = _write(tmp_path / "a.csv", [headers, ["21", "Atelier", "01/02/2027", "B", "x"]])
    (sheet,) = describe_columns(file, systems, fields).sheets
    near = sheet.columns[3].suggestions
    assert 0 < len(near) <= 3
    assert [s.score for s in near] == sorted((s.score for s in near), reverse=True)
    assert len({s.field for s in near}) == len(near)
    assert near[0].field.startswith("tuteur.")
    assert sheet.columns[4].suggestions == ()


def test_two_headers_for_one_field_are_told(tmp_path: Path, systems: Systems, fields: Fields) -> None:
    headers = ["Numéro étudiant", "Entreprise", "Début du stage", "SIRET", "N° SIRET"]
    same = _write(tmp_path / "a.csv", [headers, ["21", "Atelier", "01/02/2027", "1", "1"]])
    (sheet,) = describe_columns(same, systems, fields).sheets
    assert any("SIRET" in warning and "(D)" in warning and "(E)" in warning for warning in sheet.warnings)
    other = _write(tmp_path / "b.csv", [headers, ["21", "Atelier", "01/02/2027", "1", "2"]])
    done = _columns(other)
    assert done.output.count("plusieurs colonnes pour un même champ") == 2


def test_a_label_that_its_section_contradicts_is_told(tmp_path: Path, systems: Systems, fields: Fields) -> None:
    titles = ["Étudiant", "", "Entreprise", "Tuteur", "", "Stage"]
    headers = ["Numéro étudiant", "Nom", "Raison sociale", "Nom", "Mail signataire", "Date de début"]
    file = _write(tmp_path / "a.xlsx", [titles, headers, ["21", "A", "Atelier", "B", "c@exemple.test", "01/02/2027"]])
    (sheet,) = describe_columns(file, systems, fields).sheets
    (warning,) = sheet.warnings
    assert "Mail signataire" in warning
    assert "Tuteur" in warning
