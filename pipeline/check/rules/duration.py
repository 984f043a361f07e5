"""DUR: the effective duration, in hours."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.facts import Facts
from pipeline.check.presence import Presence, presence
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.language import number


@rule("DUR-01")
def exceeds_the_maximum(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """924 hours with one host and year: exactly 924 is lawful."""
    if facts.hours is not None and facts.hours > p["maximum"]:
        yield Hit(("stage.duree_heures",), {"seuil": p["maximum"], "exces": facts.hours - p["maximum"]})


@rule("DUR-04")
def is_not_what_the_dates_give(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Declared hours against the working days of the dates; authorised leave counts as presence."""
    found = presence(facts)
    hours = facts.hours
    if found is None or hours is None:
        return
    low, high = p["minimum"] * found.net, p["maximum"] * found.gross
    if low <= hours <= high:
        return
    nearest = found.net if hours < low else found.gross
    if abs(hours - nearest) > p["franchise_heures"]:
        yield Hit(("stage.duree_heures",), {"calc": found.net, "detail_calcul": detail(found)})


def detail(found: Presence) -> Bilingual:
    """Write the computation: « 80 jours de 7 h, dont 2 jours fériés »."""
    hours = found.hours_per_day
    french = f"{found.days}\u00a0jours" + (f" de {number(hours, 'fr')}\u00a0h" if hours is not None else "")
    english = f"{found.days} days" + (f" of {number(hours, 'en')} hours" if hours is not None else "")
    if found.holidays:
        french += f", dont {found.holidays} férié{'s' if found.holidays > 1 else ''}"
        english += f", {found.holidays} of them public holiday{'s' if found.holidays > 1 else ''}"
    return Bilingual(french, english)


@rule("DUR-05")
def is_missing_or_not_positive(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Empty, zero or negative; unreadable is LIG-09's."""
    key = "stage.duree_heures"
    if (facts.hours is not None and facts.hours <= 0) or (facts.asked(key) and not facts.filled(key)):
        yield Hit((key,))
