"""What is compared takes turns, so that a machine that slows down slows everybody; medians and ratios of what was spent."""

from __future__ import annotations

import math
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Measure = Literal["wall", "cpu"]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that a piece of work took: on the clock, and of processors (its ended child processes included)."""

    wall: float
    cpu: float

    def of(self, measure: Measure) -> float:
        """Return the seconds of one kind."""
        return self.wall if measure == "wall" else self.cpu

    def per(self, count: int) -> Spent:
        """Return what one of ``count`` pieces took."""
        return Spent(self.wall / count, self.cpu / count)


Contestant = Callable[[], Spent]
"""Does its work once and tells what one piece of it took."""


def clocked(work: Callable[[], object], count: int = 1) -> Contestant:
    """Return the contestant that does ``work``, made of ``count`` pieces, in this process and its children."""

    def run() -> Spent:
        begun, before = time.perf_counter(), _processors()
        work()
        return Spent(time.perf_counter() - begun, _processors() - before).per(count)

    return run


def _processors() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def alternate(
    contestants: Mapping[str, Contestant], rounds: int, *, warm: bool = True
) -> Mapping[str, Sequence[Spent]]:
    """Return what each contestant spent in each of ``rounds`` rounds, every second one in the opposite order.

    ``warm``: each works once before, unmeasured.
    """
    names = list(contestants)
    if warm:
        for name in names:
            contestants[name]()
    found: dict[str, list[Spent]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            found[name].append(contestants[name]())
    return found


def median(spent: Sequence[Spent], measure: Measure) -> float:
    """Return the median seconds."""
    return statistics.median(one.of(measure) for one in spent)


def ratio(spent: Sequence[Spent], reference: Sequence[Spent], measure: Measure) -> float:
    """Return how many times as long as ``reference`` it took: the median of the ratios round by round."""
    return statistics.median(
        one.of(measure) / max(other.of(measure), 1e-9) for one, other in zip(spent, reference, strict=True)
    )


def slope(points: Mapping[int, float]) -> float | None:
    """Return the exponent of the cost by least squares over logarithms (1: linear), None with fewer than two sizes."""
    known = {size: value for size, value in points.items() if size > 0 and value > 0}
    if len(known) < 2:
        return None
    xs, ys = [math.log(size) for size in known], [math.log(value) for value in known.values()]
    return statistics.linear_regression(xs, ys).slope
