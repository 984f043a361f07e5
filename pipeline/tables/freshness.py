"""How old the travel advice is, which must be kept up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipeline.tables import Tables
from pipeline.tables.countries import Country


@dataclass(frozen=True, slots=True)
class AdviceAge:
    """The dates of the advice for the countries abroad, and the countries whose advice is stale."""

    oldest: date
    newest: date
    stale: tuple[Country, ...]
    """By French name."""
    countries: int


def advice_age(tables: Tables, day: date, days: int, codes: Iterable[str] | None = None) -> AdviceAge | None:
    """Return the age of the advice on ``day``; it is stale after more than ``days`` days.

    ``codes`` are the countries asked about, all by default; France and its overseas territories have no advice.
    None when no country abroad is among them.
    """
    asked = tables.countries.keys() if codes is None else set(codes)
    given = [a for code, a in tables.advice.items() if code in asked and tables.countries[code].abroad]
    if not given:
        return None
    stale = [tables.countries[a.code] for a in given if a.is_stale(day, days)]
    return AdviceAge(
        min(a.as_of for a in given),
        max(a.as_of for a in given),
        tuple(sorted(stale, key=lambda country: country.name.casefold())),
        len(given),
    )
