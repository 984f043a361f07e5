"""A dossier as the desk sees it: documents, signatures, what is to be done next, by whom and by when."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from pipeline.desk.follow import Known, Past, follow_ups
from pipeline.desk.gates import admit
from pipeline.desk.model import Event, FollowUp
from pipeline.desk.overlay import lay_over
from pipeline.desk.signing import university_waits
from pipeline.documents.checklist import Checklist, load_checklist
from pipeline.documents.checklist.pieces import BLOCKS
from pipeline.model import Value
from pipeline.settings.portfolios import Absence, Portfolio, in_charge, portfolio_of
from tests.desk.told import REFERENCE, columns, edit, event
from tests.rules.forms import ROOT, TODAY, entry, judge

START = date(2027, 2, 1)
SIGNED = ("signature_organisme", "signature_tuteur", "signature_referent", "signature_etudiant")


@cache
def checklist() -> Checklist:
    return load_checklist(ROOT / "schemas", judge().tables.fields)


def follow(
    changes: Mapping[str, Any] | None = None,
    told: Mapping[str, Value] | None = None,
    *,
    day: date = TODAY,
    past: Past | None = None,
    version: int = 1,
    events: Mapping[str, Event] | None = None,
) -> FollowUp:
    """Return the follow-up of a perfect form with ``changes``, of which ``told`` was told."""
    state = {what: event(what, value) for what, value in (told or {}).items()} | dict(events or {})
    form = dataclasses.replace(entry(changes or {}), version=version)
    (laid,) = lay_over([form], {REFERENCE: state}, columns())
    known = Known({REFERENCE: state}, {REFERENCE: past} if past else {}, {}, {})
    (found,) = follow_ups([judge().judge(laid)], [], known, judge(), checklist(), columns(), day)
    return found


def test_a_perfect_form_is_to_be_sent_for_signature_and_its_certificates_are_there() -> None:
    found = follow()
    assert (found.etape, found.new, found.missing) == ("prêt", True, ())
    assert found.action.verb == "Envoyer la convention à la signature."
    assert found.action.who == "gestionnaire"
    assert found.alerts == ()


def test_a_certificate_ticked_as_received_settles_the_finding_and_the_checklist() -> None:
    without = follow({"assurance.responsabilite_civile": False, "assurance.rc_fin": None})
    assert without.etape == "à corriger"
    ticked = follow({"assurance.responsabilite_civile": False, "assurance.rc_fin": None}, {"rc": date(2027, 8, 31)})
    assert ticked.etape == "prêt"
    (piece,) = [piece for piece in ticked.pieces if piece.code == "RC"]
    assert (piece.received, piece.until, piece.settled) == (True, date(2027, 8, 31), True)
    assert ticked.verdict.entry.own == {"assurance.responsabilite_civile": False}
    (loan,) = ticked.verdict.entry.loans
    assert loan.place.file == "suivi.xlsx"


def test_every_document_that_the_university_waits_for_can_be_ticked() -> None:
    ticked = {code for column in columns().hers for code in column.pieces}
    needed = {
        piece.code
        for piece in checklist().pieces
        if not piece.signature and "obligatoire" in piece.statuses.values() and BLOCKS["obligatoire"] == "A"
    }
    assert needed <= ticked


MINOR = {
    "etudiant.date_naissance": date(2009, 8, 1),
    "representant.nom": "Lefèvre",
    "representant.prenom": "Anne",
    "representant.qualite": "Mère",
    "representant.email": "anne.lefevre@exemple.org",
    "representant.telephone": "06 12 34 56 78",
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"etranger": "Allemagne"},
        {"etranger": "Viêt Nam"},
        {"etranger": "Canada"},
        {"stage.convention_hors_etablissement": True},
        MINOR,
        {"etudiant.nationalite": "brésilienne"},
        {"etranger": "Suisse", "etudiant.nationalite": "brésilienne"},
    ],
)
def test_the_university_can_sign_once_everything_has_been_ticked(changes: dict[str, Any]) -> None:
    told: dict[str, Value] = {key: TODAY for key in ("envoyee_le", *SIGNED)}  # noqa: C420 (the type of the values)
    for column in columns().hers:
        if column.pieces:
            told[column.key] = date(2027, 9, 30) if column.kind == "date" or column.until else True
    told |= {"portail_mobilite": TODAY, "fsd_reponse": "Accordé"}
    found = follow(changes, told)
    assert found.missing == ()
    assert university_waits(found) == ()


def test_a_document_that_no_field_tells_is_known_by_its_tick() -> None:
    abroad = {"etranger": "Allemagne"}
    (before,) = [p for p in follow(abroad).pieces if p.code == "ANX_ETR"]
    (after,) = [p for p in follow(abroad, {"annexe_etranger": True}).pieces if p.code == "ANX_ETR"]
    assert (before.settled, after.settled) == (False, True)


@pytest.mark.parametrize(
    ("changes", "told", "days", "begins"),
    [
        ({"stage.duree_heures": None}, {}, 0, "Attendre la correction demandée"),
        ({"etudiant.email": "lea@exemple.org"}, {}, 0, "Décider\u00a0: «\u00a0Courriel institutionnel\u00a0»"),
        ({}, {"envoyee_le": TODAY}, 0, "Attendre la signature de l’organisme"),
        ({}, {"envoyee_le": TODAY}, 12, "Relancer la signature de l’organisme"),
        ({}, {"envoyee_le": TODAY} | dict.fromkeys(SIGNED, TODAY), 0, "Faire signer l’université"),
        ({}, {"signature_universite": TODAY} | dict.fromkeys(SIGNED, TODAY), 0, "Transmettre la convention signée"),
    ],
)
def test_the_next_action_is_a_verb(changes: dict[str, Any], told: dict[str, Value], days: int, begins: str) -> None:
    found = follow(changes, told, day=TODAY + timedelta(days=days))
    assert found.action.verb.startswith(begins)
    assert found.action.verb.endswith(".")
    assert found.action.verb_en.endswith(".")


def test_what_is_to_be_corrected_is_named_and_the_rest_counted() -> None:
    action = follow({"etudiant.date_naissance": None, "stage.duree_heures": None}).action
    assert "«\u00a0Date de naissance\u00a0» et un autre point." in action.verb
    assert action.verb_en.endswith("“Date of birth” and 1 more.")


def test_no_rule_is_named_by_its_id_in_either_language() -> None:
    action = follow({"etudiant.email": "lea@exemple.org"}).action
    assert action.verb_en == "Decide on: “University e-mail address”."


@pytest.mark.parametrize("told", [{}, {"envoyee_le": TODAY} | dict.fromkeys(SIGNED, TODAY)], ids=["prêt", "signatures"])
def test_once_the_start_has_passed_nobody_is_asked_to_sign(told: dict[str, Value]) -> None:
    begun = follow({}, told, day=START).action
    assert begun.verb.startswith("Faire reporter le stage, ou noter l’abandon")
    assert follow({}, told, day=date(2027, 9, 30)).action.verb.startswith("Clore le dossier")


def test_an_amendment_is_to_be_signed_until_it_is_told_to_be() -> None:
    told = {"signature_universite": TODAY, "transmise_le": TODAY} | dict.fromkeys(SIGNED, TODAY)
    made = {"avenant": dataclasses.replace(event("avenant", 1), version=2)}
    assert follow({}, told, version=2, events=made).action.verb.startswith("Faire signer l’avenant n°")
    signed = made | {"avenant_signe": dataclasses.replace(event("avenant_signe", TODAY), version=2)}
    assert follow({}, told, version=2, events=signed).action.verb.startswith("Rien à faire")


def test_a_start_within_ten_days_comes_first() -> None:
    found = follow({}, {"envoyee_le": TODAY}, day=START - timedelta(days=9))
    assert (found.action.group, found.action.today) == (0, True)


def test_a_form_changed_after_the_sending_is_to_be_signed_again() -> None:
    found = follow({}, {"envoyee_le": TODAY} | dict.fromkeys(SIGNED, TODAY), version=2)
    assert found.etape == "prêt"
    assert all(signature.day is None for signature in found.signatures)
    assert any("à faire signer de nouveau" in alert for alert in found.alerts)


def test_an_internship_begun_without_all_signatures_is_an_alert() -> None:
    late = follow({}, {"envoyee_le": TODAY}, day=START + timedelta(days=1))
    assert any("n’ont pas signé" in alert for alert in late.alerts)
    signed = follow({}, {"signature_universite": TODAY}, day=START + timedelta(days=1))
    assert not any("n’ont pas signé" in alert for alert in signed.alerts)


def test_what_is_not_as_the_register_held_it_has_changed() -> None:
    assert follow(past=Past("prêt", "2026-11-01", 1, "prêt")).changed is False
    assert follow(past=Past("à corriger", "2026-11-01", 1, "à corriger")).changed is True


# ── what is refused ───────────────────────────────────────────────────────────────────────────────


def _asked(found: FollowUp, **answers: date) -> tuple[list[str], list[str]]:
    edits = [edit(what, value) for what, value in answers.items()]
    admitted, refusals = admit(edits, {REFERENCE: found}, TODAY)
    return [one.what for one in admitted], [refusal.reason for refusal in refusals]


def test_the_university_signs_last_in_the_same_workbook_as_the_others() -> None:
    days = dict.fromkeys((*SIGNED, "signature_universite", "transmise_le"), TODAY)
    admitted, refusals = _asked(follow({}, {"envoyee_le": TODAY}), **days)
    assert refusals == []
    assert admitted[-2:] == ["signature_universite", "transmise_le"]


def test_the_university_does_not_sign_before_the_others_nor_without_the_documents() -> None:
    _, (reason,) = _asked(follow({}, {"envoyee_le": TODAY, "signature_organisme": TODAY}), signature_universite=TODAY)
    assert "signatures attendues" in reason
    assert "SIG-01" in reason
    abroad = follow({"etranger": "Allemagne"}, {"envoyee_le": TODAY} | dict.fromkeys(SIGNED, TODAY))
    _, (reason,) = _asked(abroad, signature_universite=TODAY)
    assert "Annexe" in reason


def test_a_day_to_come_a_dossier_without_agreement_and_a_late_university_are_refused() -> None:
    sent = follow({}, {"envoyee_le": TODAY})
    _, (reason,) = _asked(sent, signature_tuteur=TODAY + timedelta(days=1))
    assert "à venir" in reason
    _, (reason,) = _asked(follow({"stage.duree_heures": None}), envoyee_le=TODAY)
    assert "n’a pas de convention à signer" in reason
    signed = follow({}, {"signature_universite": date(2026, 11, 10)})
    _, (reason,) = _asked(signed, signature_tuteur=TODAY)
    assert "signe toujours en dernier" in reason


# ── portfolios ────────────────────────────────────────────────────────────────────────────────────

ROUX = Portfolio("Jeanne Roux", "", ("Psychologie",), (), (Absence(TODAY, TODAY, "Paul Ozanne"),))
OZANNE = Portfolio("Paul Ozanne", "", (), ("4LT1",), ())
REST = Portfolio("Autres", "", (), (), ())


def test_a_dossier_goes_to_who_names_it_else_to_who_names_nothing() -> None:
    portfolios = (REST, ROUX, OZANNE)
    assert portfolio_of(portfolios, "Département de psychologie", None, None) == ROUX
    assert portfolio_of(portfolios, None, None, "4lt1") == OZANNE
    assert portfolio_of(portfolios, "Lettres", "Licence", "1LT") == REST
    assert portfolio_of((ROUX,), "Lettres", None, None) is None


def test_an_absence_gives_the_dossiers_to_the_replacement_on_its_days_only() -> None:
    assert in_charge((ROUX, OZANNE), "Jeanne Roux", TODAY) == "Paul Ozanne"
    assert in_charge((ROUX, OZANNE), "Jeanne Roux", TODAY + timedelta(days=1)) == "Jeanne Roux"


def test_two_absences_that_point_at_each_other_end() -> None:
    other = dataclasses.replace(OZANNE, absences=(Absence(TODAY, TODAY, "Jeanne Roux"),))
    assert in_charge((ROUX, other), "Jeanne Roux", TODAY) in ("Jeanne Roux", "Paul Ozanne")
