"""The names that a template may ask for, what each one holds, and the nearest one to a name that does not exist."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pipeline.tables.words import fold

_RANK = {group: rank for rank, group in enumerate(("etudiant", "stage", "organisme", "formation", "gratification"))}
"""Groups that a name without its group most often belongs to."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names of the template values, as dotted paths."""

    all: frozenset[str]
    groups: frozenset[str]
    """Names that hold other names: ``etudiant``."""
    lists: frozenset[str]
    flags: frozenset[str]
    """Conditions: true or false."""


def known_names(values: Mapping[str, Any]) -> Known:
    """Return every dotted name that ``values`` holds, groups included."""
    names: dict[str, Any] = {}
    _walk(values, "", names)
    return Known(
        frozenset(names),
        frozenset(name for name, value in names.items() if isinstance(value, Mapping)),
        frozenset(name for name, value in names.items() if isinstance(value, list)),
        frozenset(name for name, value in names.items() if isinstance(value, bool)),
    )


def _walk(values: Mapping[str, Any], prefix: str, names: dict[str, Any]) -> None:
    for name, value in values.items():
        names[f"{prefix}{name}"] = value
        if isinstance(value, Mapping):
            _walk(value, f"{prefix}{name}.", names)


def nearest(name: str, known: Set[str]) -> str | None:
    """Return the known name that ``name`` was probably meant to be, or None.

    Capitals, accents and spaces put in by Word are forgiven first, then a forgotten group (``sujet``), then typing.
    """
    flat = {_flat(other): other for other in sorted(known, key=lambda n: n.startswith("en."), reverse=True)}
    if _flat(name) in flat:
        return flat[_flat(name)]
    if "." not in name:
        ends = sorted(other for other in known if other.endswith(f".{name}") and not other.startswith("en."))
        if ends:
            return min(ends, key=lambda other: _RANK.get(other.partition(".")[0], len(_RANK)))
    pool = known if name.startswith("en.") else {other for other in known if not other.startswith("en.")}
    group = name.rpartition(".")[0]
    within = sorted(other for other in pool if group and other.startswith(f"{group}."))
    found = get_close_matches(name, within, 1, 0.75) or get_close_matches(name, sorted(pool), 1)
    return found[0] if found else None


def _flat(name: str) -> str:
    return fold(name.replace(".", " ").replace("_", " ")).replace(" ", "")
