"""Making the planned documents: dealt out in batches, taken back in order, recorded batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeAlias

from pipeline.documents.message import Letter, is_news
from pipeline.dossiers import student_of
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Alone, Crew
from pipeline.execution.sizes import Sizes
from pipeline.making import Batch, Made, enclosed_before, is_message, lost, make_batch
from pipeline.model import Failure, Plan
from pipeline.signed.after_signing import Filling

Record: TypeAlias = Callable[[Sequence[tuple[Plan, Sequence[str]]]], None]
"""Told, after each batch, of each of its plans with the paths that stand, new messages left out."""

_SECONDS = {True: 0.03, False: 0.01}
"""What a dossier costs this process, measured with and without PDFs; LibreOffice, which works beside it, not counted."""


@dataclass(slots=True)
class Produced:
    """What stands after the work: paths by plan (in the order of the plans), and what could not be made."""

    paths: list[tuple[str, ...]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    made: int = 0
    letters: list[Letter] = field(default_factory=list)
    """The messages written by this run that tell something new: those to be sent."""


def produce(
    plans: Sequence[Plan],
    bench: Bench,
    crew: Crew,
    record: Record = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
    told: Mapping[str, str] = MappingProxyType({}),
    fillings: Mapping[str, Filling] = MappingProxyType({}),
) -> Produced:
    """Make every planned document, remove those of older versions, and tell what stands.

    ``record`` is told of every batch as soon as it is whole: a night that is cut short is taken up there. ``advance``
    is told how many documents were made since it was last called. ``told``: reference → what the last letter about
    the dossier told. ``fillings``: path → how a document is filled otherwise than from the current version.
    """
    made: dict[str, tuple[str, ...]] = {}
    result = Produced()
    for batch, done in _done([plan for plan in plans if plan.documents], bench, crew, advance, fillings):
        for plan, paths in zip(batch.plans, done.standing, strict=True):
            made[plan.verdict.entry.reference or ""] = paths
            result.made += len(paths)
        result.failures += done.failures
        result.letters += [one for one in done.letters if is_news(one.told, told.get(one.reference))]
        _remove(batch.plans, bench)
        bench.outbox.settle()  # a power cut must not leave what is recorded unwritten, nor what was removed
        record([(plan, _settled(plan, made)) for plan in batch.plans])
    _remove((plan for plan in plans if not plan.documents), bench)
    result.paths = [_standing(plan, made) for plan in plans]
    return result


def _standing(plan: Plan, made: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({*plan.kept, *made.get(plan.verdict.entry.reference or "", ())}))


def _settled(plan: Plan, made: Mapping[str, tuple[str, ...]]) -> Sequence[str]:
    """Return what stands of a plan, but for the messages of this night: they are told at its end, or written again."""
    return [path for path in _standing(plan, made) if path in plan.kept or not path.endswith(".eml")]


def _remove(plans: Iterable[Plan], bench: Bench) -> None:
    for plan in plans:
        for path in plan.obsolete:
            bench.outbox.remove(path)


def _done(
    plans: Sequence[Plan],
    bench: Bench,
    crew: Crew,
    advance: Callable[[int], None],
    fillings: Mapping[str, Filling],
) -> Iterator[tuple[Batch, Made]]:
    """Yield the batches with what became of them, in the order of ``plans``; those that killed their workers, last."""
    pdf = bench.tools.office is not None or bench.tools.wkhtmltopdf is not None
    many = crew.helps(len(plans) * _SECONDS[pdf])
    counted = _Counted(advance)
    team = crew if many else Alone(replace(bench, advance=counted.within))
    sizes = Sizes(len(plans), team.size)
    students = Counter(student_of(p.verdict.entry.deposit) for p in plans if any(map(is_message, p.documents)))
    dangerous: list[Plan] = []
    for batch, done in team.map(make_batch, _batches(plans, sizes, fillings, students), enclosed_before):
        if done is None:
            dangerous += batch.plans
            continue
        sizes.tell(len(batch.plans), done.seconds)
        counted.settle(_count(batch))
        yield batch, done
    alone = (_batch([plan], fillings, students) for plan in dangerous)
    for batch, done in team.map(make_batch, alone, enclosed_before):
        counted.settle(_count(batch))
        yield batch, done or lost(batch)


def _batches(
    plans: Sequence[Plan], sizes: Sizes, fillings: Mapping[str, Filling], students: Mapping[str | None, int]
) -> Iterator[Batch]:
    begun = 0
    while number := sizes.next():
        yield _batch(plans[begun : begun + number], fillings, students)
        begun += number


def _batch(plans: Sequence[Plan], fillings: Mapping[str, Filling], students: Mapping[str | None, int]) -> Batch:
    own = {d.path: fillings[d.path] for plan in plans for d in plan.documents if d.path in fillings}
    entries = [plan.verdict.entry for plan in plans]
    joined = frozenset(e.reference or "" for e in entries if students.get(student_of(e.deposit), 0) > 1)
    return Batch(tuple(plans), own, joined)


@dataclass(slots=True)
class _Counted:
    """Counts documents once: as they are made where that is seen, the rest of a batch when it comes back."""

    advance: Callable[[int], None]
    seen: int = 0

    def within(self, number: int) -> None:
        self.seen += number
        self.advance(number)

    def settle(self, number: int) -> None:
        self.advance(number - self.seen)
        self.seen = 0


def _count(batch: Batch) -> int:
    return sum(len(plan.documents) for plan in batch.plans)


def documents_by_place(plans: Iterable[Plan], produced: Produced) -> Mapping[Any, tuple[str, ...]]:
    """Return the paths that stand for each row."""
    return {plan.verdict.place: paths for plan, paths in zip(plans, produced.paths, strict=True)}
