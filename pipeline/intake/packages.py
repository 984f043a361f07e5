"""What calamine does not tell about a zipped workbook: its true size, formula errors and merged cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Literal, TypeAlias

from lxml import etree  # lxml ships no types

from pipeline.intake.typography import thousands
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import Limits

Span: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column; 0-based, both included."""

Kind: TypeAlias = Literal["xlsx", "ods", "encrypted", "other"]


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One sheet's formula errors by (row, column), 0-based, its merged cells and whether it is hidden."""

    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[Span, ...] = ()
    hidden: bool = False


def too_many_rows(limits: Limits) -> str:
    """Return the French reason for a sheet that is too long."""
    return f"plus de {thousands(limits.rows)} lignes : exportez le fichier en plusieurs parties."


def too_many_columns(limits: Limits) -> str:
    """Return the French reason for a sheet that is too wide."""
    return f"plus de {thousands(limits.columns)} colonnes : retirez celles qui ne servent pas."


_AT_ONCE = 1 << 20


def check_size(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Unpack every member without keeping it; sizes written in the archive are not believed.

    Raises UnreadableFile beyond ``limits.unpacked_bytes``, BadZipFile on a wrong checksum.
    """
    left = limits.unpacked_bytes
    for info in archive.infolist():
        # Enough for the limit to be passed before the end: there zipfile looks at the checksum, wrong for what is cut.
        declared, info.file_size = info.file_size, left + _AT_ONCE + 1
        try:
            with archive.open(info) as stream:
                while chunk := stream.read(_AT_ONCE):
                    left -= len(chunk)
                    if left < 0:
                        raise UnreadableFile(
                            "le contenu décompressé dépasse la taille admise "
                            f"({limits.unpacked_bytes // 1_000_000} Mo) : exportez moins de lignes."
                        )
        finally:
            info.file_size = declared


def kind_of(archive: zipfile.ZipFile) -> Kind:
    """Tell which sort of workbook the archive holds, from its members."""
    names = set(archive.namelist())
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        return "encrypted"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and b"spreadsheet" in (archive.read("mimetype") if "mimetype" in names else b""):
        return "ods"
    return "other"


def _parse(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise ValueError("XML") from error
    return root


_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^>]*(?<!/)>")
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?=[^>]*?\bt=[\"']e[\"'])[^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^>]*>"
    rb"(.*?)</(?:\w+:)?c>",
    re.DOTALL,
)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>(.*?)</(?:\w+:)?v>", re.DOTALL)
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)[\"']")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def look_at_xlsx(archive: zipfile.ZipFile, limits: Limits) -> dict[str, SheetFacts]:
    """Return the facts of each sheet by its name.

    Raises UnreadableFile when a filled cell lies beyond the limits: calamine would reserve the memory of
    the whole rectangle for one stray cell at XFD1048576.
    """
    names = set(archive.namelist())
    targets: dict[str, str] = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for relation in _parse(archive.read("xl/_rels/workbook.xml.rels")):
            target = str(relation.get("Target", ""))
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[str(relation.get("Id", ""))] = path
    facts: dict[str, SheetFacts] = {}
    elements = list(_parse(archive.read("xl/workbook.xml")).iter("{*}sheet"))
    _check_names([str(element.get("name", "")) for element in elements])
    for element in elements:
        path = targets.get(str(element.get(_RELATION) or element.get("id") or ""), "")
        if path in names and path.startswith("xl/worksheets/"):
            content = archive.read(path)
            facts[str(element.get("name", ""))] = SheetFacts(
                _xlsx_errors(content, limits), _xlsx_merged(content), str(element.get("state", "")) != ""
                and element.get("state") != "visible",
            )  # fmt: skip
    for path in names - set(targets.values()):
        if path.startswith("xl/worksheets/") and path.endswith(".xml"):
            _check_xlsx_extent(archive.read(path), limits)
    return facts


def _check_names(names: Sequence[str]) -> None:
    """Refuse two sheets of one name: a row could not say on which of them it stands."""
    if len(set(names)) < len(names):
        raise UnreadableFile("deux feuilles portent le même nom : renommez l’une d’elles.")


def _check_xlsx_extent(content: bytes, limits: Limits) -> None:
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    for letters, digits in _CELL.findall(content):
        columns.add(letters)
        rows.add(digits)
    if any(_column(letters) >= limits.columns for letters in columns) or _is_wide_without_addresses(content, limits):
        raise UnreadableFile(too_many_columns(limits))
    if any(int(digits) > limits.rows for digits in rows):
        raise UnreadableFile(too_many_rows(limits))


_ROW_OR_UNADDRESSED = re.compile(rb"<(?:\w+:)?(?:(row)(?=[\s>])|c(?=[\s/>])(?![^>]*\sr=))")
_NO_ADDRESS_FIRST = (b"<c>", b":c>", b"<c/>", b"<c s=", b"<c t=", b":c s=", b":c t=")


def _is_wide_without_addresses(content: bytes, limits: Limits) -> bool:
    """Tell whether a row has more cells without an address, which stand one after the other, than columns are allowed."""
    if sum(map(content.count, _NO_ADDRESS_FIRST)) <= limits.columns:
        return False
    count = 0
    for found in _ROW_OR_UNADDRESSED.finditer(content):
        count = 0 if found.group(1) else count + 1
        if count > limits.columns:
            return True
    return False


def _xlsx_errors(content: bytes, limits: Limits) -> dict[tuple[int, int], str]:
    _check_xlsx_extent(content, limits)
    if b't="e"' not in content and b"t='e'" not in content:
        return {}
    errors: dict[tuple[int, int], str] = {}
    for letters, digits, inside in _ERROR_CELL.findall(content):
        value = _VALUE.search(inside)
        code = unescape(value.group(1).decode("utf-8", "replace")).strip() if value else ""
        errors[int(digits) - 1, _column(letters)] = code[:20] or "#N/A"
    return errors


def _xlsx_merged(content: bytes) -> tuple[Span, ...]:
    return tuple(
        (int(top) - 1, _column(left), int(bottom) - 1, _column(right))
        for left, top, right, bottom in _MERGED.findall(content)
    )


_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_MOST_ERRORS = 100_000
_ERROR_TEXT = re.compile(r"^(?:#[A-Z0-9/]+[!?]?|Err:\d{3})$")


def look_at_ods(archive: zipfile.ZipFile, limits: Limits) -> dict[str, SheetFacts]:
    """Return the facts of each sheet by its name. Raises UnreadableFile beyond the limits."""
    facts: dict[str, SheetFacts] = {}
    tables = list(_parse(archive.read("content.xml")).iter(f"{_TABLE}table"))
    _check_names([str(table.get(f"{_TABLE}name", "")) for table in tables])
    for table in tables:
        errors: dict[tuple[int, int], str] = {}
        merged: list[Span] = []
        number = 0
        for row in table.iter(f"{_TABLE}table-row"):
            repeated = _count(row.get(f"{_TABLE}number-rows-repeated"))
            filled = False
            column = 0
            for cell in row:
                if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    continue
                times = _count(cell.get(f"{_TABLE}number-columns-repeated"))
                if len(cell):
                    filled = True
                    if column + times > limits.columns:
                        raise UnreadableFile(too_many_columns(limits))
                    code = _ods_error(cell)
                    if code and repeated * times > _MOST_ERRORS:
                        raise UnreadableFile(too_many_rows(limits))
                    if code and number + repeated <= limits.rows:
                        errors |= {
                            (r, c): code
                            for r in range(number, number + repeated)
                            for c in range(column, column + times)
                        }
                wide = _count(cell.get(f"{_TABLE}number-columns-spanned"))
                tall = _count(cell.get(f"{_TABLE}number-rows-spanned"))
                if wide > 1 or tall > 1:
                    merged.append((number, column, number + tall - 1, column + wide - 1))
                column += times
            if filled and number + repeated > limits.rows:
                raise UnreadableFile(too_many_rows(limits))
            number += repeated
        facts[str(table.get(f"{_TABLE}name", ""))] = SheetFacts(errors, tuple(merged))
    return facts


def _count(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 9 else 1


def _ods_error(cell: etree._Element) -> str | None:
    """Return the code of a failed formula: LibreOffice marks it, other writers only show its text."""
    formula = cell.get(f"{_TABLE}formula")
    if cell.get(_CALCEXT) != "error" and formula is None:
        return None
    text = "".join("".join(str(part) for part in p.itertext()) for p in cell.iter(f"{_TEXT}p")).strip()
    if cell.get(_CALCEXT) == "error" or _ERROR_TEXT.match(text):
        return text[:20] or "#N/A"
    return None
