"""A workbook written row by row: openpyxl makes its styles, settings and package, the cells go to the disk as they come.

No sheet is held in memory: the XML of its rows waits in a temporary file until the workbook is saved.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from lxml.etree import Element
from openpyxl import Workbook
from openpyxl.comments.comment_sheet import CommentSheet
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.relationship import Relationship, RelationshipList
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import PKG_REL_NS, REL_NS

from pipeline.report.notes import Grid, Note, Placed, comments, shapes
from pipeline.report.package import FixedZip

_IN_MEMORY = 1 << 20
"""Bytes of a sheet that are kept in memory before they go to the disk."""
_ROWS = b"<sheetData></sheetData>"
MOST_LINKS = 65_530
"""Links of one sheet: Excel repairs, that is removes, what has more. The rows beyond have none."""
_NO_HEIGHT = 15.0
"""Points of a row whose height is not given."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a cell opens."""

    target: str
    """A path relative to the folder of the workbook."""
    place: str | None = None
    """The anchor in it."""


class Sheet(WriteOnlyWorksheet):
    """One sheet; its cells are texts of XML, made by :class:`pipeline.report.looks.Looks`."""

    column_dimensions: Any
    sheet_state: str

    def __init__(self, parent: Book, title: str) -> None:
        super().__init__(parent, title)
        self._stream: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (closed when it is saved)
        self._heights: list[float] = []
        self.notes: list[Placed] = []
        self.links: list[tuple[str, Link]] = []

    def set_widths(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns, in characters."""
        for index, width in enumerate(widths, 1):
            self.column_dimensions[get_column_letter(index)].width = width

    def append(
        self,
        cells: Sequence[str | None],
        height: float | None = None,
        notes: Mapping[int, Note] | None = None,
        links: Mapping[int, Link] | None = None,
    ) -> None:
        """Write the next row; ``height`` is in points, ``notes`` and ``links`` stand on 0-based columns."""
        number = len(self._heights) + 1
        size = "" if height is None else f' ht="{height:.16g}" customHeight="1"'
        written = "".join(
            [
                f'<c r="{letters}{number}"{cell}'
                for letters, cell in zip(_letters(len(cells)), cells, strict=True)
                if cell
            ]
        )
        self._stream.write(f'<row r="{number}"{size}>{written}</row>'.encode("ascii", "xmlcharrefreplace"))
        self._heights.append(_NO_HEIGHT if height is None else height)
        if notes:
            self.notes += [Placed(number - 1, column, note) for column, note in sorted(notes.items())]
        if links and len(self.links) + len(links) <= MOST_LINKS:
            self.links += [(f"{get_column_letter(column + 1)}{number}", link) for column, link in links.items()]

    @property
    def grid(self) -> Grid:
        """The sizes of the columns and rows in pixels."""
        widths = [dimension.width for dimension in self.column_dimensions.values()]
        return Grid([math.ceil(w * 7 + 5) for w in widths], [math.ceil(h * 4 / 3) for h in self._heights])

    def save_rows(self, target: IO[bytes]) -> None:
        """Write the XML of the rows into ``target`` and let go of them."""
        self._stream.seek(0)
        shutil.copyfileobj(self._stream, target, 1 << 20)
        self._stream.close()


class Book(Workbook):
    """A workbook to which sheets are added row by row; the same content gives the same bytes."""

    _add_sheet: Any

    def __init__(self, day: date, author: str, title: str) -> None:
        super().__init__(write_only=True)
        self.day, self.author = day, author
        stamp = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (a day, no moment)
        self.properties.created = self.properties.modified = stamp
        self.properties.creator = author
        self.properties.title = title

    def add(self, title: str, *, hidden: bool = False) -> Any:
        """Add a :class:`Sheet` at the end; its settings are openpyxl's own."""
        sheet = Sheet(self, title)
        self._add_sheet(sheet)
        if hidden:
            sheet.sheet_state = "hidden"
        return sheet

    def store(self, path: Path) -> None:
        """Write the workbook at ``path``; it takes no more rows."""
        with FixedZip(path, self.day) as archive:
            _Writer(self, archive).write_data()


class _Head(WorksheetWriter):
    """Writes all of a sheet but its rows."""

    ws: Any
    xf: Any

    def write_hyperlinks(self) -> None:
        """Write the links of the sheet, whose targets :class:`_Relations` names."""
        if not self.ws.links:
            return
        stream = self.xf.send(True)
        with stream.element("hyperlinks"):
            for number, (ref, link) in enumerate(self.ws.links, 1):
                place = {} if link.place is None else {"location": link.place}
                told = {"ref": ref, **place, f"{{{REL_NS}}}id": f"rId{number}"}
                stream.write(Element("hyperlink", told, nsmap={"r": REL_NS}))
        self.xf.send(None)


class _Relations(RelationshipList):
    """What a sheet refers to: its links, without an object for each, then the rest."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__()
        self._links = links

    def __bool__(self) -> bool:
        return bool(self._links) or len(self) > 0

    def to_tree(self) -> Any:
        """Return the part of the package that names them."""
        tree = Element("Relationships", {"xmlns": PKG_REL_NS})
        for number, link in enumerate(self._links, 1):
            told = {"Type": f"{REL_NS}/hyperlink", "Target": link.target}
            tree.append(Element("Relationship", {**told, "TargetMode": "External", "Id": f"rId{number}"}))
        tree.extend([relation.to_tree() for relation in self])
        return tree


class _Writer(ExcelWriter):
    """Puts the rows and the comments of our sheets into the package."""

    workbook: Any
    _archive: FixedZip
    _comments: list[Any]

    def write_worksheet(self, ws: Any) -> None:
        """Write one sheet: what openpyxl says of it around its rows."""
        ws._drawing = SpreadsheetDrawing()
        whole = BytesIO()
        head = _Head(ws, whole)
        ws._comments = ws.notes  # openpyxl asks whether there are some
        head.write_top()
        with head.xf.send(True).element("sheetData"):
            pass
        head.xf.send(None)
        head.write_tail()
        head.close()
        before, _, after = whole.getvalue().partition(_ROWS)
        with self._archive.member(ws.path[1:]) as target:
            target.write(before + b"<sheetData>")
            ws.save_rows(target)
            target.write(b"</sheetData>" + after)
        ws._rels = _Relations([link for _, link in ws.links])
        self.manifest.append(ws)

    def _write_comment(self, ws: Any) -> None:
        """Write the comments of one sheet, and the boxes that show them."""
        comment_sheet: Any = CommentSheet
        part = comment_sheet.from_comments([])
        self._comments.append(part)
        part._id = len(self._comments)
        self.manifest.append(part)
        ws.legacy_drawing = f"xl/drawings/commentsDrawing{part._id}.vml"
        with self._archive.member(part.path[1:]) as target:
            target.writelines(comments(ws.notes, self.workbook.author))
        with self._archive.member(ws.legacy_drawing) as target:
            target.writelines(shapes(ws.notes, ws.grid))
        ws._rels.append(Relationship(Id="comments", type=part._rel_type, Target=part.path))


@cache
def _letters(columns: int) -> tuple[str, ...]:
    """Return the letters of the first ``columns`` columns."""
    return tuple(get_column_letter(index) for index in range(1, columns + 1))
