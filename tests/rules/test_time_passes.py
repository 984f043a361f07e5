"""Time passes, dossiers do not change by themselves: a year later, or beside its own double, a form keeps its status."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from pipeline.dossiers import identify
from pipeline.model import Deposit, Place, Verdict
from pipeline.register import open_register
from pipeline.register.store import Register
from pipeline.verdicts import judge_entries
from tests.rules.forms import judge
from tests.rules.perfect.named import NAMED
from tests.rules.perfect_forms import PerfectForm, case


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
    assert [(v.place.file, v.status) for v in verdicts] == [("a.xlsx", "remplacé"), ("b.xlsx", "prêt")]
    pasted = _placed(deposit, "a.xlsx", 8)
    verdicts = _night(open_register(None), form, [deposit, pasted], 0, "s")
    assert [v.status for v in verdicts] == ["prêt", "à corriger"]
    assert [f.rule for f in verdicts[1].findings if f.severity != "information"] == ["LIG-01"]
    register.close()
