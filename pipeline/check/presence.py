"""Effective hours as the dates give them: working days of the declared week, holidays of the country.

Code de l’éducation, L124-18 and D124-6: only effective presence counts. Authorised leave counts as presence
(L124-13), so it is not taken off.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual
from pipeline.language import number
from pipeline.model import Period
from pipeline.tables.words import has_words

_Asked: TypeAlias = tuple[date, date, tuple[Decimal, Decimal], tuple[Period, ...], tuple[Period, ...], frozenset[date]]
"""Start, end, (hours, days) of the week, schedule, interruptions, public holidays."""
_FIVE = Decimal(5)
"""Days of a week that the form does not tell."""
_LONGEST = timedelta(days=1100)
"""A longer internship is a mistake in a date, which DAT-02 reports: nothing is counted then."""
_READ = ("stage.date_debut", "stage.date_fin", "stage.interruptions", "stage.repartition", "stage.jours_hebdomadaires",
         "stage.heures_hebdomadaires")  # fmt: skip
_ALSACE_MOSELLE = {"57": "57", "67": "6AE", "68": "6AE"}
"""Département → subdivision of the holidays library."""
_ALSATIAN_REGIONS = ("Alsace", "Bas-Rhin", "Haut-Rhin", "Moselle")
_OVERSEAS = {
    "GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976",
    **{code: code for code in ("PM", "BL", "MF", "NC", "PF", "WF", "TF")},
}  # fmt: skip
_OVERSEAS_POSTCODES = {
    "97133": "BL", "97150": "MF", "971": "971", "972": "972", "973": "973", "974": "974", "975": "PM", "976": "976",
    "984": "TF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
"""Beginning of a postcode → subdivision, the longest first: some forms write « France » for a place overseas."""
_POSTCODE = re.compile(r"(?<!\w)(?<!BP )(?<!CS )(?<!TSA )(\d{5})(?!\w)", re.ASCII | re.IGNORECASE)


class Day(NamedTuple):
    """A day of presence."""

    day: date
    hours: Decimal
    share: Decimal
    """1, or the part of a day that closes a week of four and a half."""
    holiday: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """The hours that the dates give."""

    gross: Decimal
    """Hours of the worked days between the dates, interruptions taken off."""
    net: Decimal
    """The same, less public holidays."""
    days: Decimal
    """Worked days of ``gross``; half a day counts for a half."""
    holidays: Decimal
    """Public holidays among them."""
    hours_per_day: Decimal | None
    """None when the schedule gives its own hours."""
    weekly: Decimal | None = None
    """Hours of the declared week; None when the schedule gives its own hours."""
    week: Decimal | None = None
    """Days of that week."""

    @property
    def detail(self) -> Bilingual:
        """The computation in words: « 35 h par semaine sur 5 jours : 82 jours de 7 h, moins 3 jours fériés »."""
        days, week = in_words(self.days), self.week
        french, english = days.fr, days.en
        if self.hours_per_day is None:
            french, english = f"répartition indiquée\u00a0: {french}", f"schedule as given: {english}"
        else:
            french += f" de {number(self.hours_per_day, 'fr')}\u00a0h"
            english += f" of {number(self.hours_per_day, 'en')} hours"
        if self.weekly is not None and week is not None:
            french = f"{number(self.weekly, 'fr')}\u00a0h par semaine sur {in_words(week).fr}\u00a0: {french}"
            english = f"{number(self.weekly, 'en')} hours a week over {in_words(week).en}: {english}"
        if self.holidays:
            off, off_en = number(self.holidays, "fr"), number(self.holidays, "en")
            french += f", moins {off}\u00a0jour{_s(self.holidays)} férié{_s(self.holidays)}"
            english += f", less {off_en} public holiday{'' if self.holidays == 1 else 's'}"
        return Bilingual(french, english)


def in_words(days: Decimal) -> Bilingual:
    """Write « 82 jours », "82 days"."""
    french, english = number(days, "fr"), number(days, "en")
    return Bilingual(f"{french}\u00a0jour{_s(days)}", f"{english} day{'' if english == '1' else 's'}")


def _s(count: Decimal) -> str:
    """Return the French plural, which begins at two."""
    return "s" if count >= 2 else ""


def presence(facts: Facts) -> Presence | None:
    """Return the hours worked between the dates; None when dates, country or weekly hours are not known."""
    asked = _asked(facts)
    if asked is None:
        return None
    gross, net, count, off = _sums(*asked)
    if any(p.hours_per_day is not None for p in facts.schedule):
        return Presence(gross, net, count, off, None)
    weekly, week = facts["stage.heures_hebdomadaires"], _week(facts)
    return Presence(gross, net, count, off, weekly / week, weekly, week)


def extremes(facts: Facts, found: Presence) -> tuple[Decimal, Decimal]:
    """Return the least ``net`` and the most ``gross`` hours, whichever days of the week are worked.

    No form asks which: two days a week from a Thursday to the Friday of the week after may be four, or two.
    """
    daily, week = found.hours_per_day, found.week
    if daily is None or week is None or facts.start is None or facts.end is None:
        return found.net, found.gross
    possible, off = 7 if week > 6 else 6, public_holidays(facts)
    away = _covered(facts.interruptions, facts.start, facts.end)
    listed = _covered(facts.schedule, facts.start, facts.end) if facts.schedule else None
    open_days: Counter[int] = Counter()
    kept: Counter[int] = Counter()
    for day in _between(facts.start, facts.end):
        if day.weekday() < possible and day not in away and (listed is None or day in listed):
            week_of_day = (day.toordinal() - 1) // 7
            open_days[week_of_day] += 1
            kept[week_of_day] += day not in off
    least = sum((max(Decimal(0), week - possible + count) for count in kept.values()), Decimal(0))
    most = sum((min(week, Decimal(count)) for count in open_days.values()), Decimal(0))
    return min(found.net, daily * least), max(found.gross, daily * most)


def days_of_presence(facts: Facts) -> tuple[Day, ...] | None:
    """Return the days worked between the dates, public holidays marked; None when they cannot be told.

    The days are those of the schedule when it can be read, else of the declared week, from Monday on.
    """
    asked = _asked(facts)
    return None if asked is None else _days(*asked)


def _asked(facts: Facts) -> _Asked | None:
    """Return all that the days of presence depend on; None when they cannot be told."""
    start, end, week = facts.start, facts.end, _week(facts)
    if not facts.dates_in_order or start is None or end is None or end - start > _LONGEST:
        return None
    if facts.country is None or not 0 < week <= 7 or any(facts.unreadable(key) for key in _READ):
        return None
    weekly = facts["stage.heures_hebdomadaires"]
    if weekly is None or weekly <= 0:
        if not facts.schedule or any(p.hours_per_day is None for p in facts.schedule):
            return None
        weekly = Decimal(0)
    return start, end, (weekly, week), facts.schedule, facts.interruptions, public_holidays(facts)


def _week(facts: Facts) -> Decimal:
    return facts["stage.jours_hebdomadaires"] or _FIVE


def _total(days: tuple[Day, ...]) -> Decimal:
    """Add the hours up, to the millionth: thirds of an hour come back whole."""
    return sum((d.hours for d in days), Decimal(0)).quantize(Decimal("0.000001")).normalize() + 0


@functools.lru_cache(maxsize=256)
def _days(
    start: date,
    end: date,
    hours: tuple[Decimal, Decimal],
    schedule: tuple[Period, ...],
    interruptions: tuple[Period, ...],
    off: frozenset[date],
) -> tuple[Day, ...]:
    weekly, week = hours
    listed = _scheduled(schedule, start, end, weekly, week) if schedule else _weekly(start, end, weekly, week)
    away = _covered(interruptions, start, end)
    return tuple(Day(day, worked, share, day in off) for day, worked, share in listed if day not in away)


@functools.lru_cache(maxsize=4096)
def _sums(*asked: *_Asked) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return ``gross``, ``net``, ``days`` and ``holidays`` of a Presence."""
    days = _days(*asked)
    count = sum((d.share for d in days), Decimal(0))
    off = sum((d.share for d in days if d.holiday), Decimal(0))
    return _total(days), _total(tuple(d for d in days if not d.holiday)), count, off


