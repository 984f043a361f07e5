"""Effective hours as the dates give them: working days of the declared week, holidays of the country.

Code de l’éducation, L124-18 and D124-6: only effective presence counts. Authorised leave counts as presence
(L124-13), so it is not taken off.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import holidays

from pipeline.check.facts import Facts
from pipeline.model import Period

_ALSACE_MOSELLE = {"57": "57", "67": "6AE", "68": "6AE"}
"""Département → subdivision of the holidays library."""
_OVERSEAS = {
    "GP": "971", "MQ": "972", "GF": "973", "RE": "974", "YT": "976",
    **{code: code for code in ("PM", "BL", "MF", "NC", "PF", "WF", "TF")},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Presence:
    """The hours that the dates give."""

    gross: Decimal
    """Hours of the worked days between the dates, interruptions taken off."""
    net: Decimal
    """The same, less public holidays."""
    days: int
    holidays: int
    """Public holidays among the worked days."""
    hours_per_day: Decimal | None
    """None when the schedule gives its own hours."""


def presence(facts: Facts) -> Presence | None:
    """Return the hours worked between the dates; None when dates or weekly hours are not known."""
    if not facts.dates_in_order or facts.start is None or facts.end is None:
        return None
    if facts.schedule and all(p.hours_per_day is not None for p in facts.schedule):
        return _of_schedule(facts)
    weekly = facts["stage.heures_hebdomadaires"]
    if weekly is None or weekly <= 0:
        return None
    days_a_week = facts["stage.jours_hebdomadaires"] or Decimal(5)
    if not 0 < days_a_week <= 7:
        return None
    per_day = weekly / days_a_week
    whole_days = max(1, int(days_a_week))
    if days_a_week < 1:
        per_day = weekly
    off = public_holidays(facts)
    worked = [d for d in _days(facts.start, facts.end, whole_days) if not _interrupted(d, facts.interruptions)]
    lost = sum(day in off for day in worked)
    # Four and a half days a week: the half day is spread over the others.
    per_day = weekly / whole_days if days_a_week != whole_days else per_day
    return Presence(per_day * len(worked), per_day * (len(worked) - lost), len(worked), lost, per_day)


def _of_schedule(facts: Facts) -> Presence:
    off = public_holidays(facts)
    gross = net = Decimal(0)
    days = lost = 0
    week = min(7, max(1, int(facts["stage.jours_hebdomadaires"] or 5)))
    for period in facts.schedule:
        hours = period.hours_per_day or Decimal(0)
        # A period of a weekend alone is worked on those days, whatever the week.
        for day in list(_days(period.start, period.end, week)) or list(_days(period.start, period.end, 7)):
            if _interrupted(day, facts.interruptions):
                continue
            days += 1
            gross += hours
            if day in off:
                lost += 1
            else:
                net += hours
    return Presence(gross, net, days, lost, None)


def _days(start: date, end: date, week: int) -> Iterator[date]:
    """Yield the days from Monday on of a week of ``week`` days."""
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        if day.weekday() < week:
            yield day


def _interrupted(day: date, interruptions: tuple[Period, ...]) -> bool:
    return any(p.start <= day <= p.end for p in interruptions)


def public_holidays(facts: Facts) -> frozenset[date]:
    """Return the public holidays of the country of the internship, for the years that it touches."""
    if facts.country is None or facts.start is None or facts.end is None:
        return frozenset()
    code, subdivision = facts.country.code, None
    if code in _OVERSEAS:
        code, subdivision = "FR", _OVERSEAS[code]
    elif code == "FR":
        subdivision = _ALSACE_MOSELLE.get((facts["organisme.code_postal"] or "")[:2])
    return _calendar(code, subdivision, facts.start.year, facts.end.year)


@functools.lru_cache(maxsize=1024)
def _calendar(code: str, subdivision: str | None, first: int, last: int) -> frozenset[date]:
    years = range(first, last + 1)
    try:
        return frozenset(holidays.country_holidays(code, subdiv=subdivision, years=years))
    except NotImplementedError:
        return frozenset()
