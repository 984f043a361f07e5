"""a_corriger.xlsx: the right rows, the original values, the marks on the right cells."""

# ruff: noqa: DTZ001 (the cells of a spreadsheet have no time zone)

from __future__ import annotations

import dataclasses
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import CellValue, ErrorCell, Layout, Outcome
from pipeline.report.hidden_sheets import twin_name
from pipeline.report.looks import FILLS
from pipeline.report.workbook import FORMAT_VERSION, LEADING, LISTS, RECORDS, SUMMARY, write_workbook
from pipeline.tables import Tables
from tests.report.outcomes import (
    DAY,
    FILE,
    HEADERS,
    LAYOUT,
    LONG,
    UGLY,
    empty_outcome,
    finding,
    full_outcome,
    sound_outcome,
    tables,
    verdict,
)

TABLES: Tables = tables()
TAB = "Réponses 2026-2027 imprimé cont"


def written(outcome: Outcome, folder: Path) -> Any:
    """Return the workbook of ``outcome``, read back."""
    path = folder / "a_corriger.xlsx"
    write_workbook(outcome, path, TABLES)
    return openpyxl.load_workbook(path)


def texts(sheet: Any) -> str:
    """Return every text of a sheet."""
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def row_of(sheet: Any, source_row: int) -> Any:
    """Return the cells of the row that stood at ``source_row`` of its source."""
    return next(row for row in sheet.iter_rows(min_row=2) if row[4].value == source_row)


@pytest.fixture
def book(tmp_path: Path) -> Any:
    return written(full_outcome(), tmp_path)


def test_there_is_one_sheet_for_each_source_sheet_and_the_summary_comes_first(book: Any) -> None:
    assert book.sheetnames == [SUMMARY, "pstage", TAB, RECORDS, twin_name(1), twin_name(2), LISTS]
    assert [sheet.sheet_state for sheet in book][3:] == ["hidden"] * 4


def test_only_rows_with_something_to_settle_are_there(book: Any) -> None:
    rows = [row[4].value for row in book[TAB].iter_rows(min_row=2)]
    assert rows == [5, 6, 7, 8, 11, 12]  # neither the sound, nor the redirected, nor the replaced one


def test_original_headers_and_values_follow_the_leading_columns(book: Any) -> None:
    sheet = book[TAB]
    header = [cell.value for cell in sheet[1]]
    assert tuple(header[:5]) == LEADING
    assert tuple(value or "" for value in header[5 : 5 + len(HEADERS)]) == HEADERS
    row = row_of(sheet, 5)
    assert row[5].value == datetime(2026, 11, 2, 14, 30)
    assert row[16].is_date
    assert row[16].number_format == "dd/mm/yyyy"
    assert row[13].value == 12345678900012
    assert row[13].number_format == "0"


def test_fields_that_the_source_does_not_ask_get_a_red_column_with_their_label(book: Any) -> None:
    sheet = book[TAB]
    added = list(sheet[1])[5 + len(HEADERS) :]
    labels = {TABLES.fields[key].label for key in ("tuteur.nom", "tuteur.prenom", "organisme.adresse")}
    assert labels < {cell.value for cell in added}
    assert {cell.fill.fgColor.rgb for cell in added} == {f"00{FILLS['added']}"}


def test_the_cell_at_fault_is_coloured_and_says_what_and_what_to_do(book: Any) -> None:
    row = row_of(book[TAB], 5)
    at_fault = row[5 + LAYOUT.columns["stage.duree_heures"][0]]
    assert at_fault.fill.fgColor.rgb == f"00{FILLS['correct']}"
    assert "975 h" in at_fault.comment.text
    assert "Réduisez" in at_fault.comment.text
    assert row[5].comment is None
    assert [cell for cell in row if cell.comment] == [at_fault]


def test_amber_is_for_decisions_and_blue_for_what_is_awaited_at_the_signature(book: Any) -> None:
    colours = {cell.fill.fgColor.rgb for cell in row_of(book[TAB], 7) if cell.comment}
    assert colours == {f"00{FILLS['decide']}", f"00{FILLS['await']}"}


