"""The zip of a workbook, made the same from the same content: fixed dates, comments beside their cells."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_NOTE = re.compile(
    rb"width:(?P<width>[\d.]+)px;\s*height:(?P<height>[\d.]+)px.*?"
    rb"(?P<before><(?P<prefix>\w+):AutoFill>)False</(?P=prefix):AutoFill>"
    rb"<(?P=prefix):Row>(?P<row>\d+)</(?P=prefix):Row><(?P=prefix):Column>(?P<column>\d+)<",
    re.DOTALL,
)
_GAP = 14
"""Pixels between a cell and its comment, so that the cell stays in view."""


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


class FixedZip(zipfile.ZipFile):
    """A zip to be written by openpyxl: members dated 1980, the document's own date ``day``, comments anchored."""

    def __init__(self, path: Path, day: date, grids: Sequence[Grid]) -> None:
        super().__init__(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._day = day
        self._grids: Mapping[int, Grid] = dict(enumerate(grids, 1))

    def writestr(self, zinfo_or_arcname: str | zipfile.ZipInfo, data: Any, *_: Any, **__: Any) -> None:
        """Add ``data``; openpyxl stamps the clock's time on the properties, replaced here by the run's day."""
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        content = data.encode() if isinstance(data, str) else bytes(data)
        if name == "docProps/core.xml":
            content = _MODIFIED.sub(rb"\g<1>" + f"{self._day:%Y-%m-%d}T00:00:00Z".encode() + rb"\g<2>", content)
        elif name.endswith(".vml"):
            number = int(re.sub(r"\D", "", name.rpartition("/")[2]) or 0)
            content = _anchored(content, self._grids.get(number))
        super().writestr(_member(name), content)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add the file ``filename`` as ``arcname``, read in pieces."""
        with Path(filename).open("rb") as source, self.open(_member(str(arcname or filename)), "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name.lstrip("/"), _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _anchored(vml: bytes, grid: Grid | None) -> bytes:
    if grid is None:
        return vml

    def add(match: re.Match[bytes]) -> bytes:
        size = int(float(match["width"])), int(float(match["height"]))
        anchor = grid.anchor(int(match["row"]), int(match["column"]), *size).encode()
        tag = match["prefix"] + b":Anchor>"
        start = match.start("before") - match.start()
        whole = match[0]
        return whole[:start] + b"<" + tag + anchor + b"</" + tag + whole[start:]

    return _NOTE.sub(add, vml)
