"""Whether two forms under one student number are of one person."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from pipeline.model import Deposit
from pipeline.tables.words import fold

_COMPARED = 50
"""The most identities under one number that are compared: beyond, the number itself is a placeholder."""
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Identity:
    """A student's names and birth date, as far as a form gives them."""

    family: str | None
    given: str | None
    born: date | None

    @property
    def full_name(self) -> str:
        """« Camille Exemple (02/03/2004) », or what there is of it."""
        name = " ".join(part for part in (self.given, self.family) if part)
        return f"{name} ({self.born:%d/%m/%Y})" if self.born is not None else name

    def differs(self, other: Identity) -> bool:
        """Tell whether a family name, a given name or a birth date contradicts the other's."""
        strangers = _strangers(self.family, other.family) or _strangers(self.given, other.given)
        return strangers or (self.born is not None and other.born is not None and self.born != other.born)

    def renamed(self, other: Identity) -> bool:
        """Tell whether at most the family name differs: a marriage, a naturalisation."""
        return self.born is not None and self.born == other.born and not _strangers(self.given, other.given)


def identity_of(deposit: Deposit) -> Identity:
    """Return the names and the birth date of the student."""
    values = deposit.values
    family, given, born = (values.get(f"etudiant.{part}") for part in ("nom", "prenom", "date_naissance"))
    return Identity(
        family if isinstance(family, str) else None,
        given if isinstance(given, str) else None,
        born if isinstance(born, date) else None,
    )


def firsts(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> list[_Item]:
    """Return the first item of each key, as many as can be compared."""
    found: dict[Hashable, _Item] = {}
    for item in items:
        found.setdefault(key(item), item)
    return list(found.values())[:_COMPARED]


def _strangers(one: str | None, two: str | None) -> bool:
    """Tell whether both names are known and have no word in common."""
    return bool(one and two) and set(fold(one or "").split()).isdisjoint(fold(two or "").split())
