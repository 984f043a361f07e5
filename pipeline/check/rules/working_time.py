"""TPS: daily and weekly hours, leave, minors, the student's own employer."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.tables.words import announces, fold, has_words

_DAY_MAX, _WEEKLY, _DAYS = "stage.heures_jour_max", "stage.heures_hebdomadaires", "stage.jours_hebdomadaires"


@rule("TPS-01")
def has_days_too_long(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """More than ten hours a day; to be checked abroad and in health care, where other rules may hold."""
    longest: Decimal | None = facts[_DAY_MAX]
    fields: tuple[str, ...] = (_DAY_MAX,)
    if longest is None and not facts.filled(_DAY_MAX) and facts[_WEEKLY] and facts[_DAYS]:
        longest, fields = facts[_WEEKLY] / max(facts[_DAYS], Decimal(1)), (_WEEKLY, _DAYS)
    if longest is not None and longest > p["maximum"]:
        to_check = facts.abroad or _health_care(facts, p)
        yield Hit(fields, {"h": longest, "maximum": p["maximum"]}, "a_verifier" if to_check else None)


def _health_care(facts: Facts, p: Parameters) -> bool:
    texts = [facts[key] or "" for key in ("organisme.raison_sociale", "organisme.service", "organisme.secteur")]
    agreed = fold(facts["stage.commentaire_temps"] or "")
    return any(has_words(text, word) for text in texts for word in p["etablissements_de_sante"]) or "accord" in agreed


@rule("TPS-02")
def has_weeks_too_long(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """More than 48 hours a week; abroad, to be checked."""
    weekly = facts[_WEEKLY]
    if weekly is not None and weekly > p["maximum"]:
        yield Hit((_WEEKLY,), {"h": weekly, "maximum": p["maximum"]}, "a_verifier" if facts.abroad else None)


@rule("TPS-03")
def averages_too_much(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """More than 44 hours a week over twelve weeks in a row."""
    weekly = facts[_WEEKLY]
    if weekly is None or not p["moyenne"] < weekly <= p["maximum"] or not facts.dates_in_order:
        return
    if _longest_run(facts) >= p["jours"]:
        slots = {"h": weekly, "moyenne": p["moyenne"], "semaines": p["jours"] // 7}
        yield Hit((_WEEKLY,), slots, "a_verifier" if facts.abroad else None)


def _longest_run(facts: Facts) -> int:
    """Return the most days in a row without interruption."""
    if facts.start is None or facts.end is None:
        return 0
    bounds = [facts.start.toordinal() - 1]
    last = facts.end.toordinal() + 1
    for period in sorted(facts.interruptions, key=lambda x: x.start):
        if period.start <= period.end and facts.start <= period.end and period.start <= facts.end:
            bounds += [period.start.toordinal(), period.end.toordinal()]
    bounds.append(last)
    return max(b - a - 1 for a, b in zip(bounds[::2], bounds[1::2], strict=True))


@rule("TPS-06")
def has_no_day_of_rest(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """At most six days a week."""
    days = facts[_DAYS]
    if days is not None and days > p["maximum"]:
        yield Hit((_DAYS,), {"n": days, "maximum": p["maximum"]})


@rule("TPS-07")
def contradicts_the_weekly_hours(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Full time is about 35 hours a week, 39 at some hosts; from 35 on it is no part time."""
    time, weekly = facts["stage.temps_travail"], facts[_WEEKLY]
    if weekly is None or weekly <= 0:
        return
    if (time == "Temps plein" and weekly < p["plein_minimum"]) or (
        time == "Temps partiel" and weekly >= p["temps_plein"]
    ):
        named = Bilingual(time, "Full time" if time == "Temps plein" else "Part time")
        yield Hit(("stage.temps_travail", _WEEKLY), {"temps_travail": named, "usage": p["temps_plein"]})


@rule("TPS-10")
def is_with_the_students_employer(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Continuing education has been redirected before."""
    if facts["stage.emploi_dans_organisme"] is True:
        yield Hit(("stage.emploi_dans_organisme",))


@rule("TPS-11")
def plans_no_leave(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Over two months in France or overseas, the agreement must provide for leave (L124-13)."""
    if not facts.in_france or facts.hours is None or facts.hours <= p["seuil_heures"]:
        return
    if fold(facts["stage.conges"] or "") in p["vides"]:
        yield Hit(("stage.conges",))


@rule("TPS-12")
def asks_too_much_of_a_minor(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Under eighteen: 35 hours a week, seven hours a day (the law says eight, the ministry seven), no night."""
    age = facts.age_at_start
    if age is None or age >= 18:
        return
    wrong = []
    if facts[_WEEKLY] is not None and facts[_WEEKLY] > p["heures_semaine"]:
        wrong.append(_WEEKLY)
    if facts[_DAY_MAX] is not None and facts[_DAY_MAX] > p["heures_jour"]:
        wrong.append(_DAY_MAX)
    if announces(facts["stage.travail_exceptionnel"] or "", ("nuit", "nuits")):
        wrong.append("stage.travail_exceptionnel")
    if wrong:
        yield Hit(tuple(wrong), {"semaine": p["heures_semaine"], "jour": p["heures_jour"]})


@rule("TPS-13")
def works_remotely_from_elsewhere(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Remote work from another country than that of the internship."""
    key = "stage.teletravail_pays"
    if facts.unreadable(key) or (facts[key] and facts.country and facts[key] != facts.country.code):
        yield Hit((key,))
