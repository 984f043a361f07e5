"""Invented dossiers as template values: the whole tree a Word template may ask for, and a few telling cases.

All persons, hosts and numbers are made up.
"""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.documents.host_kinds import HOST_KINDS

SCHEMA = Path(__file__).parents[2] / "schemas" / "contact_form.yaml"

Context = dict[str, Any]

CASES = [
    "etranger",
    "france",
    "metropole",
    "outre_mer",
    "pacifique",
    "nouvelle_caledonie",
    "polynesie",
    "wallis_et_futuna",
    "ue",
    "royaume_uni",
    "quebec",
    "quebec_protocole",
    "serbie",
    "etats_unis_canada",
    "luxembourg",
    "allemagne",
    "hors_ue",
    "ceam_inoperante",
    "suisse",
    "public",
    "prive",
    "laboratoire_public",
    "entreprise_publique",
    *HOST_KINDS,
    "gratifie",
    "gratification_due",
    "taux_legal",
    "au_dessus_plafond",
    "plafond_inconnu",
    "siege_en_france",
    "plus_de_308h",
    "plus_de_deux_mois",
    "plus_de_six_mois",
    "mineur",
    "cesure",
    "obligatoire",
    "complementaire",
    "confidentiel",
    "discontinu",
    "interruptions",
    "calendrier_long",
    "teletravail",
    "teletravail_autre_pays",
    "teletravail_etranger",
    "travail_exceptionnel",
    "nuit_dimanche",
    "deplacements",
    "temps_partiel",
    "temps_plein",
    "protection_locale",
    "at_francaise",
    "zrr",
    "double_convention",
    "financement_specifique",
    "second_encadrant",
    "langue_a_confirmer",
    "cas_particulier",
    "projet",
]
"""Every condition that a template may ask for; a case that is not named is False."""

SERVICES = [
    "conventions",
    "relations_internationales",
    "securite_defense",
    "respect_egalite",
    "medecine_preventive",
    "donnees_personnelles",
    "handicap",
]

_COMPUTED = {
    "convention": "reference version code date_edition annee_universitaire numero_source systeme a_verifier",
    "universite": "nom composante departement adresse ville telephone courriel site siret "
    "representant qualite "
    "delegation telephone_urgence directeur_formation",
    "guide": "nom",
    "etudiant": "nom_complet adresse_complete usage naissance",
    "organisme": "adresse_complete identifiant_libelle identifiant_valeur statut",
    "signataire": "nom_complet",
    "tuteur": "nom_complet",
    "tuteur2": "nom_complet",
    "enseignant": "nom_complet",
    "representant": "nom_complet",
    "stage": "lieu pays_nom dans_pays periode duree_texte heures heures_cumulees jours_calcules mois_calcules "
    "interruptions_liste "
    "calendrier modele_nom",
    "gratification": "montant_texte total mensuel equivalent minimum annee_minimum modalite_texte",
    "avis": "niveau date zones url",
    "confidentiel": "sujet activites competences",
    "avenant": "numero version_signee date_signee precedents raison fin_anticipee initiative articles motifs",
}


@cache
def names() -> dict[str, set[str]]:
    """Return part → the names that a template may ask of it."""
    tree: dict[str, set[str]] = {part: set(keys.split()) for part, keys in _COMPUTED.items()}
    for key in yaml.load(SCHEMA.read_text(encoding="utf-8"), yaml.CSafeLoader):
        part, _, name = key.partition(".")
        tree.setdefault(part, set()).add(name)
    return tree