def _weekly(start: date, end: date, weekly: Decimal, week: Decimal) -> Iterator[tuple[date, Decimal, Decimal]]:
    """Yield (day, hours, share) for the days of the declared week, the last of which may be a part of a day."""
    shares = [min(Decimal(1), max(Decimal(0), week - i)) for i in range(7)]
    hours = [weekly * share / week for share in shares]
    for day in _between(start, end):
        place = day.weekday()
        if shares[place]:
            yield day, hours[place], shares[place]


def _scheduled(
    schedule: tuple[Period, ...], start: date, end: date, weekly: Decimal, week: Decimal
) -> Iterator[tuple[date, Decimal, Decimal]]:
    """Yield the same for the periods of a schedule: their own hours a day, else those of the declared week."""
    for period in schedule:
        first, last = max(period.start, start), min(period.end, end)
        listed = list(_weekly(first, last, weekly, week))
        # A single day, or a weekend, is worked whatever the week.
        if not listed:
            listed = [(day, weekly / week, Decimal(1)) for day in _between(first, last)]
        for day, hours, share in listed:
            yield (day, hours, share) if period.hours_per_day is None else (day, period.hours_per_day, Decimal(1))


def days_in_period(facts: Facts, period: Period) -> Decimal:
    """Return the days of one period of the schedule, by the declared week; all of them when none falls in it."""
    week = _week(facts)
    listed = _scheduled((period,), period.start, period.end, Decimal(0), week if 0 < week <= 7 else _FIVE)
    return sum((share for _, _, share in listed), Decimal(0))


