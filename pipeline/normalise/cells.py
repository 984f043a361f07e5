"""How a raw cell of any type is written out: for a text field, and for a person in a message."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta

from pipeline.model import CellValue, ErrorCell
from pipeline.normalise.texts import clean_line

FORMULA_ERROR = "erreur de formule"
"""Cause of a cell whose formula failed; the rule LIG-05 owns it."""

_ERRORS = re.compile(
    r"#(?:REF!|N/A|VALUE!|VALEUR!|DIV/0!|NAME\?|NOM\?|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|CALC!|"
    r"GETTING_DATA)|Err:[0-9]{3}",
    re.IGNORECASE,
)
_SHOWN = 120
"""Characters of a cell that a message quotes at most."""


def is_formula_error(value: CellValue) -> bool:
    """Tell whether ``value`` is a failed formula, also one that a CSV export wrote out as text."""
    if isinstance(value, str):
        return value[:1] in "#E e" and _ERRORS.fullmatch(value.strip()) is not None
    return isinstance(value, ErrorCell)


def plain(value: CellValue) -> str:
    """Return the text that ``value`` stands for in a text field: 21012345.0 → « 21012345 », days as dd/mm/yyyy."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int):
        return _digits(value)
    if isinstance(value, float):
        return _decimal(value)
    if isinstance(value, ErrorCell):
        return value.code
    return _moment(value)


def shown(value: CellValue) -> str:
    """Return ``value`` as a message quotes it: on one line, dates dd/mm/yyyy, at most 120 characters."""
    text = clean_line(plain(value))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to write out thousands of digits
        return f"{'-' if value < 0 else ''}0x{abs(value):x}"


def _decimal(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < 1e22:
        return str(int(value))
    return f"{value:.15g}".replace(".", ",")


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        clock = value.time()
        day = _day(value)
        return day if clock == time() else f"{day} {_clock(clock)}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, time):
        return _clock(value)
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("", minutes)
    return f"{sign}{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def _day(value: date) -> str:
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def _clock(value: time) -> str:
    seconds = f":{value.second:02d}" if value.second else ""
    return f"{value.hour:02d}:{value.minute:02d}{seconds}"
