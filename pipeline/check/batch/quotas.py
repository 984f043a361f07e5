"""ACT-12, ACT-13, ETS-09: how many interns one advisor, one supervisor, one host have at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, Decimal

from pipeline.check.batch import BatchHit, batch_rule
from pipeline.check.batch.frame import Batch, Line, Spans, largest_number
from pipeline.check.rules import Hit, Parameters

_NAMED = 50
"""The most rows that one finding names."""


@batch_rule("ACT-12")
def has_an_advisor_with_too_many(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """At most 24 students at a time for one academic advisor (D124-3)."""
    for line, count, _, others in _over(batch, ("teacher",), lambda _: Decimal(p["maximum"])):
        slots = {"nom": line.teacher_name, "n": count, "max": p["maximum"]}
        yield line, Hit(("enseignant.nom",), slots), others


@batch_rule("ACT-13")
def has_a_supervisor_with_too_many(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """At most three interns at a time for one supervisor in one host (R124-13)."""
    for line, count, _, others in _over(batch, ("tutor", "host"), lambda _: Decimal(p["maximum"])):
        yield line, Hit(("tuteur.nom",), {"nom": line.tutor_name, "n": count, "max": p["maximum"]}), others


@batch_rule("ETS-09")
def is_in_a_host_with_too_many(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """The host's own ceiling by its workforce, as far as our rows tell (R124-10)."""

    def _ceiling(line: Line) -> Decimal | None:
        workforce = largest_number(line.workforce or "")
        if workforce is None:
            return None
        if workforce < p["effectif"]:
            return Decimal(p["petit_organisme"])
        part: Decimal = p["part"]
        return (workforce * part).to_integral_value(ROUND_CEILING)

    for line, count, most, others in _over(batch, ("siren",), _ceiling):
        yield line, Hit(("organisme.effectif",), {"nom": line.host_name or "", "n": count, "max": most}), others


def _over(
    batch: Batch, by: tuple[str, ...], ceiling: Callable[[Line], Decimal | None]
) -> Iterator[tuple[Line, int, Decimal, list[Line]]]:
    """Yield (line, how many share its busiest day, ceiling, some of the others) for each line over its ceiling."""
    for group in batch.dated(*by):
        spans = Spans(group)
        for position, (line, count) in enumerate(zip(group, spans.busiest(), strict=True)):
            most = ceiling(line)
            if most is not None and count > most:
                yield line, count, most, spans.meeting(position, _NAMED)
