"""What does not stand in the form: the agreement itself, the university, its services, the travel advice."""

from __future__ import annotations

from pipeline.documents.values.tree import Tree
from pipeline.documents.values.writer import Writer
from pipeline.settings.delegations import signatory


def agreement(write: Writer) -> Tree:
    facts, entry = write.facts, write.facts.entry
    year = _reference_year(entry.reference) or facts["formation.annee_universitaire"]
    return {
        "reference": entry.reference or write.either("sans référence", "no reference"),
        "version": str(entry.version),
        "code": f"{entry.reference or 'SANS-REFERENCE'}/{entry.version}",
        "date_edition": write.day(entry.first_judged),
        "annee_universitaire": f"{year}-{year + 1}" if year else None,
        "numero_source": facts["formulaire.identifiant"],
        "systeme": entry.deposit.form.layout.system,
        "modele": facts.model,
    }


def university(write: Writer) -> Tree:
    uni = write.settings.university
    facts = write.facts
    signs = signatory(
        write.settings.delegations,
        facts.today,
        facts["formation.composante"] or uni.faculty,
        facts["formation.departement"],
    )
    return {
        "nom": uni.name,
        "composante": uni.faculty or None,
        "departement": write.facts["formation.departement"],
        "adresse": uni.address,
        "ville": uni.city,
        "telephone": uni.phone or None,
        "courriel": uni.email or None,
        "site": uni.site or None,
        "siret": uni.siret or None,
        "representant": (signs.name if signs else uni.representative) or None,
        "qualite": (signs.quality if signs else uni.quality) or None,
        "delegation": (signs.reference if signs else uni.delegation) or None,
        "telephone_urgence": uni.emergency_phone or None,
        "directeur_formation": write.facts["formation.responsable_pedagogique"],
    }


def service(write: Writer, name: str) -> Tree:
    found = write.settings.services.get(name)
    if found is None:
        return {"nom": write.settings.university.name, "courriel": None, "telephone": None, "adresse": None}
    return {
        "nom": found.name,
        "courriel": found.email or found.form_url or None,
        "telephone": found.phone or None,
        "adresse": found.address or None,
    }


def advice(write: Writer) -> Tree:
    advice = write.facts.advice if write.facts.abroad else None
    if advice is None:
        return dict.fromkeys(("niveau", "date", "zones", "url"))
    levels = {
        "none": ("aucune zone déconseillée signalée", "no area advised against"),
        "orange": ("zone orange", "orange zone"),
        "rouge_partiel": ("zones rouges sur une partie du territoire", "red zones in part of the country"),
        "rouge_total": ("zone rouge", "red zone"),
    }
    return {
        "niveau": write.either(*levels[advice.level]),
        "date": write.day(advice.as_of),
        "zones": advice.zones if advice.level != "none" else None,
        "url": advice.url,
    }


def _reference_year(reference: str | None) -> int | None:
    return int(reference[1:5]) if reference else None
