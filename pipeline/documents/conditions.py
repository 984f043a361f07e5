"""The conditions of the checklist's lines: True, False, or None when the form does not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.check.facts import Facts
from pipeline.check.rules.routing import is_specific_funding
from pipeline.check.stipend_amounts import due, exceeds_exemption
from pipeline.check.treaties import quebec_form_needed
from pipeline.documents.cases import cases
from pipeline.tables.words import fold


def _unpaid_under_six_months(code: str) -> Callable[[Facts], bool | None]:
    def holds(facts: Facts) -> bool | None:
        return facts.country is not None and facts.country.code == code and facts.paid is False and not _long(facts)

    return holds


def _long(facts: Facts) -> bool:
    return cases(facts)["plus_de_six_mois"]


def _permit(facts: Facts) -> bool | None:
    if not facts.in_france or _pacific(facts):
        return False
    return _needs_permit(facts)


def _needs_permit(facts: Facts) -> bool | None:
    """Tell whether every nationality given needs a residence permit in France."""
    nationalities = facts["etudiant.nationalite"]
    if not nationalities:
        return None
    return all(facts.tables.countries[code].permit_needed == "1" for code in nationalities)


def _permit_unsure(facts: Facts) -> bool:
    """In France, a national of Andorra, Monaco, San Marino or the Vatican and of no country without permit."""
    needs = {facts.tables.countries[code].permit_needed for code in facts["etudiant.nationalite"] or ()}
    return facts.in_france and "A_VERIFIER" in needs and "0" not in needs


def _pacific(facts: Facts) -> bool:
    return facts.country is not None and facts.country.pacific


def _pacific_permit(facts: Facts) -> bool | None:
    return _needs_permit(facts) if _pacific(facts) else False


def _european_permit(facts: Facts) -> bool | None:
    """In another country of the Union, the EEA or Switzerland: True for a national of none of them."""
    country = facts.country
    if country is None or not facts.abroad or not country.in_eu_eea_switzerland:
        return False
    nationalities = facts["etudiant.nationalite"]
    if not nationalities:
        return None
    return not any(facts.tables.countries[code].in_eu_eea_switzerland for code in nationalities)


def _visa(facts: Facts) -> bool:
    """Outside Europe; not in one’s own country, nor where there is no visa."""
    seen, country = cases(facts), facts.country
    if country is None or not seen["hors_ue"] or seen["suisse"] or _microstate(facts):
        return False
    return country.code not in (facts["etudiant.nationalite"] or ())


def _grant(facts: Facts) -> bool | None:
    """No form tells whether a grant is asked for: None where Erasmus+ pays one, for two months at least."""
    country = facts.country
    long_enough = facts.start is None or facts.end is None or (facts.end - facts.start).days >= _GRANT_DAYS
    return None if country is not None and facts.abroad and country.in_eu_eea and long_enough else False


_GRANT_DAYS = 59
"""From the first to the last day, two months at least: Erasmus+ programme guide, traineeships."""


def _fund_agrees(facts: Facts) -> bool:
    """Outside mainland and overseas departments, paid no more than the exemption: the fund keeps up its cover."""
    if not (facts.abroad or _pacific(facts)) or _to_insure(facts) is not False:
        return False
    return facts.paid is True and not quebec_form_needed(facts)


def _higher_stipend(facts: Facts) -> bool:
    """A stipend owed by a private host: a branch agreement may set a higher one (L124-6)."""
    return due(facts) and facts.public_host is not True


def _ehic(facts: Facts) -> bool | None:
    return facts.country is not None and facts.country.ehic and facts.abroad and not cases(facts)["ceam_inoperante"]


def _to_insure(facts: Facts) -> bool | None:
    if not (facts.abroad or _pacific(facts)) or quebec_form_needed(facts):
        return False
    seen = cases(facts)
    if seen["au_dessus_plafond"] or seen["plus_de_six_mois"] or seen["teletravail_autre_pays"]:
        return True
    return None if facts.paid and exceeds_exemption(facts) is None else False


def _says(facts: Facts, keys: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether one of the folded ``words`` stands in one of the fields ``keys``, as whole words."""
    said = "  ".join(fold(facts[key]) for key in keys if facts[key])  # two spaces: no words across two fields
    return any(f" {word} " in f" {said} " for word in words)


