"""DAT: the dates of the internship, against each other, the academic year and the day of judgement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from pipeline.check.facts import Facts
from pipeline.check.presence import public_holidays
from pipeline.check.rules import Hit, Parameters, rule
from pipeline.tables.words import announces

_DATES = ("stage.date_debut", "stage.date_fin")


@rule("DAT-01")
def ends_before_it_starts(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """A one-day internship is lawful."""
    if facts.start and facts.end and facts.end < facts.start:
        yield Hit(("stage.date_fin", "stage.date_debut"))


@rule("DAT-02")
def leaves_the_academic_year(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """No academic year holds both dates; the declared year plays no part (DAT-10)."""
    if not facts.dates_in_order or not facts.start or not facts.end:
        return
    years = facts.settings.academic_year
    if years.years_containing(facts.start, facts.end):
        return
    of_start = years.years_containing(facts.start, facts.start)
    year = of_start[-1] if of_start else facts.start.year
    first, last = years.bounds(year)
    yield Hit(_DATES[::-1], {"annee_univ": f"{year}-{year + 1}", "borne_debut": first, "borne_fin": last})


@rule("DAT-03")
def has_begun(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Compared with the day on which this version was first judged, not with today."""
    if facts.start and facts.start <= facts.today:
        yield Hit(("stage.date_debut",))


@rule("DAT-04")
def starts_too_soon(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Fewer days than the service takes on average."""
    if facts.start and facts.today < facts.start < facts.today + timedelta(days=facts.settings.processing_days):
        yield Hit(("stage.date_debut",), {"n": (facts.start - facts.today).days})


@rule("DAT-05")
def is_not_on_the_mobility_portal(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Abroad: registration a calendar month before the start at the latest; « fait » is no date."""
    if not facts.abroad or facts.start is None:
        return
    limit = month_before(facts.start)
    registered: date | None = facts["etranger.mobilite_inscription"]
    if registered is None or registered > limit:
        yield Hit(("etranger.mobilite_inscription",), {"limite": limit})


def month_before(day: date) -> date:
    """Return the same day of the month before, or its last day."""
    first = day.replace(day=1)
    last_of_previous = first - timedelta(days=1)
    return last_of_previous.replace(day=min(day.day, last_of_previous.day))


@rule("DAT-06")
def ends_after_the_board(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """It must end before the examination board meets; an unknown board says nothing."""
    board: date | None = facts["formation.date_jury"]
    if board and facts.end and facts.end >= board:
        yield Hit(("stage.date_fin", "formation.date_jury"), {"date_jury": board})


@rule("DAT-07")
def awaits_the_end_of_a_closure(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """A closure of the configured calendar takes days from those that the service needs before the start."""
    if facts.start is None:
        return
    begin = facts.start - timedelta(days=facts.settings.processing_days)
    for closure in facts.settings.closures:
        if closure.start < facts.start and closure.end >= max(begin, facts.today):
            yield Hit(("stage.date_debut",), {"d1": closure.start, "d2": closure.end, "libelle": closure.label})


@rule("DAT-08")
def has_misplaced_interruptions(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Each within the dates, in order, and none over another."""
    periods = facts.interruptions
    if not periods or not facts.start or not facts.end:
        return
    ordered = sorted(periods, key=lambda p: (p.start, p.end))
    wrong = [p for p in ordered if p.end < p.start or p.start < facts.start or p.end > facts.end]
    wrong += [b for a, b in pairwise(ordered) if b.start <= a.end]
    if wrong:
        yield Hit(("stage.interruptions",), {"i1": wrong[0].start, "i2": wrong[0].end})


@rule("DAT-10")
def is_declared_in_another_year(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The dates fit an academic year, but not the declared one."""
    declared: int | None = facts["formation.annee_universitaire"]
    if declared is None or not facts.dates_in_order or not facts.start or not facts.end:
        return
    fitting = facts.settings.academic_year.years_containing(facts.start, facts.end)
    if fitting and declared not in fitting:
        yield Hit(
            ("formation.annee_universitaire",),
            {"annee_univ": f"{declared}-{declared + 1}", "annee_dates": f"{fitting[-1]}-{fitting[-1] + 1}"},
        )


@rule("DAT-11")
def falls_in_two_academic_years(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Wholly in September, with no year declared, or the one that ends that month."""
    if not facts.dates_in_order or not facts.start or not facts.end:
        return
    fitting = facts.settings.academic_year.years_containing(facts.start, facts.end)
    declared = facts["formation.annee_universitaire"]
    if len(fitting) == 2 and declared in (None, fitting[0]):
        yield Hit(
            ("formation.annee_universitaire",),
            {"annee_1": f"{fitting[0]}-{fitting[0] + 1}", "annee_2": f"{fitting[1]}-{fitting[1] + 1}"},
        )


@rule("DAT-12")
def is_present_on_unusual_days(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A declared day is a Sunday or a holiday, or the texts say so, and nothing is said of exceptional work."""
    if facts.filled("stage.travail_exceptionnel"):
        return
    off = public_holidays(facts)
    single = [d.start for d in facts.schedule if d.start == d.end]
    schedule = facts["stage.repartition"]
    texts = {
        "stage.repartition": schedule.text if schedule else "",
        "stage.commentaire_temps": facts["stage.commentaire_temps"] or "",
    }
    named = [key for key, text in texts.items() if announces(text, p["mots"])]
    if any(day.weekday() == 6 or day in off for day in single):
        named.insert(0, "stage.repartition")
    if named:
        yield Hit(
            ("stage.travail_exceptionnel", named[0]) if facts.asked("stage.travail_exceptionnel") else (named[0],)
        )
