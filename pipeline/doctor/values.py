"""What a check is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.config import Settings
from pipeline.doctor.machine import Machine
from pipeline.errors import ConventionsError
from pipeline.model import PastRun
from pipeline.setup import Setup

State: TypeAlias = Literal["well", "advice", "broken"]
"""``advice``: the night does its work, with something less or in danger; ``broken``: it could not do it."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one check saw, in French, and, when not all is well, how to mend it."""

    state: State
    what: str
    """What was looked at, in a word or two."""
    seen: str
    mend: str = ""
    """A command to type or a line to edit; "" when all is well."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the register tells of the nights before."""

    runs: tuple[PastRun, ...]
    """The oldest first."""
    sound: bool
    """Whether SQLite's own check of the file finds nothing."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every check may look at."""

    inbox: Path
    outbox: Path
    root: Path
    """Folder of the program."""
    day: date
    now: datetime
    """With its time zone."""
    machine: Machine
    settings: Settings | None
    """None when conventions.toml cannot be used."""
    setup: Setup | None
    """None when something of the configuration, the schemas or the templates cannot be used."""
    fault: ConventionsError | None
    """What keeps ``setup`` from being there."""
    past: Past | None
    """None when there is no register yet, or when it cannot be read."""
    past_fault: ConventionsError | None
    """What keeps the register from being read."""
    asks_mail: bool = False
    """Whether the mail server may be spoken to."""

    @property
    def register(self) -> Path:
        """Where the register stands, or will."""
        beside = self.outbox.with_name(f"{self.outbox.name}.sqlite3")
        return self.settings.register_of(self.outbox) if self.settings else beside


def well(what: str, seen: str) -> Check:
    """Return a check that found nothing to mend."""
    return Check("well", what, seen)


def advice(what: str, seen: str, mend: str) -> Check:
    """Return a check that found something to mend, without which the night does its work."""
    return Check("advice", what, seen, mend)


def broken(what: str, seen: str, mend: str) -> Check:
    """Return a check that found what keeps a night from doing its work."""
    return Check("broken", what, seen, mend)
