"""Choices, oui/non, currencies, academic years: closed lists in the many ways people write them."""

from __future__ import annotations

import functools
import re

from babel.numbers import get_currency_name

from pipeline.model import CellValue
from pipeline.normalise.cells import plain
from pipeline.normalise.refusal import UNKNOWN, Refusal
from pipeline.normalise.texts import clean_line
from pipeline.tables.fields import Field
from pipeline.tables.synonyms import Synonyms
from pipeline.tables.words import fold

NO_CHOICE = Refusal("cette réponse n’est pas dans la liste", "this answer is not in the list")
DOLLARS = Refusal("plusieurs monnaies portent ce nom", "several currencies have this name")
_NEGATION = re.compile(
    r"\b(?:non|pas|ne|sans|sauf|mais|en cours|a venir|demande|demandee|attente|not|but"
    r"|si|demain|bientot|peut etre|yet|soon|if)\b"
)
_YEAR = re.compile(
    r"(?:(?:l'?\s?)?ann[ée]e(?: universitaire)?|a\.?u\.?)?\s*:?\s*(20\d{2})(?:\s?[-/–—]\s?(20\d{2}|\d{2}))?",
    re.ASCII | re.IGNORECASE,
)


def read_yes_no(value: CellValue, synonyms: Synonyms) -> bool | Refusal:
    """Read oui or non: a word that says so, or a phrase that begins with it and takes nothing back."""
    if isinstance(value, bool):
        return value
    text = clean_line(plain(value))
    answer = synonyms.yes_no(text)
    if answer is not None:
        return answer
    first, _, rest = fold(text).partition(" ")
    if first in ("oui", "yes") and not _NEGATION.search(rest):
        return True
    if first in ("non", "no") and not re.search(r"\boui\b|\byes\b", rest):
        return False
    return NO_CHOICE


def read_choice(field: Field, value: CellValue, synonyms: Synonyms) -> str | Refusal:
    """Read one of the field's values, by its own writing or a synonym."""
    text = clean_line(("oui" if value else "non") if isinstance(value, bool) else plain(value))
    known = synonyms.choice(field.key, text)
    if known is None and text.endswith(")"):  # « Formation initiale (FI) »
        known = synonyms.choice(field.key, text[: text.rfind("(")])
    return known or NO_CHOICE


def read_currency(key: str, value: CellValue, synonyms: Synonyms) -> str | Refusal:
    """Read an ISO 4217 code, a symbol that means one currency, or a currency's French or English name."""
    text = clean_line(plain(value))
    known = synonyms.choice(key, text)
    if known:
        return known
    if text.upper() in _currencies():
        return text.upper()
    if fold(text) in ("", "dollar", "dollars", "franc", "francs", "couronne", "couronnes") and text:
        return DOLLARS
    return _currency_names().get(fold(text), UNKNOWN)


@functools.cache
def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


@functools.cache
def _currency_names() -> dict[str, str]:
    names: dict[str, str] = {}
    shared: set[str] = set()
    for code in sorted(_currencies()):
        for locale in ("fr", "en"):
            for count in (1, 2):
                name = fold(get_currency_name(code, count, locale))
                if names.setdefault(name, code) != code:
                    shared.add(name)
    return {name: code for name, code in names.items() if name not in shared}


def read_academic_year(value: CellValue) -> int | Refusal:
    """Read « 2026-2027 », « 2026/27 » or 2026 as its first year."""
    match = _YEAR.fullmatch(clean_line(plain(value)).removesuffix(".0"))
    if match is None:
        return UNKNOWN
    first = int(match[1])
    if match[2] and int(match[2]) % 100 != (first + 1) % 100:
        return Refusal("deux années qui ne se suivent pas", "two years that do not follow each other")
    return first
