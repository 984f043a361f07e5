"""The rows of « À décider » that come back: taken, refused with a reason, or told beside what another decided."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.check.judge import Judge
from pipeline.desk.decisions import by_target, relevant
from pipeline.desk.model import Decision, DecisionEdit, Refusal
from pipeline.desk.taking import take
from pipeline.model import Entry, Place, Verdict
from tests.desk.test_decisions import AT, PERSONAL, judged_with, said
from tests.rules.forms import entry, judge

PARTLY_RED = {"etranger": "Colombie", "stage.lieu_ville": "Bogota"}


def _edit(verdict: Verdict, rule: str = "IDE-02", **changes: Any) -> DecisionEdit:
    """Return the row that accepts the finding of ``rule``, as a manager fills it in; ``changes`` replace its cells."""
    finding = next((f for f in verdict.findings if f.rule == rule), None)
    judged = finding.judged if finding else ""
    place = Place("suivi.xlsx", "À décider", 4)
    row = DecisionEdit(
        verdict.entry.reference or "", rule, "accepté", "Vu avec elle", "Mme Exemple", date(2027, 2, 3), "ce dossier",
        judged, place, AT, "lea@exemple.org",
    )  # fmt: skip
    return dataclasses.replace(row, **changes)


def _take(
    edits: Sequence[DecisionEdit], verdict: Verdict, held: Sequence[Decision] = ()
) -> tuple[tuple[Decision, ...], tuple[Refusal, ...]]:
    return take(edits, {verdict.entry.reference or "": verdict}, held, judge().tables, {"IDE-02": "Adresse"})


def _reason(edit: DecisionEdit, verdict: Verdict, held: Sequence[Decision] = ()) -> str:
    taken, (refusal,) = _take([edit], verdict, held)
    assert (taken, refusal.place) == ((), edit.place)
    assert refusal.reason.startswith("Décision non prise (C2026-")
    assert refusal.reason.endswith(".")
    return refusal.reason


def _in_force(held: Sequence[Decision], taken: Sequence[Decision]) -> list[Decision]:
    """Return what the register gives back: the last of each (target, rule), unless it takes back."""
    last = {(d.target, d.rule): d for d in (*held, *taken)}
    return [decision for decision in last.values() if decision.choice != "à revoir"]


@pytest.fixture
def verdict() -> Verdict:
    return judge().judge(entry(PERSONAL))


def test_what_is_taken_settles_the_finding(verdict: Verdict) -> None:
    (decision,), refusals = _take([_edit(verdict)], verdict)
    assert refusals == ()
    assert (decision.reference, decision.rule, decision.choice, decision.reach) == (
        "C2026-000001", "IDE-02", "accepté", "ce dossier",
    )  # fmt: skip
    assert (decision.reason, decision.by, decision.on, decision.at) == ("Vu avec elle", "Mme Exemple", AT.date(), AT)
    assert judged_with(verdict.entry, decision).status == "prêt"


def test_without_a_day_the_decision_is_of_the_day_on_which_the_workbook_was_saved(verdict: Verdict) -> None:
    (decision,), _ = _take([_edit(verdict, on=None)], verdict)
    assert decision.on == AT.date()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reason": " \u00a0"}, "« Motif »"),
        ({"by": ""}, "« Par »"),
        ({"by": "", "choice": "refusé"}, "« Par »"),
        ({"reference": "C2026-000009"}, "n’est pas au registre"),
        ({"rule": "PED-08"}, "ne se pose plus"),
        (
            {"judged": "0" * 32},
            "la fiche dit maintenant « elodie.lambertin0@exemple.org » et non plus « lea@exemple.org »",
        ),
        ({"judged": ""}, "a changé depuis"),
        ({"reach": "cette ville"}, "ne tient pas à la ville"),
        ({"known": "refusé"}, "« refusé » que montrait votre classeur a été retirée"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(
    verdict: Verdict, changes: Mapping[str, Any], told: str
) -> None:
    reason = _reason(_edit(verdict, **changes), verdict)
    if "elodie" in told:
        told = told.replace("elodie.lambertin0@exemple.org", str(verdict.entry.deposit.values["etudiant.email"]))
    assert told in reason.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("cells", "rule", "told"),
    [
        ({"etranger": "Syrie"}, "GEO-02", "interdit d’établir la convention"),
        ({"protection.caisse": None}, "CPM-01", "se corrige dans la fiche"),
        ({"etranger": "Allemagne", "etranger.accord_fsd": None}, "GEO-05", "se règle avant la signature"),
        ({"etranger": "Suisse", "etudiant.nationalite": "Suisse"}, "GEO-08", "pour information"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("choice", ["accepté", "refusé"])
def test_what_is_no_doubt_of_the_agreement_is_not_decided(
    cells: Mapping[str, Any], rule: str, told: str, choice: str
) -> None:
    of = judge().judge(entry(cells))
    assert told in _reason(_edit(of, rule, choice=choice), of)


def test_a_refusal_for_the_office_only_needs_words_that_the_student_may_read(verdict: Verdict) -> None:
    inner = tuple(dataclasses.replace(f, internal=True) for f in verdict.findings)
    office = dataclasses.replace(verdict, findings=inner)
    assert "doit pouvoir lire pourquoi" in _reason(_edit(office, choice="refusé", reason=""), office)
    assert _take([_edit(verdict, choice="refusé", reason="")], verdict)[1] == ()


def test_a_host_and_a_town_must_be_known_for_a_decision_to_hold_for_them() -> None:
    nobody = judge().judge(entry({"organisme.siret": None, "organisme.raison_sociale": None, **PERSONAL}))
    assert "ne nomme pas l’organisme" in _reason(_edit(nobody, reach="cet organisme"), nobody)
    home = judge().judge(entry(PERSONAL))
    about_the_town = tuple(dataclasses.replace(f, fields=("stage.lieu_ville",)) for f in home.findings)
    home = dataclasses.replace(home, findings=about_the_town)
    assert "aucun avis aux voyageurs" in _reason(_edit(home, reach="cette ville"), home)


def _abroad(by: Judge, days: int = 0) -> tuple[Judge, Verdict]:
    """Return a judge for whom a partly red zone holds the agreement back, its advice some days later; and a verdict."""
    rule = by.catalogue["GEO-03"]
    variants = {name: dataclasses.replace(variant, jalon="édition") for name, variant in rule.variants.items()}
    held_back = dataclasses.replace(rule, normal=dataclasses.replace(rule.normal, jalon="édition"), variants=variants)
    catalogue = type(by.catalogue)({**by.catalogue, "GEO-03": held_back})
    advice = {
        code: dataclasses.replace(a, as_of=a.as_of + timedelta(days=days)) for code, a in by.tables.advice.items()
    }
    strict = dataclasses.replace(by, catalogue=catalogue, tables=dataclasses.replace(by.tables, advice=advice))
    return strict, strict.judge(entry({**PARTLY_RED, "etranger.accord_fsd": None}))


def test_a_town_is_accepted_until_the_next_advice() -> None:
    strict, verdict = _abroad(judge())
    (decision,), refusals = _take([_edit(verdict, "GEO-03", reach="cette ville")], verdict)
    assert refusals == ()
    assert said(judged_with(verdict.entry, decision, by=strict), "GEO-03").decision == decision
    other = dataclasses.replace(
        entry({**PARTLY_RED, "etranger.accord_fsd": "En attente", "etudiant.numero": "21000077"})
    )
    other = dataclasses.replace(other, reference="C2026-000077")
    assert said(judged_with(other, decision, by=strict), "GEO-03").decision == decision
    later, _ = _abroad(judge(), days=1)
    assert said(judged_with(verdict.entry, decision, by=later), "GEO-03").severity == "à vérifier"


# ── twice, back again, two managers ───────────────────────────────────────────────────────────────


def _settled(of: Entry, held: Sequence[Decision]) -> Verdict:
    return judged_with(of, *held)


def test_the_same_row_read_again_changes_nothing(verdict: Verdict) -> None:
    edit = _edit(verdict)
    taken, _ = _take([edit, dataclasses.replace(edit, place=Place("copie.xlsx", "À décider", 9))], verdict)
    assert len(taken) == 1
    assert _take([edit], _settled(verdict.entry, taken), taken) == ((), ())


def test_a_decision_is_taken_back_and_changed(verdict: Verdict) -> None:
    first, _ = _take([_edit(verdict, reach="cet organisme")], verdict)
    now = _settled(verdict.entry, first)
    later = AT + timedelta(days=1)
    back, refusals = _take([_edit(now, choice="à revoir", known="accepté", by="", reason="", at=later)], now, first)
    assert (refusals, _in_force(first, back)) == ((), [])
    changed, refusals = _take([_edit(now, choice="refusé", known="accepté", at=later)], now, first)
    assert refusals == ()
    (left,) = _in_force(first, changed)
    assert (left.choice, left.reach) == ("refusé", "ce dossier"), (
        "the host’s acceptance went with the word that gave it"
    )
    reworded, _ = _take(
        [_edit(now, known="accepté", reach="cet organisme", reason="Autre motif", at=later)], now, first
    )
    assert [d.reason for d in _in_force(first, reworded)] == ["Autre motif"]


def test_what_was_never_decided_is_not_taken_back(verdict: Verdict) -> None:
    assert _take([_edit(verdict, choice="à revoir", reason="", by="")], verdict) == ((), ())


def test_two_managers_who_disagree_are_told_and_the_first_word_stands(verdict: Verdict) -> None:
    later = AT + timedelta(hours=1)
    second = _edit(verdict, choice="refusé", by="M. Autre", at=later, place=Place("b.xlsx", "À décider", 2))
    for order in ([_edit(verdict), second], [second, _edit(verdict)]):
        (taken,), (refusal,) = _take(order, verdict)
        assert (taken.choice, refusal.place.file) == ("accepté", "b.xlsx")
        told = refusal.reason.replace("\u00a0", " ")
        assert "Mme Exemple a décidé « accepté » le 3 février 2027 (motif : Vu avec elle)" in told
        assert "« refusé » n’a pas été prise" in told
    held, _ = _take([_edit(verdict)], verdict)
    assert "n’a pas été prise" in _reason(second, _settled(verdict.entry, held), held)


def test_two_managers_who_agree_are_one(verdict: Verdict) -> None:
    held, _ = _take([_edit(verdict)], verdict)
    assert _take([_edit(verdict, by="M. Autre")], _settled(verdict.entry, held), held) == ((), ())


def test_hostile_words_stay_one_line_of_text(verdict: Verdict) -> None:
    (decision,), _ = _take([_edit(verdict, reason="=HYPERLINK(1)\r\nBcc: a@b", by="+Mme\n{x}")], verdict)
    finding = said(judged_with(verdict.entry, decision), "IDE-02")
    assert "\n" not in finding.fix + finding.fix_en
    assert "{x}" in finding.fix
    assert relevant(by_target([decision]), verdict.entry, judge().tables) == (decision,)
