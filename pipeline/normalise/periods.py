"""Periods in one cell: interruptions, and the schedule of a discontinuous presence."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from pipeline.model import CellValue, Period, Schedule
from pipeline.normalise.cells import plain
from pipeline.normalise.dates import MONTH, ORDINAL, date_of, read_date
from pipeline.normalise.refusal import UNKNOWN, Refusal
from pipeline.normalise.texts import clean_block
from pipeline.tables.words import fold, without_accents

ONLY_YES = Refusal("les dates ne sont pas données", "the dates are not given")
_NONE = frozenset(
    {"non", "aucun", "aucune", "no", "none", "pas d interruption", "aucune interruption", "sans", "sans interruption"}
)
_PARTS = re.compile(r"\s*(?:[;\n]+|,(?=\s*(?:du\b|le\b|\d))|\bet\s+(?=du\b|le\b))\s*", re.IGNORECASE)
_DAY = rf"(?:\d{{1,2}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?\d{{4}}|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}{ORDINAL}(?:\s*{MONTH})?(?:\s*\d{{4}})?)"
_RANGE = re.compile(
    rf"(?:(?:du|de|from|entre le)\s+)?(?P<first>{_DAY})\s*(?:-|–|—|au|a|to|until|jusqu'au|et le)\s*(?P<last>{_DAY})",
    re.ASCII,
)
_SINGLE = re.compile(rf"(?:le\s+)?(?P<first>{_DAY})", re.ASCII)
_HOURS = re.compile(
    r"(?:\s*(?::|,|-|\(|a raison de)?\s*)(?P<hours>\d{1,2})\s*(?:[.,](?P<tenths>\d{1,2})|h\s*(?P<minutes>\d{2})?|heures?)?"
    r"\s*(?:h|heures?)?\s*(?:/|par|p)\s*(?:j|jour|jours)\)?",
)


def read_periods(value: CellValue) -> tuple[Period, ...] | Refusal | None:
    """Read the interruptions of one cell; None when it says that there is none. One bad part refuses the cell."""
    if not isinstance(value, str):
        day = read_date(value)
        return day if isinstance(day, Refusal) else (Period(day, day),)
    text = clean_block(value)
    if fold(text) in _NONE:
        return None
    if fold(text) in ("oui", "yes"):
        return ONLY_YES
    periods: list[Period] = []
    for part in _PARTS.split(text):
        if part.strip(" .,;"):
            period = _period(part)
            if isinstance(period, Refusal):
                return period
            periods.append(period)
    return tuple(periods) if periods else UNKNOWN


def read_schedule(value: CellValue) -> Schedule:
    """Keep the text, and the periods with their hours a day when every part of it can be read as one."""
    text = clean_block(plain(value))
    periods = []
    for part in _PARTS.split(text):
        if not part.strip(" .,;"):
            continue
        hours = _HOURS.search(_simple(part))
        bare = _simple(part)[: hours.start()] if hours else part
        period = _period(bare)
        if isinstance(period, Refusal):
            return Schedule(text)
        periods.append(Period(period.start, period.end, _hours(hours) if hours else None))
    return Schedule(text, tuple(periods))


def _simple(text: str) -> str:
    return re.sub(r"\s+", " ", without_accents(text).replace("’", "'")).casefold().strip(" .,;")


def _period(part: str) -> Period | Refusal:
    simple = _simple(part)
    match = _RANGE.fullmatch(simple)
    if match is None:
        match = _SINGLE.fullmatch(simple)
        if match is None:
            return UNKNOWN
        day = date_of(match["first"])
        return day if isinstance(day, Refusal) else Period(day, day)
    last = date_of(match["last"])
    if isinstance(last, Refusal):
        return last
    first = date_of(_completed(match["first"], match["last"]))
    return first if isinstance(first, Refusal) else Period(first, last)


def _completed(first: str, last: str) -> str:
    """Give the first day the month and year that only the last one bears: « 1er au 15 novembre 2026 »."""
    if re.search(r"\d{4}", first):
        return first
    year = re.search(r"\d{4}", last)
    month = re.search(MONTH, last)
    named = re.search(MONTH, first)
    tail = "" if named else f" {month[0]}" if month else ""
    return f"{first}{tail} {year[0]}" if year else first


def _hours(match: re.Match[str]) -> Decimal:
    whole = Decimal(match["hours"])
    if match["tenths"]:
        return whole + Decimal(f"0.{match['tenths']}")
    return whole + Decimal(match["minutes"] or 0) / 60
