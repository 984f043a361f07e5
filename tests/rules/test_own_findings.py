"""One fault in a perfect form speaks with its own finding alone, for the rules on who, where, what and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.rules.forms import entry, judge

SINGLE: list[tuple[str, Mapping[str, Any]]] = [
    ("IDE-01", {"etudiant.numero": "A1234567"}),
    ("IDE-02", {"etudiant.email": "prenom.nom@"}),
    ("IDE-03", {"stage.commentaires": "NIR 1 85 05 78 006 084 91"}),
    ("IDE-03", {"protection.caisse": "CPAM des Bouches-du-Rhône 1 85 05 78 006 084 91"}),
    ("IDE-05", {"etudiant.date_naissance": "2026-03-01"}),
    ("ETS-01", {"organisme.siret": "en cours d’attribution"}),
    ("ETS-01", {"organisme.siret": "123 456 789 00012"}),
    ("ETS-04", {"organisme.code_postal": "98000"}),
    ("ETS-07", {"stage.lieu_ville": "Arles"}),
    ("ETS-11", {"organisme.pays": "Syldavie"}),
    ("ETS-12", {"organisme.type": None}),
    ("ACT-01", {"enseignant.email": "julien.astier@sauge.example.org"}),
    ("ACT-02", {"enseignant.email": "claire.vautrin@sauge.example.org"}),
    ("ACT-06", {"signataire.fonction": "Stagiaire"}),
    ("ACT-08", {"enseignant.email": "elodie.0@etu.univ-amu.fr"}),
    ("ACT-09", {"enseignant.email": "antoine.delcourt@example.org"}),
    ("ACT-11", {"formation.autorisation": "Refusée"}),
    ("ACT-14", {"tuteur.email": "elodie.0@etu.univ-amu.fr"}),
    ("ACT-16", {"enseignant.email": "antoine.delcourt@"}),
    ("CPM-01", {"protection.caisse": None}),
    ("CPM-03", {"protection.caisse": "LMDE"}),
    ("DAT-01", {"stage.date_fin": "2027-01-15"}),
    ("DAT-02", {"stage.date_fin": "2027-10-01"}),
    ("DAT-03", {"stage.date_debut": "2026-11-21"}),
    ("DAT-08", {"stage.interruptions": "du 24/12/2026 au 02/01/2027"}),
    ("DOC-01", {"protection.attestation_cpam": "en cours"}),
    ("DOC-02", {"assurance.responsabilite_civile": None}),
    ("GEO-01", {"stage.pays": "Syldavie"}),
    ("GEO-02", {"etranger": "Ukraine"}),
    ("GEO-02", {"etranger": "Libye", "stage.lieu_ville": "Tripoli"}),
    ("GEO-07", {"etudiant.nationalite": "chinoise"}),
    ("GEO-11", {"etranger": "Japon", "etranger.accord_fsd": "Refusé"}),
    ("LAN-01", {"etranger": "Norvège", "assurance.ceam": "oui", "etranger.convention_langue": "Français"}),
    ("LAN-02", {"etranger": "Maroc", "etranger.convention_langue": "Francophone"}),
    ("LIG-07", {"stage.sujet": "Ã‰tude d’un fonds"}),
    ("LIG-09", {"etudiant.nationalite": "franÃ§aise"}),
    ("PED-01", {"stage.activites": "divers"}),
    ("PED-02", {"stage.sujet": "Emploi saisonnier en librairie"}),
    ("PED-03", {"stage.sujet": "Travaux en hauteur"}),
    ("PED-05", {"stage.nature": "Complémentaire"}),
    ("PED-06", {"formation.volume_horaire": 120}),
    ("PED-09", {"stage.travail_exceptionnel": "Oui"}),
    ("ROU-01", {"formation.regime": "Formation continue"}),
    ("ROU-02", {"formation.diplome": "Master Traduction technique"}),
    ("ROU-03", {"formation.regime": "Alternance"}),
]


@pytest.mark.parametrize(("rule_id", "changes"), SINGLE)
def test_one_fault_gives_its_own_finding_and_no_other(rule_id: str, changes: Mapping[str, Any]) -> None:
    verdict = judge().judge(entry(changes))
    assert [f.rule for f in verdict.findings if f.severity != "information"] == [rule_id]


NO_COLUMN = ["etudiant.titre_sejour_fin", "organisme.type", "stage.lieu_adresse", "stage.modalite_suivi"]


def _said(changes: Mapping[str, Any], *families: str) -> list[str]:
    """Return the ids of ``families`` that speak, in the order of rules.yaml."""
    return [f.rule for f in judge().judge(entry(changes)).findings if f.rule.startswith(families)]


def test_what_a_source_does_not_ask_is_no_fault_of_its_rows() -> None:
    changes = {"etudiant.nationalite": "marocaine", "stage.lieu_ville": "Arles", "sans_colonne": NO_COLUMN}
    assert _said(changes, "GEO", "ETS", "PED", "LIG") == []


def test_a_supervisor_who_signs_is_no_shared_address() -> None:
    assert _said({"tuteur.email": "claire.vautrin@sauge.example.org"}, "ACT") == ["ACT-03"]


def test_a_minor_of_sixteen_needs_a_guardian_and_a_doubtful_date_does_not() -> None:
    assert _said({"etudiant.date_naissance": "2010-03-01"}, "LIG", "IDE", "TPS") == ["LIG-06", "LIG-06", "IDE-06"]
    assert _said({"etudiant.date_naissance": "2012-03-01"}, "LIG", "IDE", "TPS") == ["IDE-05"]
