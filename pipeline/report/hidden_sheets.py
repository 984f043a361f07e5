"""The hidden sheets of ``a_corriger.xlsx``: what brings it back, its values as written, its drop-down lists."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from pipeline.intake.returned.records import CORRECTIONS, FORMAT_VERSION, LEADING, RECORDS
from pipeline.model import CellValue, Outcome
from pipeline.report.book import Book
from pipeline.report.looks import Looks
from pipeline.report.tabs import Tab, home_of
from pipeline.tables import Tables
from pipeline.tables.fields import Field

LISTS = "_listes"


def twin_name(number: int) -> str:
    """Return the name of the hidden sheet that holds the values of the tab of that number, 1 for the first."""
    return f"_valeurs_{number}"


def write_records(book: Book, outcome: Outcome, tabs: Sequence[Tab]) -> None:
    """Write the hidden sheet by which a corrected workbook is known: :mod:`pipeline.intake.returned.records`."""
    sheet = book.add(RECORDS, hidden=True)
    looks = Looks(sheet)

    def append(*values: str | int) -> None:
        sheet.append([looks.cell(value) for value in values])

    append("format", FORMAT_VERSION)
    append("classeur", CORRECTIONS)
    append("run", outcome.run_id, outcome.day.isoformat())
    for number, tab in enumerate(tabs, 1):
        width = len(tab.layout.headers)
        append("onglet", number, tab.title, tab.file, tab.sheet, twin_name(number), width)
        for index, key in enumerate(tab.added):
            append("colonne", number, len(LEADING) + width + index, key)
        for row, verdict in enumerate(tab.verdicts, 2):
            home, deposit = home_of(verdict), verdict.entry.deposit
            reference = verdict.entry.reference or ""
            append("fiche", number, row, reference, home.file, home.sheet, home.row, deposit.digest)


def write_twin(book: Book, number: int, headers: Sequence[str], rows: Sequence[Sequence[CellValue]]) -> None:
    """Write the values of one tab once more, as the tab has them: a returned cell is compared with its twin."""
    sheet = book.add(twin_name(number), hidden=True)
    looks = Looks(sheet)
    sheet.append([looks.cell(label, "bare") for label in headers])
    for row in rows:
        sheet.append([None if value is None else looks.cell(value, "bare") for value in row])


class Lists:
    """The values of the drop-down lists, one column of a hidden sheet for each distinct list."""

    def __init__(self, tables: Tables) -> None:
        self._columns: dict[tuple[str, ...], str] = {}
        for entry in tables.fields.values():
            values = _values(entry)
            if values:
                self._columns.setdefault(values, get_column_letter(len(self._columns) + 1))

    def reference(self, entry: Field) -> str | None:
        """Return the range of the values that ``entry`` may take; None when it is not a choice."""
        values = _values(entry)
        if not values:
            return None
        column = self._columns[values]
        return f"'{LISTS}'!${column}$1:${column}${len(values)}"

    def write(self, book: Book) -> None:
        """Write them at the end of ``book``, hidden."""
        sheet = book.add(LISTS, hidden=True)
        looks = Looks(sheet)
        for index in range(max(map(len, self._columns), default=0)):
            sheet.append([looks.cell(v[index]) if index < len(v) else None for v in self._columns])


def _values(entry: Field) -> tuple[str, ...]:
    return ("Oui", "Non") if entry.genre == "oui/non" else entry.allowed if entry.genre == "choix" else ()
