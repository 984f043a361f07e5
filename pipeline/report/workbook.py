"""``a_corriger.xlsx``: the rows that need work, as they came, each problem on the cell that caused it.

Sheets: « Synthèse », one for each source sheet with rows to settle, then hidden ones: ``_conventions`` and, for each
tab, its values as they were written (together they bring the workbook back), ``_listes`` (values of drop-down lists).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from pipeline.intake.returned.records import FORMAT_VERSION, LEADING, RECORDS
from pipeline.language import long_date
from pipeline.model import CellValue, Outcome, Verdict
from pipeline.report.book import Book
from pipeline.report.hidden_sheets import LISTS, Lists, write_records, write_twin
from pipeline.report.looks import TONES, Looks, Shape, Tone, print_on_paper, row_height
from pipeline.report.notes import note
from pipeline.report.phrases import level_name, see_also, shorten
from pipeline.report.synthesis import write_synthesis
from pipeline.report.tabs import Mark, Tab, marks_of, owners_of, row_of, tabs_of
from pipeline.tables import Tables
from pipeline.tables.fields import Field

__all__ = ["FORMAT_VERSION", "LEADING", "LISTS", "RECORDS", "SUMMARY", "write_workbook"]

SUMMARY = "Synthèse"
_LEADING_WIDTHS = (14, 11, 44, 15, 7)
_AUTHOR = "Contrôle des conventions"
_COMMENT_LENGTH = 1_500
_TALLEST = 6
"""Lines of text that a row shows at most; the cell holds the rest."""
_ON_PAPER = 60
"""Per cent of its size at which a tab prints, reference, state and what to do again on every page."""


def write_workbook(
    outcome: Outcome,
    path: Path,
    tables: Tables,
    titles: Mapping[str, str] | None = None,
    only: Sequence[Verdict] | None = None,
    portfolio: str = "",
) -> None:
    """Write the workbook of ``outcome`` at ``path``; the same outcome gives the same bytes.

    ``titles`` says a rule in plain words, by its id, for the summary. ``only`` are the verdicts of one portfolio,
    named ``portfolio``; all of them without it.
    """
    if only is not None:
        outcome = dataclasses.replace(outcome, verdicts=tuple(only))
    book = Book(outcome.day, _AUTHOR, f"Dossiers à corriger – {portfolio or long_date(outcome.day, 'fr')}")
    tabs = tabs_of(outcome.verdicts, tables, (SUMMARY, RECORDS, LISTS))
    sheets = [(t.title, t.file, t.sheet, len(t.verdicts)) for t in tabs]
    write_synthesis(book, outcome, tables, sheets, titles or {}, portfolio)
    lists = Lists(tables)
    written = [_write_tab(book, tab, tables, lists) for tab in tabs]
    write_records(book, outcome, tabs)
    for number, (headers, rows) in enumerate(written, 1):
        write_twin(book, number, headers, rows)
    lists.write(book)
    book.store(path)


_Written = tuple[Sequence[str], Sequence[Sequence[CellValue]]]
"""The headers and the values of a tab."""


def _write_tab(book: Book, tab: Tab, tables: Tables, lists: Lists) -> _Written:
    sheet: Any = book.add(tab.title)
    looks = Looks(sheet)
    rows = [row_of(verdict, tab, tables) for verdict in tab.verdicts]
    owners = owners_of(tab, tables)
    shapes = [None if owner is None else _SHAPES.get(owner.genre, "text") for owner in owners]
    headers: list[tuple[str, Tone]] = [(name, "head") for name in LEADING]
    headers += [(shorten(label, 120), "head") for label in tab.layout.headers]
    headers += [(tables.fields[key].label, "added") for key in tab.added]
    widths = _widths([label for label, _ in headers], rows, owners)
    sheet.set_widths(widths)
    last = f"{get_column_letter(len(headers))}{len(rows) + 1}"
    sheet.freeze_panes = f"{get_column_letter(len(LEADING) + 1)}2"
    sheet.sheet_view.zoomScale = 100
    print_on_paper(sheet)
    sheet.page_setup.paperSize = 8  # A3: a form has a hundred columns, which one page cannot hold
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.scale = _ON_PAPER
    sheet.page_setup.pageOrder = "overThenDown"
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:C"
    sheet.append([looks.cell(label, tone) for label, tone in headers], 48)
    for verdict, row in zip(tab.verdicts, rows, strict=True):
        marks = marks_of(verdict, tab, tables)
        cells = _cells(row, marks, shapes, looks)
        sheet.append(cells, row_height(row, widths, _TALLEST), {column: note(_told(m)) for column, m in marks.items()})
    sheet.auto_filter.ref = f"A1:{last}"
    for index, owner in enumerate(owners):
        if owner is not None and (source := lists.reference(owner)):
            letters = get_column_letter(index + 1)
            rule = DataValidation(
                type="list", formula1=source, allow_blank=True, showErrorMessage=False, showInputMessage=False
            )
            rule.add(f"{letters}2:{letters}{len(rows) + 1}")
            sheet.data_validations.append(rule)
    return [label for label, _ in headers], rows


_SHAPES: Mapping[str, Shape] = {
    "date": "date",
    "date-heure": "moment",
    "nombre": "general",
    "montant": "general",
}
"""How an empty cell is shaped by the type of its field; the others stay text, so that 0612… keeps its zero."""


def _cells(
    row: Sequence[CellValue], marks: Mapping[int, Mark], shapes: Sequence[Shape | None], looks: Looks
) -> list[str | None]:
    cells: list[str | None] = []
    lead = len(LEADING)
    for column, (value, shape) in enumerate(zip(row, shapes, strict=True)):
        mark = marks.get(column)
        if mark is None and value is None and shape is None:
            cells.append(None)
            continue
        tone: Tone = TONES[mark.level] if mark is not None else "lead" if column < lead else "plain"
        cells.append(looks.cell(value, tone, shape or "text"))
    return cells


def _told(mark: Mark) -> str:
    """Return the text of a comment: for each finding what is wrong and why, what to do, and the rule to quote."""
    parts = [
        f"{level_name(finding).upper()} ({finding.rule})\n"
        f"{shorten(finding.message, 700)}\n→ {shorten(finding.fix, 500)}\nQui agit : {finding.actor}"
        + (f"\n{also}" if (also := see_also(finding)) else "")
        for finding in mark.findings
    ]
    shown: list[str] = []
    length = 0
    for part in parts:
        length += len(part)
        if shown and length > _COMMENT_LENGTH:
            shown.append(f"… et {len(parts) - len(shown)} autre(s) : voir le rapport.")
            break
        shown.append(part)
    return "\n\n".join(shown)


def _widths(headers: Sequence[str], rows: Sequence[Sequence[CellValue]], owners: Sequence[Field | None]) -> list[float]:
    """Return the width of each column in characters, between 10 and 30."""
    widths: list[float] = list(_LEADING_WIDTHS)
    for column in range(len(LEADING), len(headers)):
        words = max((len(word) for word in headers[column].split()), default=0)
        longest = max((_shown_length(row[column]) for row in rows), default=0)
        owner = owners[column]
        least = 12 if owner is not None and owner.genre in ("date", "date-heure") else 10
        widths.append(float(min(30, max(least, words + 2, math.ceil(len(headers[column]) / 3) + 2, longest + 2))))
    return widths


def _shown_length(value: CellValue) -> int:
    if isinstance(value, str):
        return min(len(value), 200)
    return 0 if value is None else 11 if not isinstance(value, datetime) else 16
