"""Periods in one cell: interruptions, and the schedule of a discontinuous presence."""

from __future__ import annotations

import functools
import re
from decimal import Decimal

from pipeline.model import CellValue, Period, Schedule
from pipeline.normalise.cells import plain
from pipeline.normalise.dates import MONTH, NO_YEAR, ORDINAL, WEEKDAY, date_of, read_date
from pipeline.normalise.refusal import NOT_TEXT, UNKNOWN, Refusal
from pipeline.normalise.texts import clean_block
from pipeline.tables.words import fold, without_accents

ONLY_YES = Refusal("les dates ne sont pas données", "the dates are not given")
_NONE = re.compile(
    r"non|no|none|rien|sans|0|(?:aucune?|pas d|pas de|sans|no)(?: periodes?)?(?: d)?(?: interruptions?)?"
)
_LONGEST = 4000
"""Characters beyond which a cell is a text, not a list of periods."""
_DAY = (
    rf"(?:\d{{1,2}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?\d{{2,4}}|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\s?/\s?\d{{1,2}}"
    rf"|{WEEKDAY}?\d{{1,2}}{ORDINAL}(?:\s*{MONTH})?(?:\s*\d{{2,4}}\b)?)"
)
# A comma or « et » sets periods apart only before a new one: « 7,5 h » and « entre le … et le … » stay whole.
_PARTS = re.compile(
    rf"\s*[;\n|]+\s*|\s*,\s*(?=(?:du\b|le\b|from\b|{_DAY}\s*\D))(?!\d+\s*h)|\s+(?:et|and|puis)\s+(?=du\b|from\b|\d)"
)
_RANGE = re.compile(
    rf"(?:(?:du|de|from|entre le|between)\s+)?(?P<first>{_DAY})"
    rf"\s*(?:-|–|—|→|->|jusqu'au|until|et le|au|a|to)\s*(?P<last>{_DAY})",
    re.ASCII,
)
_SINGLE = re.compile(rf"(?:le\s+)?(?P<first>{_DAY})", re.ASCII)
_HOURS = re.compile(
    r"\s*(?::|,|\(|-|a raison de)?\s*(?P<hours>\d{1,2})(?:[.,](?P<tenths>\d{1,2}))?\s*(?:h|heures?|hours?)?"
    r"\s*(?P<minutes>[0-5]\d)?\s*(?:/|par|per|a)\s*(?:jours?|j|day)\s*\)?$",
    re.ASCII,
)


def read_periods(value: CellValue) -> tuple[Period, ...] | Refusal | None:
    """Read the interruptions of one cell, in the order of their dates; None when it says that there is none.

    One bad part refuses the cell. An end before its start is read: the rule DAT-08 judges it.
    """
    if isinstance(value, bool):
        return ONLY_YES if value else None
    if isinstance(value, int | float):
        return None if value == 0 else NOT_TEXT
    if not isinstance(value, str):
        day = read_date(value)
        return day if isinstance(day, Refusal) else (Period(day, day),)
    return _periods_of(value)


@functools.lru_cache(maxsize=8192)
def _periods_of(value: str) -> tuple[Period, ...] | Refusal | None:
    words = fold(value)
    if _NONE.fullmatch(words):
        return None
    if words in ("oui", "yes"):
        return ONLY_YES
    parts = _parts(clean_block(value))
    if isinstance(parts, Refusal):
        return parts
    periods: set[Period] = set()
    for part in parts:
        period = _period(part)
        if isinstance(period, Refusal):
            return period
        periods.add(period)
    return tuple(sorted(periods, key=lambda period: (period.start, period.end)))


def read_schedule(value: CellValue) -> Schedule | None:
    """Keep the text, and the periods with their hours a day when every part of it can be read as one."""
    text = clean_block(plain(value))
    return None if _NONE.fullmatch(fold(text)) else Schedule(text, _scheduled(text))


@functools.lru_cache(maxsize=8192)
def _scheduled(text: str) -> tuple[Period, ...]:
    parts = _parts(text)
    if isinstance(parts, Refusal):
        return ()
    periods: list[Period] = []
    for part in parts:
        found = _HOURS.search(part)
        hours = _hours(found) if found else None
        period = _period(part[: found.start()] if found else part)
        if isinstance(period, Refusal) or period.end < period.start or (hours is not None and not 0 < hours <= 24):
            return ()
        periods.append(Period(period.start, period.end, hours))
    return tuple(periods)


def _parts(text: str) -> list[str] | Refusal:
    if len(text) > _LONGEST:
        return UNKNOWN
    text = re.sub(r"[^\S\n]+", " ", without_accents(text).replace("’", "'")).lower()
    parts = [part.strip(" .,;•") for part in _PARTS.split(text)]
    return [part for part in parts if part] or UNKNOWN


def _period(part: str) -> Period | Refusal:
    part = part.strip(" .,;:")
    match = _RANGE.fullmatch(part)
    if match is None:
        match = _SINGLE.fullmatch(part)
        if match is None:
            return UNKNOWN
        day = date_of(match["first"])
        return day if isinstance(day, Refusal) else Period(day, day)
    last = date_of(match["last"])
    if isinstance(last, Refusal):
        return last
    first = date_of(_completed(match["first"], match["last"]))
    if isinstance(first, Refusal):
        return first
    if first > last and not re.search(r"\d{4}", match["first"]):
        return NO_YEAR  # « 24 décembre au 2 janvier 2027 » does not say its first year, and is not guessed
    return Period(first, last)


def _completed(first: str, last: str) -> str:
    """Give the first day the month and year that only the last one bears: « 1er au 15 novembre 2026 »."""
    year = re.search(r"\d{4}", last)
    if year is None or re.search(r"\d{4}", first) or first.count("/") + first.count(".") + first.count("-") > 1:
        return first
    if "/" in first:
        return f"{first}/{year[0]}"
    if re.search(MONTH, first):
        return f"{first} {year[0]}"
    named = re.search(MONTH, last)
    if named:
        return f"{first} {named[0]} {year[0]}"
    numeric = re.search(r"[-/.]\s?(\d{1,2})\s?[-/.]\s?\d{4}", last)
    return f"{first}/{numeric[1]}/{year[0]}" if numeric and first.isdigit() else first


def _hours(match: re.Match[str]) -> Decimal:
    if match["tenths"]:
        return Decimal(f"{match['hours']}.{match['tenths']}")
    return round(Decimal(match["hours"]) + Decimal(match["minutes"] or 0) / 60, 6).normalize() + 0