def _tree(values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    tree: dict[str, Any] = {part: dict.fromkeys(sorted(keys)) for part, keys in names().items()}
    tree["stage"].update(interruptions_liste=[], calendrier=[])
    tree["convention"].update(a_verifier=[])
    tree["avenant"].update(motifs=[])
    for part, known in values.items():
        unknown = set(known) - set(tree[part])
        if unknown:
            raise KeyError(f"{part}: {sorted(unknown)}")
        tree[part].update(known)
    tree["services"] = {
        name: {"nom": tree["universite"]["nom"], "courriel": None, "telephone": None, "adresse": None}
        for name in SERVICES
    }
    return tree


_FRENCH: dict[str, dict[str, Any]] = {
    "convention": {
        "reference": "C2026-000123",
        "version": "1",
        "code": "C2026-000123/1",
        "date_edition": "21 novembre 2026",
        "annee_universitaire": "2026-2027",
        "numero_source": "4512",
        "systeme": "imprimé contact",
    },
    "universite": {
        "nom": "Université de Valmont",
        "composante": "Faculté des lettres et des arts",
        "departement": "Département d’histoire",
        "adresse": "12, esplanade des Tilleuls\n13990 Valmont-sur-Arc",
        "ville": "Valmont-sur-Arc",
        "telephone": "04 99 00 11 22",
        "courriel": "accueil@valmont.example",
        "site": "https://valmont.example",
        "siret": "130 000 000 00017",
        "representant": "Mme Jeanne EXEMPLE",
        "qualite": "Doyenne de la faculté",
        "delegation": "par délégation du président de l’université en date du 1er septembre 2026",
        "telephone_urgence": "04 99 00 11 99",
    },
    "guide": {"nom": "guide des stages"},
    "etudiant": {
        "nom": "DURAND",
        "prenom": "Élodie",
        "nom_complet": "Mme Élodie DURAND",
        "date_naissance": "14 mai 2004",
        "naissance": "14 mai 2004",
        "numero": "22301234",
        "email": "elodie.durand@etu.valmont.example",
        "telephone": "+33 6 39 98 12 34",
        "adresse": "3, rue des Amandiers",
        "adresse_complete": "3, rue des Amandiers\n13990 Valmont-sur-Arc",
        "ville": "Valmont-sur-Arc",
    },
    "protection": {"caisse": "CPAM des Bouches-du-Rhône", "caisse_adresse": "13421 Marseille Cedex 20"},
    "assurance": {
        "rc_compagnie": "Mutuelle des Tilleuls",
        "rc_police": "RC-4471-88",
        "rc_debut": "1er septembre 2026",
        "rc_fin": "31 août 2027",
        "rc_zone": "Monde entier",
        "responsabilite_civile": "oui",
        "accidents": "oui",
        "rapatriement": "oui",
    },
    "formation": {
        "diplome": "Master 2 Histoire, parcours Patrimoines et archives",
        "regime": "Formation initiale",
        "volume_horaire": "312",
        "ects": "12",
        "responsable_pedagogique": "Paul MODÈLE",
        "annee_universitaire": "2026-2027",
        "element_pedagogique": "UE 4 – Stage professionnel",
    },
    "enseignant": {
        "nom": "ESSAI",
        "prenom": "Marc",
        "nom_complet": "Marc ESSAI",
        "email": "marc.essai@valmont.example",
        "telephone": "04 99 00 11 33",
    },
    "organisme": {
        "raison_sociale": "Musée imaginaire des Calanques",
        "type": "Association",
        "statut": "organisme de droit privé",
        "effectif": "25 à 49 personnes",
        "identifiant_libelle": "SIRET",
        "identifiant_valeur": "123 456 789 00012",
        "siret": "12345678900012",
        "adresse": "1, quai des Brumes",
        "adresse_complete": "1, quai des Brumes\n13002 Marseille\nFrance",
        "ville": "Marseille",
        "telephone": "04 99 22 33 44",
        "email": "contact@musee-calanques.example",
        "service": "Service des collections",
    },
    "signataire": {
        "nom": "FICTIF",
        "prenom": "Anne",
        "nom_complet": "Mme Anne FICTIF",
        "fonction": "Directrice",
        "email": "direction@musee-calanques.example",
        "telephone": "04 99 22 33 40",
    },
    "tuteur": {
        "nom": "PROTOTYPE",
        "prenom": "Luc",
        "nom_complet": "M. Luc PROTOTYPE",
        "fonction": "Régisseur des collections",
        "email": "luc.prototype@musee-calanques.example",
        "telephone": "04 99 22 33 45",
    },
    "stage": {
        "nature": "Obligatoire",
        "sujet": "Inventaire et mise en ligne du fonds photographique du musée",
        "activites": "Récolement de 1 200 tirages anciens.\nSaisie des notices dans la base des "
        "collections.\n"
        "Préparation de l’exposition d’été avec l’équipe de la régie.",
        "competences": "Décrire et conditionner des documents photographiques.\nConduire un projet de numérisation.",
        "date_debut": "3 février 2027",
        "date_fin": "30 juin 2027",
        "periode": "du 3 février 2027 au 30 juin 2027",
        "duree_heures": "612",
        "heures": "612",
        "jours_calcules": "87",
        "mois_calcules": "3,97",
        "duree_texte": "612 heures de présence effective, soit 87 jours et 3 heures (3 mois, 21 jours et 3 heures)",
        "temps_travail": "Temps plein",
        "heures_hebdomadaires": "35",
        "jours_hebdomadaires": "5",
        "heures_jour_max": "7",
        "conges": "Cinq jours, fixés avec la tutrice ou le tuteur.",
        "lieu": "1, quai des Brumes\n13002 Marseille\nFrance",
        "pays": "France",
        "pays_nom": "France",
        "dans_pays": "en France",
        "nature_travail": "Rapport de stage de trente pages",
        "modalite_validation": "Rapport et soutenance devant un jury",
        "modalite_suivi": "Deux entretiens à distance et une visite sur place",
        "avantages": "Accès au restaurant du personnel",
        "modele_nom": "français",
    },
    "confidentiel": {
        "sujet": "Fonds d’un donateur anonyme",
        "activites": "Inventaire du fonds.",
        "competences": "Décrire un fonds privé.",
    },
    "gratification": {
        "versee": "oui",
        "montant": "4,50",
        "montant_texte": "4,50 € bruts par heure",
        "unite": "heure",
        "total": "2 754,00 €",
        "mensuel": "693,00 €",
        "minimum": "4,50 €",
        "annee_minimum": "2026",
        "modalite": "virement bancaire",
        "modalite_texte": "virement bancaire",
    },
}

_ENGLISH: dict[str, dict[str, Any]] = {
    "convention": {"date_edition": "21 November 2026", "systeme": "contact form"},
    "etudiant": {
        "date_naissance": "14 May 2004",
        "naissance": "14 May 2004",
        "nom_complet": "Ms Élodie DURAND",
    },
    "organisme": {"statut": "private-law organisation", "type": "Association"},
    "stage": {
        "nature": "Compulsory",
        "date_debut": "3 February 2027",
        "date_fin": "30 June 2027",
        "periode": "from 3 February 2027 to 30 June 2027",
        "duree_texte": "612 hours of actual attendance, i.e. 87 days and 3 hours (3 months, 21 days and 3 hours)",
        "temps_travail": "Full time",
        "dans_pays": "in France",
        "mois_calcules": "3.97",
    },
    "gratification": {
        "versee": "yes",
        "montant": "4.50",
        "montant_texte": "€4.50 gross per hour",
        "unite": "hour",
        "total": "€2,754.00",
        "mensuel": "€693.00",
        "minimum": "€4.50",
        "modalite_texte": "bank transfer",
    },
    "assurance": {"rc_debut": "1 September 2026", "rc_fin": "31 August 2027", "rc_zone": "Worldwide"},
}


def context(
    *cases: str,
    values: dict[str, dict[str, Any]] | None = None,
    english: dict[str, dict[str, Any]] | None = None,
) -> Context:
    """Return template values of the sample dossier with ``cases`` true and ``values`` over it.

    ``values`` go into both trees, ``english`` into the English one only.
    """
    unknown = set(cases) - set(CASES)
    if unknown:
        raise KeyError(str(sorted(unknown)))
    french = _tree(_FRENCH)
    translated = _tree(_FRENCH)
    for tree in (french, translated):
        _put(tree, _SERVICES)
    _put(translated, _ENGLISH)
    for tree in (french, translated):
        _put(tree, copy.deepcopy(values or {}))
    _put(translated, english or {})
    return {**french, "en": translated, "cas": {name: name in cases for name in CASES}}


_SERVICES: dict[str, dict[str, Any]] = {
    "services": {
        "conventions": {
            "nom": "Bureau des stages",
            "courriel": "stages@valmont.example",
            "telephone": "04 99 00 11 55",
            "adresse": None,
        },
        "medecine_preventive": {
            "nom": "Service de santé étudiante",
            "courriel": None,
            "telephone": "04 99 00 11 66",
            "adresse": None,
        },
        "respect_egalite": {
            "nom": "Mission respect et égalité",
            "courriel": "respect@valmont.example",
            "telephone": None,
            "adresse": None,
        },
    }
}


def _put(tree: dict[str, Any], values: dict[str, dict[str, Any]]) -> None:
    for part, known in values.items():
        for name, value in known.items():
            if name not in tree[part]:
                raise KeyError(f"{part}.{name}")
            tree[part][name] = value


PRIVATE_FRANCE = [
    "france",
    "metropole",
    "prive",
    "gratifie",
    "gratification_due",
    "plus_de_308h",
    "plus_de_deux_mois",
    "obligatoire",
    "temps_plein",
]

ABROAD: dict[str, dict[str, Any]] = {
    "organisme": {
        "raison_sociale": "Beispiel Archiv gGmbH",
        "adresse_complete": "Musterallee 5\n10999 Berlin\nAllemagne",
        "identifiant_libelle": "Identifiant",
        "identifiant_valeur": None,
        "statut": None,
        "telephone": "+49 30 5550 1234",
    },
    "stage": {
        "lieu": "Musterallee 5\n10999 Berlin\nAllemagne",
        "pays": "Allemagne",
        "pays_nom": "Allemagne",
        "dans_pays": "en Allemagne",
    },
    "avis": {
        "niveau": "aucune zone rouge ni orange",
        "date": "16 septembre 2026",
        "url": "https://www.diplomatie.gouv.fr/fr/information-par-pays/allemagne",
    },
}

ABROAD_ENGLISH: dict[str, dict[str, Any]] = {
    "organisme": {
        "adresse_complete": "Musterallee 5\n10999 Berlin\nGermany",
        "identifiant_libelle": "Identifier",
    },
    "stage": {
        "lieu": "Musterallee 5\n10999 Berlin\nGermany",
        "pays": "Germany",
        "pays_nom": "Germany",
        "dans_pays": "in Germany",
    },
    "avis": {"niveau": "no red or orange zone", "date": "16 September 2026"},
}

FRANCOPHONE_CASES = ["etranger", "ue", "prive", "obligatoire", "temps_plein", "plus_de_308h", "at_francaise"]
BILINGUAL_CASES = [*FRANCOPHONE_CASES, "allemagne"]


def emptiest(*cases: str) -> Context:
    """Return a dossier in which every value that may be absent is: no contact, no option, no service."""
    kept = {
        "convention": "reference version code date_edition annee_universitaire a_verifier",
        "universite": "nom",
        "guide": "nom",
        "etudiant": "nom prenom nom_complet naissance date_naissance numero email",
        "formation": "diplome volume_horaire responsable_pedagogique regime annee_universitaire",
        "enseignant": "nom nom_complet",
        "organisme": "raison_sociale adresse_complete ville",
        "signataire": "nom nom_complet fonction",
        "tuteur": "nom nom_complet fonction",
        "stage": "nature sujet activites competences date_debut date_fin periode duree_heures "
        "heures duree_texte "
        "temps_travail nature_travail modalite_validation lieu pays pays_nom dans_pays "
        "jours_calcules mois_calcules "
        "interruptions_liste calendrier modele_nom",
        "gratification": "minimum annee_minimum montant_texte",
        "confidentiel": "sujet activites competences",
        "protection": "caisse",
        "avis": "niveau date",
        "services": " ".join(SERVICES),
    }
    bare = context(*cases, values=ABROAD, english=ABROAD_ENGLISH)
    for tree in (bare, bare["en"]):
        for part, values in tree.items():
            if part in ("en", "cas", "services"):
                continue
            for name in values:
                if name not in kept.get(part, "").split():
                    values[name] = None
        tree["services"] = {
            name: {"nom": tree["universite"]["nom"], "courriel": None, "telephone": None, "adresse": None}
            for name in SERVICES
        }
    return bare


HOSTILE = '<b>&amp; « "l\'œil" {{ 7*7 }} {% raw %} =1+1 \u202eאב 🎓 %}'
"""Jinja, XML, quotes, a formula, right-to-left text and an emoji in one value."""


def filled_with(value: str, *cases: str) -> Context:
    """Return a dossier in which every text value is ``value``."""
    full = context(*cases, values=ABROAD)
    for tree in (full, full["en"]):
        for part, values in tree.items():
            if part in ("en", "cas"):
                continue
            for name, old in values.items():
                if isinstance(old, dict):
                    values[name] = dict.fromkeys(old, value)
                elif not isinstance(old, list):
                    values[name] = value
    return full
