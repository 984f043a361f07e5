"""How cells of the workbook look; one style is made once and shared by all the cells that have it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypeAlias

from openpyxl.cell.cell import Cell
from openpyxl.compat import safe_string
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.datetime import to_excel

from pipeline.model import CellValue, ErrorCell
from pipeline.report.phrases import Level

Tone: TypeAlias = Literal[
    "plain", "correct", "decide", "await", "title", "lead", "head", "added", "strong", "soft", "bare", "group", "absent",
    "known", "done", "link",
]  # fmt: skip
Shape: TypeAlias = Literal["text", "quoted", "general", "whole", "date", "moment", "time", "span"]

FILLS: Mapping[Tone, str] = {
    "correct": "F4B6B0",
    "decide": "FFD98A",
    "await": "CFE5F7",
    "lead": "EEF1F5",
    "head": "1F3A5F",
    "added": "A61C1C",
    "group": "5B6F8C",
    "absent": "E9EBEE",
    "done": "DDEFD9",
}
TONES: Mapping[Level, Tone] = {"correct": "correct", "decide": "decide", "await": "await", "know": "plain"}
FORMATS: Mapping[Shape, str] = {
    "text": "@",
    "quoted": "@",
    "general": "General",
    "whole": "0",
    "date": "dd/mm/yyyy",
    "moment": "dd/mm/yyyy hh:mm",
    "time": "hh:mm",
    "span": "[h]:mm",
}
LONGEST = 32_767
"""Characters that a cell of Excel holds."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_OLDEST = date(1900, 3, 1)
"""Earlier dates have no serial number on which Excel and LibreOffice agree: they stay text."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_LINE_POINTS = 13.5
_LARGE = 10**11
"""From here on a spreadsheet shows a number as 1.2E+11: a SIRET would be unreadable."""


_serial: Callable[[date | time | timedelta], float] = to_excel


class Looks:
    """Makes the cells of one sheet: the XML of each, after its address."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._styles: dict[tuple[Tone, Shape], str] = {}

    def cell(self, value: CellValue, tone: Tone = "plain", empty: Shape = "text") -> str:
        """Return a cell holding ``value``, texts kept as texts whatever they begin with.

        ``empty`` is the shape of a cell without a value: what will be typed there.
        """
        if value is None:
            return f'{self._style(tone, empty)} t="n"></c>'
        if isinstance(value, str):
            text = clean(value)
            return _text(text, self._style(tone, "quoted" if text.startswith(_FORMULA) else "text"))
        content, shape = _content(value)
        style = self._style(tone, shape)
        if isinstance(content, str):
            return _text(content, style)
        if isinstance(content, bool):
            return f'{style} t="b"><v>{content:d}</v></c>'
        number = content if isinstance(content, int | float) else _serial(content)
        return f'{style} t="n"><v>{safe_string(number)}</v></c>'

    def _style(self, tone: Tone, shape: Shape) -> str:
        """Return the attribute that names the style, which is made once."""
        found = self._styles.get((tone, shape))
        if found is None:
            model: Any = Cell(self._sheet, 1, 1)
            _dress(model, tone, shape)
            found = self._styles[tone, shape] = f' s="{model.style_id}"' if model.has_style else ""
        return found


def _text(text: str, style: str) -> str:
    if not text:
        return f'{style} t="inlineStr"></c>'
    space = "" if text == text.strip() else ' xml:space="preserve"'
    return f'{style} t="inlineStr"><is><t{space}>{escape(text)}</t></is></c>'


def escape(text: str) -> str:
    """Return ``text`` as the XML of a workbook holds it between two tags.

    « _x003D_ » is how that XML writes « = » (ECMA-376 22.9.2.19): a text that says so is kept from becoming one.
    """
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def clean(text: str) -> str:
    """Return ``text`` without what a cell cannot hold: control characters, lone surrogates, an excess of length."""
    if not text.isprintable():
        text = _UNFIT.sub("", text)
    # Excel counts UTF-16 units: characters beyond the BMP count twice.
    if 2 * len(text) > LONGEST and len(text.encode("utf-16-le")) // 2 > LONGEST:
        text = text.encode("utf-16-le")[: 2 * (LONGEST - 2)].decode("utf-16-le", "ignore") + "…"
    return text


