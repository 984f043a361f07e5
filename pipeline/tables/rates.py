"""The statutory minimum stipend per hour, by period (``gratification_rates.csv``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.tables.csvs import read_csv


@dataclass(frozen=True, slots=True)
class Rate:
    """The minimum from ``start`` to ``end``, both included, in euros per hour of presence."""

    start: date
    end: date
    minimum: Decimal
    ceiling_share: Decimal
    """Share of the hourly social-security ceiling, in percent (15)."""


class Rates:
    """Rates in the order of their dates, without gaps."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self._rates = tuple(rates)

    def __iter__(self) -> Iterator[Rate]:
        return iter(self._rates)

    def on(self, day: date) -> Rate:
        """Return the rate in force on ``day``; after the last published one, the last."""
        for rate in reversed(self._rates):
            if rate.start <= day:
                return rate
        return self._rates[0]

    @property
    def last_day(self) -> date:
        """The last day for which a rate is published."""
        return self._rates[-1].end


def load_rates(schemas: Path) -> Rates:
    """Load ``reference/gratification_rates.csv``. Raises SetupError on a gap, an overlap or a wrong number."""
    return read_rates(schemas / "reference" / "gratification_rates.csv")


def read_rates(path: Path) -> Rates:
    """Read a file in the form of ``gratification_rates.csv``. Raises SetupError on a gap, an overlap or a wrong number."""
    rates: list[Rate] = []
    for row in read_csv(path, ("valid_from", "valid_to", "taux_pct", "minimum_horaire_eur")):
        try:
            rate = Rate(
                date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]),
                Decimal(row["minimum_horaire_eur"]),
                Decimal(row["taux_pct"]),
            )
        except (ValueError, InvalidOperation) as error:
            raise SetupError(
                str(path), row["valid_from"], "date ou nombre illisible", "Écrivez AAAA-MM-JJ et 4.50."
            ) from error
        if rates and (rate.start - rates[-1].end).days != 1:
            raise SetupError(
                str(path), row["valid_from"], "période qui ne suit pas la précédente", "Corrigez les dates."
            )
        rates.append(rate)
    if not rates:
        raise SetupError(str(path), "", "table vide", "Ajoutez au moins une période.")
    return Rates(rates)
