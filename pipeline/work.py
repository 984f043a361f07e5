"""What every step of a run works with."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipeline.execution.bench import Bench
from pipeline.execution.crew import Crew
from pipeline.register import Register
from pipeline.report.progress import Progress


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    inbox: Path
    outbox: Path
    config: Path
    day: date
    workers: int = 0
    pdf: bool = True
    check_only: bool = False
    """Judge and report; write neither the register nor documents."""
    scheduler: str = ""
    """Address of the Dask scheduler whose workers do the work; "" for this machine."""
    by_clock: bool = False
    """The day is the one of this machine's clock; False: somebody has given it."""


@dataclass(frozen=True, slots=True)
class Work:
    """One run at work."""

    options: Options
    run_id: str
    now: datetime
    """Moment of the start (naive, local)."""
    bench: Bench
    crew: Crew
    register: Register
    progress: Progress
    missing: Sequence[str]
    """French lines on the programs that this machine lacks."""
    begun: float
    """When the run began, by the clock that only goes forward."""
    doubt: str = ""
    """Why the day cannot be relied upon, in French (:func:`pipeline.clock.doubt_of`); "" when it can."""
    erased: Mapping[str, int] = field(default_factory=dict)
    """What this night erased because it had been kept long enough (``Outcome.erased``)."""

    @property
    def seconds(self) -> float:
        """How long the run has taken until now."""
        return time.monotonic() - self.begun

    @property
    def notices(self) -> tuple[str, ...]:
        """What is missing on this machine or doubtful, and what there is to say of the workers until now."""
        return *self.missing, *([self.doubt] if self.doubt else ()), *self.crew.notices

    @property
    def day(self) -> date:
        return self.options.day