def _covered(periods: Iterable[Period], start: date, end: date) -> Set[date]:
    """Return the days between ``start`` and ``end`` that one of ``periods`` covers."""
    return {day for period in periods for day in _between(max(period.start, start), min(period.end, end))}


def _between(start: date, end: date) -> Iterator[date]:
    return map(date.fromordinal, range(start.toordinal(), end.toordinal() + 1))


def working_days(facts: Facts) -> int | None:
    """Return the days from Monday to Saturday between the dates, interruptions taken off; None when not known."""
    if not facts.dates_in_order or facts.start is None or facts.end is None or facts.end - facts.start > _LONGEST:
        return None
    if facts.unreadable("stage.interruptions"):
        return None
    first, last = facts.start.toordinal(), facts.end.toordinal()
    sundays = last // 7 - (first - 1) // 7  # their ordinals are the multiples of seven
    away = _covered(facts.interruptions, facts.start, facts.end)
    return last - first + 1 - sundays - sum(day.weekday() < 6 for day in away)


def public_holidays(facts: Facts) -> frozenset[date]:
    """Return the public holidays of the country of the internship, for the years that it touches.

    French ones are those of the place: Alsace-Moselle and the overseas territories have their own. Abroad the
    national ones alone are taken, but in Québec, whose own are known.
    """
    if facts.country is None or facts.start is None or facts.end is None:
        return frozenset()
    code, subdivision = facts.country.code, None
    if code in _OVERSEAS:
        code, subdivision = "FR", _OVERSEAS[code]
    elif code == "FR":
        subdivision = _french_subdivision(facts)
    elif facts.in_quebec:
        subdivision = "QC"
    last = min(facts.end.year, facts.start.year + _LONGEST.days // 365)
    return _calendar(code, subdivision, facts.start.year, last)


def _french_subdivision(facts: Facts) -> str | None:
    """Return the subdivision of a place in France: by the postcode of the place, else its region, else the host's."""
    written = _POSTCODE.findall(facts["stage.lieu_adresse"] or "")
    if written:
        return _of_postcode(written[-1])
    region = facts["stage.lieu_region"] or ""
    if any(has_words(region, name) for name in _ALSATIAN_REGIONS) and not has_words(region, "Meurthe-et-Moselle"):
        return "6AE"  # the three départements have the same holidays
    host = facts.host_country
    if host is not None and host.abroad:
        return None
    return _of_postcode(facts["organisme.code_postal"] or "")


@functools.lru_cache(maxsize=4096)
def _of_postcode(postcode: str) -> str | None:
    for beginning, subdivision in (*_OVERSEAS_POSTCODES.items(), *_ALSACE_MOSELLE.items()):
        if len(postcode) == 5 and postcode.startswith(beginning):
            return subdivision
    return None


@functools.lru_cache(maxsize=1024)
def _calendar(code: str, subdivision: str | None, first: int, last: int) -> frozenset[date]:
    import holidays  # here: who judges nothing does not load it

    years = range(first, last + 1)
    try:
        return frozenset(holidays.country_holidays(code, subdiv=subdivision, years=years))
    except NotImplementedError:
        return frozenset()
