"""Rows judged by the crew, many at a time: each chunk crosses to a worker and its verdicts come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from pipeline.check.context import Context
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Crew
from pipeline.model import Entry, Finding, Model, Status, Verdict
from pipeline.verdicts import Judging

_CHUNK = 250
"""Rows that cross together, some 15 ms of pickling for 130 ms of work."""
_SECONDS = 0.0005
"""What a row costs one process to judge by all rules, measured."""
_Told: TypeAlias = tuple[Status, Model | None, str | None, tuple[Finding, ...], str]
"""A verdict without its entry, which the coordinator has."""
_Pairs: TypeAlias = Sequence[tuple[Entry, Context]]


def judging_by(crew: Crew, bench: Bench) -> Judging:
    """Return what judges rows by ``crew``, or in this process when they are few."""

    def ask(pairs: _Pairs) -> Iterator[Verdict]:
        if not crew.helps(len(pairs) * _SECONDS):
            yield from (bench.setup.judge.judge(*pair) for pair in pairs)
            return
        for chunk, found in crew.map(_judge_chunk, _chunks(pairs)):
            told = _judge_chunk(bench, chunk) if found is None else found
            yield from (Verdict(entry, *one) for (entry, _), one in zip(chunk, told, strict=True))

    return ask


def _judge_chunk(bench: Bench, pairs: _Pairs) -> list[_Told]:
    judged = (bench.setup.judge.judge(*pair) for pair in pairs)
    return [(v.status, v.model, v.zone, v.findings, v.context) for v in judged]


def _chunks(pairs: _Pairs) -> Iterator[_Pairs]:
    for begin in range(0, len(pairs), _CHUNK):
        yield pairs[begin : begin + _CHUNK]
