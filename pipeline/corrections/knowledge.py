"""What corrections are laid over: the register, the systems, the moment of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.config import AcademicYear
from pipeline.dossiers import Snapshot
from pipeline.intake.systems import Systems
from pipeline.model import Deposit, Limits
from pipeline.tables import Tables


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the corrections are laid over."""

    snapshot: Snapshot
    whole: Callable[[Iterable[str]], Mapping[str, Deposit]]
    """Returns the deposits of some digests as their files held them."""
    systems: Systems
    tables: Tables
    limits: Limits
    years: AcademicYear
    day: date
    now: datetime
    """Moment of the run (naive, local): that of a workbook which does not say when it was saved."""