def _content(value: float | date | time | timedelta | ErrorCell) -> tuple[Any, Shape]:
    """Return what a cell holds for a value that is no text, and its shape."""
    match value:
        case ErrorCell():
            return clean(value.code), "text"
        case bool():
            return value, "general"
        case int() | float():
            if isinstance(value, float) and not math.isfinite(value):
                return str(value), "text"
            whole = abs(value) >= _LARGE and value == int(value)
            return value, "whole" if whole else "general"
        case datetime():
            if value.date() < _OLDEST:
                return value.strftime("%d/%m/") + f"{value.year:04d}" + value.strftime(" %H:%M"), "text"
            value = value.replace(tzinfo=None)
            return value, "date" if value.time() == time(0) else "moment"
        case date():
            if value < _OLDEST:
                return value.strftime("%d/%m/") + f"{value.year:04d}", "text"
            return value, "date"
        case time():
            return value.replace(tzinfo=None), "time"
        case timedelta():
            return value, "span"


_EDGE = Side(style="thin", color="C9CED6")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)


def _dress(cell: Any, tone: Tone, shape: Shape) -> None:
    cell.number_format = FORMATS[shape]
    if shape == "quoted":
        cell.quotePrefix = True
    if tone == "bare":
        return
    # To the left whatever the type: a column that mixes texts and numbers stays one column to the eye.
    cell.alignment = Alignment(
        horizontal="left", vertical="top", wrap_text=shape in ("text", "quoted") and tone != "soft", indent=0
    )
    if tone in FILLS:
        cell.fill = PatternFill("solid", fgColor=FILLS[tone])
    if tone in ("head", "added"):
        cell.font = Font(name="Calibri", size=10, bold=True, color="FFFFFF")
        cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    elif tone == "title":
        cell.font = Font(name="Calibri", size=16, bold=True, color="1F3A5F")
        cell.alignment = Alignment(vertical="center")
    elif tone == "strong":
        cell.font = Font(name="Calibri", size=12, bold=True, color="1F3A5F")
        cell.alignment = Alignment(vertical="center")
    elif tone == "group":
        cell.font = Font(name="Calibri", size=10, bold=True, color="FFFFFF")
        cell.alignment = Alignment(horizontal="left", vertical="center")
    elif tone == "soft":
        cell.font = Font(name="Calibri", size=10, color="5A6472")
    elif tone in ("absent", "known"):
        cell.font = Font(name="Calibri", size=10, italic=tone == "known", color="5A6472")
    elif tone == "link":
        cell.font = Font(name="Calibri", size=10, color="1F4FA3", underline="single")
    else:
        cell.font = Font(name="Calibri", size=10)
    if tone not in ("title", "strong", "soft", "group"):
        cell.border = _BORDER


def row_height(row: Sequence[CellValue], widths: Sequence[float], most: int, breadth: float = 1.08) -> float:
    """Return the points that the texts of ``row`` need in columns of ``widths`` characters, ``most`` lines at most.

    ``breadth`` is what a character takes on average, the room lost at the ends of lines included.
    """
    lines = 1
    for value, width in zip(row, widths, strict=True):
        if isinstance(value, str) and (len(value) > width - 2 or "\n" in value) and lines < most:
            lines = max(lines, sum(max(1, math.ceil(len(part) * breadth / width)) for part in value[:2000].split("\n")))
    return min(lines, most) * _LINE_POINTS + 4


def print_on_paper(sheet: Any) -> None:
    """Set ``sheet`` to print on A4, landscape, its columns on one page, pages numbered."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.7
    margins.header = margins.footer = 0.3
    sheet.HeaderFooter.oddFooter.center.text = "&A – page &P sur &N"
