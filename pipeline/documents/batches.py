"""Files made by outside programs that take many at a time, in order: what a batch did not give is tried again alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

_PATIENCE = 3
"""Batches in a row that gave nothing, after which the program itself is at fault and not a file."""
_TICK = 0.05

Job = TypeVar("Job", bound=Hashable)
Done = Callable[[int], None]


class Fault(Enum):
    """Why a file was not made."""

    FILE = "it failed alone too"
    PROGRAM = "the program gave nothing any more"


@dataclass(frozen=True, slots=True)
class Line:
    """One worker: of its programs, never two are at work at once."""

    number: int
    """From 0."""
    stop: threading.Event
    """Once set, what is at work is to end."""


Run = Callable[[Line, Sequence[Job], Done], Sequence[Job]]
"""Runs one program over jobs, tells how many files came, and returns, in order, the jobs that gave no whole file."""


@dataclass(frozen=True, slots=True)
class _Batch(Generic[Job]):
    jobs: Sequence[Job]
    last: bool = False
    """Whether what fails now has failed."""


def make_all(jobs: Sequence[Job], run: Run[Job], workers: int, most: int, done: Done) -> Mapping[Job, Fault]:
    """Run batches of at most ``most`` jobs, ``workers`` at a time; return those that failed.

    ``done`` is told, in this thread, how many more jobs stand or have failed. An interruption ends every program.
    """
    batches = deque(_Batch(part) for part in split(jobs, max(1, workers), most))
    lines = [Line(number, threading.Event()) for number in range(min(max(1, workers), len(batches)))]
    if len(lines) == 1:
        return _work(lines[0], batches, run, done)
    return _in_threads(lines, batches, run, done) if lines else {}


def split(jobs: Sequence[Job], workers: int, most: int) -> list[Sequence[Job]]:
    """Return ``jobs`` in order, in as few equal batches as keep ``workers`` busy, none above ``most``."""
    rounds = -(-len(jobs) // (most * workers))
    size = max(1, -(-len(jobs) // max(1, rounds * workers)))
    return [jobs[start : start + size] for start in range(0, len(jobs), size)]


def _in_threads(lines: Sequence[Line], batches: deque[_Batch[Job]], run: Run[Job], done: Done) -> Mapping[Job, Fault]:
    """Let each line take batches until none is left; an interruption here ends them all."""
    told: SimpleQueue[int] = SimpleQueue()
    with ThreadPoolExecutor(len(lines)) as pool:
        try:
            futures = [pool.submit(_work, line, batches, run, told.put) for line in lines]
            while not (all(future.done() for future in futures) and told.empty()):
                try:
                    done(told.get(timeout=_TICK))
                except Empty:
                    continue
        except BaseException:
            for line in lines:
                line.stop.set()
            raise
    return {job: fault for future in futures for job, fault in future.result().items()}


def _work(line: Line, batches: deque[_Batch[Job]], run: Run[Job], done: Done) -> dict[Job, Fault]:
    """Make batches until none is left."""
    failed: dict[Job, Fault] = {}
    while not line.stop.is_set():
        try:
            batch = batches.popleft()
        except IndexError:
            break
        failed |= _make(line, batch, run, done)
    return failed


def _make(line: Line, whole: _Batch[Job], run: Run[Job], done: Done) -> dict[Job, Fault]:
    """Make a batch, then alone what it did not give, and the rest again as a batch."""
    failed: dict[Job, Fault] = {}
    todo = deque([whole])
    fruitless = 0
    while todo and not line.stop.is_set():
        batch = todo.popleft()
        missing = run(line, batch.jobs, done)
        if batch.last:
            failed |= dict.fromkeys(missing, Fault.FILE)
            done(len(missing))
            continue
        suspects, rest = _suspects(batch.jobs, missing)
        todo.extend(_Batch([job], last=True) for job in suspects)
        fruitless = fruitless + 1 if len(missing) == len(batch.jobs) else 0
        if rest and fruitless < _PATIENCE:
            todo.append(_Batch(rest))
        elif rest:
            failed |= dict.fromkeys(rest, Fault.PROGRAM)
            done(len(rest))
    return failed


def _suspects(jobs: Sequence[Job], missing: Sequence[Job]) -> tuple[Sequence[Job], Sequence[Job]]:
    """Return what a program passed over or fell on, and what it had not come to: it takes jobs in order."""
    absent = set(missing)
    reached = 1 + max((place for place, job in enumerate(jobs) if job not in absent), default=-1)
    return [job for job in jobs[:reached] if job in absent] + list(jobs[reached : reached + 1]), jobs[reached + 1 :]