def test_a_finding_without_a_cell_is_told_beside_the_reference(book: Any) -> None:
    assert "répète la ligne 4" in row_of(book[TAB], 12)[2].comment.text


def test_hostile_texts_stay_texts(book: Any) -> None:
    row = row_of(book[TAB], 11)
    dangerous = {cell.value: cell for cell in row if isinstance(cell.value, str)}
    for text in ('=HYPERLINK("x")', "+33 6", "@toto", "-1"):
        assert dangerous[text].data_type == "s"
        assert dangerous[text].quotePrefix
    assert dangerous["#N/A"].data_type == "s"
    assert dangerous[UGLY].value == UGLY
    assert dangerous[LONG].value == LONG
    assert not [c for sheet in book for r in sheet.iter_rows() for c in r if c.data_type == "f"]


def test_choices_have_a_list_that_holds_the_values_of_the_form(book: Any) -> None:
    sheet = book[TAB]
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    title = lists["K2:K7"]  # « Civilité »
    column = title.split("$")[1]
    assert [cell.value for cell in book[LISTS][column] if cell.value] == list(
        TABLES.fields["etudiant.civilite"].allowed
    )
    assert "L2:L7" not in lists  # a free text has none


def test_the_header_and_the_first_columns_are_frozen_and_filtered(book: Any) -> None:
    sheet = book[TAB]
    assert sheet.freeze_panes == "F2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert max(sheet.row_dimensions[i].height for i in range(1, 8)) < 100


def test_the_hidden_sheets_bring_each_row_back_to_its_deposit(book: Any) -> None:
    records = [[cell for cell in row if cell is not None] for row in book[RECORDS].iter_rows(values_only=True)]
    assert records[0] == ["format", FORMAT_VERSION]
    assert records[1] == ["classeur", "a_corriger"]
    assert records[2][:2] == ["run", "20261121T020000Z"]
    (number,) = (r[1] for r in records if r[0] == "onglet" and r[2] == TAB)
    record = next(r for r in records if r[0] == "fiche" and r[6] == 5)
    assert record == ["fiche", number, 2, "C2026-000005", FILE, "Réponses", 5, f"{5:064x}"]
    added = [r for r in records if r[0] == "colonne" and r[1] == number]
    assert book[TAB].cell(1, added[0][2] + 1).value == TABLES.fields[added[0][3]].label


def test_each_tab_has_a_hidden_twin_that_holds_the_same_cells(book: Any) -> None:
    for number, name in enumerate(("pstage", TAB), 1):
        shown = [[(cell.value, cell.number_format) for cell in row] for row in book[name].iter_rows()]
        twin = [[(cell.value, cell.number_format) for cell in row] for row in book[twin_name(number)].iter_rows()]
        assert [[value for value, _ in row] for row in twin] == [[value for value, _ in row] for row in shown]
        assert all(
            one == two for here, there in zip(shown, twin, strict=True) for one, two in zip(here, there, strict=True)
            if one[0] is not None
        )  # fmt: skip


def test_a_portfolio_has_its_own_dossiers_and_says_whose_they_are(tmp_path: Path) -> None:
    outcome, path = full_outcome(), tmp_path / "a_corriger.xlsx"
    mine = [v for v in outcome.verdicts if v.place.row in (5, 6)]
    write_workbook(outcome, path, TABLES, only=mine, portfolio="Claire Roux")
    book = openpyxl.load_workbook(path)
    assert [row[4].value for row in book[TAB].iter_rows(min_row=2)] == [5, 6]
    assert "Claire Roux" in texts(book[SUMMARY])
    assert "2 dossiers demandent" in texts(book[SUMMARY]).replace("\u00a0", " ")


def test_who_must_act_stands_beside_what_is_to_be_done(book: Any) -> None:
    row = row_of(book[TAB], 5)
    assert row[3].value == "étudiant"
    assert "Qui agit : étudiant" in next(cell for cell in row if cell.comment).comment.text


