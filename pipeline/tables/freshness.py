"""How old the tables that must be kept up are: the travel advice, and the last published rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipeline.language import money, short_date
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


def tables_state(tables: Tables, day: date, days: int) -> tuple[str, str]:
    """Return one French line on the age of the advice and one on the last known rate."""
    age = advice_age(tables, day, days)
    if age is None:
        advice = "conseils aux voyageurs : aucun"
    else:
        advice = f"conseils aux voyageurs : du {short_date(age.oldest)} au {short_date(age.newest)}"
        old = f"{len(age.stale)} pays sur {age.countries} ont plus de {days} jours – à relire (conventions update)"
        advice += f" ; {old}" if age.stale else ", à jour"
    last = tables.rates.on(tables.rates.last_day)
    rate = f"taux de gratification : {money(last.minimum, 'EUR', 'fr')} par heure jusqu’au {short_date(last.end)}"
    return advice, rate + (" – période passée, à compléter (conventions update)" if last.end < day else "")
