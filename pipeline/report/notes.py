"""The comments of a sheet as a spreadsheet stores them: their texts, and the boxes that show them beside their cells."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import SHEET_MAIN_NS

from pipeline.report.looks import clean, escape

_GAP = 14
"""Pixels between a cell and its comment, so that the cell stays in view."""
_FIRST_SHAPE = 1026
_VML, _OFFICE, _EXCEL = (f"urn:schemas-microsoft-com:{name}" for name in ("vml", "office:office", "office:excel"))


@dataclass(frozen=True, slots=True)
class Note:
    """A comment, and its size in pixels."""

    text: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A comment on its cell, 0-based."""

    row: int
    column: int
    note: Note


def note(text: str) -> Note:
    """Return a comment wide and high enough for ``text`` to be read whole, 520 pixels at most."""
    width, characters = 380, 50
    lines = sum(max(1, math.ceil(len(part) / characters)) for part in text.split("\n"))
    return Note(clean(text), width, min(18 + 17 * lines, 520))


class Grid:
    """The sizes of one sheet's columns and rows in pixels; comments are anchored by them."""

    def __init__(self, columns: Sequence[int], rows: Sequence[int], row: int = 20, column: int = 64) -> None:
        self._columns, self._rows, self._row, self._column = columns, rows, row, column

    def anchor(self, row: int, column: int, width: int, height: int) -> str:
        """Return the VML anchor of a comment to the right of the 0-based cell, ``width`` × ``height`` pixels."""
        left, left_offset = self._walk(self._columns, self._column, column + 1, _GAP)
        right, right_offset = self._walk(self._columns, self._column, left, left_offset + width)
        top, top_offset = (row - 1, 8) if row > 1 else (row, 2)
        bottom, bottom_offset = self._walk(self._rows, self._row, top, top_offset + height)
        ends = (left, left_offset, top, top_offset, right, right_offset, bottom, bottom_offset)
        return ", ".join(map(str, ends))

    @staticmethod
    def _walk(sizes: Sequence[int], otherwise: int, index: int, pixels: int) -> tuple[int, int]:
        while True:
            size = sizes[index] if index < len(sizes) else otherwise
            if pixels < size:
                return index, pixels
            pixels -= size
            index += 1


def comments(placed: Iterable[Placed], author: str) -> Iterator[bytes]:
    """Yield the part that holds the texts of the comments, all of them by ``author``."""
    yield f'<comments xmlns="{SHEET_MAIN_NS}"><authors><author>{escape(author)}</author></authors><commentList>'.encode()
    for one in placed:
        place = f"{get_column_letter(one.column + 1)}{one.row + 1}"
        text = f"<text><t>{escape(one.note.text)}</t></text>"
        yield f'<comment ref="{place}" authorId="0" shapeId="0">{text}</comment>'.encode()
    yield b"</commentList></comments>"


_SHAPE_TYPE = (
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_STYLE = "position:absolute; margin-left:59.25pt;margin-top:1.5pt;width:{}px;height:{}px;z-index:1;visibility:hidden"
_SHAPE = (
    f'<v:shape type="#_x0000_t202" style="{_STYLE}" fillcolor="#ffffe1" o:insetmode="auto" id="_x0000_s{{}}">'
    '<v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{}</x:Row><x:Column>{}</x:Column></x:ClientData></v:shape>"
)


def shapes(placed: Iterable[Placed], grid: Grid) -> Iterator[bytes]:
    """Yield the part that draws the boxes of the comments, hidden until the mouse is over their cell."""
    yield f'<xml xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}">{_SHAPE_TYPE}'.encode()
    for number, one in enumerate(placed, _FIRST_SHAPE):
        anchor = grid.anchor(one.row, one.column, one.note.width, one.note.height)
        yield _SHAPE.format(one.note.width, one.note.height, number, anchor, one.row, one.column).encode()
    yield b"</xml>"
