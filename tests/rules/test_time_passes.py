"""Time passes, dossiers do not change by themselves: a year later, or beside its own double, a form keeps its status."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.dossiers import KnownDeposit, KnownDossier, Snapshot, identify, identity
from pipeline.model import Deposit, Entry, Place, Verdict
from pipeline.register import open_register
from pipeline.register.store import Register
from pipeline.verdicts import judge_entries
from tests.rules.forms import judge
from tests.rules.perfect.named import NAMED
from tests.rules.perfect_forms import PerfectForm, case, perfect_forms


def _night(register: Register, form: PerfectForm, deposits: list[Deposit], days: int, schemas: str) -> list[Verdict]:
    """Judge ``deposits`` some days after the form was first judged, and record them."""
    day = form.first_judged + timedelta(days=days)
    entries = identify(deposits, register.snapshot(), day, judge().settings.academic_year)
    verdicts = judge_entries(entries, [], register.current(), judge(), schemas, day, lambda _: None)
    register.begin(f"{day:%Y%m%d}T020000Z", day, schemas, {}, verdicts)
    return list(verdicts)


def _placed(deposit: Deposit, file: str, row: int = 2) -> Deposit:
    return dataclasses.replace(deposit, form=dataclasses.replace(deposit.form, place=Place(file, "Feuil1", row)))


@pytest.mark.parametrize("name", NAMED)
def test_a_form_read_again_a_year_later_keeps_its_status_even_under_new_schemas(name: str) -> None:
    form = case(**NAMED[name])
    deposit = form.entry().deposit
    register = open_register(None)
    (first,) = _night(register, form, [deposit], 0, "schemas of today")
    (again,) = _night(register, form, [_placed(deposit, "next_year.xlsx", 9)], 365, "schemas of next year")
    register.close()
    assert first.status == again.status == "prêt"
    assert again.entry.reference == first.entry.reference
    assert {f.rule for f in again.findings} == {f.rule for f in first.findings}


@pytest.mark.parametrize("name", list(NAMED)[::4])
def test_a_form_beside_its_own_double_keeps_its_status(name: str) -> None:
    form = case(**NAMED[name])
    deposit = _placed(form.entry().deposit, "a.xlsx")
    register = open_register(None)
    copy = _placed(deposit, "b.xlsx", 7)
    verdicts = _night(register, form, [deposit, copy], 0, "s")
    register.close()
    assert [(v.place.file, v.status) for v in verdicts] == [("a.xlsx", "remplacé"), ("b.xlsx", "prêt")]
    pasted = _placed(deposit, "a.xlsx", 8)
    register = open_register(None)
    verdicts = _night(register, form, [deposit, pasted], 0, "s")
    register.close()
    assert [v.status for v in verdicts] == ["prêt", "à corriger"]
    assert [f.rule for f in verdicts[1].findings if f.severity != "information"] == ["LIG-01"]


def _known(entry: Entry) -> Snapshot:
    """Return what the register holds once ``entry`` was read."""
    assert entry.reference is not None
    deposit = entry.deposit
    return Snapshot(
        deposits={deposit.digest: KnownDeposit(entry.reference, 1, entry.first_judged)},
        dossiers={
            entry.reference: KnownDossier(
                entry.reference, entry.folder, deposit.digest, 1, deposit.place, deposit.deposited_at
            )
        },
        keys=dict.fromkeys(identity(deposit).keys, entry.reference),
        last_numbers=dict.fromkeys((2025, 2026, 2027), 1),
        next_run=2,
    )


@pytest.mark.parametrize("days", [1, 41, 42, 90, 365, 1000])
@pytest.mark.parametrize("name", list(NAMED)[::6])
def test_a_known_form_is_judged_as_of_the_day_it_was_first_read(name: str, days: int) -> None:
    form = case(**NAMED[name])
    years = judge().settings.academic_year
    (first,) = identify([form.entry().deposit], Snapshot(), form.first_judged, years)
    (again,) = identify([first.deposit], _known(first), form.first_judged + timedelta(days=days), years)
    assert (again.first_judged, again.reference, again.version) == (form.first_judged, first.reference, 1)
    assert judge().judge(again).findings == judge().judge(first).findings
    assert judge().judge(again).status == "prêt"


def test_a_form_that_comes_late_is_refused_and_its_earlier_version_was_not() -> None:
    form = case(**NAMED["a private host in France"])
    years = judge().settings.academic_year
    (first,) = identify([form.entry().deposit], Snapshot(), form.first_judged, years)
    changed = form.entry({"stage.avantages": "Vélo de fonction"}).deposit
    (late,) = identify([changed], _known(first), form.changes["stage.date_debut"], years)
    assert late.version == 2
    assert judge().judge(first).status == "prêt"
    assert [f.rule for f in judge().judge(late).findings if f.severity != "information"] == ["DAT-03"]


@given(perfect_forms())
@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_perfect_form_keeps_its_findings_a_year_later(form: PerfectForm) -> None:
    years = judge().settings.academic_year
    (first,) = identify([form.entry().deposit], Snapshot(), form.first_judged, years)
    moved = _placed(first.deposit, "another_name.xlsx", 40)
    (again,) = identify([moved], _known(first), form.first_judged + timedelta(days=365), years)
    assert [f.rule for f in judge().judge(again).findings] == [f.rule for f in judge().judge(first).findings]
    assert judge().judge(again).status == "prêt"
