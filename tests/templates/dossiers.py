"""Forms that together reach every variant of the agreements: real cells, read and judged as any other form's."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from pipeline.check.facts import Facts
from pipeline.config import Service, Settings
from pipeline.documents.values import load_translations, template_values
from pipeline.documents.values.tree import Tree
from pipeline.model import Model
from tests.rules import forms
from tools.examples.contact import unpaid

Cells = Mapping[str, Any]

UNPAID = unpaid()
GUARDIAN = {
    "etudiant.date_naissance": "2009-08-14",
    "representant.nom": "Durand",
    "representant.prenom": "Sylvie",
    "representant.qualite": "mère",
    "representant.telephone": "06 39 98 12 35",
}
SECOND = {"tuteur2.nom": "Seconde", "tuteur2.prenom": "Ada", "tuteur2.fonction": "Archiviste"}
WEEKS = " ; ".join(f"{d:02}/02/2027-{d + 1:02}/02/2027 : 7 h/j" for d in range(1, 28, 3))
_BARE = {
    "dict": "fromkeys",
    "assurance": "rc_compagnie rc_police rc_debut rc_fin rc_zone",
    "stage": "avantages conges heures_hebdomadaires jours_hebdomadaires temps_travail modalite_suivi modalite_validation nature_travail",
    "formation": "ects volume_horaire responsable_pedagogique",
    "organisme": "effectif service telephone email siret type adresse code_postal ville",
    "protection": "caisse",
    "etudiant": "telephone email adresse code_postal ville pays numero",
    "enseignant": "telephone email",
    "tuteur": "telephone email fonction",
    "signataire": "telephone email fonction",
}
BARE = dict.fromkeys(f"{group}.{name}" for group, names in _BARE.items() for name in names.split())
"""What a form may lack altogether."""


def _paid(amount: str, currency: str, unit: str = "mois") -> Cells:
    return {
        "gratification.versee": "oui",
        "gratification.montant": amount,
        "gratification.unite": unit,
        "gratification.devise": currency,
        "gratification.modalite": "Virement bancaire",
    }


FORMS: Mapping[str, Cells] = {
    # ── France
    "private host, stipend due": {},
    "statutory rate, vehicle, night and remote work": {
        "gratification.montant": "taux légal en vigueur",
        "stage.travail_exceptionnel": "Télétravail le vendredi, déplacements et nuit du 21 juin",
        "stage.teletravail_part": "un jour par semaine",
        "stage.heures_jour_max": 8,
        "stage.commentaire_temps": "Présence de 9 h à 17 h",
        "organisme.type": "Association",
        **SECOND,
    },
    "high stipend, remote work from abroad": {
        "gratification.montant": "9,00",
        "stage.teletravail_part": "20 %",
        "stage.teletravail_pays": "Espagne",
        "stage.travail_exceptionnel": "Télétravail le lundi",
    },
    "public company, other hours, specific funding": {
        "organisme.type": "SEM",
        "stage.travail_exceptionnel": "Horaires décalés pendant le festival",
        "stage.commentaires": "Stage financé par A*Midex",
        "organisme.zrr": "oui",
        "organisme.identifiant": "RNA W131000000",
        "stage.temps_travail": "Temps partiel",
        "stage.interruptions": "01/03/2027-07/03/2027",
    },
    "research unit, part of another internship": {
        "organisme.type": "Établissement public",
        "organisme.raison_sociale": "Centre national d’essais",
        "organisme.service": "Laboratoire des textes (UMR 7999)",
        "stage.confidentiel": "oui",
        "cumul": 714,
    },
    "town hall, optional stipend": {
        "organisme.type": "Collectivité territoriale",
        "organisme.raison_sociale": "Commune de Saint-Exemple",
        "stage.duree_heures": 210,
        "stage.date_fin": "2027-03-12",
        "gratification.montant": "3,00",
        "stage.travail_exceptionnel": "Déplacements dans le département",
    },
    "hospital, minor, Sunday work": {
        "organisme.type": "Hôpital public",
        "organisme.raison_sociale": "Centre hospitalier de la Plaine",
        "stage.travail_exceptionnel": "un dimanche par mois",
        **GUARDIAN,
    },
    "nursery school, short, not paid": {
        "organisme.type": "Établissement public",
        "organisme.raison_sociale": "École maternelle des Lilas",
        "stage.duree_heures": 105,
        "stage.date_fin": "2027-02-19",
        **UNPAID,
    },
    "secondary school, not paid, discontinuous": {
        "organisme.type": "Établissement public",
        "organisme.raison_sociale": "Collège des Amandiers",
        "stage.duree_heures": 28,
        "stage.repartition": "01/02/2027-02/02/2027 : 7 h/j ; 08/02/2027-09/02/2027 : 7 h/j",
        **UNPAID,
    },
    "gap year, twelve short periods": {
        "formation.regime": "Césure",
        "stage.nature": "Complémentaire",
        "stage.repartition": WEEKS,
        "organisme.pays": "La Réunion",
        "stage.pays": "La Réunion",
        "organisme.code_postal": "97400",
    },
    "optional internship, schedule in words": {
        "stage.nature": "Complémentaire",
        "stage.repartition": "les mardis et jeudis, selon les répétitions",
        "stage.convention_hors_etablissement": "oui",
        **SECOND,
    },
    "bare form": {**BARE, **UNPAID, "stage.duree_heures": 105},
    "amount not given": {"gratification.montant": None, "gratification.unite": None, "gratification.modalite": None},
    "policy without its first day": {
        "assurance.rc_debut": None,
        "assurance.rc_police": None,
        "assurance.rc_zone": None,
    },
    "policy without its days": {"assurance.rc_debut": None, "assurance.rc_fin": None},
    "association, optional stipend, no leave agreed": {
        "organisme.type": "Association",
        "stage.duree_heures": 210,
        "stage.date_fin": "2027-03-12",
        "stage.jours_hebdomadaires": None,
        "formation.element_pedagogique": "UE 6 – Stage",
    },
    "town hall, no leave, no benefits, guardian without contact": {
        "organisme.type": "Mairie",
        "organisme.raison_sociale": "Mairie de Saint-Exemple",
        "stage.conges": None,
        "stage.avantages": None,
        "stage.travail_exceptionnel": "Télétravail",
        "tuteur2.nom": "Seconde",
        **GUARDIAN,
        "representant.telephone": None,
    },
    # ── the Pacific
    "New Caledonia, not paid": {"stage.pays": "Nouvelle-Calédonie", "organisme.pays": "Nouvelle-Calédonie", **UNPAID},
    "New Caledonia, minor, not paid": {
        "stage.pays": "Nouvelle-Calédonie",
        "organisme.pays": "Nouvelle-Calédonie",
        "stage.conges": None,
        "stage.avantages": None,
        **UNPAID,
        **GUARDIAN,
    },
    "French Polynesia, not paid": {
        "stage.pays": "Polynésie française",
        "organisme.pays": "Polynésie française",
        **UNPAID,
    },
    "French Polynesia, paid in francs": {
        "stage.pays": "Polynésie française",
        "organisme.pays": "Polynésie française",
        **_paid("60000", "XPF"),
    },
    "Wallis and Futuna, long": {
        "stage.pays": "Wallis-et-Futuna",
        "organisme.pays": "Wallis-et-Futuna",
        "stage.date_fin": "2027-09-10",
        **_paid("100", "EUR"),
    },
    "French Polynesia, high stipend": {
        "stage.pays": "Polynésie française",
        "organisme.pays": "Polynésie française",
        **_paid("1500", "EUR"),
    },
    "New Caledonia, remote work from France": {
        "stage.pays": "Nouvelle-Calédonie",
        "organisme.pays": "Nouvelle-Calédonie",
        "stage.teletravail_part": "20 %",
        "stage.teletravail_pays": "France",
        **UNPAID,
    },
    "French Polynesia, amount not given": {
        "stage.pays": "Polynésie française",
        "organisme.pays": "Polynésie française",
        "gratification.montant": None,
    },
    # ── abroad
    "Germany, optional, local cover": {
        "etranger": "Allemagne",
        "stage.nature": "Complémentaire",
        "etranger.protection_locale": "oui",
        **SECOND,
    },
    "Germany, bare": {"etranger": "Allemagne", **BARE, **UNPAID},
    "Luxembourg, high stipend": {"etranger": "Luxembourg", **_paid("1500", "EUR")},
    "Belgium, double agreement": {"etranger": "Belgique", "stage.convention_hors_etablissement": "oui"},
    "Belgium, French head office": {
        "etranger": "Belgique",
        "stage.lieu_region": "Bruxelles",
        "organisme.siege_en_france": "oui",
        **_paid("700", "EUR"),
    },
    "Spain, consulate, not paid": {
        "etranger": "Espagne",
        "organisme.type": "Administration",
        "organisme.raison_sociale": "Consulat général de France à Barcelone",
        **UNPAID,
    },
    "Spain, consulate, short": {
        "etranger": "Espagne",
        "organisme.type": "Organisme consulaire français",
        "stage.duree_heures": 140,
    },
    "Switzerland, third-country national": {"etranger": "Suisse", "etudiant.nationalite": "sénégalaise"},
    "United Kingdom, stipend without a rate": {"etranger": "Royaume-Uni", **_paid("400", "GBP")},
    "Canada, stipend with a rate": {"etranger": "Canada", "stage.lieu_ville": "Toronto", **_paid("600", "CAD")},
    "Québec, compulsory and not paid": {"etranger": "Québec"},
    "Québec, compulsory, long": {"etranger": "Québec", "stage.date_fin": "2027-09-10"},
    "Québec, optional": {"etranger": "Québec", "stage.nature": "Complémentaire", "stage.avantages": "Logement"},
    "Serbia": {"etranger": "Serbie"},
    "Morocco, in French, minor": {"etranger": "Maroc", "stage.lieu_region": "Rabat", "stage.conges": None, **GUARDIAN},
    "Morocco, default model": {"etranger": "Maroc"},
    "Senegal, gap year, confidential": {
        "etranger": "Sénégal",
        "formation.regime": "Césure",
        "stage.confidentiel": "oui",
        "stage.avantages": None,
        "stage.teletravail_part": "20 %",
        "stage.teletravail_pays": "France",
    },
    "Senegal, amount not given": {"etranger": "Sénégal", "gratification.versee": "oui"},
}
"""Name → cells, over a perfect form (tests/rules/forms.py); ``cumul``: hours of all internships in this host."""


@cache
def dossiers() -> tuple[tuple[str, Model, Tree], ...]:
    """Return name, model and template values of every form of :data:`FORMS`, with and without rates of exchange."""
    return tuple(_dossiers())


def _dossiers() -> Iterator[tuple[str, Model, Tree]]:
    tables = forms.judge().tables
    translations = load_translations(forms.ROOT / "schemas", tables.fields)
    for name, cells in FORMS.items():
        facts = _facts(dict(cells))
        if facts.model is None:
            raise ValueError(f"{name}: no model")
        yield name, facts.model, template_values(facts, translations)
    for name, university in (("a university that says all", _full), ("a university that says little", _little)):
        facts = _facts({"etranger": "Espagne"})
        other = Facts(facts.entry, dataclasses.replace(tables, advice={}), university(facts.settings))
        yield name, "bilingue", template_values(other, translations)


def _full(settings: Settings) -> Settings:
    university = dataclasses.replace(
        settings.university,
        email="accueil@valmont.example",
        representative="Mme Jeanne EXEMPLE",
        emergency_phone="04 99 00 11 99",
    )
    names = ("donnees_personnelles", "medecine_preventive", "respect_egalite")
    services = {name: Service(name, "service@valmont.example") for name in names}
    return dataclasses.replace(settings, university=university, services=services)


def _little(settings: Settings) -> Settings:
    university = dataclasses.replace(
        settings.university, faculty="", address="", phone="", email="", site="", representative="", quality=""
    )
    services = {"respect_egalite": Service("Mission égalité", "", "04 99 00 11 22")}
    return dataclasses.replace(settings, university=university, services=services)


def _facts(cells: dict[str, Any]) -> Facts:
    hours = cells.pop("cumul", None)
    facts = forms.facts(cells, {"change": {"CAD": "0.66"}})
    if hours is None:
        return facts
    entry = dataclasses.replace(facts.entry, cumulated_hours=Decimal(hours))
    return Facts(entry, facts.tables, facts.settings)
