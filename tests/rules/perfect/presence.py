"""Days and hours of perfect internships, as a careful person counts them with a calendar on the wall."""

from __future__ import annotations

import functools
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import holidays

from tests.rules.forms import TODAY
from tests.rules.perfect.answers import Questions
from tests.rules.perfect.places import Site
from tests.rules.perfect.writing import comma

Day = tuple[date, Decimal]
"""A day of presence and its hours."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Week:
    """A usual week: hours of Monday to Sunday."""

    hours: tuple[str, ...]
    days: str
    """As the form says it: a half day counts for a half."""
    full: bool

    @property
    def weekly(self) -> Decimal:
        return sum(map(Decimal, self.hours), ZERO)

    @property
    def longest(self) -> Decimal:
        return max(map(Decimal, self.hours))

    def on(self, day: date) -> Decimal:
        return Decimal(self.hours[day.weekday()])


def _week(hours: str, days: str = "", *, full: bool = True) -> Week:
    listed = tuple((hours.split() + ["0"] * 7)[:7])
    return Week(listed, days or str(sum(h != "0" for h in listed)), full)


WEEKS = {
    "35h": _week("7 7 7 7 7"),
    "39h": _week("8 8 8 8 7"),
    "39h_even": _week("7.8 7.8 7.8 7.8 7.8"),
    "37h30": _week("7.5 7.5 7.5 7.5 7.5"),
    "38h30": _week("7.7 7.7 7.7 7.7 7.7"),
    "40h": _week("8 8 8 8 8"),
    "four_days": _week("8.75 8.75 8.75 8.75"),
    "four_days_no_wednesday": _week("8 8 0 8 8"),
    "four_and_a_half_days": _week("8 8 8 8 3", "4.5"),
    "tuesday_to_saturday": _week("0 7 7 7 7 7"),
    "six_days": _week("6 6 6 6 6 6"),
    "six_long_days": _week("8 8 8 8 8 7"),
    "32h": _week("6.4 6.4 6.4 6.4 6.4"),
    "half_time": _week("3.5 3.5 3.5 3.5 3.5", full=False),
    "three_days": _week("7 7 7", full=False),
    "three_last_days": _week("0 0 7 7 7", full=False),
    "two_and_a_half_days": _week("7 7 3.5", "2.5", full=False),
    "two_days": _week("7 7", full=False),
    "two_last_days": _week("0 0 0 8 8", full=False),
    "one_day": _week("0 0 0 0 7", full=False),
}
MINOR_WEEKS = ("35h", "32h", "half_time", "three_days", "two_and_a_half_days", "two_days", "six_days_of_a_minor")
WEEKS["six_days_of_a_minor"] = _week("5.5 5.5 5.5 5.5 5.5 5.5")
SIZES = {"one_day": "8.75", "week": "39", "month": "154", "almost_308": "301", "exactly_308": "308", "above_308": "322",
         "four_months": "580", "long": "840", "exactly_924": "924"}  # fmt: skip
_OVERSEAS_CALENDAR = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976"}
_MAINLAND = {"67": "6AE", "68": "6AE", "57": "57"}


def days_off(site: Site, year: int) -> frozenset[date]:
    """Return the public holidays that the wall calendar of the place shows, for two years."""
    code, subdivision = site.country.code, "QC" if site.quebec else None
    if not site.abroad:
        department = (site.postcode or "")[:2]
        code, subdivision = "FR", _MAINLAND.get(department) if code == "FR" else _OVERSEAS_CALENDAR.get(code, code)
    return _calendar(code, subdivision, year)


@functools.lru_cache(maxsize=512)
def _calendar(code: str, subdivision: str | None, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(code, subdiv=subdivision, years=(year, year + 1)))
    except NotImplementedError:
        return frozenset()


def after_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError


def months_of(start: date, end: date) -> dict[str, Decimal]:
    """Return the months from ``start`` to ``end``, a begun one in proportion to its days, as people count them."""
    after, whole = end + timedelta(days=1), 0
    while after_months(start, whole + 1) <= after:
        whole += 1
    begun = (after - after_months(start, whole)).days
    length = (after_months(start, whole + 1) - after_months(start, whole)).days
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    per_month = Counter((day.year, day.month) for day in days)
    calendar = sum((Decimal(n) / monthrange(*month)[1] for month, n in per_month.items()), ZERO)
    return {
        "month_smoothed": whole + Decimal(begun) / length,
        "month_smoothed_over_thirtieths": whole + Decimal(min(begun, 30)) / 30,
        "month_smoothed_over_calendar_months": calendar,
    }


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the form says about time, and the days behind it."""

    start: date
    end: date
    days: tuple[Day, ...]
    week: Week | None
    """None when only the schedule tells the hours."""
    breaks: tuple[tuple[date, date], ...] = ()
    schedule: str | None = None
    weights: Decimal = ZERO
    """Days of presence, a half day for a half."""

    @property
    def hours(self) -> Decimal:
        return sum((hours for _, hours in self.days), ZERO)


