"""The slots of the checklist's texts: dates, place, amounts and level of the travel advice."""

from __future__ import annotations

from datetime import date

from pipeline.check.facts import Facts
from pipeline.check.rules.dates import month_before
from pipeline.check.stipend_amounts import exemption
from pipeline.documents.checklist.pieces import Slots, Text
from pipeline.language import country_name, in_country, long_date, money, short_date

_LEVELS = {
    "none": Text("aucune zone déconseillée", "no area advised against"),
    "orange": Text("zone orange", "orange zone"),
}
_PARTLY_RED = Text("zones rouges en partie", "partly red zones")


def slots(facts: Facts) -> Slots:
    """Return what the texts of the lines may ask for, by name."""
    country, advice = facts.country, facts.advice
    seuil = exemption(facts)
    texts = {
        "date_debut": _day(facts.start),
        "date_fin": _day(facts.end),
        "dans_pays": _place(facts),
        "pays": Text(country_name(country, "fr"), country_name(country, "en")) if country else Text("", ""),
        "limite_mobilite": _day(month_before(facts.start) if facts.start else None),
        "seuil": Text(money(seuil, "EUR", "fr"), money(seuil, "EUR", "en")),
        "zone_rc": _liability_area(facts),
        "niveau": _LEVELS.get(advice.level if advice else "none", _PARTLY_RED),
        "date_avis": _day(advice.as_of if advice else None),
    }
    return Slots({name: text.fr for name, text in texts.items()}, {name: text.en for name, text in texts.items()})


def _day(day: date | None) -> Text:
    return Text(short_date(day), long_date(day, "en")) if day else Text("(date à préciser)", "(date to be given)")


def _place(facts: Facts) -> Text:
    if facts.in_quebec:
        return Text("au Québec", "in Québec")
    if facts.country is None:
        return Text("dans ce pays", "in this country")
    return Text(in_country(facts.country, "fr"), in_country(facts.country, "en"))


def _liability_area(facts: Facts) -> Text:
    country = facts.country
    if country is None or country.code == "FR":
        return Text("la France", "France")
    name, english = country_name(country, "fr"), country_name(country, "en")
    if not facts.abroad:
        return Text(f"{name} (« France » n’y suffit pas toujours)", f"{english} (“France” is not always enough)")
    if country.code in ("US", "CA"):
        return Text(
            "le monde entier, Amérique du Nord comprise, plafond élevé", "worldwide, North America included, high limit"
        )
    if country.in_eu_eea_switzerland:
        return Text("l’Europe ou le monde entier", "Europe or worldwide")
    return Text("le monde entier", "worldwide")
