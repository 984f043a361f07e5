"""PED and LAN: tasks, skills, and the language of the agreement."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.facts import Facts
from pipeline.check.rules import Hit, Parameters, rule

_TEXTS = ("stage.activites", "stage.competences")


@rule("PED-01")
def describes_too_little(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Empty or under twenty characters; empty is information when the internship is confidential."""
    for key in _TEXTS:
        text = facts[key] or ""
        if facts.unreadable(key) or (not text and not facts.asked(key)) or len(text) >= p["minimum"]:
            continue
        yield Hit((key,), {}, "confidentiel" if facts.confidential and not text else None if text else "vide")


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
    country = facts.country
    if (
        country is None
        or facts.french_region is not None
        or country.french_model not in ("OUI_SELON_REGION", "A_VALIDER")
    ):
        return
    asked = (facts["etranger.convention_langue"] or "").startswith("Francophone")
    field = "etranger.convention_langue" if asked else "stage.pays"
    yield Hit((field,), {}, "francophone_demande" if asked else None)
