"""The arithmetic of the stipend: amounts brought to the hour or to the whole internship, and what the law asks.

Sources: Code de l’éducation, L124-6 and D124-8 (15 % of the hourly social-security ceiling for each hour of
presence, from the first one), D124-6 (154 h a month). A monthly payment may follow the hours really worked or be
smoothed over the months of the internship: both are lawful, so the most favourable reading is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from pipeline.check.facts import Facts
from pipeline.model import LEGAL_RATE

THRESHOLD = 308
"""Hours over which a stipend is due (two months of 22 days of 7 hours)."""
LEGAL_MONTH = Decimal(154)
"""Hours of a month: 22 days of 7 hours (D124-6)."""
_WEEKS_IN_MONTH = Decimal(52) / 12
_CENT = Decimal("0.01")


def due(facts: Facts) -> bool:
    """Tell whether the law makes a stipend compulsory: over 308 hours, in a territory where L124-6 applies."""
    country = facts.country
    return facts.hours is not None and facts.hours > THRESHOLD and country is not None and country.stipend == "OUI"


def minimum_total(facts: Facts) -> Decimal | None:
    """Return the least that the law asks for the whole internship, in euros: hours × the rate of their date.

    The hours are spread evenly over the weekdays of the internship; after the last published rate, that one goes on.
    """
    hours = facts.hours
    if hours is None or not facts.dates_in_order or facts.start is None or facts.end is None:
        return None
    days = list(_weekdays(facts.start, facts.end)) or [facts.start]
    rates = [facts.tables.rates.on(day).minimum for day in days]
    return (hours * sum(rates, Decimal(0)) / len(rates)).quantize(_CENT, ROUND_HALF_UP)


def _weekdays(start: date, end: date) -> Iterator[date]:
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        if day.weekday() < 5:
            yield day


def totals(facts: Facts) -> tuple[Decimal, ...]:
    """Return what the amount gives over the whole internship under each lawful reading, in its own currency.

    Empty when amount, unit or hours are missing, or when the amount is the statutory rate.
    """
    amount, unit, hours = facts["gratification.montant"], facts["gratification.unite"], facts.hours
    if not isinstance(amount, Decimal) or unit is None or hours is None or hours <= 0:
        return ()
    weekly, days = facts["stage.heures_hebdomadaires"], facts["stage.jours_hebdomadaires"]
    daily = weekly / days if weekly and days else Decimal(7)
    if unit == "heure":
        return (amount * hours,)
    if unit == "jour":
        return (amount * hours / daily,)
    if unit == "semaine":
        return (amount * hours / weekly,) if weekly else ()
    if unit == "stage":
        return (amount,)
    monthly_amount = amount / 12 if unit == "année" else amount
    worked_month = min(LEGAL_MONTH, weekly * _WEEKS_IN_MONTH) if weekly else LEGAL_MONTH
    readings = [monthly_amount * hours / worked_month]
    if facts.dates_in_order and facts.start and facts.end:
        readings.append(monthly_amount * months_between(facts.start, facts.end))
    return tuple(readings)


def months_between(start: date, end: date) -> Decimal:
    """Return the months from ``start`` to ``end``, both included, a begun month in proportion to its days."""
    after = end + timedelta(days=1)
    whole = (after.year - start.year) * 12 + after.month - start.month
    if after.day < start.day:
        whole -= 1
    year, month = divmod(start.year * 12 + start.month - 1 + whole, 12)
    anchor = date(year, month + 1, min(start.day, _days_in(year, month + 1)))
    return Decimal(whole) + Decimal((after - anchor).days) / _days_in(anchor.year, anchor.month)


def _days_in(year: int, month: int) -> int:
    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - timedelta(days=1)).day


def total(facts: Facts) -> Decimal | None:
    """Return the foreseeable total of the stipend, in its currency; at the statutory rate, the legal minimum."""
    if not facts.paid:
        return None
    if facts["gratification.montant"] == LEGAL_RATE:
        return minimum_total(facts)
    readings = totals(facts)
    return readings[-1].quantize(_CENT, ROUND_HALF_UP) if readings else None


def lowest_per_hour(facts: Facts) -> Decimal | None:
    """Return the amount per hour under the lawful reading that gives the least: what a ceiling is compared with."""
    readings = totals(facts)
    if not readings or not facts.hours:
        return None
    return (min(readings) / facts.hours).quantize(_CENT, ROUND_HALF_UP)


def per_hour(facts: Facts) -> Decimal | None:
    """Return the amount per hour of presence, in its currency, under the most favourable lawful reading."""
    readings = totals(facts)
    if not readings or not facts.hours:
        return None
    if facts["gratification.unite"] == "heure":
        amount: Decimal = facts["gratification.montant"]
        return amount
    return (max(readings) / facts.hours).quantize(_CENT, ROUND_HALF_UP)


def monthly(facts: Facts) -> Decimal | None:
    """Return the amount for a month of 154 hours (D124-6), in its currency; None when it cannot be told."""
    if not facts.paid:
        return None
    if facts["gratification.montant"] == LEGAL_RATE:
        minimum = facts.tables.rates.on(facts.start or facts.today).minimum
        return (minimum * LEGAL_MONTH).quantize(_CENT, ROUND_HALF_UP)
    hourly = per_hour(facts)
    return (hourly * LEGAL_MONTH).quantize(_CENT, ROUND_HALF_UP) if hourly is not None else None
