"""PED and LAN: tasks, skills, and the language of the agreement."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.check.facts import Facts
from pipeline.check.rules import Hit, Parameters, rule
from pipeline.check.rules.texts import said
from pipeline.tables.words import fold

_TEXTS = ("stage.activites", "stage.competences")
_TASKS = ("stage.sujet", "stage.activites")


@rule("PED-01")
def describes_too_little(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Empty or under twenty characters; empty is information when the internship is confidential."""
    for key in _TEXTS:
        text = facts[key] or ""
        if facts.unreadable(key) or (not text and not facts.asked(key)) or len(text) >= p["minimum"]:
            continue
        yield Hit((key,), {}, "confidentiel" if facts.confidential and not text else None if text else "vide")


@rule("PED-02")
def reads_like_a_job(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A permanent post, a replacement, a season or a peak of work."""
    yield from _worded(facts, p)


@rule("PED-03")
def reads_like_a_dangerous_task(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Tasks that no intern may be given."""
    yield from _worded(facts, p)


def _worded(facts: Facts, p: Parameters) -> Iterator[Hit]:
    for key in _TASKS:
        word = said(facts[key] or "", p["mots"], p["sauf"])
        if word:
            yield Hit((key,), {"mot": word})


@rule("PED-04")
def says_nothing_of_the_follow_up(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """How advisor and supervisor follow the intern is a mention of the agreement."""
    key = "stage.modalite_suivi"
    if facts.asked(key) and not facts.filled(key):
        yield Hit((key,))


@rule("PED-05")
def gives_credits_for_an_optional_internship(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """A compulsory one without credits is right; a gap year has rules of its own."""
    ects: Decimal | None = facts["formation.ects"]
    if facts["stage.nature"] == "Complémentaire" and ects and ects > 0 and not facts.gap_year:
        yield Hit(("formation.ects",), {"ects": ects})


@rule("PED-06")
def has_few_taught_hours(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """« Plus de 200 heures » is an answer; a gap year has no taught hours."""
    hours = facts["formation.volume_horaire"]
    if isinstance(hours, Decimal) and hours < p["minimum"] and not facts.gap_year:
        yield Hit(("formation.volume_horaire",), {"heures": hours, "minimum": p["minimum"], "presence": p["presence"]})


@rule("PED-07")
def is_confidential(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Subject, tasks and skills stand in the confidential appendix only."""
    if facts.confidential:
        yield Hit(("stage.confidentiel",))


@rule("PED-09")
def announces_exceptional_work_without_details(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Nothing but a yes."""
    text = facts["stage.travail_exceptionnel"]
    if text and fold(text) in {fold(answer) for answer in p["reponses"]}:
        yield Hit(("stage.travail_exceptionnel",))


@rule("PED-08")
def is_very_long(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Long texts may shift the layout: someone looks at the pages."""
    for key in _TEXTS:
        text = facts[key]
        if text and len(text) > p["maximum"]:
            yield Hit((key,), {"n": len(text), "max": p["maximum"]})


@rule("LAN-02")
def is_in_a_country_of_several_languages(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The default model is lawful; a francophone one asked for without proof of the region must be confirmed."""
    if _is_undecided(facts):
        asked = _asks_for_french_abroad(facts)
        field = "etranger.convention_langue" if asked else "stage.pays"
        yield Hit((field,), {}, "francophone_demande" if asked else None)


def _is_undecided(facts: Facts) -> bool:
    """Tell whether the country has several languages and nothing says which one the region has."""
    country = facts.country
    return (
        country is not None
        and facts.french_region is None
        and country.french_model in ("OUI_SELON_REGION", "A_VALIDER")
    )


def _asks_for_french_abroad(facts: Facts) -> bool:
    return (facts["etranger.convention_langue"] or "").startswith("Francophone")


_LANGUAGES = {"Français": ("français", "francophone"), "Anglais": ("bilingue",), "Francophone": ("francophone",)}
"""Models that answer to the language asked for, by its first word."""


@rule("LAN-01")
def asks_for_another_language(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The language asked for is not that of the model; a francophone one that is open to proof is LAN-02's."""
    key = "etranger.convention_langue"
    asked = facts[key]
    if not asked or facts.model is None or facts.model in _LANGUAGES[asked.split()[0]]:
        return
    if not (_is_undecided(facts) and _asks_for_french_abroad(facts)):
        yield Hit((key,))
