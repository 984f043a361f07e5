"""Decisions from night to night: accepted, fallen, taken back, and what becomes of the documents and the letter."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from pipeline.check.context import Context
from pipeline.codec import pack_findings
from pipeline.desk.decisions import decisions_of
from pipeline.desk.model import DecisionEdit
from pipeline.desk.taking import take
from pipeline.documents.cases import cases
from pipeline.documents.kinds import Kind, load_kinds
from pipeline.documents.message.body import told
from pipeline.documents.message.texts import load_letters
from pipeline.dossiers import identify
from pipeline.model import Deposit, Place, Plan, Verdict
from pipeline.plan import outputs_of, plan_documents
from pipeline.register import open_register
from pipeline.register.store import Register
from pipeline.report.run_json import _finding
from pipeline.verdicts import judge_entries
from tests.rules.forms import ROOT, TODAY, entry, judge

SAVED = datetime.fromisoformat("2026-11-23T10:00:00")
PERSONAL = {"etudiant.email": "lea@exemple.org"}
OVERLAPPING = {"stage.date_debut": "2027-05-01", "stage.date_fin": "2027-05-28", "stage.duree_heures": 133}


@pytest.fixture
def register() -> Iterator[Register]:
    opened = open_register(None)
    yield opened
    opened.close()


def _deposit(row: int = 2, file: str = "a.xlsx", at: date | None = None, **changes: Any) -> Deposit:
    """Return a row of the form FC-<row>; ``changes`` use __ for the dot of a field key."""
    cells = {"formulaire.identifiant": f"FC-{row}"} | {key.replace("__", "."): value for key, value in changes.items()}
    deposit = entry(cells).deposit
    form = dataclasses.replace(deposit.form, place=Place(file, "Feuil1", row))
    moment = datetime.combine(at or TODAY, datetime.min.time())
    return dataclasses.replace(deposit, form=form, deposited_at=moment, digest=f"{row} {sorted(cells.items())}")


def _night(register: Register, deposits: Sequence[Deposit], days: int, schemas: str = "s") -> list[Verdict]:
    """Judge ``deposits`` some days later under the decisions in force, and record them."""
    day = TODAY + timedelta(days=days)
    entries = identify(deposits, register.snapshot(), day, judge().settings.academic_year)
    verdicts = judge_entries(
        entries, [], register.current(), judge(), schemas, day, lambda _: None, register.decisions()
    )
    register.begin(f"{day:%Y%m%d}T020000Z", day, schemas, {}, verdicts)
    return list(verdicts)


def _decide(register: Register, verdicts: Sequence[Verdict], rule: str, days: int = 0, **changes: Any) -> None:
    """Take the decision that a manager wrote before the first of ``verdicts`` about which ``rule`` speaks."""
    verdict, finding = next((v, f) for v in verdicts for f in v.findings if f.rule == rule)
    edit = DecisionEdit(
        verdict.entry.reference or "", rule, "accepté", "Vu avec elle", "Mme Exemple", None, "ce dossier",
        finding.judged, Place("suivi.xlsx", "À décider", 2), SAVED + timedelta(days=days),
        known=finding.decision.choice if finding.decision else None,
    )  # fmt: skip
    mine = {v.entry.reference or "": v for v in verdicts if v.entry.standing == "current"}
    taken, refusals = take([dataclasses.replace(edit, **changes)], mine, register.decisions(), judge().tables)
    assert refusals == ()
    register.decide(taken)


def _severity(verdict: Verdict, rule: str) -> str:
    return next((f.severity for f in verdict.findings if f.rule == rule), "silent")


@cache
def _kinds() -> tuple[Kind, ...]:
    names = frozenset(cases(judge().facts(entry({}))))
    return load_kinds(ROOT / "schemas", ROOT / "templates_docx", names)


def _plan(register: Register, verdict: Verdict, before: Verdict | None = None) -> Plan:
    """Plan the documents of a dossier whose documents of the night before all stand, and record them."""
    stored = register.current()[verdict.entry.reference or ""]
    same = before is not None and pack_findings(before.findings) == pack_findings(verdict.findings)
    same = same and before is not None and before.context == verdict.context
    (plan,) = plan_documents(
        [verdict], _kinds(), lambda v: cases(judge().facts(v.entry)), {verdict.entry.reference or "": (same, stored.documents)},
        lambda _: True, {}, word_pdf=False, page_pdf=False,
    )  # fmt: skip
    paths = [*plan.kept, *(path for document in plan.documents for path in outputs_of(document))]
    register.made({(verdict.entry.reference or "", verdict.entry.version): paths})
    return plan


def _drafts(plan: Plan) -> set[bool]:
    """Return whether the agreements that are to be made bear the PROJET mark."""
    return {document.draft for document in plan.documents if document.kind == "convention"}


def test_an_acceptance_takes_the_projet_mark_off_and_a_change_brings_it_back(register: Register) -> None:
    (first,) = _night(register, [_deposit(**_under(PERSONAL))], 0)
    assert (first.status, _drafts(_plan(register, first))) == ("à vérifier", {True})
    _decide(register, [first], "IDE-02")

    (second,) = _night(register, [_deposit(**_under(PERSONAL))], 3)
    assert (second.status, _severity(second, "IDE-02")) == ("prêt", "information")
    assert _drafts(_plan(register, second, first)) == {False}
    for days, schemas in ((4, "s"), (5, "s"), (6, "other schemas")):
        (later,) = _night(register, [_deposit(**_under(PERSONAL))], days, schemas)
        assert (later.status, later.findings, later.context) == (second.status, second.findings, second.context)
        assert _plan(register, later, second).documents == ()

    unread = _deposit(at=TODAY + timedelta(days=7), stage__avantages="Vélo de fonction", **_under(PERSONAL))
    (other,) = _night(register, [unread], 7)
    assert (other.entry.version, other.status) == (2, "prêt"), "what the rule does not read changes nothing"
    changed = _deposit(at=TODAY + timedelta(days=8), etudiant__email="lea@ailleurs.org")
    (fallen,) = _night(register, [changed], 8)
    assert (fallen.entry.version, fallen.status, decisions_of(fallen)) == (3, "à vérifier", {})
    assert _drafts(_plan(register, fallen, other)) == {True}


def _under(cells: dict[str, Any]) -> dict[str, Any]:
    return {key.replace(".", "__"): value for key, value in cells.items()}


def test_while_one_doubt_is_left_the_agreement_stays_a_project(register: Register) -> None:
    two = _under({**PERSONAL, "organisme.code_postal": "99999"})
    (first,) = _night(register, [_deposit(**two)], 0)
    _decide(register, [first], "IDE-02")
    (second,) = _night(register, [_deposit(**two)], 1)
    assert (second.status, _drafts(_plan(register, second, first))) == ("à vérifier", {True})
    _decide(register, [second], "ETS-04", days=1)
    (third,) = _night(register, [_deposit(**two)], 2)
    assert (third.status, _drafts(_plan(register, third, second))) == ("prêt", {False})


def test_a_decision_taken_back_holds_the_agreement_back_again(register: Register) -> None:
    (first,) = _night(register, [_deposit(**_under(PERSONAL))], 0)
    _decide(register, [first], "IDE-02")
    (second,) = _night(register, [_deposit(**_under(PERSONAL))], 1)
    _decide(register, [second], "IDE-02", days=1, choice="à revoir", reason="", by="")
    (third,) = _night(register, [_deposit(**_under(PERSONAL))], 2)
    assert (third.status, third.findings, third.context) == (first.status, first.findings, first.context)
    _decide(register, [third], "IDE-02", days=2, choice="refusé", reason="Utilisez l’adresse de l’université")
    (fourth,) = _night(register, [_deposit(**_under(PERSONAL))], 3)
    assert (fourth.status, _drafts(_plan(register, fourth, third))) == ("refusé", set())


def test_the_letter_tells_a_refusal_and_never_what_was_accepted(register: Register) -> None:
    letters = load_letters(ROOT / "schemas")
    two = _under({**PERSONAL, "organisme.code_postal": "99999"})
    (first,) = _night(register, [_deposit(**two)], 0)
    _decide(register, [first], "IDE-02")
    (second,) = _night(register, [_deposit(**two)], 1)
    held_back, _ = told(second, letters.by_status[second.status])
    assert [f.rule for f in held_back] == ["ETS-04"]
    _decide(register, [second], "ETS-04", days=1, choice="refusé", reason="Adresse introuvable")
    (third,) = _night(register, [_deposit(**two)], 2)
    (reason,), _ = told(third, letters.by_status[third.status])
    assert (third.status, reason.rule) == ("refusé", "ETS-04")
    assert reason.message.endswith("Motif du refus\u00a0: Adresse introuvable.")


def test_a_host_accepted_once_is_accepted_for_the_next_student(register: Register) -> None:
    wrong = _under({"organisme.code_postal": "99999"})
    mate = _deposit(3, etudiant__numero="21000077", etudiant__nom="Autre", **wrong)
    first = _night(register, [_deposit(**wrong)], 0)
    _decide(register, first, "ETS-04", reach="cet organisme")
    both = _night(register, [_deposit(**wrong), mate], 1)
    assert [_severity(v, "ETS-04") for v in both] == ["information", "information"]
    assert {d.reference for v in both for d in decisions_of(v).values()} == {first[0].entry.reference}
    elsewhere = _deposit(3, at=TODAY + timedelta(days=2), etudiant__numero="21000077", etudiant__nom="Autre",
                         **_under({"organisme.code_postal": "99998"}))  # fmt: skip
    third = _night(register, [_deposit(**wrong), elsewhere], 2)
    assert [_severity(v, "ETS-04") for v in third] == ["information", "à vérifier"]


def test_a_decision_that_judged_nothing_in_a_dossier_makes_none_of_its_documents_again(register: Register) -> None:
    wrong = _under({"organisme.code_postal": "99999"})
    mate = _deposit(3, etudiant__numero="21000077", etudiant__nom="Autre", **_under(PERSONAL))
    first = _night(register, [_deposit(**wrong), mate], 0)
    _decide(register, first, "ETS-04", reach="cet organisme")
    second = _night(register, [_deposit(**wrong), mate], 1)
    assert (second[1].context, second[1].findings) == (first[1].context, first[1].findings)


def test_two_internships_at_once_are_judged_with_the_dates_of_both(register: Register) -> None:
    one, two = _deposit(), _deposit(3, **_under(OVERLAPPING))
    first = _night(register, [one, two], 0)
    assert [_severity(v, "LIG-02") for v in first] == ["à vérifier", "à vérifier"]
    _decide(register, first, "LIG-02")
    second = _night(register, [one, two], 1)
    assert [_severity(v, "LIG-02") for v in second] == ["information", "à vérifier"], "one dossier, one decision"
    # The days in common stay the same; the other internship is another one all the same.
    longer = _deposit(3, at=TODAY + timedelta(days=2), **_under({**OVERLAPPING, "stage.date_fin": "2027-06-11"}))
    third = _night(register, [one, longer], 2)
    assert [_severity(v, "LIG-02") for v in third] == ["à vérifier", "à vérifier"]


def test_a_dossier_refused_for_what_another_row_says_stays_refused(register: Register) -> None:
    rows = [_deposit(), _deposit(3, **_under(OVERLAPPING))]
    first = _night(register, rows, 0)
    _decide(register, first, "LIG-02", choice="refusé", reason="Un seul stage à la fois")
    statuses = [[v.status for v in _night(register, rows, days)] for days in range(1, 5)]
    assert statuses[0][0] == "refusé"
    assert all(night == statuses[0] for night in statuses), statuses


def test_a_refusal_is_no_agreement_for_the_sums_and_its_reversal_is_one(register: Register) -> None:
    long = {"stage.duree_heures": 560, "stage.date_fin": "2027-05-27"}
    more = {"stage.date_debut": "2027-06-01", "stage.date_fin": "2027-08-27", "stage.duree_heures": 434}
    rows = [_deposit(**_under({**long, **PERSONAL})), _deposit(3, **_under({**more, "formation.date_jury": None}))]
    first = _night(register, rows, 0)
    assert _severity(first[1], "DUR-02") == "bloquant"
    _decide(register, first, "IDE-02", choice="refusé")
    for days in (1, 2, 3):
        night = _night(register, rows, days)
        assert (night[0].status, _severity(night[1], "DUR-02")) == ("refusé", "silent")
    _decide(register, night, "IDE-02", days=3, choice="à revoir")
    assert [_severity(v, "DUR-02") for v in _night(register, rows, 4)] == ["bloquant", "bloquant"]


def test_a_decision_stands_with_its_finding_in_run_json_on_every_later_night(register: Register) -> None:
    _decide(register, _night(register, [_deposit(**_under(PERSONAL))], 0), "IDE-02")
    for days in (1, 2):
        (verdict,) = _night(register, [_deposit(**_under(PERSONAL))], days)
        (finding,) = [_finding(f) for f in verdict.findings if f.rule == "IDE-02"]
        assert finding["decision"] == {
            "choice": "accepté", "by": "Mme Exemple", "on": "2026-11-23", "reason": "Vu avec elle", "reach": "ce dossier",
        }  # fmt: skip
        assert _finding(dataclasses.replace(verdict.findings[0], decision=None))["decision"] is None


def test_no_decision_in_force_judges_as_ever(register: Register) -> None:
    (verdict,) = _night(register, [_deposit(**_under(PERSONAL))], 0)
    assert verdict.findings == judge().judge(verdict.entry, Context()).findings
    assert verdict.context == ""
