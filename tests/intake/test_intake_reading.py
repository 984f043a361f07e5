"""Sheets are recognised, columns resolved or refused, rows read to forms."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import SetupError
from pipeline.intake import describe_columns, load_systems
from pipeline.intake.headers import Mapper
from pipeline.intake.names import split_name
from pipeline.intake.systems import Systems
from pipeline.model import ErrorCell
from pipeline.tables.fields import Fields
from tests.intake.intake_workbooks import SCHEMAS, Reader, write_xlsx

FORM = ["Numéro étudiant", "Raison sociale", "Date de début"]
ROW = ["21", "Atelier Exemple", "03/02/2027"]


def test_a_form_is_found_under_title_lines_with_its_row_and_addresses(read: Reader) -> None:
    reading = read([["Imprimé contact"], [], ["N° ÉTUDIANT * :", *FORM[1:]], ROW])
    (form,) = reading.forms
    assert (form.place.row, form.layout.header_row) == (4, 3)
    assert form.addresses("etudiant.numero") == ("A4",)
    assert dict(form.cells) == {
        "etudiant.numero": "21",
        "organisme.raison_sociale": "Atelier Exemple",
        "stage.date_debut": "03/02/2027",
    }


def test_blank_rows_and_repeated_headers_are_passed_over_and_a_total_is_told(read: Reader) -> None:
    reading = read([FORM, ROW, [], FORM, ROW, ["Total", 2]])
    assert [form.place.row for form in reading.forms] == [2, 5]
    (source,) = reading.sources
    assert [row for row, _ in source.unread] == [6]
    assert source.rows == 2


def test_every_english_label_is_read(read: Reader) -> None:
    reading = read([["Student number", "Host organisation", "Start date"], ROW])
    assert len(reading.forms) == 1


def test_a_row_of_section_titles_tells_identical_labels_apart(read: Reader, tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "s.xlsx",
        [
            ["Étudiant", None, None, "Entreprise", None, "Tuteur", None, "Stage"],
            [
                "Numéro étudiant",
                "Nom",
                "Adresse",
                "Raison sociale",
                "Adresse",
                "Nom",
                "Téléphone",
                "Date de début",
            ],
            ["21", "NOM-A", "rue A", "Atelier", "rue B", "NOM-B", "0400000000", "03/02/2027"],
        ],
        merged=["A1:C1", "D1:E1", "F1:G1"],
    )
    (form,) = read((tmp_path / "s.xlsx").read_bytes(), "t.xlsx").forms
    assert form.cells["etudiant.adresse"] == "rue A"
    assert form.cells["organisme.adresse"] == "rue B"
    assert form.cells["tuteur.nom"] == "NOM-B"
    assert form.cells["tuteur.telephone"] == "0400000000"


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Tuteur – Fonction", "tuteur.fonction"),
        ("Fonction (tuteur)", "tuteur.fonction"),
        ("Organisme d’accueil : Adresse", "organisme.adresse"),
        ("Mail du tuteur", "tuteur.email"),
        ("[Signataire] Téléphone", "signataire.telephone"),
    ],
)
def test_a_prefix_or_suffix_names_the_section(read: Reader, label: str, field: str) -> None:
    (form,) = read([[*FORM, label], [*ROW, "x"]]).forms
    assert form.cells[field] == "x"


def test_the_nearest_unambiguous_column_to_the_left_names_the_person(read: Reader) -> None:
    headers = [
        "Numéro étudiant",
        "Nom",
        "Raison sociale",
        "Adresse",
        "Nom du tuteur professionnel",
        "Téléphone",
    ]
    (form,) = read([[*headers, "Date de début"], ["21", "A", "Atelier", "rue B", "B", "04", "1/2/2027"]]).forms
    assert form.cells["organisme.adresse"] == "rue B"
    assert form.cells["tuteur.telephone"] == "04"


def test_an_unknown_column_between_makes_the_label_ambiguous(read: Reader) -> None:
    headers = [*FORM, "Nom du tuteur professionnel", "Personne à prévenir", "Téléphone"]
    reading = read([headers, [*ROW, "B", "C", "04"]])
    assert "04" not in reading.forms[0].cells.values()
    assert any("F" in note and "Téléphone" in note for note in reading.sources[0].notes)


def test_a_second_name_after_a_person_is_refused_with_what_follows_it(read: Reader) -> None:
    headers = [*FORM, "Nom étudiant", "Nom signataire", "Nom", "Nom2", "Téléphone"]
    (form,) = read([headers, [*ROW, "A", "B", "C", "D", "04"]]).forms
    assert {"C", "D", "04"}.isdisjoint(str(value) for value in form.cells.values())
    assert form.original[5] == "C"


def test_what_follows_a_refused_label_is_not_read_as_the_student_s(read: Reader) -> None:
    headers = [
        "Numéro étudiant",
        "Raison sociale",
        "Date de début",
        "Mail tuteur professionnel",
        "Nom",
        "Prénom",
    ]
    (form,) = read([headers, [*ROW, "a@exemple.test", "B", "C"]]).forms
    assert {"B", "C"}.isdisjoint(str(value) for value in form.cells.values())


def test_a_civility_before_another_person_s_name_is_not_the_previous_person_s(read: Reader) -> None:
    headers = [*FORM, "Civilité", "Nom signataire", "Civilité", "Nom tuteur professionnel"]
    (form,) = read([headers, [*ROW, "M.", "A", "Mme", "B"]]).forms
    assert not [key for key in form.cells if key.endswith("civilite")]


def test_each_header_of_the_form_is_read_under_its_own_section(systems: Systems) -> None:
    (form,) = (system for system in systems if system.name == "imprime_contact")
    for section, headers in form.section_headers.items():
        for header, field in headers.items():
            (column,) = Mapper(form, (header,), (section,)).columns()
            assert column.fields == (field,)
    for header, keys in form.headers.items():
        (column,) = Mapper(form, (form.spelled[header],), None).columns()
        assert set(keys) <= set(column.fields)


def test_a_lone_name_is_the_student_s(read: Reader) -> None:
    headers = ["Adresse e-mail", "Nom", "Prénom", *FORM[1:]]
    (form,) = read([headers, ["a@exemple.test", "EXEMPLE", "Zoé", *ROW[1:]]]).forms
    assert "a@exemple.test" not in form.cells.values()
    assert (form.cells["etudiant.nom"], form.cells["etudiant.prenom"]) == ("EXEMPLE", "Zoé")


def test_two_columns_for_one_field_are_merged_when_they_agree_and_refused_when_not(read: Reader) -> None:
    headers = [*FORM, "SIRET", "N° SIRET"]
    agreeing = read([headers, [*ROW, "1", None], [*ROW, "2", "2"]], "a.xlsx")
    assert [form.cells["organisme.siret"] for form in agreeing.forms] == ["1", "2"]
    differing = read([headers, [*ROW, "1", "2"]], "b.xlsx")
    assert "organisme.siret" not in differing.forms[0].layout.columns
    assert differing.sources[0].notes


def test_a_formula_error_reaches_the_form(read: Reader) -> None:
    (form,) = read([[*FORM, "SIRET"], [*ROW, "#REF!"]]).forms
    assert form.cells["organisme.siret"] == ErrorCell("#REF!")


def test_a_whole_name_is_split_when_there_is_no_given_name_column(read: Reader) -> None:
    (form,) = read([[*FORM, "Enseignant référent"], [*ROW, "Mme Zoé EXEMPLE"]]).forms
    assert (form.cells["enseignant.nom"], form.cells["enseignant.prenom"]) == ("EXEMPLE", "Zoé")


@pytest.mark.parametrize(
    ("text", "order", "family", "given"),
    [
        ("Zoé DE LA TOUR", "Prénom NOM", "DE LA TOUR", "Zoé"),
        ("EXEMPLE Zoé", "Prénom NOM", "EXEMPLE", "Zoé"),
        ("Zoé de la Tour", "Prénom NOM", "de la Tour", "Zoé"),
        ("Le Goff Anne", "NOM Prénom", "Le Goff", "Anne"),
        ("Exemple", "Prénom NOM", "Exemple", ""),
        ("M. Jean Exemple", "Prénom NOM", "Exemple", "Jean"),
    ],
)
def test_names_are_split_by_capitals_else_by_their_order(text: str, order: str, family: str, given: str) -> None:
    assert split_name(text, order)[:2] == (family, given)


ESUP = {
    "N° de la convention": "77", "Nom structure d’accueil": "Atelier", "Code sexe étudiant": "F",
    "validation pédagogique": "Non", "Enseignant référent (NOM Prénom)": "Zoé Exemple",
    "Tuteur professionnel (Nom Prénom)": "Exemple Luc", "Gratification": "450.00 Net",
    "Durée du stage": "308",
    "Code NAF": "Arts du spectacle", "Téléphone portable étudiant": None, "Téléphone perso étudiant": "04",
    "Date modification convention": None, "Date création convention": "01/09/2026", "Pays": "FRANCE",
    "Interruption": "Non", "Statut juridique": "Association", "Service d’accueil – Pays": None,
}  # fmt: skip


def test_an_esup_stage_export_is_read_with_its_traps(read: Reader) -> None:
    (form,) = read([list(ESUP), list(ESUP.values())]).forms
    cells = form.cells
    assert form.layout.system == "esup_stage"
    assert cells["formulaire.identifiant"] == "77"
    assert cells["etudiant.civilite"] == "Mme"
    assert cells["formation.autorisation"] == "En attente"
    assert (cells["enseignant.nom"], cells["tuteur.nom"]) == ("Exemple", "Exemple")
    assert (cells["gratification.montant"], cells["gratification.type"]) == ("450.00", "net")
    assert (cells["stage.duree_heures"], cells["organisme.secteur"]) == ("308", "Arts du spectacle")
    assert (cells["etudiant.telephone"], cells["formulaire.depose_le"]) == ("04", "01/09/2026")
    assert (cells["stage.pays"], cells["organisme.type"]) == ("FRANCE", "Association")
    assert "stage.interruptions" not in cells
    assert form.notes == ()


def test_a_pstage_export_turns_weeks_into_hours_and_says_so(read: Reader) -> None:
    headers = ["Numéro de Convention ", "Libellé Etape", "Durée du Stage", "Nombre d'heures hebdomadaire"]
    forms = read([headers, ["5", "M1", "12", "35,5"], ["6", "M1", "douze", "35"], ["7", "M1", "8", None]]).forms
    assert forms[0].layout.system == "pstage"
    assert forms[0].cells["stage.duree_heures"] == 426
    assert forms[0].notes[0].rule == "DUR-04"
    assert "426" in forms[0].notes[0].slots["calcul"]
    assert forms[0].addresses("stage.duree_heures") == ("C2", "D2")
    assert not str(forms[1].cells["stage.duree_heures"]).isdigit()
    assert "stage.duree_heures" not in forms[2].cells


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        (["N° de la convention", "N° étudiant", "Sujet"], "Libellé étape"),
        (["N° de la convention", "Libellé étape", "Numéro de Convention"], "ne devrait pas"),
        (["Numéro étudiant", "Raison sociale", "Sujet"], "Date de début"),
        (["alpha", "bêta"], "en-têtes"),
    ],
)
def test_a_sheet_that_no_system_recognises_is_refused_with_what_it_lacks(
    read: Reader, headers: list[str], word: str
) -> None:
    reading = read([headers, ["1", "2", "3"]])
    (source,) = reading.sources
    assert (source.state, source.profile, source.sheet, source.rows) == ("rejeté", None, "", 0)
    assert word in (source.reason or "")
    assert reading.forms == ()


def test_other_sheets_are_passed_over_when_one_is_recognised(read: Reader, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["liste", "de", "valeurs"])
    sheet = book.create_sheet("Réponses")
    sheet.append(FORM)
    sheet.append(ROW)
    book.save(tmp_path / "deux.xlsx")
    reading = read((tmp_path / "deux.xlsx").read_bytes(), "c.xlsx")
    assert [source.sheet for source in reading.sources] == ["Réponses"]


def test_headers_are_described_with_suggestions(systems: Systems, fields: Fields, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [[*FORM, "Sujet de stagge"], [*ROW, "x"]])
    (sheet,) = describe_columns(tmp_path / "a.xlsx", systems, fields).sheets
    assert sheet.columns[0].fields == ("etudiant.numero",)
    assert sheet.columns[3].suggestions[0][0] == "stage.sujet"
    (tmp_path / "b.xlsx").write_bytes(b"x")
    assert describe_columns(tmp_path / "b.xlsx", systems, fields).reason


@pytest.mark.parametrize(
    "text",
    [
        "libelle: x\nsignature: {}\ncolonnes: {etudiant.inconnu: [A]}\n",
        "libelle: x\nsignature: {}\ncolonnes: {etudiant.nom: [A, a]}\n",
        "libelle: x\nsignature: {}\ncolonnes: {etudiant.nom: [A]}\nautre: 1\n",
        "libelle: x\nsignature: {}\ncolonnes: {etudiant.nom: [A]}\nconversions: {x: {}}\n",
    ],
)
def test_a_faulty_column_file_stops_the_run(tmp_path: Path, fields: Fields, text: str) -> None:
    (tmp_path / "columns").mkdir()
    (tmp_path / "columns" / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SetupError):
        load_systems(tmp_path, fields)
    assert len(load_systems(SCHEMAS, fields).systems) >= 3
