"""Phones, e-mail addresses, SIRET and other numbers that are names: tidied here, judged by the rules."""

from __future__ import annotations

import functools
import re

from pipeline.model import CellValue
from pipeline.normalise.cells import plain
from pipeline.normalise.refusal import Refusal
from pipeline.normalise.texts import clean_line

DIGITS_LOST = Refusal(
    "le tableur a remplacé les derniers chiffres par des zéros",
    "the spreadsheet replaced the last digits by zeros",
)
_TRAILING_ZERO = re.compile(r"([0-9][0-9 ]*)[.,]0+")
_SCIENTIFIC = re.compile(r"([0-9])[.,]?([0-9]*)e\+?([0-9]{1,2})", re.IGNORECASE)
_SIRET_LABEL = re.compile(r"^(?:n[°ºo]?\s*)?(?:de\s+)?siret\s*(?:n[°ºo])?\s*[:=]?\s*", re.IGNORECASE)
_SIRET_MARKS = str.maketrans("", "", " .-_/,'’\t")
_PHONE_LABEL = re.compile(r"^(?:t[ée]l(?:[ée]phone)?|portable|mobile|fixe)\s*\.?\s*:\s*", re.IGNORECASE)
_DOUBLE_ZERO = re.compile(r"^\(?0\s?0\)?\s?(?=[1-9])")
_FRENCH_INTERNATIONAL = re.compile(r"33[1-9][0-9]{8}")
_NINE_DIGITS = re.compile(r"[1-9][0-9]{8}")
_ANGLES = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>")


def read_identifier(value: CellValue) -> str | Refusal:
    """Return a number used as a name (student number) as text: 21012345.0 → « 21012345 »."""
    text = clean_line(plain(value)).removeprefix("'")
    whole = _TRAILING_ZERO.fullmatch(text)
    if whole:
        return whole[1].strip()
    expanded = _expand(text)
    return text if expanded is None else expanded


def read_siret(value: CellValue) -> str | Refusal:
    """Return the digits of a SIRET; leading zeros lost by a numeric cell come back, letters stay as typed."""
    text = read_identifier(value)
    if isinstance(text, Refusal):
        return text
    text = _SIRET_LABEL.sub("", text)
    compact = text.translate(_SIRET_MARKS)
    if not (compact.isascii() and compact.isdigit()):
        return text
    # Nine digits are a SIREN; ten to thirteen can only be a SIRET that lost its leading zeros.
    return compact.zfill(14) if not isinstance(value, str) and 10 <= len(compact) <= 13 else compact


def read_phone(value: CellValue) -> str:
    """Return a phone number as typed, tidied; 00 becomes +, and 33612345678 in a numeric cell gets its +.

    The leading zero of a French number that a numeric cell lost is restored by :func:`restore_zero`.
    """
    if not isinstance(value, str):
        digits = plain(value)
        return f"+{digits}" if _FRENCH_INTERNATIONAL.fullmatch(digits) else digits
    return _phone_of(value)


def restore_zero(digits: str) -> str:
    """Give nine digits of a numeric cell back the zero that every French number starts with."""
    return f"0{digits}" if _NINE_DIGITS.fullmatch(digits) else digits


@functools.lru_cache(maxsize=16384)
def _phone_of(text: str) -> str:
    text = _PHONE_LABEL.sub("", clean_line(text).removeprefix("'")).removeprefix("tel:").strip()
    whole = _TRAILING_ZERO.fullmatch(text)
    if whole and " " not in whole[1]:
        text = whole[1]
        if _FRENCH_INTERNATIONAL.fullmatch(text):
            return f"+{text}"
        return restore_zero(text)
    return _DOUBLE_ZERO.sub("+", text)


@functools.lru_cache(maxsize=16384)
def _address_of(text: str) -> str:
    for _ in range(3):  # « Nom <mailto:a@b.fr> », and what an address book wraps twice
        found = _ANGLES.search(text)
        bare = (found[1] if found else text).strip(" \"'<>")
        if bare[:7].lower() == "mailto:":
            bare = bare[7:].partition("?")[0].strip()
        if bare == text:
            break
        text = bare
    local, at, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}" if at else text


def read_address(value: CellValue) -> str:
    """Return an e-mail address without its display name or « mailto: », its domain in lower case."""
    return _address_of(clean_line(plain(value)))


def _expand(text: str) -> str | Refusal | None:
    """Write out « 7,32829320000074E+13 »; a Refusal when digits are lost; None when it is no such writing."""
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return None
    digits, power = match[1] + match[2], int(match[3])
    missing = power + 1 - len(digits)
    if power < 6 or missing < 0:
        return None
    return DIGITS_LOST if missing else digits
