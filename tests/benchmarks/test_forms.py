"""The forms that are measured have the faults that they are said to have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from benchmarks.forms import DAY, Row, deposits, entries, faulty, mixed
from pipeline.model import Verdict
from pipeline.setup import ROOT, load_setup
from pipeline.verdicts import judge_entries

SETUP = load_setup(ROOT / "conventions.toml")


def judged(count: int, row: Callable[[int], Row]) -> tuple[Verdict, ...]:
    found = entries(deposits(count, SETUP, row), SETUP)
    return judge_entries(found, [], {}, SETUP.judge, "", DAY, lambda _: None)


def test_a_mixed_hundred_has_the_shares_of_a_real_night() -> None:
    found = judged(100, mixed)
    assert Counter(verdict.status for verdict in found) == {"prêt": 80, "à vérifier": 12, "à corriger": 8}
    assert sum(verdict.model == "bilingue" for verdict in found) == 8


def test_a_faulty_row_has_many_findings_to_be_corrected() -> None:
    (one,) = judged(1, faulty)
    assert one.status == "à corriger"
    assert sum(finding.severity == "bloquant" for finding in one.findings) >= 6
