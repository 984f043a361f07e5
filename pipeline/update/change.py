"""One thing that a new table changes, and one dossier that it touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.model import Severity


@dataclass(frozen=True, slots=True)
class Change:
    """A country or a period: what the table said of it, and what it will say."""

    subject: str
    before: str
    """"" when it was not in the table."""
    after: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A dossier whose verdict changes: nothing of the student but the reference."""

    reference: str | None
    """None when the dossier has never been through a night."""
    file: str
    row: int
    country: str
    start: date | None
    before: str
    after: str
    appear: tuple[tuple[str, Severity], ...]
    """(rule id, severity) of the findings that come."""
    disappear: tuple[tuple[str, Severity], ...]
    in_inbox: bool
    """False when the register alone remembers it: no night judges it again."""
