"""A workbook of corrections is known whatever it is called, and gives what was changed in it, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.intake.returned import CORRECTIONS, RECORDS, TabEdits
from pipeline.report.hidden_sheets import twin_name
from tests.returned import TAB, column, edited, export, put, read, row, written


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classeur")
    return written(export(folder / "export"), folder / "a_corriger.xlsx")


def tab_of(path: Path) -> TabEdits:
    returned = read(path).returned
    assert returned is not None
    (tab,) = (tab for tab in returned.tabs if tab.edits or tab.refused or tab.unchanged)
    return tab


def changes(tab: TabEdits) -> dict[tuple[int, str], tuple[object, object]]:
    return {(e.origin.row, c.label): (c.shown, c.value) for e in tab.edits for c in e.cells}


def test_a_workbook_comes_back_without_a_change(book: Path, tmp_path: Path) -> None:
    tab = tab_of(edited(book, tmp_path / "n’importe quel nom.xlsx", lambda _: None))
    assert (tab.edits, tab.refused, tab.unchanged) == ((), (), 4)


def test_check_leaves_it_waiting_and_says_what_will_take_it_in(book: Path) -> None:
    reading = read(book)
    assert [source.state for source in reading.sources] == ["en attente"]
    assert "generate" in (reading.sources[0].reason or "")
    assert reading.forms == ()
    assert reading.returned is not None
    assert reading.returned.kind == CORRECTIONS


def test_only_the_changed_cell_is_taken_with_what_it_was(book: Path, tmp_path: Path) -> None:
    path = edited(book, tmp_path / "a.xlsx", put(4, "Montant", "4,50"))
    returned = read(path).returned
    assert returned is not None
    assert returned.saved.who == "Zoé MARTIN"
    assert returned.saved.at is not None
    tab = tab_of(path)
    assert changes(tab) == {(4, "Montant"): ("3,10", "4,50")}
    assert tab.unchanged == 3


def test_texts_that_look_like_formulas_stay_texts(book: Path, tmp_path: Path) -> None:
    def edit(opened: Any) -> None:
        for label, text in (("Service dans lequel le stage sera effectué", "=1+1"), ("Avantages", "-10 %")):
            sheet = opened[TAB]
            cell = sheet.cell(row(sheet, 4), column(sheet, label))
            cell.value, cell.data_type = text, "s"
            cell.quotePrefix = True

    assert {new for _, new in changes(tab_of(edited(book, tmp_path / "a.xlsx", edit))).values()} == {"=1+1", "-10 %"}


def test_rows_may_be_sorted_filtered_and_deleted(book: Path, tmp_path: Path) -> None:
    def edit(opened: Any) -> None:
        put(5, "Montant", 5)(opened)
        sheet = opened[TAB]
        rows = [[cell.value for cell in cells] for cells in sheet.iter_rows(min_row=2)]
        for number, values in enumerate(reversed(rows), 2):
            for place, value in enumerate(values, 1):
                sheet.cell(number, place).value = value
        sheet.row_dimensions[3].hidden = True
        sheet.delete_rows(2)

    tab = tab_of(edited(book, tmp_path / "a.xlsx", edit))
    assert list(changes(tab)) == [(5, "Montant")]
    assert (tab.refused, tab.unchanged) == ((), 2)


def test_columns_may_be_added_moved_and_taken_away(book: Path, tmp_path: Path) -> None:
    def edit(opened: Any) -> None:
        put(4, "Montant", "4,50")(opened)
        sheet = opened[TAB]
        sheet.insert_cols(1)
        sheet.cell(1, 1).value = "Ma remarque"
        sheet.cell(row(sheet, 4), 1).value = "vu avec elle"
        sheet.delete_cols(column(sheet, "Nationalité"))
        sheet.insert_rows(1)
        sheet.cell(1, 1).value = "Corrections de novembre"

    path = edited(book, tmp_path / "a.xlsx", lambda _: None)
    opened = openpyxl.load_workbook(path)
    edit(opened)
    opened.save(path)
    tab = tab_of(path)
    assert list(changes(tab)) == [(4, "Montant")]
    assert any("Ma remarque" in note for note in tab.notes)
    assert tab.stands.count(-1) == 1


def test_one_of_four_columns_of_the_same_label_may_be_corrected(book: Path, tmp_path: Path) -> None:
    tab = tab_of(edited(book, tmp_path / "a.xlsx", put(4, "Nom", "LEROY-MOREL", number=3)))
    ((_, label),) = changes(tab)
    assert label == "Nom"
    assert len({cell.column for edit in tab.edits for cell in edit.cells}) == 1


def _copy_row(opened: Any, line: int, **changed: object) -> None:
    sheet = opened[TAB]
    values = [cell.value for cell in sheet[row(sheet, line)]]
    for label, value in changed.items():
        values[column(sheet, label) - 1] = value
    sheet.append(values)


def test_a_row_that_was_copied_counts_once(book: Path, tmp_path: Path) -> None:
    def edit(opened: Any) -> None:
        put(4, "Montant", "4,50")(opened)
        _copy_row(opened, 4)
        _copy_row(opened, 5)

    tab = tab_of(edited(book, tmp_path / "a.xlsx", edit))
    assert list(changes(tab)) == [(4, "Montant")]
    assert (tab.refused, tab.unchanged) == ((), 3)


def test_copies_that_say_two_things_are_refused_with_both(book: Path, tmp_path: Path) -> None:
    def edit(opened: Any) -> None:
        put(4, "Montant", "4,50")(opened)
        _copy_row(opened, 4, Montant="4,60")

    tab = tab_of(edited(book, tmp_path / "a.xlsx", edit))
    assert tab.edits == ()
    assert [number for number, _ in tab.refused] == [3, 6]
    assert all("4,50" in reason and "4,60" in reason for _, reason in tab.refused)


def test_an_added_row_is_refused_and_a_remark_passed_over(book: Path, tmp_path: Path) -> None:
    def edit(opened: Any) -> None:
        sheet = opened[TAB]
        _copy_row(opened, 4, Référence=None, Ligne=None)
        sheet.cell(sheet.max_row + 2, 3).value = "Vu le 21 novembre"
        _copy_row(opened, 5, Référence="C2026-999999")

    tab = tab_of(edited(book, tmp_path / "a.xlsx", edit))
    assert [number for number, _ in tab.refused] == [6, 9]
    assert "formulaire" in tab.refused[0][1]
    assert "référence" in tab.refused[1][1]
    assert tab.unchanged == 4


def test_a_tab_may_be_renamed(book: Path, tmp_path: Path) -> None:
    def edit(opened: Any) -> None:
        put(4, "Montant", "4,50")(opened)
        opened[TAB].title = "à moi"

    tab = tab_of(edited(book, tmp_path / "a.xlsx", edit))
    assert tab.title == "à moi"
    assert list(changes(tab)) == [(4, "Montant")]


def test_without_its_reference_column_a_tab_is_refused(book: Path, tmp_path: Path) -> None:
    tab = tab_of(edited(book, tmp_path / "a.xlsx", lambda opened: opened[TAB].delete_cols(1)))
    assert tab.edits == ()
    assert "Référence" in tab.refused[0][1]


def _damage_format(opened: Any) -> None:
    opened[RECORDS]["B1"].value = 99


def _damage_twin(opened: Any) -> None:
    del opened[twin_name(1)]


def _damage_lines(opened: Any) -> None:
    for cells in opened[RECORDS].iter_rows():
        if cells[0].value == "fiche":
            cells[2].value = "?"


def _lose_records(opened: Any) -> None:
    for name in (RECORDS, twin_name(1)):
        del opened[name]
    opened.active = 1
    opened.move_sheet(TAB, -1)


@pytest.mark.parametrize("damage", [_damage_format, _damage_twin, _damage_lines, _lose_records])
def test_a_workbook_that_cannot_be_taken_back_is_refused_with_what_to_do(
    book: Path, tmp_path: Path, damage: Any
) -> None:
    reading = read(edited(book, tmp_path / "a.xlsx", damage))
    assert [source.state for source in reading.sources] == ["rejeté"]
    assert "déposez" in (reading.sources[0].reason or "")
    assert reading.returned is None
