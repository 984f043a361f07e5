"""A complete French form as raw cells, and the facts of any variation of it, without a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from pipeline.check.facts import Facts
from pipeline.model import CellValue, Entry, Form, Layout, Place
from pipeline.normalise import normalise
from pipeline.setup import ROOT, Setup, load_setup

SETUP: Setup = load_setup(ROOT / "conventions.toml")
TODAY = date(2026, 11, 21)
COMPLETE: Mapping[str, CellValue] = {
    "etudiant.numero": "21000001", "etudiant.nom": "Sorbier", "etudiant.prenom": "Élodie",
    "etudiant.date_naissance": "14/05/2004", "etudiant.nationalite": "française",
    "etudiant.email": "elodie.sorbier@etu.univ-amu.fr", "etudiant.telephone": "06 12 34 56 78",
    "etudiant.adresse": "7 rue de la Fontaine", "etudiant.code_postal": "13005", "etudiant.ville": "Marseille",
    "etudiant.pays": "France", "protection.caisse": "CPAM des Bouches-du-Rhône",
    "protection.caisse_adresse": "56 chemin de la Caisse, 13009 Marseille", "protection.attestation_cpam": "oui",
    "assurance.responsabilite_civile": "oui", "formation.diplome": "Licence Histoire",
    "formation.regime": "Formation initiale",
    "formation.volume_horaire": "400", "formation.annee_universitaire": "2026-2027",
    "formation.responsable_pedagogique": "Rémi Tilleul", "formation.autorisation": "Validée",
    "enseignant.nom": "Imbert", "enseignant.prenom": "Lucas", "enseignant.email": "lucas.imbert@univ-amu.fr",
    "organisme.raison_sociale": "Éditions de la Sauge", "organisme.type": "Entreprise privée",
    "organisme.siret": "00001234400016", "organisme.adresse": "2 quai des Pêcheurs", "organisme.code_postal": "13002",
    "organisme.ville": "Marseille", "organisme.pays": "France", "organisme.telephone": "04 65 71 06 00",
    "organisme.service": "Fabrication", "signataire.nom": "Teyssier", "signataire.prenom": "Anne",
    "signataire.fonction": "Directrice", "signataire.email": "anne.teyssier@sauge.fr", "tuteur.nom": "Ortega",
    "tuteur.prenom": "Denis", "tuteur.fonction": "Éditeur", "tuteur.email": "denis.ortega@sauge.fr",
    "tuteur.telephone": "04 65 71 06 01", "stage.nature": "Obligatoire", "stage.sujet": "Édition critique de lettres",
    "stage.activites": "Relecture, annotation et mise en page de lettres.",
    "stage.competences": "Établir un texte et en préparer l’édition.", "stage.date_debut": "01/02/2027",
    "stage.date_fin": "28/05/2027", "stage.temps_travail": "Temps complet", "stage.duree_heures": "560",
    "stage.pays": "France", "stage.conges": "2 jours par mois", "stage.heures_hebdomadaires": "35",
    "stage.nature_travail": "Rédaction", "stage.modalite_validation": "Rapport de stage", "gratification.versee": "oui",
}  # fmt: skip
"""Cells that the rules of identity, host, people, teaching and health fund have nothing to say about."""


def facts_of(changes: Mapping[str, CellValue], without: Collection[str] = ()) -> Facts:
    """Return the facts of the complete form under ``changes``; ``without`` are keys that the source does not ask."""
    cells = {
        key: cell for key, cell in {**COMPLETE, **changes}.items() if cell not in (None, "") and key not in without
    }
    columns = {key: (i,) for i, key in enumerate(SETUP.judge.tables.fields) if key not in without}
    form = Form(Place("a.xlsx", "Feuil1", 2), Layout("imprime_contact", 1, (), columns), cells, ())
    deposit = normalise(form, SETUP.judge.tables)
    return SETUP.judge.facts(Entry(deposit, None, "current", None, TODAY))
