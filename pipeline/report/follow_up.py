"""``suivi.xlsx``: every dossier of the year, what the manager answers, and what brings her answers back.

Sheets: « Dossiers », « À décider », « Relances », « Légende », then hidden ones (:mod:`pipeline.desk.columns` names
them): ``_conventions`` (what the workbook is), ``_valeurs`` and ``_decisions`` (her cells as written), ``_listes``.
No sheet is locked: a locked cell could not be sorted. A computed cell refuses typing by its validation instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break, ColBreak

from pipeline.desk.cells import expected
from pipeline.desk.columns import DOSSIERS, NO, NOT_CONCERNED, Column, Columns
from pipeline.desk.model import FollowUp
from pipeline.desk.reminders import Reminder
from pipeline.desk.stages import SIGNED
from pipeline.language import long_date
from pipeline.model import Outcome
from pipeline.report.book import Book, Link
from pipeline.report.follow_up_cells import fill, order
from pipeline.report.follow_up_decisions import write_decisions
from pipeline.report.follow_up_hidden import Hers, hers_of, write_lists, write_records, write_values
from pipeline.report.follow_up_sheets import reminded, write_legend, write_reminders
from pipeline.report.looks import FILLS, Looks, Shape, print_on_paper, row_height
from pipeline.report.notes import note
from pipeline.tables import Tables

_AUTHOR = "Suivi des conventions"
_MANAGER = "gestionnaire"
"""Key of the column that names who follows a dossier."""
_FIRST = 3
"""Row of the first dossier, under the band of groups and the header."""
_TALLEST = 3
"""Lines of text that a row shows at most; the cell holds the rest."""
_BREADTH = 0.85
"""What a character takes on average, by the width of a digit."""
_ON_PAPER = 75
"""Per cent of its size at which the sheet prints on A3."""
_PAGE = 252
"""Characters that a printed page is wide at that size."""
_SOON, _NEAR = 10, 30
"""Days before the start under which « J− » is red, and orange."""
_SHAPES: Mapping[str | None, Shape] = {"date": "date", "oui": "date"}
"""How an empty cell of hers is shaped: what looks like a date becomes one."""


def write_follow_up(
    outcome: Outcome,
    path: Path,
    columns: Columns,
    tables: Tables,
    *,
    only: Collection[str] | None = None,
    portfolio: str = "",
    reminders: Sequence[Reminder] = (),
) -> None:
    """Write the workbook of ``outcome.follow_ups`` at ``path``; the same outcome gives the same bytes.

    ``only`` are the references of one portfolio, named ``portfolio``; None: every dossier. ``reminders`` are
    tonight's. Links are relative: the workbook stands at the root of the outbox.
    """
    shown = sorted((f for f in outcome.follow_ups if only is None or f.reference in only), key=order)
    title = " – ".join(filter(None, ("Suivi des conventions", portfolio, long_date(outcome.day, "fr"))))
    book = Book(outcome.day, _AUTHOR, title)
    sheet = _sheet(book, columns, portfolio)
    hers = _write_dossiers(sheet, shown, columns, tables, outcome.day)
    lists = _lists(columns, hers)
    if shown:
        _validate(sheet, list(columns.values()), lists, _FIRST - 1 + len(shown))
        _colour(sheet, list(columns.values()), _FIRST - 1 + len(shown))
    decided = write_decisions(book, shown, tables)
    write_reminders(book, reminded(shown, reminders, outcome.day))
    write_legend(book, outcome.day, columns, len(shown), portfolio)
    write_records(book, outcome, columns)
    write_values(book, hers, columns)
    decided.write_twin(book)
    write_lists(book, lists)
    book.store(path)


def _lists(columns: Columns, hers: Sequence[Hers]) -> dict[str, Sequence[str]]:
    """Return the values of the drop-down lists by the key of their column; the managers are those of the dossiers."""
    lists: dict[str, Sequence[str]] = {
        c.key: (c.choices if c.kind == "choix" else (c.word, NO)) for c in columns.hers if c.kind in ("choix", "oui")
    }
    keys = [column.key for column in columns.hers]
    if _MANAGER in keys:
        place = keys.index(_MANAGER)
        managers = sorted({str(row.values[place]) for row in hers if row.values[place]})
        if managers:
            lists[_MANAGER] = tuple(managers)
    return lists


def _sheet(book: Book, columns: Columns, portfolio: str) -> Any:
    """Add « Dossiers » with its band of groups and its header."""
    sheet: Any = book.add(DOSSIERS)
    looks = Looks(sheet)
    shown = list(columns.values())
    sheet.set_widths([column.width for column in shown])
    _set_page(sheet, shown, portfolio)
    sheet.append([looks.cell(title, "group") for title in _groups(shown)], 18)
    sheet.append([looks.cell(column.heading, "added" if column.hers else "head") for column in shown], 44)
    return sheet


def _write_dossiers(
    sheet: Any, follow_ups: Sequence[FollowUp], columns: Columns, tables: Tables, today: date
) -> list[Hers]:
    """Write a row for each dossier; return her cells as they were written."""
    looks, shown = Looks(sheet), list(columns.values())
    widths, shapes = [column.width for column in shown], [_SHAPES.get(column.kind, "text") for column in shown]
    hers = []
    for follow_up in follow_ups:
        filled = fill(follow_up, columns, tables, today)
        row = [filled[column.key] for column in shown]
        sheet.append(
            [looks.cell(one.value, one.tone, shape) for one, shape in zip(row, shapes, strict=True)],
            row_height([one.value for one in row], widths, _TALLEST, _BREADTH),
            {index: note(one.comment) for index, one in enumerate(row) if one.comment},
            {index: _link(one.link) for index, one in enumerate(row) if one.link is not None},
        )
        hers.append(hers_of(follow_up.reference, filled, columns))
    sheet.auto_filter.ref = f"A{_FIRST - 1}:{get_column_letter(len(shown))}{_FIRST - 1 + len(follow_ups)}"
    return hers


def _link(link: str) -> Link:
    target, _, place = link.partition("#")
    return Link(target, place or None)


def _groups(columns: Sequence[Column]) -> list[str | None]:
    """Return the band above the header: each group over its first column, no cells merged, so that sorting works."""
    return [
        column.group if index == 0 or columns[index - 1].group != column.group else None
        for index, column in enumerate(columns)
    ]


def _set_page(sheet: Any, columns: Sequence[Column], portfolio: str) -> None:
    frozen = next((index for index, column in enumerate(columns, 1) if column.frozen), 0)
    sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{_FIRST}"
    sheet.sheet_view.zoomScale = 90
    print_on_paper(sheet)
    sheet.page_setup.paperSize = 8  # A3
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.scale = _ON_PAPER
    sheet.print_title_rows = f"1:{_FIRST - 1}"
    who = [index for index, column in enumerate(columns, 1) if column.computed in ("nom", "reference")]
    if who:
        sheet.print_title_cols = f"{get_column_letter(min(who))}:{get_column_letter(max(who))}"
    sheet.col_breaks = ColBreak()
    for index in _page_breaks(columns, sum(columns[i - 1].width for i in range(min(who), max(who) + 1)) if who else 0):
        sheet.col_breaks.append(Break(id=index))
    sheet.HeaderFooter.oddHeader.center.text = " – ".join(filter(None, ("Suivi", portfolio))).replace("&", "&&")


def _page_breaks(columns: Sequence[Column], repeated: float) -> list[int]:
    """Return after how many columns each printed page ends; a group that holds on one page is not cut.

    ``repeated`` is the width of the columns that stand again on every following page.
    """
    breaks: list[int] = []
    used = 0.0
    for index, column in enumerate(columns):
        opens = index > 0 and columns[index - 1].group != column.group
        group = sum(c.width for c in columns[index:] if c.group == column.group) if opens else 0.0
        cut = used + group > _PAGE and repeated + group <= _PAGE
        if index > 0 and (cut or used + column.width > _PAGE):
            breaks.append(index)
            used = repeated
        used += column.width
    return breaks


def _validate(sheet: Any, columns: Sequence[Column], lists: Mapping[str, Sequence[str]], last: int) -> None:
    computed = DataValidation(type="custom", formula1="FALSE", allow_blank=True, showErrorMessage=True)
    computed.errorTitle = "Colonne calculée"
    computed.error = "Cette colonne est remplie par le programme. Pour corriger la fiche, utilisez a_corriger.xlsx."
    sheet.data_validations.append(computed)
    places = list(lists)
    for index, column in enumerate(columns, 1):
        letters = get_column_letter(index)
        area = f"{letters}{_FIRST}:{letters}{last}"
        if not column.hers:
            computed.add(area)
            continue
        rule = _rule(column, places.index(column.key) if column.key in lists else -1, lists)
        if rule is not None:
            rule.add(area)
            sheet.data_validations.append(rule)


def _rule(column: Column, place: int, lists: Mapping[str, Sequence[str]]) -> DataValidation | None:
    """Return what the cells of ``column`` accept; a list only proposes where a date or another name may be typed."""
    if place >= 0:
        source = get_column_letter(place + 1)
        area = f"'_listes'!${source}$1:${source}${len(lists[column.key])}"
        strict = column.kind == "choix"
        rule = DataValidation(type="list", formula1=area, allow_blank=True, showErrorMessage=strict)
    elif column.kind == "date":
        rule = DataValidation(
            type="date", operator="between", formula1="36526", formula2="73050", allow_blank=True, showErrorMessage=True
        )
    else:
        return None
    rule.errorTitle = column.title[:32]
    rule.error = f"Attendu\u00a0: {expected(column)}."[:225]
    rule.promptTitle = column.title[:32]
    rule.prompt = column.help[:250]
    rule.showInputMessage = column.key == SIGNED
    return rule


def _colour(sheet: Any, columns: Sequence[Column], last: int) -> None:
    """Colour what is typed at once: green when it has come, red when it ends before the internship."""
    done = PatternFill("solid", bgColor=FILLS["done"])
    late = PatternFill("solid", bgColor=FILLS["correct"])
    near = PatternFill("solid", bgColor=FILLS["decide"])
    end = next((get_column_letter(i) for i, column in enumerate(columns, 1) if column.computed == "fin"), None)
    for index, column in enumerate(columns, 1):
        letters = get_column_letter(index)
        cell, area = f"{letters}{_FIRST}", f"{letters}{_FIRST}:{letters}{last}"
        rules: list[Any] = []
        if column.computed == "jours":
            rules.append(_when(f"AND(ISNUMBER({cell}),{cell}<={_SOON})", late, bold=True))
            rules.append(_when(f"AND(ISNUMBER({cell}),{cell}<={_NEAR})", near))
        if column.until and end:
            ends = f"ISNUMBER({cell}),ISNUMBER(${end}{_FIRST}),{cell}<${end}{_FIRST}"
            rules.append(_when(f"AND({ends})", late))
        if column.pieces or column.signature:
            rules.append(_when(f'AND({cell}<>"",{cell}<>"{NOT_CONCERNED}",{cell}<>"{NO}")', done))
        for rule in rules:
            sheet.conditional_formatting.add(area, rule)


def _when(formula: str, colour: PatternFill, *, bold: bool = False) -> Any:
    font = Font(bold=True) if bold else None
    style = DifferentialStyle(font=font, fill=colour)
    return Rule(type="expression", dxf=style, formula=[formula], stopIfTrue=True)
