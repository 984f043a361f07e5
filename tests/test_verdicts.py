"""Rows judged elsewhere: the same verdicts, each row asked once, those that stand not at all."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.check.context import Context
from pipeline.dossiers import identify
from pipeline.model import Deposit, Entry, Place, Verdict
from pipeline.register import open_register
from pipeline.verdicts import judge_entries
from tests.rules.forms import TODAY, entry, judge

FORMS: Sequence[dict[str, Any]] = (
    {},
    {"stage.pays": "Québec"},
    {"etudiant.ville": "", "stage.duree_heures": "beaucoup"},
    {"stage.duree_heures": 500, "etudiant.numero": 21000001},
    {
        "stage.duree_heures": 500,
        "etudiant.numero": 21000001,
        "stage.date_debut": "2027-06-01",
        "stage.date_fin": "2027-08-31",
    },
)


def _deposit(changes: dict[str, Any], row: int) -> Deposit:
    deposit = entry({"formulaire.identifiant": None, **changes}).deposit
    form = dataclasses.replace(deposit.form, place=Place("a.xlsx", "F", row))
    return dataclasses.replace(deposit, form=form, digest=str(row))


def _entries() -> list[Entry]:
    deposits = [
        _deposit(changes if "etudiant.numero" in changes else {**changes, **_elsewhere(number)}, number + 2)
        for number, changes in enumerate(FORMS)
    ]
    return identify(deposits, open_register(None).snapshot(), TODAY, judge().settings.academic_year)


def _elsewhere(number: int) -> dict[str, Any]:
    """Return another student in another host, about whom the other rows say nothing."""
    return {
        "etudiant.numero": 22000000 + number,
        "organisme.siret": None,
        "organisme.raison_sociale": f"Atelier {number}",
        "stage.sujet": f"Sujet {number}",
    }


def test_rows_judged_elsewhere_get_the_same_verdicts_and_only_those_with_company_are_asked_again() -> None:
    asked: list[int] = []
    steps: list[int] = []

    def elsewhere(pairs: Sequence[tuple[Entry, Context]]) -> Iterator[Verdict]:
        asked.append(len(pairs))
        for one, context in copy.deepcopy(list(pairs)):
            yield judge().judge(one, context)

    entries = _entries()
    here = judge_entries(entries, [], {}, judge(), "f", TODAY, lambda _: None)
    there = judge_entries(entries, [], {}, judge(), "f", TODAY, steps.append, judging=elsewhere)
    assert there == here
    assert asked == [len(FORMS), 2]
    assert sum(steps) == len(FORMS)
    assert [v.place.row for v in here if any(f.rule == "DUR-02" for f in v.findings)] == [5, 6]
