"""The conditions that templates and checklists may ask for: ``cas.etranger``, ``cas.mineur``…"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pipeline.check.facts import Facts
from pipeline.check.hours import TWO_MONTHS
from pipeline.check.rules.routing import is_specific_funding
from pipeline.check.stipend_amounts import due, exceeds_exemption
from pipeline.check.treaties import quebec_form_needed
from pipeline.documents.host_kinds import HOST_KINDS, host_kind, in_public_research
from pipeline.model import LEGAL_RATE
from pipeline.tables.words import fold

_NO_EHIC_FOR_THIRD_COUNTRIES = frozenset({"DK", "NO", "IS", "LI", "CH"})


@lru_cache(maxsize=16)
def cases(facts: Facts) -> Mapping[str, bool]:
    """Return every condition by name; what is not known is False.

    The last answers are kept: each line of a checklist asks again, and the facts of a dossier never change.
    """
    return MappingProxyType({**_places(facts), **_host_and_stipend(facts), **_people_and_time(facts)})


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
        "nouvelle_caledonie": code == "NC",
        "polynesie": code == "PF",
        "wallis_et_futuna": code == "WF",
        "serbie": code == "RS",
        "quebec": facts.in_quebec,
        "quebec_protocole": quebec_form_needed(facts),
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
    kind = host_kind(facts)
    exceeds = exceeds_exemption(facts)
    above = exceeds is True
    long = facts.hours is not None and facts.hours > TWO_MONTHS
    return {
        "public": public,
        "prive": not public,
        "entreprise_publique": facts["organisme.type"] == "Entreprise publique",
        **{name: name == kind for name in HOST_KINDS},
        "laboratoire_public": in_public_research(facts),
        "gratifie": facts.paid is True,
        "gratification_due": due(facts),
        "taux_legal": facts["gratification.montant"] == LEGAL_RATE,
        "au_dessus_plafond": above,
        "plafond_inconnu": facts.paid is True and exceeds is None,
        "siege_en_france": facts["organisme.siege_en_france"] is True
        or facts["organisme.type"] == "Organisme consulaire français"
        or kind == "poste_diplomatique",
        "plus_de_308h": long,
        "plus_de_deux_mois": long,
        "protection_locale": facts["etranger.protection_locale"] is True,
        "at_francaise": facts.abroad and not above and not facts.over_six_months and not _elsewhere(facts),
        "financement_specifique": is_specific_funding(facts),
        "zrr": facts["organisme.zrr"] is True,
        "double_convention": facts["stage.convention_hors_etablissement"] is True,
    }


def _people_and_time(facts: Facts) -> dict[str, bool]:
    exceptional = fold(facts.tables.private.marks.dropped(facts["stage.travail_exceptionnel"] or ""))
    age_now, age_then = facts.age_on(facts.today), facts.age_at_start
    minor = any(age is not None and age < 18 for age in (age_now, age_then))
    away = facts["stage.teletravail_pays"]
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
        "teletravail_autre_pays": _elsewhere(facts),
        "teletravail_etranger": bool(away) and facts.tables.countries[away].abroad,
        "teletravail": bool(facts["stage.teletravail_part"]) or "teletravail" in exceptional,
        "travail_exceptionnel": exceptional not in no,
        "nuit_dimanche": any(word in exceptional for word in ("nuit", "dimanche", "ferie")),
        "deplacements": any(word in exceptional for word in ("deplacement", "mission")),
        "temps_partiel": facts["stage.temps_travail"] == "Temps partiel",
        "temps_plein": facts["stage.temps_travail"] == "Temps plein",
        "second_encadrant": bool(facts["tuteur2.nom"]),
        "cas_particulier": fold(facts["stage.cas_particulier"] or "") not in no,
    }


def _elsewhere(facts: Facts) -> bool:
    """Tell whether part of the work is done from another country than that of the internship."""
    country, away = facts.country, facts["stage.teletravail_pays"]
    return country is not None and bool(away) and away != country.code
