"""Who follows which dossiers (``[[portefeuilles]]``): by department and programme, with a replacement in absence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.settings.mail import is_address
from pipeline.tables.words import fold, has_words


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which another portfolio's manager takes over, from ``start`` to ``end``, both included."""

    start: date
    end: date
    by: str
    """Name of the portfolio that takes over."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The dossiers of one manager."""

    name: str
    email: str
    departments: tuple[str, ...]
    """Whole words of the department's name; with ``programmes`` empty as well: whatever nobody else follows."""
    programmes: tuple[str, ...]
    """Codes, or whole words of the programme's title."""
    absences: tuple[Absence, ...]

    @property
    def slug(self) -> str:
        """The name, fit for a file name."""
        return fold(self.name).replace(" ", "_")[:40] or "portefeuille"

    def follows(self, department: str, programme: str, code: str) -> bool:
        """Tell whether a dossier of ``programme`` (``code``) in ``department`` is named by this portfolio."""
        if any(fold(code) == fold(name) or has_words(programme, name) for name in self.programmes):
            return True
        return any(has_words(department, name) for name in self.departments)


def portfolio_of(
    portfolios: Sequence[Portfolio], department: str | None, programme: str | None, code: str | None
) -> Portfolio | None:
    """Return the first portfolio that names the dossier, else the first that names nothing; None without either."""
    known = department or "", programme or "", code or ""
    named = next((p for p in portfolios if p.follows(*known)), None)
    return named or next((p for p in portfolios if not p.departments and not p.programmes), None)


def in_charge(portfolios: Sequence[Portfolio], name: str, day: date) -> str:
    """Return the name of who looks after the portfolio ``name`` on ``day``: its manager, or who replaces her."""
    by_name = {portfolio.name: portfolio for portfolio in portfolios}
    seen = {name}
    while name in by_name:
        absence = next((a for a in by_name[name].absences if a.start <= day <= a.end), None)
        if absence is None or absence.by in seen:
            return name
        name = absence.by
        seen.add(name)
    return name


_TEXTS = {"type": "list", "schema": {"type": "string", "empty": False}}
_DAY = {"type": "date", "required": True}
_NAME = {"type": "string", "required": True, "empty": False}
PORTFOLIOS_SHAPE: dict[str, Any] = {
    "type": "list",
    "schema": {
        "type": "dict",
        "schema": {
            "nom": _NAME,
            "courriel": {"type": "string"},
            "departements": _TEXTS,
            "formations": _TEXTS,
            "absences": {
                "type": "list",
                "schema": {"type": "dict", "schema": {"du": _DAY, "au": _DAY, "remplace_par": _NAME}},
            },
        },
    },
}


def load_portfolios(path: Path, tables: Sequence[Mapping[str, Any]]) -> tuple[Portfolio, ...]:
    """Return the portfolios of ``tables`` in their order.

    Raises SetupError (status 2) on two of one name, a faulty address, reversed dates or an unknown replacement.
    """
    found = tuple(
        Portfolio(
            table["nom"],
            table.get("courriel", ""),
            tuple(table.get("departements", ())),
            tuple(table.get("formations", ())),
            tuple(Absence(_day(a["du"]), _day(a["au"]), a["remplace_par"]) for a in table.get("absences", ())),
        )
        for table in tables
    )
    slugs: set[str] = set()
    for index, one in enumerate(found):
        where = f"portefeuilles.{index}"
        if one.slug in slugs:
            raise SetupError(str(path), where, f"nom donné deux fois « {one.name} »", "Donnez un autre nom.")
        slugs.add(one.slug)
        if one.email and not is_address(one.email):
            raise SetupError(str(path), f"{where}.courriel", "adresse incorrecte", "Écrivez une seule adresse.")
        for absence in one.absences:
            if absence.end < absence.start:
                raise SetupError(str(path), f"{where}.absences", "la fin précède le début", "Corrigez les dates.")
            if absence.by not in {other.name for other in found}:
                raise SetupError(
                    str(path),
                    f"{where}.absences",
                    f"portefeuille inconnu « {absence.by} »",
                    "Écrivez le nom d’un autre.",
                )
    return found


def _day(day: date) -> date:
    """TOML gives a datetime when an hour is written."""
    return date(day.year, day.month, day.day)
