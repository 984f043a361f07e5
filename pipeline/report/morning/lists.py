"""What the page puts before the table of all dossiers: today, next, alerts, changes, departures abroad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.language import long_date
from pipeline.model import Outcome
from pipeline.report.morning.lines import Line, by_start, on
from pipeline.report.morning.words import Text
from pipeline.tables import Tables
from pipeline.tables.advice import Advice
from pipeline.tables.words import fold

SHOWN = 15
"""Dossiers shown of a list: more is no longer a list for one day."""
_FOLDED = 100
"""Dossiers shown when the list is opened; the table of all dossiers has the rest."""
_MOBILITY_DAYS = 31
"""A deadline within this many days is soon: departures abroad are registered one month before."""
_ADVICE = {
    "none": Text("aucune zone rouge ni orange", "no red or orange area"),
    "orange": Text("zone orange", "orange area"),
    "rouge_partiel": Text("une partie du pays en rouge", "part of the country in red"),
    "rouge_total": Text("tout le pays en rouge", "whole country in red"),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """A list of which the first are shown, the next on demand, and the others counted."""

    shown: Sequence[Line]
    folded: Sequence[Line]
    others: int

    @property
    def total(self) -> int:
        return len(self.shown) + len(self.folded) + self.others


@dataclass(frozen=True, slots=True)
class Destination:
    """A country abroad with its departures and what the foreign ministry says of it."""

    code: str
    name: Text
    level: Text
    css: str
    as_of: Text | None
    url: str
    old: bool
    lines: Sequence[Line]


def cut(lines: Sequence[Line]) -> Cut:
    """Return ``lines`` as a list of the page."""
    end = SHOWN + _FOLDED
    return Cut(lines[:SHOWN], lines[SHOWN:end], max(0, len(lines) - end))


def for_today(lines: Sequence[Line], today: date) -> Sequence[Line]:
    """Return what is to be done today, by group then by start; without the desk, every row with something to do."""
    if not any(line.desk for line in lines):
        return sorted((line for line in lines if line.status not in ("remplacé", "repris")), key=by_start(today))
    wanted = [line for line in lines if line.desk is not None and line.desk.today and line.open]
    return sorted(wanted, key=lambda line: (line.desk.group if line.desk else 0, *by_start(today)(line)))


def soon(lines: Sequence[Line], today: date, days: int) -> Sequence[Line]:
    """Return the other open dossiers that start within ``days`` or whose deadline is within a month, by start."""
    wanted = [
        line
        for line in lines
        if line.desk is not None
        and not line.desk.today
        and line.open
        and line.desk.etape.fr not in ("signé", "repris")
        and (
            (line.start is not None and today <= line.start <= today + timedelta(days))
            or (line.desk.deadline is not None and line.desk.deadline <= today + timedelta(_MOBILITY_DAYS))
        )
    ]
    return sorted(wanted, key=by_start(today))


def moved(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the dossiers that are new or not where they were, refusals first, then the new ones."""
    wanted = [line for line in lines if line.desk is not None and line.desk.moved]
    return sorted(wanted, key=lambda line: (line.reason is None, not (line.desk and line.desk.new), line.reference))


def table_alerts(outcome: Outcome, tables: Tables, places: Sequence[Destination], stale_after: int) -> list[Text]:
    """Return what is no longer of the day in the tables, and what to do about it."""
    alerts = []
    if outcome.verdicts and tables.rates.last_day < outcome.day:
        last = tables.rates.last_day
        alerts.append(
            Text(
                f"Le taux de gratification n’est connu que jusqu’au {long_date(last, 'fr')} : faites ajouter le suivant.",
                f"The stipend rate is known until {long_date(last, 'en')} only: have the next one added.",
            )
        )
    old = [place for place in places if place.old]
    if old:
        alerts.append(
            Text(
                f"Les conseils aux voyageurs ont plus de {stale_after} jours pour : "
                f"{', '.join(place.name.fr for place in old)}. Relisez-les avant de faire signer ces conventions.",
                f"The travel advice is more than {stale_after} days old for: "
                f"{', '.join(place.name.en or place.name.fr for place in old)}. "
                "Read it again before these agreements are signed.",
            )
        )
    return alerts


def destinations(lines: Sequence[Line], outcome: Outcome, tables: Tables, stale_after: int) -> Sequence[Destination]:
    """Return the countries abroad of the dossiers that go on, in alphabetical order."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.code and tables.countries[line.code].abroad and line.open:
            groups.setdefault(line.code, []).append(line)
    found = []
    for code, going in sorted(groups.items(), key=lambda item: fold(tables.countries[item[0]].name)):
        advice: Advice | None = tables.advice.get(code)
        red = advice is not None and advice.level in ("rouge_partiel", "rouge_total")
        found.append(
            Destination(
                code,
                Text(tables.countries[code].name, tables.countries[code].name_en),
                _ADVICE[advice.level] if advice else Text("aucun conseil enregistré", "no advice recorded"),
                "correct" if red else "decide" if advice is None or advice.level == "orange" else "ready",
                on(advice.as_of) if advice else None,
                advice.url if advice and advice.url.startswith("https://") else "",
                advice is not None and advice.is_stale(outcome.day, stale_after),
                sorted(going, key=by_start(outcome.day)),
            )
        )
    return found
