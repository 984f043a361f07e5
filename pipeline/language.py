"""How days, numbers, amounts and countries are written, in French and in English (Babel)."""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from pipeline.tables.countries import Country

Language: TypeAlias = Literal["fr", "en"]
NBSP = "\u00a0"
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}
_WITHOUT_ARTICLE = frozenset({"IL", "HT"})
_THE = frozenset({"NL", "US", "GB", "AE", "PH", "BS", "MV", "SC", "KM", "GM", "CZ", "DO", "CF", "PS", "MH", "SB", "VA"})


@functools.lru_cache(maxsize=16384)
def long_date(day: date, language: Language) -> str:
    """Write ``day`` in words: « 1er mars 2027 », "1 March 2027"."""
    text = format_date(day, "d MMMM y", locale=_LOCALES[language])
    return text.replace("1 ", "1er ", 1) if language == "fr" and day.day == 1 else text


def short_date(day: date) -> str:
    """Write ``day`` as forms do: 01/03/2027."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


@functools.lru_cache(maxsize=16384)
def short_date_en(day: date) -> str:
    """Write ``day`` briefly as English does: "1 Mar 2027"."""
    return format_date(day, "d MMM y", locale=_LOCALES["en"])


@functools.lru_cache(maxsize=16384)
def number(value: Decimal | int, language: Language) -> str:
    """Write ``value`` with two decimals at most: « 1 234,5 », "1,234.5"."""
    return format_decimal(value, "#,##0.##", locale=_LOCALES[language])


@functools.lru_cache(maxsize=16384)
def cents(value: Decimal, language: Language) -> str:
    """Write an amount with its two decimals, without its currency: « 2 583,00 », "2,583.00"."""
    return format_decimal(value, "#,##0.00", locale=_LOCALES[language])


@functools.lru_cache(maxsize=16384)
def money(amount: Decimal, currency: str, language: Language) -> str:
    """Write ``amount`` with its currency: « 4,50 € », "€4.50"."""
    return format_currency(amount, currency, locale=_LOCALES[language])


def country_name(country: Country, language: Language) -> str:
    """Return the country's name; in English with its article where it takes one."""
    if language == "fr":
        return country.name
    return f"the {country.name_en}" if country.code in _THE else country.name_en


def the_country(country: Country, language: Language) -> str:
    """Return the country with its article: « la France », « les États-Unis », "the United States"."""
    if language == "en":
        return country_name(country, "en")
    if country.code in _WITHOUT_ARTICLE:
        return country.name
    if country.preposition == "en":
        vowel = country.name[0] in "AEIOUÉÈÊYaeiou"
        return f"l’{country.name}" if vowel else f"la {country.name}"
    article = {"au": "le ", "à la": "la ", "aux": "les ", "à l’": "l’", "dans le": "le ", "dans les": "les "}.get(
        country.preposition, ""
    )
    return f"{article}{country.name}"


def in_country(country: Country, language: Language) -> str:
    """Return the country after its preposition: « aux États-Unis », "in the United States"."""
    if language == "en":
        return f"in {country_name(country, 'en')}"
    joint = "" if country.preposition.endswith("’") else " "
    return f"{country.preposition}{joint}{country.name}"