_EXCLUDED = tuple(map(fold, (
    "soins infirmiers", "bloc opératoire", "injection", "injections", "prélèvement", "chirurgie", "radiologie",
    "kinésithérapie", "sage-femme", "acte de soin", "actes de soins",
)))  # fmt: skip


_CARE = tuple(map(fold, (
    "école", "collège", "lycée", "crèche", "enfant", "enfants", "élèves", "centre de loisirs", "colonie", "hôpital",
    "centre hospitalier", "CHU", "clinique", "EHPAD", "patients", "soins", "médico-social",
)))  # fmt: skip


def _care(facts: Facts) -> bool:
    """The host cares for people or children, as far as the form tells: it checks vaccinations and honorability."""
    keys = ("organisme.raison_sociale", "organisme.service", "organisme.secteur", "stage.sujet", "stage.activites")
    return _says(facts, keys, _CARE)


def _excluded(facts: Facts) -> bool | None:
    return _says(facts, ("stage.sujet", "stage.activites"), _EXCLUDED)


def _no_treaty_form(facts: Facts) -> bool | None:
    if facts.country is None or not (facts.abroad or facts.country.pacific):
        return False
    if facts.in_quebec:
        return not quebec_form_needed(facts)
    return not (facts.paid is False and not _long(facts) and facts.country.code in ("NC", "PF"))


def _microstate(facts: Facts) -> bool:
    """Monaco, Andorra, San Marino or the Vatican, whose nationals’ own permit is to be checked in France."""
    return facts.country is not None and facts.country.permit_needed == "A_VERIFIER"


CONDITIONS: Mapping[str, Callable[[Facts], bool | None]] = {
    "toujours": lambda _: True,
    "affiliation_a_prouver": lambda f: f["protection.attestation_cpam"] is not True,
    "soins_ou_enfants": _care,
    "etranger": lambda f: f.abroad,
    "visa": _visa,
    "hors_metropole": lambda f: f.country is not None and f.country.code != "FR",
    "plus_de_six_mois": lambda f: f.abroad and _long(f),
    "ceam_utile": _ehic,
    "ceam_inoperante": lambda f: cases(f)["ceam_inoperante"],
    "quebec_non_gratifie": quebec_form_needed,
    "nc_non_gratifie": _unpaid_under_six_months("NC"),
    "pf_non_gratifie": _unpaid_under_six_months("PF"),
    "serbie_non_gratifie": _unpaid_under_six_months("RS"),
    "titre_de_sejour": _permit,
    "titre_a_verifier": _permit_unsure,
    "titre_pacifique": _pacific_permit,
    "titre_europe": _european_permit,
    "bourse": _grant,
    "pacifique": _pacific,
    "at_a_maintenir": _fund_agrees,
    "gratification_plus_elevee": _higher_stipend,
    "conges": lambda f: f.in_france and not _pacific(f) and cases(f)["plus_de_deux_mois"],
    "confidentiel": lambda f: f.confidential,
    "zrr": lambda f: cases(f)["zrr"],
    "at_a_assurer": _to_insure,
    "activite_exclue": _excluded,
    "double_convention": lambda f: f["stage.convention_hors_etablissement"] is True,
    "financement_specifique": is_specific_funding,
    "mineur": lambda f: cases(f)["mineur"],
    "mineur_etranger": lambda f: f.abroad and cases(f)["mineur"],
    "sans_formulaire_conventionnel": _no_treaty_form,
}
"""By the name that ``schemas/checklist.yaml`` gives them; a line whose condition is False is not printed."""
