"""The hidden sheet by which a workbook of ours is known when it comes back, and what it says of each row.

Its lines begin with a word: ``format`` version; ``classeur`` kind; ``run`` id, day; ``onglet`` number, title, source
file, source sheet, its twin (the hidden sheet with the values as they were written), how many columns the source has;
``colonne`` number of the tab, 0-based column of the twin, field key (a column that the source does not have);
``fiche`` number of the tab, row of the twin, reference, source file, sheet and row, digest of the deposit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.intake.tables import Table
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import CellValue, Place
from pipeline.tables.words import clean_spaces

RECORDS = "_conventions"
"""Name of the hidden sheet."""
FORMAT_VERSION = 2
"""Of the hidden sheet of a workbook of corrections; one of another version is refused."""
CORRECTIONS = "a_corriger"
"""The kind of the workbook of dossiers to correct, and the profile of its sheets in run.json."""
REFERENCE, LINE = "Référence", "Ligne"
LEADING = (REFERENCE, "État", "À faire", "Qui agit", LINE)
"""The columns before those of the source."""
SUMMARY_TITLE = "Dossiers à corriger ou à compléter"
"""The first line of its first sheet, which is all that a .csv of it holds."""

_AGAIN = "reportez vos corrections dans le classeur a_corriger.xlsx du dernier rapport et déposez celui-ci."


_SEARCHED_ROWS = 40
_MARKS: Mapping[str, Sequence[frozenset[str]]] = {
    "a_corriger.xlsx": (frozenset(LEADING), frozenset({SUMMARY_TITLE})),
    "suivi.xlsx": (frozenset({"Référence", "Prochaine action", "Pièces complètes"}),),
}
"""Workbook → the cells that one row of it bears, each set enough to know it by, once its hidden sheets are gone."""


@dataclass(frozen=True, slots=True)
class RowRecord:
    """One row of the workbook as it was written."""

    twin_row: int
    """1-based row of the twin."""
    reference: str
    origin: Place
    """Its row in the export."""
    digest: str
    """Of the deposit that it showed."""


@dataclass(frozen=True, slots=True)
class TabRecord:
    """One tab of the workbook as it was written."""

    title: str
    twin: Table
    width: int
    """Number of the source's columns, which stand after the leading ones."""
    added: tuple[str, ...]
    """Field keys of the columns after them."""
    rows: tuple[RowRecord, ...]


def kind_of(tables: Sequence[Table]) -> str | None:
    """Return the kind of workbook of ours that ``tables`` are, None when they are none.

    Raises UnreadableFile, its reason saying what to do, when it is one of another version or its hidden sheet is gone.
    What another kind of workbook holds is for its own reader to judge.
    """
    records = next((table for table in tables if table.sheet == RECORDS), None)
    if records is None:
        if name := next(filter(None, map(_ours, tables)), ""):
            raise UnreadableFile(
                f"c’est une copie partielle du classeur {name} (ses feuilles masquées manquent) : "
                "enregistrez le classeur entier, au format .xlsx ou .ods, et déposez-le."
            )
        return None
    lines = _lines(records)
    version = next((line[0] for word, line in lines if word == "format" and line), None)
    if version is None:
        raise _damaged()
    kind = next((_text(line[0]) for word, line in lines if word == "classeur" and line), CORRECTIONS)
    if kind == CORRECTIONS and version != FORMAT_VERSION:
        raise UnreadableFile(f"ce classeur vient d’une autre version du logiciel : {_AGAIN}")
    return kind


def written_on(tables: Sequence[Table]) -> date | None:
    """Return the processing day of the run that wrote the workbook; None when its hidden sheet does not tell it."""
    lines = (line for table in tables if table.sheet == RECORDS for word, line in _lines(table) if word == "run")
    day = next((line[1] for line in lines if len(line) > 1), None)
    try:
        return day.date() if isinstance(day, datetime) else date.fromisoformat(_text(day))
    except ValueError:
        return None


def read_tabs(tables: Sequence[Table]) -> tuple[TabRecord, ...]:
    """Return the tabs of a workbook of corrections as it was written. Raises UnreadableFile when it is damaged."""
    by_name = {table.sheet: table for table in tables}
    lines = _lines(by_name[RECORDS])
    try:
        tabs = {_number(line[0]): line for word, line in lines if word == "onglet"}
        added: dict[int, dict[int, str]] = {number: {} for number in tabs}
        rows: dict[int, list[RowRecord]] = {number: [] for number in tabs}
        for word, line in lines:
            if word == "colonne":
                added[_number(line[0])][_number(line[1])] = _text(line[2])
            elif word == "fiche":
                rows[_number(line[0])].append(_row(line))
        return tuple(_tab(line, added[number], rows[number], by_name) for number, line in tabs.items())
    except (KeyError, IndexError, ValueError) as error:
        raise _damaged() from error


def _tab(
    line: Sequence[CellValue], added: Mapping[int, str], rows: Sequence[RowRecord], by_name: Mapping[str, Table]
) -> TabRecord:
    twin, width = by_name[_text(line[4])], _number(line[5])
    first = len(LEADING) + width
    if sorted(added) != list(range(first, first + len(added))):
        raise ValueError("added columns")
    if not twin.rows or max((row.twin_row for row in rows), default=1) > len(twin.rows):
        raise ValueError("twin")
    return TabRecord(_text(line[1]), twin, width, tuple(added[index] for index in sorted(added)), tuple(rows))


def _row(line: Sequence[CellValue]) -> RowRecord:
    origin = Place(_text(line[3]), _text(line[4]), _number(line[5]))
    digest = _text(line[6])
    if len(digest) != 64:
        raise ValueError("digest")
    return RowRecord(_number(line[1]), _text(line[2]), origin, digest)


def _lines(records: Table) -> list[tuple[str, tuple[CellValue, ...]]]:
    return [(str(row[0]), row[1:]) for row in records.rows if row and row[0] is not None]


def _number(value: CellValue) -> int:
    return int(_text(value))


def _text(value: CellValue) -> str:
    return "" if value is None else str(value)


def _ours(table: Table) -> str:
    """Return the name of the workbook of ours whose columns or first words ``table`` bears, "" when it is none's."""
    for row in table.rows[:_SEARCHED_ROWS]:
        cells = {clean_spaces(cell) for cell in row if isinstance(cell, str)}
        for name, words in _MARKS.items():
            if any(cells >= marks for marks in words):
                return name
    return ""


def _damaged() -> UnreadableFile:
    return UnreadableFile(f"les feuilles masquées de ce classeur ont été modifiées : {_AGAIN}")
