"""suivi.xlsx as it is written: the sheets, the cells that are hers, what concerns a dossier, hostile texts, links."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.desk.columns import NOT_CONCERNED, Columns, load_columns
from pipeline.desk.model import Event, FollowUp
from pipeline.desk.reminders import Due, Reminder
from pipeline.documents.checklist import load_checklist
from pipeline.model import Outcome, Value
from pipeline.report.follow_up import write_follow_up
from pipeline.report.looks import FILLS
from pipeline.tables import Tables
from tests.report.follow_ups import decision, desk_outcome, follow_up, pieces, signatures, told
from tests.report.outcomes import DAY, ROOT, empty_outcome, finding, tables, verdict

TABLES: Tables = tables()
COLUMNS: Columns = load_columns(
    ROOT / "schemas", TABLES.fields, {p.code for p in load_checklist(ROOT / "schemas", TABLES.fields).pieces}
)
SENT = DAY - timedelta(days=12)


def outcome_of(*follow_ups: FollowUp) -> Outcome:
    """Return an outcome in which the desk sees ``follow_ups``."""
    return dataclasses.replace(empty_outcome(), follow_ups=follow_ups)


def written(outcome: Outcome, folder: Path, **options: Any) -> Any:
    """Return the workbook of ``outcome``, read back."""
    write_follow_up(outcome, folder / "suivi.xlsx", COLUMNS, TABLES, **options)
    return openpyxl.load_workbook(folder / "suivi.xlsx")


def cell(book: Any, reference: str, key: str) -> Any:
    """Return the cell of « Dossiers » in the row of ``reference`` and the column ``key``."""
    sheet = book["Dossiers"]
    headings = [c.value for c in sheet[2]]
    place = headings.index("Référence")
    row = next(row for row in sheet.iter_rows(min_row=3) if row[place].value == reference)
    return row[headings.index(COLUMNS[key].heading)]


def one(status: Any = "prêt", values: dict[str, Value] | None = None, **changes: Any) -> FollowUp:
    """Return the follow-up of dossier C2026-000004."""
    return follow_up(verdict(4, status, values=values), **changes)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(desk_outcome(), tmp_path_factory.mktemp("suivi"))


def test_the_sheets_stand_in_the_order_of_the_work(book: Any) -> None:
    shown = [name for name in book.sheetnames if book[name].sheet_state == "visible"]
    assert shown == ["Dossiers", "À décider", "Relances", "Légende"]
    hidden = [name for name in book.sheetnames if book[name].sheet_state == "hidden"]
    assert hidden == ["_conventions", "_valeurs", "_decisions", "_listes"]


def test_the_hidden_sheet_says_which_workbook_it_is(book: Any) -> None:
    rows = [[c for c in row if c is not None] for row in book["_conventions"].iter_rows(values_only=True)]
    assert rows[0][0] == "format"
    assert ["classeur", "suivi"] in rows


def test_the_headers_are_those_of_the_file_and_hers_are_marked(book: Any) -> None:
    header = list(book["Dossiers"][2])
    assert [c.value for c in header] == [column.heading for column in COLUMNS.values()]
    for shown, column in zip(header, COLUMNS.values(), strict=True):
        assert shown.fill.fgColor.rgb == f"00{FILLS['added' if column.hers else 'head']}"
    assert book["Dossiers"].freeze_panes == "L3"
    assert book["Dossiers"].auto_filter.ref.startswith("A2:")


def test_there_is_one_row_for_each_dossier_and_what_is_closed_comes_last(book: Any) -> None:
    places = [row[5].value for row in book["Dossiers"].iter_rows(min_row=3)]
    assert sorted(places) == [f.reference for f in desk_outcome().follow_ups]
    assert set(places[-2:]) == {"C2026-000008", "C2026-000009"}  # refused, redirected


def test_no_sheet_is_locked_so_that_it_can_be_sorted(book: Any) -> None:
    assert not any(sheet.protection.sheet for sheet in book)


def test_a_computed_column_refuses_typing_and_a_date_or_a_choice_is_asked_for(book: Any) -> None:
    rules = book["Dossiers"].data_validations.dataValidation
    kinds = {area: rule for rule in rules for area in str(rule.sqref).split()}
    letters = {key: c.column_letter for key, c in zip(COLUMNS, book["Dossiers"][2], strict=True)}
    last = book["Dossiers"].max_row

    def rule(key: str) -> Any:
        return next(r for area, r in kinds.items() if area == f"{letters[key]}3:{letters[key]}{last}")

    assert (rule("statut").type, rule("statut").showErrorMessage) == ("custom", True)
    assert (rule("envoyee_le").type, rule("envoyee_le").showErrorMessage) == ("date", True)
    assert (rule("fsd_reponse").type, rule("fsd_reponse").showErrorMessage) == ("list", True)
    assert (rule("rc").type, rule("rc").showErrorMessage) == ("list", False)  # a date may be typed
    listed = rule("fsd_reponse").formula1.split("$")[1]
    assert [c.value for c in book["_listes"][listed] if c.value] == list(COLUMNS["fsd_reponse"].choices)


def test_a_document_that_is_not_on_the_list_is_not_asked_for(tmp_path: Path) -> None:
    found = written(outcome_of(one(pieces=pieces())), tmp_path)
    assert cell(found, "C2026-000004", "ceam").value == NOT_CONCERNED
    assert cell(found, "C2026-000004", "fsd_reponse").value == NOT_CONCERNED  # in France
    assert cell(found, "C2026-000004", "rc").value is None
    assert cell(found, "C2026-000004", "rc").fill.fgColor.rgb == f"00{FILLS['await']}"


def test_what_the_form_says_is_shown_and_what_she_told_prevails(tmp_path: Path) -> None:
    values: dict[str, Value] = {"assurance.responsabilite_civile": True, "assurance.rc_fin": date(2027, 8, 31),
                                "protection.attestation_cpam": True}  # fmt: skip
    said = told("C2026-000004", cpam=False)
    found = written(outcome_of(one(values=values, told=said)), tmp_path)
    assert cell(found, "C2026-000004", "rc").value.date() == date(2027, 8, 31)
    assert cell(found, "C2026-000004", "rc").font.italic
    assert cell(found, "C2026-000004", "cpam").value == "non"
    twin = {c[0].value: c for c in found["_valeurs"].iter_rows(min_row=2)}["C2026-000004"]
    assert "rc" in twin[1].value.split()
    assert "cpam" not in twin[1].value.split()


def test_who_holds_the_agreement_and_why_the_university_waits_stand_in_comments(tmp_path: Path) -> None:
    sent = one(etape="envoyé", signatures=signatures(2), told=told("C2026-000004", envoyee_le=SENT))
    found = written(outcome_of(sent), tmp_path)
    assert "Claire VASSEUR" in cell(found, "C2026-000004", "signature_referent").comment.text
    assert "étudiant" in cell(found, "C2026-000004", "signature_universite").comment.text
    assert cell(found, "C2026-000004", "signature_organisme").comment is None


def test_parties_that_do_not_sign_ours_are_not_waited_for(tmp_path: Path) -> None:
    double = one(etape="envoyé", signatures=signatures()[2:])
    found = written(outcome_of(double), tmp_path)
    assert cell(found, "C2026-000004", "signature_organisme").value == NOT_CONCERNED
    assert cell(found, "C2026-000004", "signature_referent").value is None


def test_only_what_may_be_decided_is_asked_and_what_was_decided_is_shown(tmp_path: Path) -> None:
    doubt = finding("GEO-03", "à vérifier", ("stage.pays",), 4, "Une partie du territoire est déconseillée.")
    doubt = dataclasses.replace(doubt, judged="a" * 64)
    wrong = finding("DUR-01", "bloquant", ("stage.duree_heures",), 4, "Trop long.")
    settled = dataclasses.replace(doubt, severity="information", decision=decision(verdict(5, "prêt"), "GEO-03"))
    open_one = follow_up(verdict(4, "à corriger", (doubt, wrong)))
    again = follow_up(verdict(6, "à vérifier", (doubt, doubt)))
    closed = follow_up(verdict(7, "refusé", (doubt,)))
    book = written(outcome_of(follow_up(verdict(5, "prêt", (settled,))), open_one, again, closed), tmp_path)
    rows = [[c.value for c in row] for row in book["À décider"].iter_rows(min_row=2)]
    assert [(row[2], row[11]) for row in rows] == [
        ("C2026-000004", "GEO-03"), ("C2026-000006", "GEO-03"), ("C2026-000006", "GEO-03 (2)"), ("C2026-000005", "GEO-03"),
    ]  # fmt: skip
    assert rows[0][3] == "Une partie du territoire est déconseillée."
    assert rows[0][6:11] == [None] * 5
    assert rows[3][6:9] == ["accepté", "Fiche consultée.", "Jeanne Roux"]
    assert rows[3][10] == "ce dossier"
    twins = list(book["_decisions"].iter_rows(min_row=2, values_only=True))
    assert [(row[1], row[2], row[3]) for row in twins][2] == ("GEO-03 (2)", "GEO-03", "a" * 64)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    hostile = told("C2026-000004", note='=HYPERLINK("http://x")', abandon_motif="+33")
    found = written(outcome_of(one(values={"etudiant.nom": "=1+1"}, told=hostile)), tmp_path)
    assert not [c for sheet in found for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert cell(found, "C2026-000004", "note").value == '=HYPERLINK("http://x")'
    assert cell(found, "C2026-000004", "note").quotePrefix


def test_links_are_relative_and_lead_to_documents(book: Any) -> None:
    sheet = book["Dossiers"]
    links = {h.ref: h.target for row in sheet.iter_rows() for c in row if (h := c.hyperlink)}
    assert links[cell(book, "C2026-000004", "modele").coordinate].endswith("convention_C2026-000004.pdf")
    assert links[cell(book, "C2026-000004", "reference").coordinate].startswith("dossiers/2026-2027/")
    status = cell(book, "C2026-000004", "statut").hyperlink
    assert (status.target, status.location) == ("rapports/dernier/rapport.html", "C2026-000004")
    assert not any("%20" not in target and " " in target for target in links.values())


def test_the_reminders_of_the_night_and_those_of_before_stand_on_their_sheet(tmp_path: Path) -> None:
    due = one(etape="envoyé", signatures=signatures(2))
    later = follow_up(verdict(5, "à corriger"), action=dataclasses.replace(due.action, who="étudiant"), told={
        "relance": Event("C2026-000005", "relance", "corrections n° 1 le 2026-11-10 (depuis le 2026-11-01)",
                         decision(verdict(5, "à corriger"), "X").at)})  # fmt: skip
    tonight = Reminder((Due(due, "signature", "référent", "Claire VASSEUR", "", SENT, 2, DAY + timedelta(7)),))
    rows = list(written(outcome_of(due, later), tmp_path, reminders=(tonight,))["Relances"].iter_rows(values_only=True))
    told_rows = {row[2]: row for row in rows[1:]}
    assert told_rows["C2026-000004"][3] == "référent – Claire VASSEUR"
    assert told_rows["C2026-000004"][6] == "2, le 21/11/2026"
    assert told_rows["C2026-000005"][6] == "1, le 10/11/2026"


def test_a_portfolio_has_its_own_dossiers_alone(tmp_path: Path) -> None:
    found = written(desk_outcome(), tmp_path, only={"C2026-000030"}, portfolio="Lettres")
    assert [row[5].value for row in found["Dossiers"].iter_rows(min_row=3)] == ["C2026-000030"]
    assert [row[0].value for row in found["_valeurs"].iter_rows(min_row=2)] == ["C2026-000030"]
    assert found["À décider"].max_row == 2  # the header, and that there is nothing to decide


def test_the_same_outcome_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    for path in (first, second):
        write_follow_up(desk_outcome(), path, COLUMNS, TABLES)
    assert first.read_bytes() == second.read_bytes()


def test_an_empty_register_gives_a_workbook_that_opens(tmp_path: Path) -> None:
    assert written(empty_outcome(), tmp_path)["Dossiers"].max_row == 2
