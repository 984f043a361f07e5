"""The conditions that templates and checklists may ask for: ``cas.etranger``, ``cas.mineur``…"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.check.facts import Facts
from pipeline.check.hours import TWO_MONTHS
from pipeline.check.rules.routing import is_specific_funding
from pipeline.check.stipend_amounts import due, exceeds_exemption
from pipeline.model import LEGAL_RATE
from pipeline.tables.words import fold

_NO_EHIC_FOR_THIRD_COUNTRIES = frozenset({"DK", "NO", "IS", "LI", "CH"})


def cases(facts: Facts) -> Mapping[str, bool]:
    """Return every condition by name; what is not known is False."""
    return {**_places(facts), **_host_and_stipend(facts), **_people_and_time(facts)}


def _places(facts: Facts) -> dict[str, bool]:
    country = facts.country
    code = country.code if country else ""
    nationalities = facts["etudiant.nationalite"] or ()
    third = bool(nationalities) and not any(facts.tables.countries[n].in_eu_eea_switzerland for n in nationalities)
    return {
        "etranger": facts.abroad,
        "france": facts.in_france,
        "metropole": code == "FR",
        "outre_mer": facts.in_france and code != "FR",
        "pacifique": country is not None and country.pacific,
        "ue": facts.abroad and country is not None and country.in_eu_eea_switzerland,
        "royaume_uni": code == "GB",
        "quebec": facts.in_quebec,
        "etats_unis_canada": code in ("US", "CA"),
        "luxembourg": code == "LU",
        "allemagne": code == "DE",
        "suisse": code == "CH",
        "hors_ue": facts.abroad and country is not None and not country.in_eu_eea,
        "ceam_inoperante": third and code in _NO_EHIC_FOR_THIRD_COUNTRIES,
        "langue_a_confirmer": facts.abroad
        and country is not None
        and facts.model == "francophone"
        and country.french_model in ("OUI_SELON_REGION", "A_VALIDER"),
    }


def _host_and_stipend(facts: Facts) -> dict[str, bool]:
    public = facts.public_host is True
    above = exceeds_exemption(facts) is True
    long = facts.hours is not None and facts.hours > TWO_MONTHS
    return {
        "public": public,
        "prive": not public,
        "laboratoire_public": public and "laboratoire" in fold(facts["organisme.service"] or ""),
        "gratifie": facts.paid is True,
        "gratification_due": due(facts),
        "taux_legal": facts["gratification.montant"] == LEGAL_RATE,
        "au_dessus_plafond": above,
        "siege_en_france": facts["organisme.siege_en_france"] is True
        or facts["organisme.type"] == "Organisme consulaire français",
        "plus_de_308h": long,
        "plus_de_deux_mois": long,
        "protection_locale": facts["etranger.protection_locale"] is True,
        "at_francaise": facts.abroad and not above and not facts.over_six_months,
        "financement_specifique": is_specific_funding(facts),
        "double_convention": facts["stage.convention_hors_etablissement"] is True,
    }


def _people_and_time(facts: Facts) -> dict[str, bool]:
    exceptional = fold(facts["stage.travail_exceptionnel"] or "")
    age_now, age_then = facts.age_on(facts.today), facts.age_at_start
    minor = any(age is not None and age < 18 for age in (age_now, age_then))
    no = ("non", "aucun", "aucune", "neant", "sans objet", "")
    return {
        "plus_de_six_mois": facts.over_six_months,
        "mineur": minor,
        "cesure": facts.gap_year,
        "obligatoire": facts["stage.nature"] == "Obligatoire",
        "complementaire": facts["stage.nature"] == "Complémentaire",
        "confidentiel": facts.confidential,
        "discontinu": bool(facts["stage.repartition"]),
        "interruptions": bool(facts.interruptions),
        "calendrier_long": len(facts.schedule) > 6,
        "teletravail": bool(facts["stage.teletravail_part"]) or "teletravail" in exceptional,
        "travail_exceptionnel": exceptional not in no,
        "nuit_dimanche": any(word in exceptional for word in ("nuit", "dimanche", "ferie")),
        "deplacements": any(word in exceptional for word in ("deplacement", "mission")),
        "temps_partiel": facts["stage.temps_travail"] == "Temps partiel",
        "temps_plein": facts["stage.temps_travail"] == "Temps plein",
        "second_encadrant": bool(facts["tuteur2.nom"]),
        "cas_particulier": fold(facts["stage.cas_particulier"] or "") not in no,
    }
