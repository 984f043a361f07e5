"""Every way in which the forms arrive: each system's example, headers and traps."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import SetupError
from pipeline.intake import load_systems
from pipeline.intake.files import InboxFile
from pipeline.intake.headers import Recognised, Refused, recognise
from pipeline.intake.labels import header_key
from pipeline.intake.rows import Unread, read_forms
from pipeline.intake.systems import System, Systems
from pipeline.intake.tables import Table, read_tables
from pipeline.model import CellValue, Form, Limits
from pipeline.normalise import normalise
from pipeline.tables.fields import Fields
from tests.intake.intake_workbooks import SCHEMAS, Reader, write_xlsx
from tests.rules.forms import judge
from tools.examples.systems import ESUP, PSTAGE

EXAMPLES = SCHEMAS.parent / "examples"
FILES: Mapping[str, str] = {
    "amustage": "amustage_conventions.xlsx",
    "drupal_webform": "drupal_webform.csv",
    "esup_stage": "esup_stage_conventions.xls",
    "framaforms": "framaforms.csv",
    "google_forms": "google_forms.csv",
    "imprime_contact": "imprime_contact_2026-11.xlsx",
    "ipro": "ipro_fiches.xlsx",
    "limesurvey": "limesurvey_questions.xlsx",
    "limesurvey_codes": "limesurvey_codes.csv",
    "microsoft_forms": "microsoft_forms.xlsx",
    "pstage": "pstage_export.csv",
}
SECTIONED = ("drupal_webform", "ipro")
"""Exports whose labels are told apart by a row of sections above them."""
NAMES = sorted(FILES)


def _table(name: str) -> Table:
    path = EXAMPLES / FILES[name]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return read_tables(InboxFile(path.name, path, digest, "à lire"), Limits())[0]


TABLES = {name: _table(name) for name in NAMES}


def _read(table: Table, systems: Systems, fields: Fields) -> tuple[Recognised, list[Form | Unread]]:
    found = recognise(table, systems)
    assert isinstance(found, Recognised), found
    return found, list(read_forms(table, found, "a.xlsx", fields, Limits()))


def _forms(name: str, systems: Systems, fields: Fields) -> list[Form]:
    return [form for form in _read(TABLES[name], systems, fields)[1] if isinstance(form, Form)]


def _system(name: str, systems: Systems) -> System:
    (found,) = (system for system in systems if system.name == name)
    return found


# ── recognition ───────────────────────────────────────────────────────────────────────────────────


def test_every_system_has_its_example(systems: Systems) -> None:
    assert [system.name for system in systems] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_system_is_recognised_as_its_own(name: str, systems: Systems) -> None:
    found = recognise(TABLES[name], systems)
    assert isinstance(found, Recognised), found
    assert found.system.name == name


@pytest.mark.parametrize("name", NAMES)
def test_no_other_system_recognises_the_example(name: str, systems: Systems, fields: Fields) -> None:
    """Asked alone, only a system from which the right one inherits may."""
    above = _system(name, systems).parents
    for system in systems:
        if system.name != name and system.name not in above:
            found = recognise(TABLES[name], Systems((system,), fields))
            assert isinstance(found, Refused), system.name


@pytest.mark.parametrize("name", NAMES)
def test_every_header_of_the_example_is_mapped_or_left_for_a_reason(
    name: str, systems: Systems, fields: Fields
) -> None:
    found, _ = _read(TABLES[name], systems, fields)
    for column in found.columns:
        assert column.standing in ("field", "ignored", "empty"), column
        assert column.standing != "ignored" or column.reason


TEACHER = ["N° de la convention", "Nom Étudiant", "Prénom Étudiant", "Composante", "Étape", "Date début du stage",
           "Date fin du stage", "Établissement d'accueil", "Sujet du stage", "Lieu du stage", "Avenant",
           "validation pédagogique", "Validation convention", "Langue de convention", "Type de convention"]  # fmt: skip
STUDENT = ["N° de la convention", "Étudiant", "Établissement d'accueil", "Date début du stage", "Date fin du stage",
           "Composante", "Étape", "Enseignant", "Avenant", "validation pédagogique", "Validation convention", "Année"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "headers"),
    [("esup_stage", ESUP), ("esup_stage", TEACHER), ("esup_stage", STUDENT), ("pstage", PSTAGE)],
    ids=["gestionnaire", "enseignant", "étudiant", "pstage"],
)
def test_every_real_header_is_mapped_or_left_for_a_reason(name: str, headers: Sequence[str], systems: Systems) -> None:
    found = recognise(Table("", (tuple(headers), ("1",))), systems)
    assert isinstance(found, Recognised), found
    assert found.system.name == name
    assert {column.label for column in found.columns if column.standing not in ("field", "ignored")} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_subset_of_an_export_in_any_order_is_never_taken_for_another_system(name: str, systems: Systems) -> None:
    """People choose their columns: what is left is recognised as its own or refused with a reason."""
    table = TABLES[name]
    found = recognise(table, systems)
    assert isinstance(found, Recognised)
    header = found.layout.header_row - 1
    family = {name, *found.system.parents, *(system.name for system in systems if name in system.parents)}
    generator = Random(7)  # noqa: S311 (no secret)
    for _ in range(12):
        width = len(table.rows[header])
        kept = generator.sample(range(width), k=width * 2 // 3)
        rows = tuple(tuple(row[i] if i < len(row) else None for i in kept) for row in table.rows[header:])
        again = recognise(Table("", rows), systems)
        assert isinstance(again, Refused) or again.system.name in family, again.system.name


# ── the same whatever the order of the columns ────────────────────────────────────────────────────


def _digests(table: Table, systems: Systems, fields: Fields) -> list[str]:
    _, read = _read(table, systems, fields)
    return [normalise(form, judge().tables).digest for form in read if isinstance(form, Form)]


def _shuffled(table: Table, header: int, generator: Random, sectioned: bool) -> Table:
    width = len(table.rows[header])
    wide = [tuple(row) + (None,) * (width - len(row)) for row in table.rows]
    titles = wide[header - 1] if sectioned else ()
    starts = [i for i in range(width) if titles[i] is not None] if sectioned else [0]
    blocks = [list(range(a, b)) for a, b in zip(starts, [*starts[1:], width], strict=True)]
    generator.shuffle(blocks)
    for block in blocks:
        generator.shuffle(block)
    order = [index for block in blocks for index in block]
    rows: list[tuple[CellValue, ...]] = [tuple(row) for row in table.rows[: header - sectioned]]
    if sectioned:
        moved: list[CellValue] = []
        for block in blocks:
            moved += [titles[min(block)], *[None] * (len(block) - 1)]
        rows.append(tuple(moved))
    rows += [tuple(row[index] for index in order) for row in wide[header:]]
    return Table(table.sheet, tuple(rows))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(generator=st.randoms(use_true_random=True))
def test_the_order_of_the_columns_changes_no_deposit(
    name: str, systems: Systems, fields: Fields, generator: Random
) -> None:
    """Where a row of sections tells labels apart, sections move as one."""
    table = TABLES[name]
    found = recognise(table, systems)
    assert isinstance(found, Recognised)
    moved = _shuffled(table, found.layout.header_row - 1, generator, name in SECTIONED)
    assert _digests(moved, systems, fields) == _digests(table, systems, fields)


# ── no key that the fields do not know ────────────────────────────────────────────────────────────

_WRITINGS: tuple[CellValue, ...] = ("Oui", "A1", "450.00 Net", "Jeanne DUPONT", "du 01/02/2027 au 28/05/2027", 12, "?")


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_system_s_columns_hold_its_forms_know_only_fields(
    name: str, systems: Systems, fields: Fields
) -> None:
    system = _system(name, systems)
    headers = tuple(system.spelled.values())
    found = recognise(TABLES[name], systems)
    assert isinstance(found, Recognised)
    own = tuple(TABLES[name].rows[found.layout.header_row - 1])
    for labels in (headers, own):
        for value in _WRITINGS:
            table = Table("", (labels, (value,) * len(labels)))
            read = recognise(table, Systems((system,), fields))
            if isinstance(read, Refused):
                continue
            for form in read_forms(table, read, "a.xlsx", fields, Limits()):
                if isinstance(form, Form):
                    assert set(form.cells) <= set(fields)
                    assert set(form.layout.columns) <= set(fields)
                    assert normalise(form, judge().tables).digest


# ── traps of the real exports ─────────────────────────────────────────────────────────────────────


def _row(read: Reader, headers: Sequence[str], values: Sequence[object]) -> Mapping[str, CellValue]:
    (form,) = read([headers, values]).forms
    return form.cells


ESUP_ROW = ("N° de la convention", "Nom structure d’accueil")
PSTAGE_ROW = ("Numéro de Convention", "Libellé Etape")
FORM_ROW = ("Numéro étudiant", "Raison sociale", "Date de début")


def _esup(read: Reader, header: str, value: object) -> Mapping[str, CellValue]:
    return _row(read, [*ESUP_ROW, "Code étape", header], ["7", "Atelier", "4LT1", value])


def _form(read: Reader, header: str, value: object) -> Mapping[str, CellValue]:
    return _row(read, [*FORM_ROW, header], ["21", "Atelier", "01/02/2027", value])


def test_esup_stage_s_naf_code_is_the_label_of_the_sector(read: Reader) -> None:
    cells = _esup(read, "Code NAF", "Arts du spectacle vivant")
    assert cells["organisme.secteur"] == "Arts du spectacle vivant"
    assert "organisme.naf" not in cells


def test_pstage_s_naf_code_is_a_code(read: Reader) -> None:
    cells = _row(read, [*PSTAGE_ROW, "Code NAF"], ["7", "M1", "91.02Z"])
    assert cells["organisme.naf"] == "91.02Z"


@pytest.mark.parametrize("person", ["Enseignant référent", "Signataire"])
def test_esup_stage_s_name_columns_hold_the_given_name_first(read: Reader, person: str) -> None:
    cells = _esup(read, f"{person} (NOM Prénom)", "Odile Fabre")
    key = "enseignant" if person.startswith("E") else "signataire"
    assert (cells[f"{key}.nom"], cells[f"{key}.prenom"]) == ("Fabre", "Odile")


def test_esup_stage_s_supervisor_column_holds_the_family_name_first(read: Reader) -> None:
    cells = _esup(read, "Tuteur professionnel (Nom Prénom)", "Pasquier Nadia")
    assert (cells["tuteur.nom"], cells["tuteur.prenom"]) == ("Pasquier", "Nadia")


def test_esup_stage_s_personal_address_is_always_empty_and_hides_no_other(read: Reader) -> None:
    headers = [*ESUP_ROW, "Mail perso étudiant", "Mail universitaire étudiant"]
    cells = _row(read, headers, ["7", "Atelier", None, "a@etu.exemple.test"])
    assert cells["etudiant.email"] == "a@etu.exemple.test"
    assert "etudiant.email_personnel" not in cells


def test_an_interruption_without_its_dates_stays_to_be_asked_and_none_says_nothing(read: Reader) -> None:
    headers = [*ESUP_ROW, "Interruption", "Date début interruption", "Date fin interruption"]
    (asked, none) = read([headers, ["7", "A", "Oui", None, None], ["8", "B", "Non", None, None]]).forms
    assert asked.cells["stage.interruptions"] == "Oui"
    assert "stage.interruptions" not in none.cells


def test_esup_stage_s_duration_is_in_hours_and_pstage_s_in_weeks(read: Reader) -> None:
    assert _esup(read, "Durée du stage", "154")["stage.duree_heures"] == "154"
    headers = [*PSTAGE_ROW, "Durée du Stage", "Nombre d'heures hebdomadaire"]
    (form,) = read([headers, ["7", "M1", "8", "35"]], "p.xlsx").forms
    assert form.cells["stage.duree_heures"] == 280
    assert [note.rule for note in form.notes] == ["DUR-04"]


@pytest.mark.parametrize("header", ["Code sexe étudiant", "Code sexe"])
@pytest.mark.parametrize(("code", "title"), [("M", "M."), ("F", "Mme")])
def test_a_code_of_sex_is_a_title(read: Reader, header: str, code: str, title: str) -> None:
    (form,) = read([[*FORM_ROW, header], ["21", "Atelier", "01/02/2027", code]]).forms
    assert normalise(form, judge().tables).values["etudiant.civilite"] == title
    (export,) = read([[*ESUP_ROW, "Code sexe étudiant"], ["7", "Atelier", code]], "e.xlsx").forms
    assert export.cells["etudiant.civilite"] == title


@pytest.mark.parametrize("writing", ["Mlle", "Mademoiselle", "MLLE"])
def test_mademoiselle_is_written_mme(read: Reader, writing: str) -> None:
    for header in ("Civilité de l’étudiant", "Civilité signataire"):
        (form,) = read([[*FORM_ROW, header], ["21", "Atelier", "01/02/2027", writing]], f"{header[9]}.xlsx").forms
        key = "etudiant.civilite" if "étudiant" in header else "signataire.civilite"
        assert normalise(form, judge().tables).values[key] == "Mme"
    cells = _esup(read, "Signataire (NOM Prénom)", f"{writing} Odile Fabre")
    assert (cells["signataire.nom"], cells["signataire.prenom"]) == ("Fabre", "Odile")


@pytest.mark.parametrize(
    ("header", "key", "answers"),
    [
        ("Stage obligatoire", "stage.nature", {"oui": "Obligatoire", "non": "Complémentaire"}),
        ("Stage à temps complet (oui/non)", "stage.temps_travail", {"oui": "Temps plein", "non": "Temps partiel"}),
        ("Stage à temps complet", "stage.temps_travail", {"OUI": "Temps plein", "Non": "Temps partiel"}),
    ],
)
def test_a_yes_or_no_question_answers_a_choice(read: Reader, header: str, key: str, answers: dict[str, str]) -> None:
    forms = read([[*FORM_ROW, header], *([str(n), "Atelier", "01/02/2027", a] for n, a in enumerate(answers))]).forms
    assert [normalise(form, judge().tables).values[key] for form in forms] == list(answers.values())


@pytest.mark.parametrize(
    ("system", "cell", "amount", "kind"),
    [
        ("esup_stage", "450.00 Net", "450.00", "net"),
        ("esup_stage", "4,50 Brut", "4,50", "brut"),
        ("esup_stage", "600", "600", None),
        ("imprime_contact", "450.00 Net", "450.00", "net"),
    ],
)
def test_an_amount_may_carry_its_type(read: Reader, system: str, cell: str, amount: str, kind: str | None) -> None:
    cells = (_esup if system == "esup_stage" else _form)(read, "Gratification", cell)
    assert cells["gratification.montant"] == amount
    assert cells.get("gratification.type") == kind


def test_a_gross_monthly_stipend_says_its_unit_and_its_type_unless_the_row_does(read: Reader) -> None:
    plain = _form(read, "Gratification mensuelle brute", "656,25")
    assert (plain["gratification.unite"], plain["gratification.type"]) == ("mois", "brut")
    (form,) = read(
        [[*FORM_ROW, "Gratification mensuelle brute", "Type de gratification", "Unité de la gratification"],
         ["21", "Atelier", "01/02/2027", "4,50", "net", "heure"]], "b.xlsx",
    ).forms  # fmt: skip
    assert (form.cells["gratification.unite"], form.cells["gratification.type"]) == ("heure", "net")
    assert form.addresses("gratification.type") == ("E2",)
    (said,) = read(
        [[*FORM_ROW, "Gratification mensuelle brute"], ["21", "A", "01/02/2027", "450.00 Net"]], "c.xlsx"
    ).forms
    assert (said.cells["gratification.montant"], said.cells["gratification.type"]) == ("450.00", "net")
    (none,) = read([[*FORM_ROW, "Gratification mensuelle brute"], ["21", "A", "01/02/2027", None]], "d.xlsx").forms
    assert not [key for key in none.cells if key.startswith("gratification.")]


@pytest.mark.parametrize(
    ("said", "amount", "paid", "told"),
    [
        ("Non", None, "Non", None),
        ("oui", "4,50", "oui", "4,50"),
        ("4,50", None, "oui", "4,50"),
        ("0,00", None, None, "0,00"),
    ],
)
def test_a_column_gratification_holds_a_yes_a_no_or_the_amount(
    read: Reader, said: str, amount: str | None, paid: str | None, told: str | None
) -> None:
    headers = [*FORM_ROW, "Gratification", "Montant gratification"]
    (form,) = read([headers, ["21", "Atelier", "01/02/2027", said, amount]]).forms
    assert (form.cells.get("gratification.versee"), form.cells.get("gratification.montant")) == (paid, told)


def test_daily_hours_are_a_comment_and_not_a_number(read: Reader) -> None:
    cells = _form(read, "Horaires journaliers", "9h-17h")
    assert cells["stage.commentaire_temps"] == "9h-17h"


def test_ipro_s_cells_of_several_facts_are_taken_apart(systems: Systems, fields: Fields) -> None:
    first, _, vague, abroad = _forms("ipro", systems, fields)
    assert (first.cells["stage.date_debut"], first.cells["stage.date_fin"]) == ("01/02/2027", "28/05/2027")
    parts = ("adresse", "code_postal", "ville", "pays")
    assert [first.cells[f"organisme.{part}"] for part in parts] == [
        "12 cours des Platanes",
        "13001",
        "Marseille",
        "France",
    ]
    assert [first.cells[f"gratification.{part}"] for part in ("montant", "unite", "type")] == ["4,50", "heure", "net"]
    assert first.cells["enseignant.nom"] == "DELCOURT"
    assert first.cells["signataire.nom"] != first.cells["tuteur.nom"]
    assert vague.cells["stage.date_debut"] == "de février à mai 2027"
    assert abroad.cells["gratification.versee"] == "non"
    assert "gratification.montant" not in abroad.cells
    assert (abroad.cells["organisme.ville"], abroad.cells["organisme.pays"]) == ("Boston", "États-Unis")


def test_amustage_s_programme_is_a_code_and_a_label(systems: Systems, fields: Fields) -> None:
    plain, dated, undated, _ = _forms("amustage", systems, fields)
    assert plain.cells["formation.code_etape"] == "4LT1"
    assert plain.cells["formation.diplome"] == "Master Lettres, parcours Édition et médiation"
    assert dated.cells["stage.interruptions"] == "01/03/2027 - 07/03/2027"
    assert undated.cells["stage.interruptions"] == "Oui"


def test_microsoft_forms_keeps_the_account_apart_from_the_answers(systems: Systems, fields: Fields) -> None:
    forms = _forms("microsoft_forms", systems, fields)
    assert forms[0].cells["etudiant.nom"] == "DURAND"
    assert forms[0].cells["etudiant.email"] == "elodie.100@etu.univ-amu.fr"
    assert forms[0].cells["stage.avantages"] == "Titres-restaurant, Transport"
    assert "etudiant.email" not in forms[3].cells
    assert forms[0].cells["formulaire.identifiant"] == "1 du 09/11/2026"


def test_the_account_s_address_gives_way_to_the_one_that_is_asked(read: Reader) -> None:
    headers = ["Horodateur", "Adresse e-mail", "Courriel institutionnel", *FORM_ROW]
    forms = read(
        [headers, ["1/9/2026", "a@exemple.test", "b@exemple.test", "21", "Atelier", "01/02/2027"],
         ["1/9/2026", "a@exemple.test", None, "22", "Atelier", "01/02/2027"]]
    ).forms  # fmt: skip
    assert [form.cells["etudiant.email"] for form in forms] == ["b@exemple.test", "a@exemple.test"]


@pytest.mark.parametrize(("name", "row"), [("limesurvey", 4), ("limesurvey_codes", 5), ("drupal_webform", 6)])
def test_an_answer_that_was_never_sent_is_no_form(name: str, row: int, systems: Systems, fields: Fields) -> None:
    _, read = _read(TABLES[name], systems, fields)
    assert [one.row for one in read if isinstance(one, Unread)] == [row]


def test_limesurvey_s_codes_of_answers_are_read(systems: Systems, fields: Fields) -> None:
    first, other, *_ = _forms("limesurvey_codes", systems, fields)
    deposit = normalise(first, judge().tables)
    assert not deposit.unreadable
    assert deposit.values["stage.duree_heures"] == 574
    assert (first.cells["formation.regime"], first.cells["organisme.type"]) == (
        "Formation initiale",
        "Entreprise privée",
    )
    assert other.cells["organisme.type"] == "Association"


@pytest.mark.parametrize("name", NAMES)
def test_what_the_example_holds_is_read_but_for_its_faults(name: str, systems: Systems, fields: Fields) -> None:
    """The first form of each example has no cell that cannot be read."""
    first, *_ = _forms(name, systems, fields)
    assert dict(normalise(first, judge().tables).unreadable) == {}


def test_the_language_of_the_screen_is_not_the_agreement_s(systems: Systems, fields: Fields) -> None:
    assert "etranger.convention_langue" not in _forms("drupal_webform", systems, fields)[0].cells


# ── inheritance ───────────────────────────────────────────────────────────────────────────────────

_ROOT = """\
libelle: Racine
reprend_le_formulaire: true
signature: {champs: [[etudiant.nom], [stage.date_debut]]}
colonnes:
  etudiant.email: [Mail, Courriel]
  formulaire.identifiant: [ID]
