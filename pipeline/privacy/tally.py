"""What is kept of an erased dossier: counts that nobody is in, so that the year's statistics stay as they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from pipeline.desk.model import FollowUp
from pipeline.desk.statistics import OUT_OF_SUMS, Line, table
from pipeline.report.phrases import programme
from pipeline.setup import Setup

Fact: TypeAlias = tuple[int, str, str, str]
"""(first year of the academic year, programme, what is counted, its value)."""

_COUNTED: Mapping[str, str] = {
    "Statut": "statut",
    "Étape": "étape",
    "Statut de l’organisme": "organisme",
    "À l’étranger": "étranger",
    "Gratifié": "gratifié",
    "Heures": "heures",
    "Délai (jours)": "délai",
}
"""Columns of the register's table of which the values are counted."""
_NOT_TOLD = "Formation non indiquée"


def facts_of(follow_ups: Sequence[FollowUp], setup: Setup, hold: Callable[[str], bool]) -> Mapping[str, list[Fact]]:
    """Return what is counted of each dossier, by reference; a programme that ``hold`` finds the person in is not told."""
    return {line.follow_up.reference: list(_facts(line, hold)) for line in table(follow_ups, setup.tables, setup.cases)}


def _facts(line: Line, hold: Callable[[str], bool]) -> Iterable[Fact]:
    one = line.follow_up
    title = programme(one.verdict)
    where = int(one.reference[1:5]), _NOT_TOLD if hold(title) else title
    yield (*where, "dossiers", "")
    for column, what in _COUNTED.items():
        if line.cells[column] is not None and not (what == "heures" and one.etape in OUT_OF_SUMS):
            yield (*where, what, str(line.cells[column]))
    if line.cells["Signée le"] is not None:
        yield (*where, "signé", "")
    yield (*where, "modèle", one.verdict.model or "")
    yield (*where, "zone", one.verdict.zone or "")
    for rule, number in sorted(Counter(finding.rule for finding in one.verdict.findings).items()):
        yield from ((*where, "règle", rule) for _ in range(number))