CALENDARS = {
    # name: (day of the first judgement, earliest start, days that it may be later)
    "spring": (TODAY, date(2027, 1, 4), 120),
    "soonest": (TODAY, TODAY + timedelta(days=42), 0),
    "summer": (TODAY, date(2027, 6, 1), 75),
    "september": (TODAY, date(2027, 9, 1), 10),
    "autumn": (TODAY, date(2027, 10, 1), 75),
    "across_2026": (date(2025, 8, 20), date(2025, 10, 6), 80),
    "across_2027": (date(2026, 8, 24), date(2026, 10, 6), 80),
}


def _latest(start: date, *, whole_september: bool, abroad: bool, week: Week | None) -> date:
    """Return the last day that the academic year, the six months abroad and the 44 hours on average allow."""
    year = start.year if start.month >= 9 else start.year - 1
    latest = date(start.year if whole_september else year + 1, 9, 30)
    if abroad:
        latest = min(latest, after_months(start, 6) - timedelta(days=1))
    if week is not None and week.weekly > 44:
        latest = min(latest, start + timedelta(days=82))
    return latest


def choose_calendar(ask: Questions, site: Site, *, minor: bool) -> tuple[Calendar, date]:
    name = ask.kind("calendar", tuple(CALENDARS))
    judged, earliest, spread = CALENDARS[name]
    start = earliest + timedelta(days=ask.of("start", range(spread + 1)))
    off = days_off(site, start.year)
    mode = ask.kind("presence", ("regular", "interrupted", "interrupted_twice", "whole_months", "scheduled_hours",
                                 "scheduled_days", "scheduled_periods", "schedule_in_words"))  # fmt: skip
    target = Decimal(SIZES[ask.kind("size", tuple(SIZES))])
    if mode in ("scheduled_hours", "scheduled_days", "scheduled_periods"):
        return _scheduled(ask, mode, start, site, off, target, name == "september", minor), judged
    week = WEEKS[ask.kind("week", MINOR_WEEKS if minor else tuple(WEEKS)[:-1])]
    if ask.kind("holidays", ("off", "counted")) == "counted":
        off = frozenset()
    if mode == "whole_months":
        start = start if start.day == 1 else after_months(start.replace(day=1), 1)
        return _whole_months(start, site, week, off, target), judged
    while week.on(start) == 0 or start in off:
        start += timedelta(days=1)
    latest = _latest(start, whole_september=name == "september", abroad=site.abroad, week=week)
    breaks: tuple[tuple[date, date], ...] = ()
    if mode.startswith("interrupted"):
        first = start + timedelta(days=ask.of("break after", (10, 24, 45, 3)))
        breaks = ((first, first + timedelta(days=ask.of("break of", (6, 13, 0, 30)))),)
        if mode == "interrupted_twice":
            second = breaks[0][1] + timedelta(days=ask.of("again after", (15, 30)))
            breaks += ((second, second + timedelta(days=4)),)
    days = _presence(start, latest, week, off, breaks, target)
    end = days[-1][0]
    kept = tuple(pause for pause in breaks if pause[1] < end)
    words = "Tous les jours ouvrés, de 9 h à 17 h" if mode == "schedule_in_words" else None
    return Calendar(start, end, days, week, kept, words, _weights(days, week)), judged


