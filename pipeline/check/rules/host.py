"""ETS: the host organisation and its identifiers."""

from __future__ import annotations

from collections.abc import Iterator

from stdnum import luhn

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.tables.words import fold, has_words


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


@rule("ETS-05")
def is_a_department_of_the_university(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """A laboratory or faculty of the university is a department of it, not a host."""
    name, university = facts["organisme.raison_sociale"] or "", facts.settings.university
    if fold(name) != fold(university.name) and any(has_words(name, inner) for inner in university.inner_names):
        yield Hit(("organisme.raison_sociale",), {"nom": name})


@rule("ETS-11")
def is_in_an_unknown_country(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Not empty and not recognised."""
    if facts.unreadable("organisme.pays"):
        yield Hit(("organisme.pays",))
