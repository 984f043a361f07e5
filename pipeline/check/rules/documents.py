"""DOC: certificates and forms that the student supplies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.check.rules.texts import said
from pipeline.check.treaties import quebec_form_needed


@rule("DOC-01")
def lacks_proof_of_health_cover(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """No, empty or unreadable; held back at the gate of rules.yaml."""
    yield from _not_supplied(facts, "protection.attestation_cpam")


@rule("DOC-02")
def lacks_proof_of_liability_cover(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """No, empty or unreadable; its dates and area are DOC-03's."""
    yield from _not_supplied(facts, "assurance.responsabilite_civile")


def _not_supplied(facts: Facts, key: str) -> Iterator[Hit]:
    if facts.asked(key) and facts[key] is not True:
        yield Hit((key,))


@rule("DOC-03")
def has_liability_cover_for_part_of_it(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Ends too early, begins too late, or does not hold in that country: one finding."""
    if facts["assurance.responsabilite_civile"] is not True or not facts.dates_in_order:
        return
    start, end = facts.start, facts.end
    since, until = facts["assurance.rc_debut"], facts["assurance.rc_fin"]
    area = facts["assurance.rc_zone"]
    wrong: list[str] = []
    reasons: list[Bilingual] = []
    if until is None and facts.asked("assurance.rc_fin") and not facts.filled("assurance.rc_fin"):
        wrong.append("assurance.rc_fin")
        reasons.append(Bilingual("sa date de fin n’est pas indiquée", "its end date is not given"))
    elif until is not None and end is not None and until < end:
        wrong.append("assurance.rc_fin")
        reasons.append(Bilingual(f"elle s’arrête le {_day(until)}", f"it ends on {_day(until)}"))
    if since is not None and start is not None and since > start:
        wrong.append("assurance.rc_debut")
        reasons.append(Bilingual(f"elle commence le {_day(since)}", f"it begins on {_day(since)}"))
    if facts.abroad and not facts.unreadable("assurance.rc_zone") and _area_too_small(facts, area, p):
        wrong.append("assurance.rc_zone")
        named = area or "—"
        reasons.append(
            Bilingual(f"elle vaut pour « {named} »", f"it covers “{named}”")
            if area
            else Bilingual("la zone couverte n’est pas indiquée", "the area covered is not given")
        )
    if wrong:
        french, english = " ; ".join(r.fr for r in reasons), "; ".join(r.en for r in reasons)
        yield Hit(tuple(wrong), {"couverture": Bilingual(french, english)})


def _area_too_small(facts: Facts, area: str | None, p: Parameters) -> bool:
    if area is None or area == "France":
        return True
    return area == "Europe" and facts.country is not None and facts.country.code not in p["europe"]


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


@rule("DOC-04")
def lacks_the_health_insurance_card(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """European Union, EEA, Switzerland; not where the card is of no use to the student's nationality."""
    country = facts.country
    if country is None or not country.ehic or not facts.abroad or facts["assurance.ceam"] is True:
        return
    nationalities = facts["etudiant.nationalite"] or ()
    european = any(facts.tables.countries[code].in_eu_eea_switzerland for code in nationalities)
    if nationalities and not european and country.code in p["inoperante_pour_pays_tiers"]:
        return
    yield Hit(("assurance.ceam",), {"constat": Bilingual("n’a pas encore été fournie", "has not been supplied yet")})


@rule("DOC-05")
def lacks_accident_insurance(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Required abroad."""
    if facts.abroad and facts["assurance.accidents"] is not True:
        yield Hit(("assurance.accidents",))


@rule("DOC-06")
def lacks_repatriation_insurance(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Required abroad."""
    if facts.abroad and facts["assurance.rapatriement"] is not True:
        yield Hit(("assurance.rapatriement",))


@rule("DOC-10")
def lacks_the_quebec_form(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Compulsory internship in Québec, unpaid or nearly: form SE 401-Q-104."""
    key = "etranger.formulaire_se"
    if quebec_form_needed(facts) and facts[key] is not True:
        yield Hit((key,))


@rule("DOC-11")
def lacks_the_form_of_the_pacific(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Unpaid, under six months, in New Caledonia or French Polynesia: recommended."""
    key = "etranger.formulaire_se"
    form = p["formulaires"].get(facts.country.code if facts.country else "")
    unpaid_and_short = facts.paid is False and facts.dates_in_order and not facts.over_six_months
    if form and unpaid_and_short and facts[key] is not True:
        yield Hit((key,), {"form": form})


@rule("DOC-12")
def needs_a_high_liability_cover(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Where damages are awarded without measure."""
    if facts.country is not None and facts.country.code in p["pays_concernes"]:
        key = "stage.pays" if facts.asked("stage.pays") else "organisme.pays"
        yield Hit((key,))


@rule("DOC-13")
def needs_an_extended_liability_cover(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Acts of care, which most student policies leave out."""
    for key in ("stage.activites", "stage.sujet"):
        word = said(facts[key] or "", p["mots"])
        if word:
            yield Hit((key,), {"mot": word})


_VALID_UNTIL = {
    "protection.attestation_cpam_fin": ("l’attestation de droits", "the proof of health cover"),
    "assurance.ceam_fin": ("la carte européenne d’assurance maladie", "the European Health Insurance Card"),
    "assurance.accidents_fin": ("l’assurance individuelle accident", "the individual accident insurance"),
    "assurance.rapatriement_fin": ("l’assurance rapatriement", "the repatriation insurance"),
}


@rule("DOC-15")
def holds_a_document_that_expires(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Each document must hold to the last day (liability: DOC-03, permit: GEO-07)."""
    for key, (french, english) in _VALID_UNTIL.items():
        until: date | None = facts[key]
        if until is not None and facts.end is not None and until < facts.end:
            yield Hit((key,), {"piece": Bilingual(french, english), "fin": until})
