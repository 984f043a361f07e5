"""The figures of the page: counts, the last runs, days from deposit to the last signature, as bars with their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model import Outcome, Status
from pipeline.report.morning.lines import COLOURS
from pipeline.report.morning.words import ETAPES, Text
from pipeline.report.phrases import STATUSES
from pipeline.report.run_json import totals

_RUNS = 30
"""Runs drawn, the last ones."""
_HEIGHT = 90
"""Pixels of the tallest bar."""
STEP = 28
"""Pixels from one bar to the next."""
_DRAWN: Sequence[Status] = ("prêt", "à vérifier", "à corriger", "refusé")
_DELAYS = ((7, "7 jours ou moins", "7 days or fewer"), (14, "8 à 14 jours", "8 to 14 days"),
           (28, "15 à 28 jours", "15 to 28 days"), (42, "29 à 42 jours", "29 to 42 days"))  # fmt: skip
_LONGER = Text("plus de 42 jours", "more than 42 days")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in pixels."""

    css: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its pieces and the numbers that they draw."""

    x: int
    """Pixels from the left."""
    label: str
    """Below it; "" where the next label would touch it."""
    day: str
    parts: Sequence[Part]
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Delay:
    """How many agreements took so long; ``width`` in percent of the widest."""

    label: Text
    number: int
    width: int


def status_counts(outcome: Outcome) -> Sequence[tuple[str, Status, int]]:
    """Return for each status its colour, its name and how many rows of this run have it."""
    found = Counter(verdict.status for verdict in outcome.verdicts)
    return [(COLOURS[status], status, found[status]) for status in STATUSES]


def etape_counts(outcome: Outcome) -> Sequence[tuple[Text, int]]:
    """Return for each étape that a dossier is in how many are, in the order of a dossier's life."""
    found = Counter(one.etape for one in outcome.follow_ups)
    return [(text, found[etape]) for etape, text in ETAPES.items() if found[etape]]


def history(outcome: Outcome) -> Sequence[Bar]:
    """Return a bar for each of the last runs that kept its totals, this one last; none when it would stand alone."""
    runs: list[tuple[str, str, Mapping[str, int]]] = [
        (run.day.strftime("%d/%m"), run.day.strftime("%d/%m/%Y"), run.totals) for run in outcome.history if run.totals
    ]
    if not runs:
        return ()
    runs.append((outcome.day.strftime("%d/%m"), outcome.day.strftime("%d/%m/%Y"), totals(outcome.verdicts)))
    runs = runs[-_RUNS:]
    tallest = max(1, *(sum(found.get(status, 0) for status in _DRAWN) for _, _, found in runs))
    return [
        _bar(number, label if (len(runs) - 1 - number) % 2 == 0 else "", day, [f.get(s, 0) for s in _DRAWN], tallest)
        for number, (label, day, f) in enumerate(runs)
    ]


def _bar(place: int, label: str, day: str, numbers: Sequence[int], tallest: int) -> Bar:
    parts, top = [], float(_HEIGHT)
    for status, number in zip(_DRAWN, numbers, strict=True):
        height = round(number * _HEIGHT / tallest, 1)
        top -= height
        if number:
            css = "refuse" if status == "refusé" else COLOURS[status]
            parts.append(Part(css, round(top, 1), height))
    return Bar(8 + place * STEP, label, day, parts, numbers)


def delays(outcome: Outcome) -> Sequence[Delay]:
    """Return how many agreements were signed by all within so many days of their deposit; none before the first."""
    counts: Counter[str] = Counter()
    labels = [Text(fr, en) for _, fr, en in _DELAYS] + [_LONGER]
    for one in outcome.follow_ups:
        deposited = one.verdict.entry.deposit.deposited_at
        last = one.signatures[-1].day if one.signatures else None
        if deposited is None or last is None or last < deposited.date():
            continue
        days = (last - deposited.date()).days
        counts[next((fr for most, fr, _ in _DELAYS if days <= most), _LONGER.fr)] += 1
    widest = max(counts.values(), default=0)
    return [Delay(text, counts[text.fr], round(counts[text.fr] * 100 / widest)) for text in labels] if widest else ()
