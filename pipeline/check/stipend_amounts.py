"""The arithmetic of the stipend: amounts brought to the hour or to the whole internship, and what the law asks.

Sources: Code de l’éducation, L124-6 and D124-8 (15 % of the hourly social-security ceiling for each hour of
presence, from the first one), D124-6 (154 h a month). A monthly payment may follow the hours really worked or be
smoothed over the months of the internship: both are lawful, so the most favourable reading is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from pipeline.check.facts import Facts
from pipeline.check.hours import HOURS_IN_DAY, HOURS_IN_MONTH
from pipeline.check.presence import days_of_presence
from pipeline.model import LEGAL_RATE
from pipeline.tables.rates import Rate

_WEEKS_IN_MONTH = Decimal(52) / 12
_CENT = Decimal("0.01")
_LONGEST = timedelta(days=1100)


def due(facts: Facts) -> bool:
    """Tell whether the law makes a stipend compulsory: over 308 hours, in a territory where L124-6 applies.

    The hours are those of all the student's agreements with this host in this academic year.
    """
    hours, country = facts.cumulated_hours, facts.country
    over = hours is not None and hours > facts.tables.thresholds.stipend_hours
    return over and country is not None and country.stipend == "OUI"


# ── what the law asks ─────────────────────────────────────────────────────────────────────────────


def minimum_total(facts: Facts) -> Decimal | None:
    """Return the least that the law asks for the whole internship, in euros: hours × the rate of their date.

    The hours are spread over the days of presence as far as they are known, else over the weekdays; after the last
    published rate, that one goes on.
    """
    hours = facts.hours
    if hours is None or not facts.dates_in_order or facts.start is None or facts.end is None:
        return None
    found = rates_met(facts)
    if len(found) == 1:
        return (hours * found[0].minimum).quantize(_CENT, ROUND_HALF_UP)
    spread = _spread(facts, facts.start, facts.end)
    paid = sum((facts.tables.rates.on(day).minimum * share for day, share in spread), Decimal(0))
    return (hours * paid / sum(share for _, share in spread)).quantize(_CENT, ROUND_HALF_UP)


def rates_met(facts: Facts) -> tuple[Rate, ...]:
    """Return the published rates that the internship meets, in order, one for each amount; the dates must be known."""
    if facts.start is None or facts.end is None:
        return ()
    rates = facts.tables.rates
    first, last = rates.on(facts.start), rates.on(facts.end)
    found: list[Rate] = []
    for rate in rates:
        if first.start <= rate.start <= last.start and (not found or found[-1].minimum != rate.minimum):
            found.append(rate)
    return tuple(found)


def _spread(facts: Facts, start: date, end: date) -> Sequence[tuple[date, Decimal]]:
    """Return (day, hours) over which the hours of the internship are spread; never empty."""
    worked = [(d.day, d.hours) for d in days_of_presence(facts) or () if not d.holiday and d.hours > 0]
    if worked or end - start > _LONGEST:
        return worked or [(start, Decimal(1))]
    every = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
    return [(day, Decimal(1)) for day in every if day.weekday() < 5] or [(start, Decimal(1))]


# ── what is paid ──────────────────────────────────────────────────────────────────────────────────


def totals(facts: Facts) -> tuple[Decimal, ...]:
    """Return what the amount gives over the whole internship under each lawful reading, in its own currency.

    A month is 154 hours, or the hours that the declared week gives it, or one of the months that the dates make.
    Empty when amount, unit or hours are missing, or when the amount is the statutory rate.
    """
    amount, unit, hours = facts["gratification.montant"], facts["gratification.unite"], facts.hours
    if not isinstance(amount, Decimal) or unit is None or hours is None or hours <= 0:
        return ()
    weekly, days = facts["stage.heures_hebdomadaires"], facts["stage.jours_hebdomadaires"]
    daily = weekly / days if weekly and days else HOURS_IN_DAY
    if unit == "heure":
        return (amount * hours,)
    if unit == "jour":
        return (amount * hours / daily,)
    if unit == "semaine":
        return (amount * hours / weekly,) if weekly else ()
    if unit == "stage":
        return (amount,)
    monthly_amount = amount / 12 if unit == "année" else amount
    readings = [monthly_amount * hours / HOURS_IN_MONTH]
    if weekly:
        readings.append(monthly_amount * hours / (weekly * _WEEKS_IN_MONTH))
    if facts.dates_in_order and facts.start and facts.end:
        readings.append(monthly_amount * most_months_between(facts.start, facts.end))
        readings.append(monthly_amount * months_between(facts.start, facts.end))
    return tuple(readings)


def most_months_between(start: date, end: date) -> Decimal:
    """Return the most months that people count between two days: the law does not say how a begun month counts.

    Its days in thirtieths, or over those up to the day that ends it, or each calendar month in proportion.
    """
    after = end + timedelta(days=1)
    counted = months_between(start, end)
    begun = after - _later(start, int(counted))
    anniversary = (
        int(counted) + Decimal(begun.days) / (_later(start, int(counted) + 1) - _later(start, int(counted))).days
    )
    thirtieths = int(counted) + Decimal(min(begun.days, 30)) / 30
    first, last = start.replace(day=1), end.replace(day=1)
    calendar = Decimal((last.year - first.year) * 12 + last.month - first.month)
    calendar += Decimal(end.day) / _days_in(end.year, end.month)
    calendar -= Decimal(start.day - 1) / _days_in(start.year, start.month)
    return max(counted, anniversary, thirtieths, calendar)


def _later(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


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
        return (minimum * HOURS_IN_MONTH).quantize(_CENT, ROUND_HALF_UP)
    hourly = per_hour(facts)
    return (hourly * HOURS_IN_MONTH).quantize(_CENT, ROUND_HALF_UP) if hourly is not None else None


# ── currencies, and the part that is free of contributions ────────────────────────────────────────


def is_in_euros(facts: Facts) -> bool:
    """Tell whether the amount is in EUR, or gives no currency where the euro is the currency."""
    currency = facts["gratification.devise"]
    euro_area = facts.country is not None and "EUR" in facts.country.currencies
    return currency == "EUR" or (currency is None and euro_area and not facts.filled("gratification.devise"))


def in_euros(facts: Facts, amount: Decimal) -> Decimal | None:
    """Return ``amount`` in euros, by the configured rate; None when its currency has none."""
    if is_in_euros(facts):
        return amount
    rate = facts.settings.exchange.get(facts["gratification.devise"] or "")
    return (amount * rate.euros).quantize(_CENT, ROUND_HALF_UP) if rate else None


def exemption(facts: Facts) -> Decimal:
    """Return the amount per hour up to which a stipend is free of contributions, in euros.

    It is 15 % of the hourly ceiling, as the minimum is; GRA-14’s parameter says of which day.
    """
    day = facts.start if facts.tables.thresholds.exemption_at_start else None
    return facts.tables.rates.on(day or facts.today).minimum


def exceeds_exemption(facts: Facts) -> bool | None:
    """Tell whether the stipend is over the exemption, under the reading that gives the least.

    False without a stipend; None when amount or currency cannot be compared.
    """
    if not facts.paid or facts["gratification.montant"] == LEGAL_RATE:
        return None if facts.paid is None else False
    hourly = lowest_per_hour(facts)
    paid = in_euros(facts, hourly) if hourly is not None else None
    return None if paid is None else paid > exemption(facts) + _CENT
