"""Who signs for the university: a dated table of delegations by faculty and department (``[[signataires]]``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.tables.words import fold, has_words


@dataclass(frozen=True, slots=True)
class Delegation:
    """One signatory, from ``start`` to ``end`` (both included; None: without bound)."""

    name: str
    quality: str
    reference: str
    """The decision that gives the power to sign, and its date."""
    start: date | None
    end: date | None
    faculties: tuple[str, ...]
    """Whole words of the faculty's name; none given: every faculty."""
    departments: tuple[str, ...]

    def covers(self, day: date, faculty: str, department: str) -> bool:
        """Tell whether this person signs on ``day`` for ``department`` of ``faculty``."""
        in_time = (self.start is None or self.start <= day) and (self.end is None or day <= self.end)
        return in_time and _named(self.faculties, faculty) and _named(self.departments, department)

    @property
    def precision(self) -> tuple[bool, bool]:
        """A department goes before a faculty, and a faculty before the whole university."""
        return bool(self.departments), bool(self.faculties)


def _named(names: tuple[str, ...], text: str) -> bool:
    return not names or any(has_words(text, name) for name in names)


def signatory(
    delegations: Sequence[Delegation], day: date, faculty: str | None, department: str | None
) -> Delegation | None:
    """Return the most precise delegation that holds on ``day``; None when there is none."""
    fitting = [d for d in delegations if d.covers(day, faculty or "", department or "")]
    return max(fitting, key=lambda d: d.precision, default=None)


_TEXTS = {"type": "list", "schema": {"type": "string", "empty": False}}
DELEGATIONS_SHAPE: dict[str, Any] = {
    "type": "list",
    "schema": {
        "type": "dict",
        "schema": {
            "nom": {"type": "string", "required": True, "empty": False},
            "qualite": {"type": "string", "required": True, "empty": False},
            "delegation": {"type": "string"},
            "du": {"type": "date"},
            "au": {"type": "date"},
            "composantes": _TEXTS,
            "departements": _TEXTS,
        },
    },
}


def load_delegations(path: Path, tables: Sequence[Mapping[str, Any]]) -> tuple[Delegation, ...]:
    """Return the delegations of ``tables`` in their order.

    Raises SetupError naming the entry when its dates are reversed, or when two people would sign the same agreements
    on the same day.
    """
    found = tuple(
        Delegation(
            name=table["nom"],
            quality=table["qualite"],
            reference=table.get("delegation", ""),
            start=_day(table.get("du")),
            end=_day(table.get("au")),
            faculties=tuple(table.get("composantes", ())),
            departments=tuple(table.get("departements", ())),
        )
        for table in tables
    )
    for index, one in enumerate(found):
        if one.start and one.end and one.end < one.start:
            raise SetupError(
                str(path),
                f"signataires.{index}",
                f"la fin, {one.end:%d/%m/%Y}, précède le début",
                "Corrigez les dates.",
            )
    for (_, first), (index, second) in combinations(enumerate(found), 2):
        if _scope(first) == _scope(second) and _meet(first, second):
            raise SetupError(
                str(path),
                f"signataires.{index}",
                f"{first.name} et {second.name} signeraient les mêmes conventions aux mêmes dates",
                "Donnez une fin (« au ») à la première délégation, ou précisez composantes et départements.",
            )
    return found


def _day(day: date | None) -> date | None:
    """TOML gives a datetime when an hour is written."""
    return date(day.year, day.month, day.day) if day else None


def _scope(delegation: Delegation) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(map(fold, delegation.faculties)), frozenset(map(fold, delegation.departments))


def _meet(first: Delegation, second: Delegation) -> bool:
    starts = max(first.start or date.min, second.start or date.min)
    return starts <= min(first.end or date.max, second.end or date.max)
