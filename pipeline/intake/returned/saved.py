"""Who saved a workbook and when, as its own properties tell it; file times are never used: copying changes them."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime

from lxml import etree  # lxml ships no types

from pipeline.tables.words import clean_spaces

_LONGEST_NAME = 120
_XLSX, _ODS = "docProps/core.xml", "meta.xml"
_LARGEST = 1_000_000
"""Bytes of the properties of a workbook; more is none."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
"""What no name holds: signs that are not seen, also those that turn the direction of what follows."""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Saved:
    """The last saving of a workbook."""

    who: str
    """As the program that saved it names them, on one line; "" when it does not."""
    at: datetime | None
    """Naive, local; None when the file does not say."""


def read_saved(content: bytes) -> Saved:
    """Return who saved the .xlsx or .ods ``content`` and when; what it does not tell is "" or None. Never raises."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            member = _XLSX if _XLSX in names else _ODS if _ODS in names else None
            if member is None:
                return Saved("", None)
            with archive.open(member) as stream:
                properties = stream.read(_LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return Saved("", None)
    if len(properties) > _LARGEST:
        return Saved("", None)
    return _read(properties, ("lastModifiedBy", "creator"), ("modified", "date"))


def _read(properties: bytes, who: tuple[str, ...], when: tuple[str, ...]) -> Saved:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(properties, parser)
    except etree.XMLSyntaxError:
        return Saved("", None)
    told: dict[str, str] = {}
    for element in root.iter("{*}*"):
        told.setdefault(etree.QName(element).localname, clean_spaces(element.text or ""))
    # Without the name of who saved it, that of who made it is the program's own.
    name = told.get(who[0], "") if who[0] in told or when[0] in told else told.get(who[1], "")
    moment = next((told[key] for key in when if told.get(key)), "")
    shown = "".join(sign for sign in name if unicodedata.category(sign) not in _UNSEEN)
    return Saved(clean_spaces(shown)[:_LONGEST_NAME], _moment(moment))


def _moment(text: str) -> datetime | None:
    """Return a moment of the properties as naive local time: « Z » is universal time, none is local already."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match[1] + (match[2] or ""))
        return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError, OSError):
        return None
