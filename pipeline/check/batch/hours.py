"""DUR-02, GRA-03: hours cumulated per student, host and academic year (L124-5, L124-6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.check.batch import BatchHit, batch_rule
from pipeline.check.batch.frame import Batch, Line
from pipeline.check.rules import Hit, Parameters


def cumulated(batch: Batch) -> Iterator[tuple[Sequence[Line], Decimal]]:
    """Yield (lines, hours of them all) for each student, host and year with two agreements or more."""
    for group in batch.groups("student", "host", "year"):
        known = [line for line in group if line.hours is not None]
        if len(known) > 1:
            yield known, sum((line.hours or Decimal(0) for line in known), Decimal(0))


@batch_rule("DUR-02")
def exceeds_the_maximum_together(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """924 hours for one student, one host (SIREN) and one academic year, whatever the number of agreements."""
    for lines, total in cumulated(batch):
        if total > p["maximum"]:
            for line in lines:
                yield line, Hit(("stage.duree_heures",), _slots(line, total, p["maximum"])), _others(lines, line)


@batch_rule("GRA-03")
def is_owed_together_but_not_planned(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """Over 308 hours in all: the stipend is owed for each internship, also for the short ones."""
    for lines, total in cumulated(batch):
        if total <= p["seuil_heures"]:
            continue
        for line in lines:
            short = line.hours is not None and line.hours <= p["seuil_heures"]
            if line.paid is False and short and line.stipend == "OUI":
                yield line, Hit(("gratification.versee",), _slots(line, total, p["seuil_heures"])), _others(lines, line)


def _slots(line: Line, total: Decimal, threshold: Decimal) -> Mapping[str, Any]:
    year = line.year or 0
    return {"somme": total, "seuil": threshold, "organisme": line.host_name or "", "annee_univ": f"{year}-{year + 1}"}


def _others(lines: Sequence[Line], line: Line) -> list[Line]:
    return [other for other in lines if other is not line]
