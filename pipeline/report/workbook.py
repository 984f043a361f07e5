"""``a_corriger.xlsx``: the rows that need work, as they came, each problem on the cell that caused it.

Sheets: « Synthèse », one for each source sheet with rows to settle, then two hidden ones: ``_conventions`` (what
brings the workbook back: its first column says what each line is) and ``_listes`` (values of the drop-down lists).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from pipeline.language import long_date
from pipeline.model import CellValue, Finding, Layout, Outcome, Verdict
from pipeline.report.looks import TONES, Looks, Shape, Tone, clean, comment, print_on_paper, row_height
from pipeline.report.package import FixedZip, Grid
from pipeline.report.phrases import LEVELS, Level, level, level_name, needs_work, see_also, shorten, to_do, worst_first
from pipeline.report.synthesis import write_synthesis
from pipeline.tables import Tables
from pipeline.tables.fields import Field
from pipeline.tables.words import clean_spaces

FORMAT_VERSION = 1
"""Of the hidden sheet ``_conventions``; a reader refuses one that it does not know."""
RECORDS, LISTS, SUMMARY = "_conventions", "_listes", "Synthèse"
LEADING = ("Référence", "État", "À faire", "Ligne")
"""The columns before the original ones."""
_LEADING_WIDTHS = (14, 11, 44, 7)
_TO_DO = 2
_AUTHOR = "Contrôle des conventions"
_COMMENT_LENGTH = 1_500
_TALLEST = 6
"""Lines of text that a row shows at most; the cell holds the rest."""
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]+")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands on one cell: the worst of its findings gives the colour, all of them the comment."""

    level: Level
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet of the workbook: the rows of one source sheet that need work."""

    title: str
    file: str
    sheet: str
    layout: Layout
    added: tuple[str, ...]
    """Keys of the fields that the source does not ask, in the order of the form."""
    verdicts: tuple[Verdict, ...]


def write_workbook(outcome: Outcome, path: Path, tables: Tables, titles: Mapping[str, str] | None = None) -> None:
    """Write the workbook of ``outcome`` at ``path``; the same outcome gives the same bytes.

    ``titles`` says a rule in plain words, by its id, for the summary.
    """
    book = Workbook(write_only=True)
    stamp = datetime(outcome.day.year, outcome.day.month, outcome.day.day)  # noqa: DTZ001 (a day, no moment)
    book.properties.created = book.properties.modified = stamp
    book.properties.creator = _AUTHOR
    book.properties.title = f"Dossiers à corriger – {long_date(outcome.day, 'fr')}"
    tabs = _tabs(outcome.verdicts, tables)
    write_synthesis(book, outcome, tables, [(t.title, t.file, t.sheet, len(t.verdicts)) for t in tabs], titles or {})
    lists = _Lists(tables)
    grids = [grid for tab in tabs if (grid := _write_tab(book, tab, tables, lists)) is not None]
    _write_records(book, outcome, tabs)
    lists.write(book)
    with FixedZip(path, outcome.day, grids) as archive:
        ExcelWriter(book, archive).write_data()


def _tabs(verdicts: Iterable[Verdict], tables: Tables) -> list[Tab]:
    groups: dict[tuple[str, str, tuple[str, ...]], list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda v: v.place):
        if needs_work(verdict):
            # The same name may have had other columns in an earlier export, whose rows come from the register.
            headers = verdict.entry.deposit.form.layout.headers
            groups.setdefault((verdict.place.file, verdict.place.sheet, headers), []).append(verdict)
    files = [file for file, *_ in groups]
    taken = {SUMMARY.casefold(), RECORDS.casefold(), LISTS.casefold(), "history"}
    tabs = []
    for (file, sheet, _), rows in groups.items():
        wished = PurePosixPath(file).stem
        if files.count(file) > 1 and sheet:
            wished = f"{wished} – {sheet}"
        layout = rows[0].entry.deposit.form.layout
        asked_for = {key for verdict in rows for key in _unasked(verdict, tables)}
        added = tuple(key for key in tables.fields if key in asked_for)
        tabs.append(Tab(_title(wished, taken), file, sheet, layout, added, tuple(rows)))
    return tabs


def _title(wished: str, taken: set[str]) -> str:
    """Return a sheet name that Excel accepts: 31 characters, none of []:*?/\\, no apostrophe at an end, unique."""
    base = clean(clean_spaces(_NOT_IN_A_TITLE.sub(" ", wished))).strip(" '") or "Feuille"
    number = 1
    while True:
        tail = f" ({number})" if number > 1 else ""
        # 31 UTF-16 units: an emoji counts twice.
        room = 2 * (31 - len(tail))
        title = base.encode("utf-16-le")[:room].decode("utf-16-le", "ignore").rstrip(" '") + tail
        if title.casefold() not in taken:
            taken.add(title.casefold())
            return title
        number += 1


def _unasked(verdict: Verdict, tables: Tables) -> Iterable[str]:
    """Yield the fields that a finding waits for and that the source has no column for."""
    for finding in verdict.findings:
        if level(finding) != "know":
            yield from _unasked_by(finding, verdict, tables)


def _unasked_by(finding: Finding, verdict: Verdict, tables: Tables) -> Sequence[str]:
    columns = verdict.entry.deposit.form.layout.columns
    missing = [key for key in finding.fields if key in tables.fields and not columns.get(key)]
    if finding.cells:
        # A rule that compares several fields has its cells; only an empty one that it owns needs a new column.
        missing = [key for key in missing if tables.fields[key].empty_rule == finding.rule]
    values = verdict.entry.deposit.values
    return [key for key in missing if key not in values]


def _marks(verdict: Verdict, tab: Tab, tables: Tables) -> Mapping[int, Mark]:
    """Return what stands on each 0-based column of this row of the workbook."""
    found: dict[int, list[Finding]] = {}
    lead, width = len(LEADING), len(tab.layout.headers)
    for finding in worst_first(verdict.findings):
        if level(finding) == "know":
            continue
        columns = [lead + index for index in _columns_of(finding, verdict) if index < width]
        columns += [lead + width + tab.added.index(key) for key in _unasked_by(finding, verdict, tables)]
        for column in columns or [_TO_DO]:
            found.setdefault(column, []).append(finding)
    return {
        column: Mark(min((level(f) for f in findings), key=LEVELS.index), tuple(findings))
        for column, findings in found.items()
    }


def _columns_of(finding: Finding, verdict: Verdict) -> Sequence[int]:
    """Return the 0-based columns of the source that ``finding`` names in its own row."""
    form = verdict.entry.deposit.form
    cells = finding.cells or tuple(a for key in finding.fields for a in form.addresses(key))
    found: dict[int, None] = {}
    for cell in cells:
        match = _ADDRESS.fullmatch(cell)
        if match and int(match[2]) == verdict.place.row:
            index = 0
            for letter in match[1]:
                index = index * 26 + ord(letter) - 64
            found[index - 1] = None
    return list(found)


def _write_tab(book: Workbook, tab: Tab, tables: Tables, lists: _Lists) -> Grid | None:
    sheet: Any = book.create_sheet(tab.title)
    looks = Looks(sheet)
    rows = [_row(verdict, tab, tables) for verdict in tab.verdicts]
    owners = _owners(tab, tables)
    headers: list[tuple[str, Tone]] = [(name, "head") for name in LEADING]
    headers += [(shorten(label, 120), "head") for label in tab.layout.headers]
    headers += [(tables.fields[key].label, "added") for key in tab.added]
    widths = _widths([label for label, _ in headers], rows, owners)
    heights = [48.0] + [row_height(row, widths, _TALLEST) for row in rows]
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    for index, height in enumerate(heights, 1):
        sheet.row_dimensions[index].height = height
    last = f"{get_column_letter(len(headers))}{len(rows) + 1}"
    sheet.freeze_panes = f"{get_column_letter(len(LEADING) + 1)}2"
    sheet.sheet_view.zoomScale = 100
    print_on_paper(sheet)
    sheet.print_title_rows = "1:1"
    sheet.append([looks.cell(label, tone) for label, tone in headers])
    noted = False
    for verdict, row in zip(tab.verdicts, rows, strict=True):
        marks = _marks(verdict, tab, tables)
        noted = noted or bool(marks)
        sheet.append(_cells(row, marks, owners, looks))
    sheet.auto_filter.ref = f"A1:{last}"
    for index, owner in enumerate(owners):
        if owner is not None and (source := lists.reference(owner)):
            letters = get_column_letter(index + 1)
            rule = DataValidation(
                type="list", formula1=source, allow_blank=True, showErrorMessage=False, showInputMessage=False
            )
            rule.add(f"{letters}2:{letters}{len(rows) + 1}")
            sheet.data_validations.append(rule)
    if not noted:
        return None
    return Grid([math.ceil(w * 7 + 5) for w in widths], [math.ceil(h * 4 / 3) for h in heights])


def _row(verdict: Verdict, tab: Tab, tables: Tables) -> list[CellValue]:
    """Return the values of one row: the leading ones, the original ones, the added columns empty."""
    width = len(tab.layout.headers)
    original = verdict.entry.deposit.form.original[:width]
    return [
        verdict.entry.reference or "",
        verdict.status,
        to_do(verdict, tables.fields),
        verdict.place.row,
        *original,
        *([None] * (width - len(original) + len(tab.added))),
    ]


def _owners(tab: Tab, tables: Tables) -> list[Field | None]:
    """Return for each column the one field that it feeds, None when it feeds none or several."""
    fed: dict[int, set[str]] = {}
    for key, columns in tab.layout.columns.items():
        for column in columns:
            fed.setdefault(column, set()).add(key)
    owners: list[Field | None] = [None] * len(LEADING)
    for column in range(len(tab.layout.headers)):
        keys = sorted(fed.get(column, ()))
        owners.append(tables.fields.get(keys[0]) if len(keys) == 1 else None)
    return owners + [tables.fields[key] for key in tab.added]


_SHAPES: Mapping[str, Shape] = {
    "date": "date",
    "date-heure": "moment",
    "nombre": "general",
    "montant": "general",
}
"""How an empty cell is shaped by the type of its field; the others stay text, so that 0612… keeps its zero."""


def _cells(
    row: Sequence[CellValue], marks: Mapping[int, Mark], owners: Sequence[Field | None], looks: Looks
) -> list[Any]:
    cells: list[Any] = []
    lead = len(LEADING)
    for column, value in enumerate(row):
        mark = marks.get(column)
        if mark is None and value is None and owners[column] is None:
            cells.append(None)
            continue
        tone: Tone = TONES[mark.level] if mark is not None else "lead" if column < lead else "plain"
        owner = owners[column]
        cell = looks.cell(value, tone, _SHAPES.get(owner.genre, "text") if owner is not None else "text")
        if mark is not None:
            cell.comment = comment(_told(mark), _AUTHOR)
        cells.append(cell)
    return cells


def _told(mark: Mark) -> str:
    """Return the text of a comment: for each finding what is wrong and why, what to do, and the rule to quote."""
    parts = [
        f"{level_name(finding).upper()} ({finding.rule})\n"
        f"{shorten(finding.message, 700)}\n→ {shorten(finding.fix, 500)}"
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


def _write_records(book: Workbook, outcome: Outcome, tabs: Sequence[Tab]) -> None:
    """Write the hidden sheet by which a corrected workbook is known and taken back.

    Its lines: ``format`` version; ``run`` id, day; ``colonne`` sheet, 1-based column, field key (an added column);
    ``fiche`` sheet, row here, reference, source file, source sheet, source row, digest of the deposit. The sheet and
    « Ligne » name a row whatever the sorting.
    """
    sheet: Any = book.create_sheet(RECORDS)
    sheet.sheet_state = "hidden"
    looks = Looks(sheet)

    def append(*values: str | int) -> None:
        sheet.append([looks.cell(value) for value in values])

    append("format", FORMAT_VERSION)
    append("run", outcome.run_id, outcome.day.isoformat(), len(LEADING))
    for tab in tabs:
        first = len(LEADING) + len(tab.layout.headers) + 1
        for index, key in enumerate(tab.added):
            append("colonne", tab.title, first + index, key)
        for row, verdict in enumerate(tab.verdicts, 2):
            reference = verdict.entry.reference or ""
            place = verdict.place
            append(
                "fiche",
                tab.title,
                row,
                reference,
                place.file,
                place.sheet,
                place.row,
                verdict.entry.deposit.digest,
            )


class _Lists:
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

    def write(self, book: Workbook) -> None:
        """Write them at the end of ``book``, hidden."""
        sheet: Any = book.create_sheet(LISTS)
        sheet.sheet_state = "hidden"
        looks = Looks(sheet)
        for index in range(max(map(len, self._columns), default=0)):
            sheet.append([looks.cell(v[index]) if index < len(v) else None for v in self._columns])


def _values(entry: Field) -> tuple[str, ...]:
    return ("Oui", "Non") if entry.genre == "oui/non" else entry.allowed if entry.genre == "choix" else ()
