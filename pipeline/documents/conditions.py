"""The conditions of the checklist's lines: True, False, or None when the form does not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.check.facts import Facts
from pipeline.check.rules.routing import is_specific_funding
from pipeline.check.stipend_amounts import exceeds_exemption
from pipeline.documents.cases import cases
from pipeline.tables.words import has_words


def _unpaid_under_six_months(code: str) -> Callable[[Facts], bool | None]:
    def holds(facts: Facts) -> bool | None:
        return facts.country is not None and facts.country.code == code and facts.paid is False and not _long(facts)

    return holds


def _long(facts: Facts) -> bool:
    return cases(facts)["plus_de_six_mois"]


def _permit(facts: Facts) -> bool | None:
    if not facts.in_france or (facts.country and facts.country.pacific):
        return False
    nationalities = facts["etudiant.nationalite"]
    if not nationalities:
        return None
    return all(facts.tables.countries[code].permit_needed == "1" for code in nationalities)


def _ehic(facts: Facts) -> bool | None:
    return facts.country is not None and facts.country.ehic and facts.abroad and not cases(facts)["ceam_inoperante"]


def _to_insure(facts: Facts) -> bool | None:
    outside = facts.abroad or (facts.country is not None and facts.country.pacific)
    if not outside:
        return False
    seen = cases(facts)
    if seen["au_dessus_plafond"] or seen["plus_de_six_mois"]:
        return True
    return None if facts.paid and exceeds_exemption(facts) is None else False


_EXCLUDED = ("soins infirmiers", "bloc opératoire", "injection", "injections", "prélèvement", "chirurgie",
             "radiologie", "kinésithérapie", "sage-femme", "acte de soin", "actes de soins")  # fmt: skip


def _excluded(facts: Facts) -> bool | None:
    texts = [facts[key] or "" for key in ("stage.sujet", "stage.activites")]
    return any(has_words(text, word) for text in texts for word in _EXCLUDED)


def _no_treaty_form(facts: Facts) -> bool | None:
    if facts.country is None or not (facts.abroad or facts.country.pacific):
        return False
    return not (facts.paid is False and not _long(facts) and (facts.in_quebec or facts.country.code in ("NC", "PF")))


def _microstate(facts: Facts) -> bool:
    """Monaco, Andorra, San Marino or the Vatican, whose nationals’ own permit is to be checked in France."""
    return facts.country is not None and facts.country.permit_needed == "A_VERIFIER"


CONDITIONS: Mapping[str, Callable[[Facts], bool | None]] = {
    "toujours": lambda _: True,
    "etranger": lambda f: f.abroad,
    # Monaco, Andorra, San Marino and the Vatican have no visa of their own.
    "visa": lambda f: cases(f)["hors_ue"] and not cases(f)["suisse"] and not _microstate(f),
    "hors_metropole": lambda f: f.country is not None and f.country.code != "FR",
    "plus_de_six_mois": lambda f: f.abroad and _long(f),
    "ceam_utile": _ehic,
    "ceam_inoperante": lambda f: cases(f)["ceam_inoperante"],
    "quebec_non_gratifie": lambda f: f.in_quebec and f.paid is False,
    "nc_non_gratifie": _unpaid_under_six_months("NC"),
    "pf_non_gratifie": _unpaid_under_six_months("PF"),
    "serbie_non_gratifie": _unpaid_under_six_months("RS"),
    "titre_de_sejour": _permit,
    "at_a_assurer": _to_insure,
    "activite_exclue": _excluded,
    "double_convention": lambda f: f["stage.convention_hors_etablissement"] is True,
    "financement_specifique": is_specific_funding,
    "mineur": lambda f: cases(f)["mineur"],
    "sans_formulaire_conventionnel": _no_treaty_form,
}
"""By the name that ``schemas/checklist.yaml`` gives them; a line whose condition is False is not printed."""
