# ruff: noqa: DTZ001 (the cells of a spreadsheet have no time zone)
"""The first night: what was signed before is taken over, and nothing that this software has judged ever is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

from pipeline.dossiers import Snapshot, identify
from pipeline.intake import Systems, load_systems
from pipeline.intake.labels import header_key
from pipeline.model import Entry
from pipeline.register.values import Stored
from pipeline.takeover import take_over
from tests.deposits import deposit
from tests.rules.forms import ROOT, TODAY, judge

BEFORE = date(2026, 11, 1)


@cache
def systems() -> Systems:
    return load_systems(ROOT / "schemas", judge().tables.fields)


def _taken(
    at: datetime | None, *, before: date | None = BEFORE, known: Mapping[str, Stored] | None = None, day: date = TODAY
) -> bool:
    (entry,) = identify([deposit(at=at)], Snapshot(), day, judge().settings.academic_year)
    (marked,) = take_over([entry], known or {}, systems(), before)
    return marked.taken_over


def test_rows_deposited_before_the_takeover_are_taken_over_when_one_is_configured() -> None:
    early, late = datetime(2026, 10, 31, 23, 59), datetime(2026, 11, 1)
    assert _taken(early)
    assert not _taken(late)
    assert not _taken(early, before=None)


def test_a_row_without_a_date_counts_by_the_day_of_its_first_reading() -> None:
    assert _taken(None, day=BEFORE)
    assert not _taken(None, day=TODAY)


def test_what_was_judged_stays_judged_and_what_was_taken_over_stays_so_without_the_setting() -> None:
    early = datetime(2026, 10, 1)
    (entry,) = identify([deposit(at=early)], Snapshot(), TODAY, judge().settings.academic_year)
    reference, digest = entry.reference or "", entry.deposit.digest

    def stored(status: str, content: str = digest) -> Mapping[str, Stored]:
        return {reference: Stored(content, 1, "f", (status, None, None, "[]"), ())}

    assert not _taken(early, known=stored("prêt"))
    assert _taken(early, before=None, known=stored("repris"))
    assert not _taken(early, known=stored("repris", "une autre fiche"))


def _validated(word: str) -> Entry:
    (entry,) = identify([deposit(system="esup_stage")], Snapshot(), TODAY, judge().settings.academic_year)
    layout = dataclasses.replace(entry.deposit.form.layout, named={header_key("Validation convention"): 0})
    form = dataclasses.replace(entry.deposit.form, layout=layout, original=(word,))
    return dataclasses.replace(entry, deposit=dataclasses.replace(entry.deposit, form=form))


def test_what_its_source_has_validated_is_taken_over() -> None:
    (yes,) = take_over([_validated("Oui")], {}, systems(), BEFORE)
    (no,) = take_over([_validated("Non")], {}, systems(), BEFORE)
    assert (yes.taken_over, no.taken_over) == (True, False)


def test_a_row_taken_over_is_judged_by_no_rule() -> None:
    from tests.rules.forms import entry

    verdict = judge().judge(dataclasses.replace(entry({"stage.duree_heures": 2000}), taken_over=True))
    assert (verdict.status, verdict.findings) == ("repris", ())