ignore:
  'technique': [Page]
"""
_CHILD = """\
libelle: Enfant
herite: racine
signature: {entetes: [[Ticket]]}
colonnes:
  formulaire.identifiant: [Ticket]
  etudiant.email_personnel: [Mail]
  stage.commentaires: [Page]
ignore:
  'compteur': [ID]
"""


def _load(folder: Path, fields: Fields, **files: str) -> Systems:
    (folder / "columns").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "columns" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_systems(folder, fields)


def test_what_a_file_says_of_a_header_prevails_over_what_it_inherits(tmp_path: Path, fields: Fields) -> None:
    child, root = _load(tmp_path, fields, racine=_ROOT, enfant=_CHILD)
    assert child.parents == ("racine",)
    assert child.headers["mail"] == ("etudiant.email_personnel",)
    assert child.headers["courriel"] == ("etudiant.email",)
    assert child.headers["page"] == ("stage.commentaires",)
    assert dict(child.ignored) == {"id": "compteur"}
    assert child.required_fields == root.required_fields
    assert "ticket" not in child.inherited
    assert "courriel" in child.inherited
    assert root.headers["mail"] == ("etudiant.email",)


def test_a_system_prevails_over_the_one_that_it_inherits_from(tmp_path: Path, fields: Fields) -> None:
    systems = _load(tmp_path, fields, racine=_ROOT, enfant=_CHILD)
    headers = ("Nom de l’étudiant", "Date de début du stage", "Ticket")
    found = recognise(Table("", (headers, ("A", "01/02/2027", "5"))), systems)
    assert isinstance(found, Recognised)
    assert found.system.name == "enfant"
    rest = recognise(Table("", (headers[:2], ("A", "01/02/2027"))), systems)
    assert isinstance(rest, Recognised)
    assert rest.system.name == "racine"


def test_two_systems_that_inherit_from_one_are_not_both_right(tmp_path: Path, fields: Fields) -> None:
    systems = _load(tmp_path, fields, racine=_ROOT, enfant=_CHILD, frere=_CHILD.replace("Enfant", "Frère"))
    headers = ("Nom de l’étudiant", "Date de début du stage", "Ticket")
    found = recognise(Table("", (headers, ("A", "01/02/2027", "5"))), systems)
    assert isinstance(found, Refused)
    assert "plusieurs systèmes" in found.reason


@pytest.mark.parametrize(
    "files",
    [
        {"enfant": _CHILD},
        {"racine": _ROOT.replace("libelle", "herite: racine\nlibelle"), "enfant": _CHILD},
        {"racine": _ROOT.replace("libelle", "herite: enfant\nlibelle"), "enfant": _CHILD},
        {
            "racine": _ROOT,
            "enfant": _CHILD.replace("[Ticket]\n  etu", "[Ticket, ticket]\n  etu").replace("herite: racine", ""),
        },
        {"racine": _ROOT, "enfant": _CHILD.replace("[ID]", "[ID, Ticket]")},
        {"racine": _ROOT + "sous_entendu: {Courriel: {gratification.unite: lustre}}\n"},
        {"racine": _ROOT + "sous_entendu: {Inconnu: {gratification.unite: mois}}\n"},
        {"racine": _ROOT + "reponses_multiples: ';;'\n"},
        {"racine": _ROOT + "brouillon: {si_jamais: [Page]}\n"},
        {"racine": _ROOT.replace("'technique': [Page]", "[Page]")},
    ],
    ids=[
        "inconnu",
        "soi-même",
        "cercle",
        "deux fois",
        "ignoré et lu",
        "valeur",
        "en-tête",
        "signe",
        "clé",
        "sans raison",
    ],
)
def test_a_faulty_inheritance_stops_the_run(tmp_path: Path, fields: Fields, files: dict[str, str]) -> None:
    with pytest.raises(SetupError):
        _load(tmp_path, fields, **files)


def test_every_shipped_header_is_written_once_in_its_file(systems: Systems) -> None:
    for system in systems:
        assert not set(system.ignored) & set(system.headers), system.name
        assert all(header_key(label) == header for header, label in system.spelled.items())


def test_an_unsent_answer_is_told_in_the_report(read: Reader, tmp_path: Path) -> None:
    headers = ["ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ", *FORM_ROW]
    write_xlsx(tmp_path / "x.xlsx", [headers, ["1", None, "2", "fr", "21", "Atelier", "01/02/2027"]])
    reading = read((tmp_path / "x.xlsx").read_bytes(), "y.xlsx")
    assert reading.forms == ()
    ((row, reason),) = reading.sources[0].unread
    assert row == 2
    assert "jamais envoyée" in reason
