"""Workbooks and texts made by hand, so that every byte of them can be made wrong."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

from pipeline.model import column_letters
from pipeline.tables.fields import load_fields
from tools.examples.contact import perfect

ROOT = Path(__file__).parents[2]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Rows: TypeAlias = Sequence[Sequence[object]]
Parts: TypeAlias = dict[str, str | bytes]
"""The members of a zipped workbook, by name."""


@cache
def labels() -> Mapping[str, str]:
    """Return the header of every field, by its key."""
    return {key: one.label for key, one in load_fields(ROOT / "schemas").items()}


def number_of(key: str) -> int:
    """Return the number of the invented student of one entry: nobody else's."""
    chance = crc32(key.encode())
    return 20 * (100 + chance % 4_800) + chance // 4_800 % 20


def form_rows(key: str, changes: Mapping[str, object] | None = None) -> list[list[object]]:
    """Return the header row and the perfect form of one entry, ``changes`` laid over it by field keys."""
    number = number_of(key)
    advisor = {"enseignant.email": f"antoine.delcourt{number % 8}@univ-amu.fr"}  # few of them: each has a workbook
    row = {**perfect(number), **advisor, **(changes or {})}
    return [list(labels().values()), [row.get(field) for field in labels()]]


def written(value: object) -> str:
    """Return a value as a person types it."""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)


def cell_xml(reference: str, value: object) -> str:
    """Return one cell: a number as such, all else as text."""
    if isinstance(value, int):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(written(value))}</t></is></c>'


def rows_xml(rows: Rows) -> str:
    """Return the rows of a sheet, from row 1 on."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = (cell_xml(f"{column_letters(i)}{number}", value) for i, value in enumerate(row) if value is not None)
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(lines)


def sheet_xml(rows: str, *, doctype: str = "", before: str = "", after: str = "") -> str:
    """Return a sheet of ``rows``; ``before`` and ``after`` stand around its data."""
    root = f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    return f"{HEAD}{doctype}{root}{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def workbook(sheets: Mapping[str, str], states: Mapping[str, str] | None = None, book: str = "") -> Parts:
    """Return the members of an .xlsx: the XML of each sheet by its name, its state, what else workbook.xml says."""
    numbered = list(enumerate(sheets, 1))
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="rId{i}" state="{(states or {}).get(name, "visible")}"/>'
        for i, name in numbered
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_OFFICE}.worksheet+xml"/>' for i, _ in numbered
    )
    links = [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i, _ in numbered]
    parts: Parts = {
        "[Content_Types].xml": content_types(kinds),
        "_rels/.rels": relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><workbookPr/>'
        f"<sheets>{listed}</sheets>{book}</workbook>",
        "xl/_rels/workbook.xml.rels": relations(links),
    }
    return parts | {f"xl/worksheets/sheet{i}.xml": sheets[name] for i, name in numbered}


def content_types(more: str = "", main: str = f"{_OFFICE}.sheet.main+xml") -> str:
    """Return [Content_Types].xml with ``more`` overrides."""
    return (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/>{more}</Types>'
    )


def relations(links: Iterable[tuple[str, str, str]], more: str = "") -> str:
    """Return a .rels member: (id, last word of the type, target) of each link."""
    told = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target={quoteattr(target)}/>'
        for name, kind, target in links
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{told}{more}</Relationships>'


def zipped(parts: Mapping[str, str | bytes], level: int = 6) -> bytes:
    """Return the zip archive of ``parts``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def form_parts(key: str, changes: Mapping[str, object] | None = None) -> Parts:
    """Return the members of the sound workbook of one entry: one sheet, « Réponses », with one perfect form."""
    return workbook({"Réponses": sheet_xml(rows_xml(form_rows(key, changes)))})


def form_xlsx(key: str) -> bytes:
    """Return the sound workbook of one entry."""
    return zipped(form_parts(key))


def form_csv(key: str, *, end: str = "\r\n", changes: Mapping[str, object] | None = None) -> str:
    """Return the same as text, separated by semicolons."""
    stream = io.StringIO()
    rows = [[written(value) for value in row] for row in form_rows(key, changes)]
    csv.writer(stream, delimiter=";", lineterminator=end).writerows(rows)
    return stream.getvalue()


def lines_xml(count: int, width: int = 1) -> Iterable[str]:
    """Yield ``count`` rows of ``width`` short cells, a thousand at a time."""
    for first in range(1, count + 1, 1000):
        yield "".join(
            f'<row r="{r}">' + "".join(f'<c r="{column_letters(c)}{r}"><v>1</v></c>' for c in range(width)) + "</row>"
            for r in range(first, min(first + 1000, count + 1))
        )
