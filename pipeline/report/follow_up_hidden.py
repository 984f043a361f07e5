"""The hidden sheets of ``suivi.xlsx``: what the workbook is, her cells as they were written, the drop-down lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from pipeline.desk.columns import FORMAT_VERSION, KIND, LISTS, RECORDS, REFERENCE_TITLE, VALUES, Columns
from pipeline.model import CellValue, Outcome
from pipeline.report.follow_up_cells import Filled
from pipeline.report.looks import Looks


def write_records(book: Workbook, outcome: Outcome, columns: Columns) -> None:
    """Write what the workbook is: format version, kind, run, the title of each column of hers, and which form each row shows.

    The form tells a dossier of this register from one of another that bears the same reference.
    """
    sheet, looks = hidden(book, RECORDS)
    lines: list[tuple[CellValue, ...]] = [
        ("format", FORMAT_VERSION),
        ("classeur", KIND),
        ("run", outcome.run_id, outcome.day.isoformat()),
    ]
    lines += [("colonne", column.key, column.title) for column in columns.hers]
    lines += [("fiche", follow.reference, follow.verdict.entry.deposit.digest) for follow in outcome.follow_ups]
    for line in lines:
        sheet.append([looks.cell(value) for value in line])


def write_values(book: Workbook, rows: Sequence[tuple[str, Mapping[str, Filled]]], columns: Columns) -> None:
    """Write her cells as they stand on « Dossiers », and which of them hold what the form says."""
    sheet, looks = hidden(book, VALUES)
    keys = [column.key for column in columns.hers]
    sheet.append([looks.cell(title) for title in (REFERENCE_TITLE, "fiche", *keys)])
    for reference, cells in rows:
        of_form = " ".join(key for key in keys if cells[key].of_form) or None
        values = (reference, of_form, *(cells[key].value for key in keys))
        sheet.append([None if value is None else looks.cell(value) for value in values])


def write_lists(book: Workbook, lists: Mapping[str, Sequence[str]]) -> None:
    """Write the values of the drop-down lists, a column for each."""
    sheet, looks = hidden(book, LISTS)
    for index in range(max(map(len, lists.values()), default=0)):
        sheet.append([looks.cell(v[index]) if index < len(v) else None for v in lists.values()])


def hidden(book: Workbook, title: str) -> tuple[Any, Looks]:
    """Add a hidden sheet; return it with the maker of its cells."""
    sheet: Any = book.create_sheet(title)
    sheet.sheet_state = "hidden"
    return sheet, Looks(sheet)
