"""Dates and times as people and spreadsheets write them; what may be read in two ways is refused."""

from __future__ import annotations

import functools
import re
from datetime import date, datetime, time, timedelta

from pipeline.model import CellValue
from pipeline.normalise.refusal import NOT_TEXT, UNKNOWN, Refusal
from pipeline.normalise.texts import clean_line
from pipeline.tables.words import without_accents

TWO_DIGIT_YEAR = Refusal("année à deux chiffres", "two-digit year")
NO_YEAR = Refusal("année absente", "year missing")
NO_DAY = Refusal("jour absent", "day missing")
NO_SUCH_DAY = Refusal("ce jour n’existe pas dans le calendrier", "no such day in the calendar")
NO_SUCH_HOUR = Refusal("cette heure n’existe pas", "no such time of day")
FAR_YEAR = Refusal("année invraisemblable", "implausible year")
NOT_A_DAY = Refusal("ce nombre n’est pas une date", "this number is not a date")
UNIVERSAL_TIME = Refusal(
    "l’heure, en temps universel, peut désigner le lendemain", "the time, in UTC, may mean the next day"
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev feb february",
            "mars mar march",
            "avril avr apr april",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "aout aou aug august",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}
MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
"""Pattern of a month in French or English, in lower case without accents."""
WEEKDAY = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun)\b[.,]?\s*)"
)
ORDINAL = r"(?:er|e|eme|st|nd|rd|th)?\b"
_TIME = (
    r"(?:(?:\s*,?\s+(?:a\s+|at\s+)?|t)"
    r"(?P<hour>\d{1,2})\s?[:h]\s?(?P<minute>\d{2})?(?:[:m](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<offset>z|utc|gmt|[+-]\d{2}:?\d{2})?)?"
)


def _pattern(day: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:le|du|au|on|the)\s+)?{WEEKDAY}?{day}{_TIME}", re.ASCII)


_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_PATTERNS = (
    _pattern(r"(?P<year>\d{4})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<day>\d{1,2})"),
    _pattern(rf"(?P<day>\d{{1,2}})(?:\s?[-/.]\s?|\s)(?P<month>\d{{1,2}})(?:\s?[-/.]\s?|\s){_YEAR}"),
    _pattern(rf"(?P<day>\d{{1,2}}){ORDINAL}[\s/.-]*(?:of\s+)?(?P<word>{MONTH}),?[\s/.-]*{_YEAR}"),
    _pattern(rf"(?P<word>{MONTH})\s*(?P<day>\d{{1,2}}){ORDINAL},?\s+{_YEAR}"),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>(?:19|20)\d{2})", re.ASCII),
    re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII),
)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_WITHOUT_YEAR = re.compile(
    rf"{WEEKDAY}?(?:\d{{1,2}}\s?[-/.]\s?\d{{1,2}}|\d{{1,2}}{ORDINAL}\s*{MONTH}|{MONTH}\s*\d{{1,2}})", re.ASCII
)
_WITHOUT_DAY = re.compile(rf"(?:\d{{1,2}}\s?[-/.]\s?|{MONTH}\s*)?\d{{4}}", re.ASCII)

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (spreadsheets know no time zone); day 0 of their serials
# Days 1 to 7305 are years before 1920: such a number is an age, a year (2027) or a duration, not a day.
_FIRST_SERIAL, _LAST_SERIAL = 7306, 73415
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def read_date(value: CellValue) -> date | Refusal:
    """Read a day from a date cell, a spreadsheet serial or a text; 03/04/2027 is the 3rd of April."""
    if isinstance(value, str):
        return date_of(value)
    moment = read_datetime(value)
    return moment if isinstance(moment, Refusal) else moment.date()


def read_datetime(value: CellValue) -> datetime | Refusal:
    """Read a moment, naive as the source wrote it: offsets are dropped, days without time start at midnight."""
    if isinstance(value, str):
        return datetime_of(value)
    if isinstance(value, datetime):
        return _plausible(value.replace(tzinfo=None))
    if isinstance(value, date):
        return _plausible(datetime.combine(value, time()))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return NOT_TEXT
    if isinstance(value, int) and 19000101 <= value <= 21001231:
        return datetime_of(str(value))
    return _from_serial(value)


@functools.lru_cache(maxsize=32768)
def date_of(text: str) -> date | Refusal:
    """Read a day from ``text``; a time of day beside it is ignored."""
    found = _read(text)
    if isinstance(found, Refusal):
        return found
    moment, offset = found
    # Web forms often export midnight in Paris as 22:00 or 23:00 UTC of the day before.
    if offset and moment.hour >= 22:
        return UNIVERSAL_TIME
    return moment.date()


@functools.lru_cache(maxsize=32768)
def datetime_of(text: str) -> datetime | Refusal:
    """Read a moment from ``text``, as its clock shows it."""
    found = _read(text)
    return found if isinstance(found, Refusal) else found[0]


def _read(text: str) -> tuple[datetime, bool] | Refusal:
    """Return the moment, and whether the text names an offset from UTC."""
    text = without_accents(clean_line(text)).lower().strip(" .,;'\"")
    if len(text) > 60:
        return UNKNOWN
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            moment = _moment(match.groupdict())
            return moment if isinstance(moment, Refusal) else (moment, bool(match.groupdict().get("offset")))
    if _SERIAL.fullmatch(text):
        serial = _from_serial(float(text.replace(",", ".")))
        return serial if isinstance(serial, Refusal) else (serial, False)
    if _WITHOUT_YEAR.fullmatch(text):
        return NO_YEAR
    return NO_DAY if _WITHOUT_DAY.fullmatch(text) else UNKNOWN


def _moment(parts: dict[str, str | None]) -> datetime | Refusal:
    year, day = parts["year"] or "", int(parts["day"] or 0)
    word = parts.get("word")
    month = _MONTHS[word.rstrip(".")] if word else int(parts["month"] or 0)
    if len(year) != 4:
        return TWO_DIGIT_YEAR
    if month > 12:
        return Refusal(f"le mois {month} n’existe pas", f"there is no month {month}")
    try:
        found = datetime(int(year), month, day)  # noqa: DTZ001 (as the source wrote it)
    except ValueError:
        return NO_SUCH_DAY
    clock = _clock(parts)
    return clock if isinstance(clock, Refusal) else _plausible(found + clock)


def _clock(parts: dict[str, str | None]) -> timedelta | Refusal:
    hour, minute, second = (int(parts.get(part) or 0) for part in ("hour", "minute", "second"))
    half = parts.get("half")
    if half:
        if not 1 <= hour <= 12:
            return NO_SUCH_HOUR
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59 or second > 59:
        return NO_SUCH_HOUR
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _from_serial(value: float) -> datetime | Refusal:
    if not _FIRST_SERIAL <= value <= _LAST_SERIAL:
        return NOT_A_DAY
    return _EPOCH + timedelta(seconds=round(value * 86400))


def _plausible(moment: datetime) -> datetime | Refusal:
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else FAR_YEAR
