"""Small files that cost their reader much: memory, or seconds."""

from __future__ import annotations

import zipfile
from pathlib import Path

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def two_corners(path: Path, last: str = "SF99999", declared: str = "") -> None:
    """Write a workbook of two cells, A1 and ``last``: its reader makes room for all that lies between them.

    ``declared`` is the dimension that the sheet gives itself.
    """
    dimension = f'<dimension ref="{declared}"/>' if declared else ""
    row = "".join(filter(str.isdigit, last))
    cells = "".join(
        f'<row r="{number}"><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row>'
        for number, place in (("1", "A1"), (row, last))
    )
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Feuille" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{dimension}<sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)


def long_text(path: Path, records: int = 1_000_000) -> None:
    """Write a text of short records: a million take a machine of today some seconds."""
    path.write_bytes(b"a;b;c;d;e;f;g;h\n" * records)
