"""Whether a night has something to erase: most have not, and do not load what erases and proves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.config import Settings
from pipeline.setup import Setup


@dataclass(frozen=True, slots=True)
class Kept:
    """What retention did in one night."""

    erased: int = 0
    """Dossiers."""
    folders: int = 0
    """Folders of reports."""
    notices: tuple[str, ...] = ()
    """French sentences for the report: counts, no names."""

    @property
    def counts(self) -> Mapping[str, int]:
        """The same for the journal; empty when nothing was erased."""
        return {"dossiers": self.erased, "reports": self.folders} if self.erased or self.folders else {}


def under_way(register: Path) -> Path:
    """Return where a purge of ``register`` keeps what it has to finish when it is killed."""
    return register.with_name(f"{register.name}.effacement.json")


def is_due(settings: Settings, outbox: Path) -> bool:
    """Tell whether a purge was cut short, or the configuration lets the night erase what was kept long enough."""
    register = settings.register_of(outbox)
    return register.is_file() and (under_way(register).exists() or settings.retention.active)


def erase_what_is_due(setup: Setup, inbox: Path, outbox: Path, day: date) -> Kept:
    """Do what :func:`pipeline.privacy.retention.apply_retention` does, which is loaded when there is something to do."""
    if not is_due(setup.settings, outbox):
        return Kept()
    from pipeline.privacy.retention import apply_retention

    return apply_retention(setup, inbox, outbox, day)
