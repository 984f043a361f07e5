"""When two cells of a returned workbook say the same: spreadsheets change types, not what a person reads."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

from pipeline.model import CellValue, ErrorCell

_BLANK = " \t\r\n\u00a0\u202f\u2007\u200b\ufeff"


def is_blank(value: CellValue) -> bool:
    """Tell whether nothing stands in the cell that a person could see."""
    return value is None or (isinstance(value, str) and not value.strip(_BLANK))


def same_cell(one: CellValue, other: CellValue) -> bool:
    """Tell whether two cells read the same: 300 and « 300 », a day and the same day at midnight, "" and nothing."""
    return as_read(one) == as_read(other)


def as_read(value: CellValue) -> str:
    """Return what a person reads in the cell: days as dd/mm/yyyy, a decimal comma, lines kept, ends trimmed."""
    match value:
        case None:
            return ""
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n").strip(_BLANK)
        case bool():
            return "Oui" if value else "Non"
        case int():
            return str(value) if abs(value) < 10**300 else f"{value:x}"
        case float():
            return _decimal(value)
        case ErrorCell():
            return value.code
        case datetime():
            day, clock = _day(value), value.time()
            return day if clock == time(0) else f"{day} {_clock(clock)}"
        case date():
            return _day(value)
        case time():
            return _clock(value)
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def _decimal(value: float) -> str:
    if math.isfinite(value) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return f"{value:.15g}".replace(".", ",")


def _day(value: date) -> str:
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def _clock(value: time) -> str:
    return f"{value.hour:02d}:{value.minute:02d}" + (f":{value.second:02d}" if value.second else "")
