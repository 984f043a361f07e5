"""LIG-02, LIG-04, ETS-10: internships that meet in time, of one student or on one post."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from pipeline.check.batch import BatchHit, batch_rule
from pipeline.check.batch.frame import Batch, Line, Spans
from pipeline.check.rules import Bilingual, Hit, Parameters
from pipeline.language import long_date, short_date

_POST = ("siren", "service", "subject")


@batch_rule("LIG-02")
def overlaps_another_internship(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """Two internships at a time; when their weeks fit together, it is only told."""
    for group in batch.dated("student"):
        spans = Spans(group)
        for position, line in enumerate(group):
            others = spans.meeting(position)
            if others:
                slots = {"quand": _when(line, others[0]), "maximum": p["heures_semaine"]}
                variant = "compatible" if _fits([line, *others], p) else None
                yield line, Hit(("stage.date_debut", "stage.date_fin"), slots, variant), others


def _when(one: Line, two: Line) -> Bilingual:
    """Write the days that both have in common."""
    first, last = max(one.start, two.start), min(one.end, two.end)
    if first == last:
        return Bilingual(f"le {short_date(first)}", f"on {long_date(first, 'en')}")
    return Bilingual(
        f"du {short_date(first)} au {short_date(last)}", f"from {long_date(first, 'en')} to {long_date(last, 'en')}"
    )


def _fits(lines: Sequence[Line], p: Parameters) -> bool:
    """Tell whether the weekly hours and days of all are known and fit in one week."""
    hours = [line.weekly for line in lines if line.weekly is not None]
    days = [line.days for line in lines if line.days is not None]
    known = len(hours) == len(days) == len(lines)
    return known and sum(hours, Decimal(0)) <= p["heures_semaine"] and sum(days, Decimal(0)) <= p["jours_semaine"]


@batch_rule("LIG-04")
def shares_a_post(batch: Batch, _: Parameters) -> Iterator[BatchHit]:
    """Two students on one subject, in one service, at the same time."""
    for group in batch.dated(*_POST):
        spans = Spans(group)
        for position, line in enumerate(group):
            others = [other for other in spans.meeting(position) if other.student != line.student]
            if others and line.student is not None:
                yield line, Hit(("stage.sujet",), {"organisme": line.host_name or "", "n": len(others) + 1}), others


@batch_rule("ETS-10")
def follows_too_soon_on_a_post(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """The host waits a third of the first internship before the next on the same post (L124-11)."""
    for group in batch.dated(*_POST):
        ordered = sorted(group, key=lambda line: (line.start, line.number))
        starts = [line.start for line in ordered]
        said: dict[int, tuple[Line, date, list[Line]]] = {}
        for one in ordered:
            until = one.end + timedelta(days=-(-((one.end - one.start).days + 1) // p["fraction"]))
            for two in ordered[bisect_right(starts, one.end) : bisect_right(starts, until)]:
                for line, other in ((two, one), (one, two)):
                    said.setdefault(line.number, (line, until, []))[2].append(other)
        for line, until, others in said.values():
            yield line, Hit(("stage.date_debut",), {"date": until}), others
