"""The hidden sheets of ``suivi.xlsx``: what the workbook is, her cells as they were written, the drop-down lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.desk.columns import FORMAT_VERSION, KIND, LISTS, RECORDS, REFERENCE_TITLE, VALUES, Columns
from pipeline.model import CellValue, Outcome
from pipeline.report.book import Book
from pipeline.report.follow_up_cells import Filled
from pipeline.report.looks import Looks


def write_records(book: Book, outcome: Outcome, columns: Columns) -> None:
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


@dataclass(frozen=True, slots=True)
class Hers:
    """Her cells of one dossier, as they were written."""

    reference: str
    of_form: str | None
    """The keys of those that hold what the form says."""
    values: tuple[CellValue, ...]


def hers_of(reference: str, cells: Mapping[str, Filled], columns: Columns) -> Hers:
    """Return her cells among those of one row."""
    keys = [column.key for column in columns.hers]
    of_form = " ".join([key for key in keys if cells[key].of_form]) or None
    return Hers(reference, of_form, tuple([cells[key].value for key in keys]))


def write_values(book: Book, rows: Sequence[Hers], columns: Columns) -> None:
    """Write her cells as they stand on « Dossiers », and which of them hold what the form says."""
    sheet, looks = hidden(book, VALUES)
    titles = (REFERENCE_TITLE, "fiche", *(column.key for column in columns.hers))
    sheet.append([looks.cell(title) for title in titles])
    for row in rows:
        values = (row.reference, row.of_form, *row.values)
        sheet.append([None if value is None else looks.cell(value) for value in values])


def write_lists(book: Book, lists: Mapping[str, Sequence[str]]) -> None:
    """Write the values of the drop-down lists, a column for each."""
    sheet, looks = hidden(book, LISTS)
    for index in range(max(map(len, lists.values()), default=0)):
        sheet.append([looks.cell(v[index]) if index < len(v) else None for v in lists.values()])


def hidden(book: Book, title: str) -> tuple[Any, Looks]:
    """Add a hidden sheet; return it with the maker of its cells."""
    sheet = book.add(title, hidden=True)
    return sheet, Looks(sheet)
