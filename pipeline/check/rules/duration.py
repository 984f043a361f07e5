"""DUR: the effective duration, in hours."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.check.facts import Facts
from pipeline.check.hours import DAYS_IN_MONTH, HOURS_IN_DAY, in_days
from pipeline.check.presence import extremes, in_words, presence, working_days
from pipeline.check.rules import Bilingual, Hit, Parameters, rule

_HOURS, _DAYS = "stage.duree_heures", "stage.duree_jours"
_CALENDAR = ("stage.repartition", "stage.jours_hebdomadaires", "stage.commentaire_temps")


@rule("DUR-01")
def exceeds_the_maximum(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """924 hours with one host and year: exactly 924 is lawful."""
    if facts.hours is not None and facts.hours > p["maximum"]:
        yield Hit((_HOURS,), {"seuil": p["maximum"], "exces": facts.hours - p["maximum"]})


@rule("DUR-03")
def is_not_the_declared_days(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Days of seven hours, or of the declared week (39 hours over five days are 7.8 a day)."""
    hours, days = facts.hours, facts[_DAYS]
    if hours is None or hours <= 0 or days is None or abs(in_days(hours) - days) <= p["ecart_jours"]:
        return
    weekly, week = facts["stage.heures_hebdomadaires"], facts["stage.jours_hebdomadaires"] or p["jours_semaine"]
    if days > 0 and weekly and week > 0:
        usual = weekly / week
        if abs(hours / days - usual) <= p["ecart_horaire"] * usual:
            return
    yield Hit((_DAYS, _HOURS), {"jours_calc": in_words(in_days(hours)), "jour": HOURS_IN_DAY, "mois": DAYS_IN_MONTH})


@rule("DUR-04")
def is_not_what_the_dates_give(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Declared hours against the working days of the dates; authorised leave counts as presence.

    Which days of the week are worked is not asked: hours that some choice of them gives are never reported.
    """
    found = presence(facts)
    hours = facts.hours
    if found is None or hours is None:
        return
    low, high = p["minimum"] * found.net, p["maximum"] * found.gross
    if low <= hours <= high:
        return
    least, most = extremes(facts, found)
    nearest = found.net if hours < low else found.gross
    if abs(hours - nearest) > p["franchise_heures"] and not least <= hours <= most:
        yield Hit((_HOURS,), {"calc": found.net, "detail_calcul": found.detail})


@rule("DUR-05")
def is_missing_or_not_positive(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Empty, zero or negative; unreadable is LIG-09's."""
    if (facts.hours is not None and facts.hours <= 0) or (facts.asked(_HOURS) and not facts.filled(_HOURS)):
        yield Hit((_HOURS,))


@rule("DUR-06")
def gives_no_calendar(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Part time without days, periods or comment; a source that asks none of them is not at fault."""
    asked = [key for key in _CALENDAR if facts.asked(key)]
    if facts["stage.temps_travail"] != "Temps partiel" or not asked or any(facts.filled(key) for key in _CALENDAR):
        return
    yield Hit((asked[0],), {"exemple": Bilingual(p["exemple"], p["exemple_en"])})


@rule("DUR-07")
def cannot_fit_between_the_dates(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """More than ten hours on every day from Monday to Saturday, interruptions taken off."""
    days = working_days(facts)
    if days is None or facts.hours is None or facts.hours <= p["heures_jour"] * days:
        return
    yield Hit((_HOURS,), {"jour": p["heures_jour"], "n": days, "possible": p["heures_jour"] * days})


@rule("DUR-08")
def is_long_for_an_optional_one(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """The guide says short without a figure: the threshold is a parameter."""
    if facts["stage.nature"] == "Complémentaire" and facts.hours is not None and facts.hours > p["seuil_heures"]:
        yield Hit((_HOURS, "stage.nature"), {"seuil": p["seuil_heures"]})


@rule("DUR-09")
def is_shorter_than_the_programme_asks(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The table of programmes is the university's, and empty by default; agreements with one host add up."""
    hours: Decimal | None = facts.cumulated_hours
    if facts["stage.nature"] != "Obligatoire" or hours is None or hours <= 0:
        return
    programme = facts.tables.programmes.find(facts["formation.code_etape"], facts["formation.diplome"])
    if programme is not None and hours < programme.hours:
        named = programme.title or facts["formation.diplome"] or programme.code
        yield Hit((_HOURS,), {"min": programme.hours, "formation": named})