def test_the_summary_counts_by_status_by_rule_and_by_programme(book: Any) -> None:
    told = texts(book[SUMMARY])
    for text in ("DUR-01", "à corriger", "Master Lettres modernes", "Rouge", "pstage"):
        assert text in told


def test_a_sound_night_gives_a_workbook_that_says_so(tmp_path: Path) -> None:
    for outcome in (sound_outcome(), empty_outcome()):
        book = written(outcome, tmp_path)
        assert book.sheetnames == [SUMMARY, RECORDS, LISTS]
        assert "Aucun" in texts(book[SUMMARY])


def test_the_same_outcome_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    write_workbook(full_outcome(), first, TABLES)
    write_workbook(full_outcome(), second, TABLES)
    assert first.read_bytes() == second.read_bytes()
    assert openpyxl.load_workbook(first).properties.modified.date() == DAY


def test_sheet_names_are_unique_and_legal_whatever_the_files_are_called(tmp_path: Path) -> None:
    files = (
        "Synthèse.xlsx",
        "a/" + "x" * 40 + "1.csv",
        "b/" + "x" * 40 + "2.csv",
        "'?*:.ods",
        "_listes.csv",
        "_valeurs_1.csv",
        "🎭" * 20 + ".csv",
    )
    wrong = finding("DUR-01", "bloquant", ("stage.duree_heures",), 2, "Trop long.")
    verdicts = tuple(verdict(2, "à corriger", (wrong,), file=file, sheet="") for file in files)
    names = written(dataclasses.replace(empty_outcome(), verdicts=verdicts), tmp_path).sheetnames
    assert len({name.casefold() for name in names}) == 2 * len(files) + 3
    assert {twin_name(number) for number in range(1, len(files) + 1)} < set(names)
    assert all(len(name.encode("utf-16-le")) <= 62 and not set(name) & set("[]:*?/\\") for name in names)


def test_a_file_whose_columns_changed_gets_a_sheet_for_each_layout(tmp_path: Path) -> None:
    wrong = finding("DUR-01", "bloquant", ("stage.duree_heures",), 2, "Trop long.")
    other = Layout("imprime_contact", 1, ("Durée",), {"stage.duree_heures": (0,)})
    verdicts = (
        verdict(2, "à corriger", (wrong,)),
        verdict(3, "à corriger", (dataclasses.replace(wrong, cells=("A3",)),), layout=other, original=(975,)),
    )
    book = written(dataclasses.replace(empty_outcome(), verdicts=verdicts), tmp_path)
    assert len(book.sheetnames) == 7
    assert book[book.sheetnames[2]]["F2"].comment is not None


CELLS: st.SearchStrategy[CellValue] = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(-(10**18), 10**18),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.sampled_from(("#REF!", "#N/A")).map(ErrorCell),
)


@given(st.lists(CELLS, max_size=len(HEADERS)))
def test_any_cells_can_be_written_and_none_becomes_a_formula(cells: list[CellValue]) -> None:
    wrong = finding("LIG-09", "bloquant", ("stage.sujet",), 2, "Non comprise.")
    row = verdict(2, "à corriger", (wrong,), original=tuple(cells) or (None,))
    with tempfile.TemporaryDirectory() as folder:
        book = written(dataclasses.replace(empty_outcome(), verdicts=(row,)), Path(folder))
    sheet = book[book.sheetnames[1]]
    assert all(cell.data_type not in ("f", "e") for cells in sheet.iter_rows() for cell in cells)


def test_a_date_that_no_spreadsheet_can_hold_stays_readable(tmp_path: Path) -> None:
    wrong = finding("DAT-09", "bloquant", ("stage.date_debut",), 2, "Trop ancienne.")
    row = verdict(2, "à corriger", (wrong,), original=(date(1850, 2, 3), datetime(1, 1, 1, 8)))
    sheet = written(dataclasses.replace(empty_outcome(), verdicts=(row,)), tmp_path).worksheets[1]
    assert (sheet["F2"].value, sheet["G2"].value) == ("03/02/1850", "01/01/0001 08:00")