def _presence(
    start: date, latest: date, week: Week, off: frozenset[date], breaks: Sequence[tuple[date, date]], target: Decimal
) -> tuple[Day, ...]:
    days: list[Day] = []
    total, day = ZERO, start
    while day <= latest:
        hours = week.on(day)
        if hours and day not in off and not any(a <= day <= b for a, b in breaks):
            if total + hours > target and days:
                break
            days.append((day, hours))
            total += hours
        day += timedelta(days=1)
    return tuple(days)


def _weights(days: Sequence[Day], week: Week) -> Decimal:
    halved = "." in week.days
    return sum((Decimal("0.5") if halved and hours < 4 else Decimal(1) for _, hours in days), ZERO)


def _whole_months(start: date, site: Site, week: Week, off: frozenset[date], target: Decimal) -> Calendar:
    """From the first of a month to the last of one, as many forms say."""
    latest = _latest(start, whole_september=False, abroad=site.abroad, week=week)

    def _until(months: int) -> tuple[date, tuple[Day, ...]]:
        end = after_months(start, months) - timedelta(days=1)
        return end, _presence(start, end, week, off, (), Decimal(10000))

    months = 1
    while _until(months + 1)[0] <= latest and sum(h for _, h in _until(months + 1)[1]) <= target:
        months += 1
    end, days = _until(months)
    return Calendar(start, end, days, week, (), None, _weights(days, week))


def _scheduled(
    ask: Questions,
    mode: str,
    start: date,
    site: Site,
    off: frozenset[date],
    target: Decimal,
    whole_september: bool,
    minor: bool,
) -> Calendar:
    """Periods of presence with gaps between them, with or without their hours a day, or single days."""
    week = WEEKS["35h"]
    latest = _latest(start, whole_september=whole_september, abroad=site.abroad, week=None)
    while week.on(start) == 0 or start in off:
        start += timedelta(days=1)
    rhythm = ask.of("hours a day", ("7", "6.5", "4", "3.5") if minor else ("7", "6.5", "4", "7.5", "3.5"))
    other = ask.of("then", ("7", "5", "3.5"))
    width = ask.of("period", (12, 5, 26))
    days: list[Day] = []
    parts: list[str] = []
    day, number = start, 0
    while day <= latest:
        hours = Decimal("7" if mode == "scheduled_periods" else rhythm if number % 2 == 0 else other)
        last = min(day + timedelta(days=0 if mode == "scheduled_days" else width - 1), latest)
        listed = [
            (d, hours)
            for d in (day + timedelta(days=n) for n in range((last - day).days + 1))
            if week.on(d) and d not in off
        ]
        room = int((target - sum((h for _, h in days), ZERO)) // hours)
        if room <= 0 and days:
            break
        if listed:
            listed = listed[: max(room, 1)]
            days += listed
            # Holidays are no day of presence: a period ends on its last worked day.
            parts.append(_period(ask, listed[0][0], listed[-1][0], None if mode == "scheduled_periods" else hours))
            number += 1
        if len(parts) >= 30:
            break
        day += timedelta(days=7 if mode == "scheduled_days" else width + 9)
        while day <= latest and (week.on(day) == 0 or day in off):
            day += timedelta(days=1)
    told = week if mode == "scheduled_periods" else None
    schedule = ask.of("between", (" ; ", "\n")).join(parts)
    return Calendar(start, days[-1][0], tuple(days), told, (), schedule, Decimal(len(days)))


def _period(ask: Questions, first: date, last: date, hours: Decimal | None) -> str:
    a, b = f"{first:%d/%m/%Y}", f"{last:%d/%m/%Y}"
    days = ask.of("period in words", (f"du {a} au {b}", f"{a}-{b}", f"{a} au {b}")) if first != last else f"le {a}"
    if hours is None:
        return days
    number = comma(hours)
    return f"{days} : {number} {ask.of('a day', ('h/jour', 'h par jour', 'heures/jour', 'h/j'))}"
