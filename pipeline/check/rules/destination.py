"""GEO: the country of the internship, travel advice, the security officer, residence permits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.tables.advice import Advice
from pipeline.tables.words import has_words

_AGREEMENT = "etranger.accord_fsd"
_RED_NAME = re.compile(r"^Rouge\s*:\s*")
_ORANGE_NAME = re.compile(r"\.?\s*\bOrange\s*:\s*")
_COMMON_NOUN = re.compile(
    r"(?:frontières?|bande|bord|tout|seulement|majeure|ponctuel|partie|parcs?|monts?)\b", re.IGNORECASE
)


@rule("GEO-01")
def has_no_known_country(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Empty or unknown; a source without the column gives the host's country."""
    if facts.asked("stage.pays") and facts["stage.pays"] is None:
        yield Hit(("stage.pays",))


@rule("GEO-02")
def is_in_a_red_country(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Wholly red, or nearly so and the town is not one of those spared."""
    advice = facts.advice
    if advice is not None and facts.abroad and is_red(facts, advice):
        fields = ("stage.pays", "stage.lieu_ville") if advice.nearly_all else ("stage.pays",)
        yield Hit(_place(facts, *fields), {"date_avis": advice.as_of, "etendue": _extent(advice)})


def is_red(facts: Facts, advice: Advice) -> bool:
    """Tell whether the place of the internship lies in a country that is red but for towns that it is not in."""
    return advice.level == "rouge_total" or (advice.nearly_all and not _in_spared_town(facts, advice))


def _in_spared_town(facts: Facts, advice: Advice) -> bool:
    town = facts["stage.lieu_ville"] or ("" if facts.filled("stage.lieu_ville") else facts["organisme.ville"] or "")
    return any(has_words(town, spared) for spared in advice.spared_towns)


def _town(facts: Facts) -> str | None:
    """Return the town of the internship; the host's where the source does not ask the former."""
    town: str | None = facts["stage.lieu_ville"]
    if town or facts.asked("stage.lieu_ville") or facts.host_country != facts.country:
        return town
    return facts["organisme.ville"]  # type: ignore[no-any-return]


@rule("GEO-03")
def is_in_a_partly_red_country(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Information once the town is given and the security officer has agreed."""
    advice = facts.advice
    if advice is None or advice.level != "rouge_partiel" or is_red(facts, advice):
        return
    settled = facts[_AGREEMENT] == "Accordé" and _town(facts)
    fields = _place(facts, "stage.pays") if settled else _place(facts, "stage.lieu_ville", _AGREEMENT)
    variant = "accorde" if settled else "ville_donnee" if _town(facts) else None
    yield Hit(fields, {"zones": _zones(advice), "date_avis": advice.as_of}, variant)


@rule("GEO-04")
def is_in_an_orange_country(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Information once the security officer has agreed."""
    advice = facts.advice
    if advice is None or advice.level != "orange":
        return
    settled = facts[_AGREEMENT] == "Accordé"
    fields = _place(facts, "stage.pays") if settled else _place(facts, _AGREEMENT)
    yield Hit(fields, {"zones": _zones(advice), "date_avis": advice.as_of}, "accorde" if settled else None)


@rule("GEO-05")
def awaits_the_security_officer(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Abroad, every departure needs the agreement of the fonctionnaire de sécurité et de défense."""
    if facts.abroad and facts[_AGREEMENT] in (None, "En attente") and not facts.unreadable(_AGREEMENT):
        yield Hit((_AGREEMENT,))


@rule("GEO-07")
def lacks_a_residence_permit(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """In France, when every nationality given needs a permit, which holds to the last day; if the source asks for it.

    In the Pacific, a permit of mainland France only replaces the visa, for three months at most.
    """
    nationalities = facts["etudiant.nationalite"] or ()
    if not facts.in_france or not nationalities or not facts.start or not facts.end:
        return
    needs = {facts.tables.countries[code].permit_needed for code in nationalities}
    if "0" in needs:
        return
    if facts.country and facts.country.pacific:
        if "1" in needs:
            yield Hit(_place(facts, "stage.pays", "etudiant.nationalite"), {}, "pacifique")
        return
    key = "etudiant.titre_sejour_fin"
    if not facts.asked(key) and not facts.filled(key):
        return  # the checklist asks for the permit
    until: date | None = facts[key]
    if facts.unreadable(key) or (until is not None and until >= facts.end):
        return
    if until is None:
        state = Bilingual("n’est pas indiqué", "is not given")
    else:
        state = Bilingual(f"expire le {until:%d/%m/%Y}", f"expires on {until:%d/%m/%Y}")
    if "A_VERIFIER" in needs:
        yield Hit((key,), {"constat": state}, "nationalite_particuliere")
    elif until is not None and until >= facts.start:
        yield Hit((key,), {"constat": state}, "expire_pendant_le_stage")
    else:
        yield Hit((key,), {"constat": state})


@rule("GEO-08")
def is_in_the_students_own_country(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Abroad, in a country of which the student is a national."""
    if facts.abroad and facts.country and facts.country.code in (facts["etudiant.nationalite"] or ()):
        yield Hit(_place(facts, "stage.pays", "etudiant.nationalite"))


@rule("GEO-11")
def was_refused_by_the_security_officer(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The officer's decision binds the university."""
    if facts.abroad and facts[_AGREEMENT] == "Refusé":
        yield Hit((_AGREEMENT,))


def _zones(advice: Advice) -> Bilingual:
    """Write the zones, the red ones first; the table gives them in French only."""
    if advice.level == "orange" and advice.whole_country and advice.zones in ("", "Tout le pays"):
        return Bilingual("tout le pays", "the whole country")
    red, orange = _split(advice.zones)
    if not orange:
        return Bilingual(_inside(red), red)
    return Bilingual(f"{_inside(red)}\u00a0; en orange, {_inside(orange)}", f"{red}; orange: {orange}")


def _split(zones: str) -> tuple[str, str]:
    """Split « Rouge : … . Orange : … » into what comes first, red unless the whole cell is orange, and the orange rest."""
    first, *rest = _ORANGE_NAME.split(_RED_NAME.sub("", zones), maxsplit=1)
    return first.strip(" ."), "".join(rest).strip(" .")


def _inside(zones: str) -> str:
    """Write the beginning of a cell as the inside of a sentence: « Frontière… » → « frontière… », « Amhara » stays."""
    return zones[:1].lower() + zones[1:] if _COMMON_NOUN.match(zones) else zones


def _extent(advice: Advice) -> Bilingual:
    """Say what is spared where a country is red but for some towns; nothing where it is red throughout."""
    if not advice.nearly_all:
        return Bilingual("", "")
    red, _ = _split(advice.zones)
    return Bilingual(f"\u00a0: {_inside(red)}", f": all but {', '.join(advice.spared_towns)}")


def _place(facts: Facts, *fields: str) -> tuple[str, ...]:
    """Return ``fields``; the host's country stands for that of the internship where only it is asked."""
    if "stage.pays" in fields and not facts.asked("stage.pays"):
        return tuple("organisme.pays" if field == "stage.pays" else field for field in fields)
    return fields
