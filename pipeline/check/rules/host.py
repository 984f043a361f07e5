"""ETS: the host organisation and its identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.tables.countries import Country
from pipeline.tables.words import fold, has_words

_POSTCODE = re.compile("[0-9]{5}")
_DELIVERY = re.compile(r"\b(?:cedex|arrondissement|[0-9]+(?:er|e|eme|nd|nde)?)\b")
_SAINT = re.compile(r"\bst(e?)\b")


@rule("ETS-01")
def has_an_invalid_siret(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Fourteen digits and both check digits, where hosts have a SIRET."""
    siret, country = facts["organisme.siret"], facts.host_country
    if not siret or country is None or not country.has_siret:
        return
    cause = _fault(siret, p["la_poste"])
    if cause is not None:
        yield Hit(("organisme.siret",), {"cause": cause})


def _fault(siret: str, la_poste: str) -> Bilingual | None:
    """Return why ``siret`` cannot be one; La Poste's sites have a sum that is a multiple of five instead."""
    if not siret.isascii() or not siret.isdigit():
        return Bilingual("il contient autre chose que des chiffres", "it holds more than digits")
    if len(siret) != 14:
        return Bilingual(f"il compte {len(siret)} chiffres", f"it has {len(siret)} digits")
    if siret.startswith(la_poste) and sum(map(int, siret)) % 5 == 0:
        return None
    if not luhn.is_valid(siret) or not luhn.is_valid(siret[:9]):
        return Bilingual("sa clé de contrôle n’est pas juste", "its check digit is not right")
    return None


@rule("ETS-02")
def lacks_its_siret(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """In France but its Pacific territories, where identifiers are local."""
    country = facts.host_country
    if country is None or not country.has_siret:
        return
    if not (facts.filled("organisme.siret") or facts.filled("organisme.identifiant")):
        yield Hit(("organisme.siret",))


@rule("ETS-04")
def has_a_postcode_of_elsewhere(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Five digits that the territory knows; the student's only when the student's country is given."""
    student = facts["etudiant.pays"]
    for key, country in (
        ("organisme.code_postal", facts.host_country),
        ("etudiant.code_postal", facts.tables.countries[student] if student else None),
    ):
        code = facts[key]
        if code and country is not None and not country.abroad and not _is_postcode_of(code, country, p):
            yield Hit((key,), {"cp": code, "pays": country})


def _is_postcode_of(code: str, country: Country, p: Parameters) -> bool:
    """Tell whether ``code`` is of ``country``; « France » may mean any of its territories."""
    if not _POSTCODE.fullmatch(code):
        return False
    overseas = p["territoires"]
    if country.code in overseas:
        return code.startswith(overseas[country.code])
    known = [prefix for prefixes in overseas.values() for prefix in prefixes]
    return p["metropole_du"] <= code[:2] <= p["metropole_au"] or code.startswith(tuple(known))


@rule("ETS-05")
def is_a_department_of_the_university(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """A laboratory or faculty of the university is a department of it, not a host."""
    name, university = facts["organisme.raison_sociale"] or "", facts.settings.university
    if fold(name) != fold(university.name) and any(has_words(name, inner) for inner in university.inner_names):
        yield Hit(("organisme.raison_sociale",), {"nom": name})


@rule("ETS-07")
def lacks_the_address_of_its_place(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The town of the internship is another one than the host's, and its address is not given."""
    key = "stage.lieu_adresse"
    town, seat = facts["stage.lieu_ville"], facts["organisme.ville"]
    if town and seat and facts.asked(key) and not facts.filled(key) and _town(town) != _town(seat):
        yield Hit((key,), {"ville": town, "siege": seat})


def _town(name: str) -> str:
    """Return what makes a town: « Marseille Cedex 06 », « MARSEILLE 6e » and « Marseille » are one."""
    return _DELIVERY.sub("", _SAINT.sub(r"saint\1", fold(name))).replace(" ", "") or name.casefold()


@rule("ETS-12")
def is_neither_public_nor_private(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """A paid internship where the law on stipends holds: public hosts have a ceiling, private ones a floor only."""
    key, country = "organisme.type", facts.country
    if not facts.paid or country is None or country.stipend != "OUI" or facts.unreadable(key):
        return
    if facts[key] == "Autre":
        shown = facts.shown(key)
        state = Bilingual(
            f"(«\u00a0{shown}\u00a0») ne dit pas s’il est public ou privé",
            f"(“{shown}”) does not tell whether it is public or private",
        )
        yield Hit((key,), {"constat": state})
    elif facts.asked(key) and not facts.filled(key):
        yield Hit((key,), {"constat": Bilingual("n’est pas indiqué", "is not given")})


@rule("ETS-11")
def is_in_an_unknown_country(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Not empty and not recognised."""
    if facts.unreadable("organisme.pays"):
        yield Hit(("organisme.pays",))
