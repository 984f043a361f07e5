"""Where perfect internships take place."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from pipeline.tables.countries import Country
from tests.rules.forms import judge
from tests.rules.perfect.answers import Questions

OVERSEAS = {
    "GP": ("97100", "Basse-Terre"), "MQ": ("97200", "Fort-de-France"), "GF": ("97300", "Cayenne"),
    "RE": ("97400", "Saint-Denis"), "YT": ("97600", "Mamoudzou"), "PM": ("97500", "Saint-Pierre"),
    "BL": ("97133", "Gustavia"), "MF": ("97150", "Marigot"),
}  # fmt: skip
PACIFIC = {"NC": ("98800", "Nouméa"), "PF": ("98714", "Papeete"), "WF": ("98600", "Mata-Utu")}
FRENCH_TOWNS = (
    ("13001", "Marseille"), ("75005", "Paris"), ("01000", "Bourg-en-Bresse"), ("20000", "Ajaccio"), ("20200", "Bastia"),
    ("06000", "Nice"), ("59000", "Lille"), ("35400", "Saint-Malo"), ("75352", "Paris Cedex 07"), ("97410", "Saint-Pierre"),
)  # fmt: skip
ALSACE_MOSELLE = (("67000", "Strasbourg"), ("68100", "Mulhouse"), ("57000", "Metz"))
REGIONAL = (
    # stage.pays, code, town, region, model
    ("Belgique", "BE", "Bruxelles", None, "francophone"),
    ("Belgique", "BE", "Ixelles", "Bruxelles-Capitale", "francophone"),
    ("Belgique", "BE", "Namur", "Wallonie", "francophone"),
    ("Belgique", "BE", "Gand", "Flandre", "bilingue"),
    ("Suisse", "CH", "Genève", None, "francophone"),
    ("Suisse", "CH", "Lausanne", "Vaud", "francophone"),
    ("Suisse", "CH", "Zurich", None, "bilingue"),
    ("Cameroun", "CM", "Douala", "Littoral", "francophone"),
    ("Cameroun", "CM", "Yaoundé", None, "francophone"),
    ("Italie", "IT", "Aoste", "Vallée d’Aoste", "francophone"),
    ("Canada", "CA", "Toronto", "Ontario", "bilingue"),
    ("Canada", "CA", "Moncton", "Nouveau-Brunswick", "francophone"),
    ("Maroc", "MA", "Rabat", "Rabat-Salé", "bilingue"),
    ("Liban", "LB", "Beyrouth", None, "bilingue"),
    ("Vanuatu", "VU", "Port-Vila", None, "bilingue"),
)
QUEBEC = (
    ("Québec", "CA", "Montréal", None, "francophone"),
    ("Canada", "CA", "Québec", None, "francophone"),
    ("Canada", "CA", "Trois-Rivières", "Québec", "francophone"),
    ("Canada (Québec)", "CA", "Rimouski", "Bas-Saint-Laurent (Québec)", "francophone"),
)
# Europe as DOC-03 counts it, for the insurances that hold there only.
EUROPE = frozenset(re.findall("..", "ATBEBGCHCYCZDEDKEEESFIGRHRHUIEISITLILTLULVMTNLNOPLPTROSESISK"))


@dataclass(frozen=True, slots=True)
class Site:
    """Where the internship takes place."""

    country: Country
    written: str
    town: str
    postcode: str | None
    region: str | None
    model: str
    quebec: bool = False

    @property
    def abroad(self) -> bool:
        return self.country.abroad


@functools.cache
def reachable(kind: str) -> tuple[Country, ...]:
    """Return the countries abroad of one kind of advice: calm, eu, orange, partly_red or spared."""
    found = []
    for country in judge().tables.countries.values():
        advice = judge().tables.advice.get(country.code)
        level = advice.level if advice else "none"
        if not country.abroad or level == "rouge_total":
            continue
        if advice and advice.nearly_all:
            named = "spared"
        elif level != "none":
            named = "partly_red" if level == "rouge_partiel" else "orange"
        else:
            named = "eu" if country.zone == "UE_EEE_SUISSE" else "calm"
        if named == kind:
            found.append(country)
    return tuple(found)


PLACES = ("france", "alsace_moselle", "overseas", "pacific", "taaf", "eu", "calm", "orange", "partly_red", "spared",
          "regional", "quebec", "luxembourg")  # fmt: skip


def choose_site(ask: Questions) -> Site:
    """Return a place in France, overseas, or in a country abroad that may be gone to."""
    countries, place = judge().tables.countries, ask.kind("place", PLACES)
    if place in ("france", "alsace_moselle"):
        postcode, town = ask.of("town", FRENCH_TOWNS if place == "france" else ALSACE_MOSELLE)
        written = ask.of("country", ("France", "FR", "France métropolitaine", "FRANCE"))
        return Site(countries["FR"], written, town, postcode, None, "français")
    if place in ("overseas", "pacific", "taaf"):
        table = {"overseas": OVERSEAS, "pacific": PACIFIC, "taaf": {"TF": ("98413", "Port-aux-Français")}}[place]
        country = countries[ask.kind("territory", tuple(table))]
        return Site(country, _name(ask, country), table[country.code][1], table[country.code][0], None, "français")
    if place in ("regional", "quebec"):
        regions = {row[2]: row for row in (REGIONAL if place == "regional" else QUEBEC)}
        written, iso, named, region, model = regions[ask.kind("region", tuple(regions))]
        quebec = place == "quebec"
        return Site(countries[iso], written, named, "H2X 1Y4" if quebec else None, region, model, quebec)
    if place == "luxembourg":
        return Site(countries["LU"], "Luxembourg", "Luxembourg", "L-1136", None, "francophone")
    # Countries of several languages are asked about in « regional ».
    simple = tuple(c for c in reachable(place) if c.french_model != "OUI_SELON_REGION" and c.code != "IT")
    country = countries[ask.kind("abroad", tuple(c.code for c in simple))]
    advice = judge().tables.advice.get(country.code)
    towns = advice.spared_towns if advice and advice.nearly_all else ("Capitale", "Ville-Neuve")
    code = ask.of("postcode", (None, "10115", "SW1A 1AA"))
    return Site(country, _name(ask, country), ask.of("city", towns), code, None, country.default_model)


def _name(ask: Questions, country: Country) -> str:
    # « NA » may mean Namibia or nothing at all: nobody can tell, so nobody writes it.
    code = country.name if country.code == "NA" else country.code
    return ask.of("country", (country.name, country.name_en, code, country.name.upper()))
