"""A new ``gratification_rates.csv``: what is wrong with it, and what it changes for each period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from pipeline.language import money, number, short_date
from pipeline.tables.rates import Rate, Rates
from pipeline.update.advice import as_day
from pipeline.update.change import Change
from pipeline.update.sheet import Fault, Row, Sheet, quoted

COLUMNS = ("valid_from", "valid_to", "plafond_horaire_eur", "taux_pct", "minimum_horaire_eur", "source")
_CENT = Decimal("0.01")
_LONGEST = timedelta(days=366)
_AMOUNTS = ("plafond_horaire_eur", "taux_pct", "minimum_horaire_eur")


def rates_faults(sheet: Sheet, known: Iterable[Rate], day: date) -> Iterator[Fault]:
    """Yield what is wrong with the rows, then the periods of ``known``, the table in place, that are missing.

    The ceiling is set once a year for the next one: on ``day`` no later year can be known.
    """
    last: date | None = None
    starts: set[date] = set()
    for row in sheet.rows:
        start, end = as_day(row["valid_from"]), as_day(row["valid_to"])
        for column, given in (("valid_from", start), ("valid_to", end)):
            if given is None:
                yield Fault(row.line, column, f"date illisible {quoted(row[column])}", "Écrivez AAAA-MM-JJ.")
        if start is not None and end is not None:
            yield from _period_faults(row, start, end, day)
        if start is not None and last is not None:
            yield from _joint_faults(row, start, last)
        if not row["source"]:
            yield Fault(row.line, "source", "la source n’est pas indiquée", "Citez l’arrêté qui fixe le plafond.")
        starts |= {start} if start is not None else set()
        last = end
        yield from _amount_faults(row)
    gone = [rate for rate in known if rate.start not in starts]
    if gone:
        names = ", ".join(_period(rate) for rate in gone)
        problem = f"ces périodes de la table en place manquent : {names}"
        yield Fault(0, "valid_from", problem, "Donnez la table entière : des stages passés s’y rapportent.")


def _period_faults(row: Row, start: date, end: date, day: date) -> Iterator[Fault]:
    if end < start:
        problem = f"la période finit le {short_date(end)}, avant de commencer le {short_date(start)}"
        yield Fault(row.line, "valid_to", problem, "Corrigez l’une des deux dates.")
    elif end - start >= _LONGEST:
        problem = f"la période dure plus d’un an (du {short_date(start)} au {short_date(end)})"
        yield Fault(row.line, "valid_to", problem, "Écrivez une ligne par année : le plafond change chaque année.")
    if start.year > day.year + 1:
        problem = f"aucun taux n’est encore connu pour {start.year}"
        yield Fault(row.line, "valid_from", problem, "Corrigez l’année ; seule l’année suivante peut être publiée.")


def _joint_faults(row: Row, start: date, last: date) -> Iterator[Fault]:
    if start <= last:
        problem = f"la période commence le {short_date(start)}, avant la fin de la précédente ({short_date(last)})"
        yield Fault(row.line, "valid_from", problem, "Faites-la commencer le lendemain de la précédente.")
    elif start - last > timedelta(days=1):
        problem = f"du {short_date(last + timedelta(days=1))} au {short_date(start - timedelta(days=1))}, aucun taux"
        yield Fault(row.line, "valid_from", problem, "Ajoutez la période qui manque, ou corrigez les dates.")


def _amount_faults(row: Row) -> Iterator[Fault]:
    amounts = {column: _positive(row[column]) for column in _AMOUNTS}
    for column, amount in amounts.items():
        if amount is None:
            problem = f"{quoted(row[column])} n’est pas un nombre positif"
            yield Fault(row.line, column, problem, "Écrivez par exemple 4.50, avec un point et sans unité.")
    ceiling, share, minimum = (amounts[column] for column in _AMOUNTS)
    if ceiling is None or share is None or minimum is None:
        return
    product = ceiling * share / 100
    if abs(product - minimum) > _CENT:
        problem = f"{number(share, 'fr')} % de {money(ceiling, 'EUR', 'fr')} font {money(product, 'EUR', 'fr')}"
        problem += f", et non {money(minimum, 'EUR', 'fr')}"
        yield Fault(row.line, "minimum_horaire_eur", problem, "Vérifiez le plafond, le taux et le montant.")


def _positive(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None


# ── what changes ──────────────────────────────────────────────────────────────────────────────────


def rates_changes(before: Rates, after: Rates) -> tuple[Change, ...]:
    """Return the periods that are new or whose rate or bounds change, in their order."""
    old = {rate.start: rate for rate in before}
    found = []
    for rate in after:
        known = old.get(rate.start)
        if known == rate:
            continue
        moved = known is not None and known.end != rate.end
        told = f"{_told(known)}, jusqu’au {short_date(known.end)}" if known and moved else _told(known) if known else ""
        found.append(Change(_period(rate), told, _told(rate)))
    return tuple(found)


def _period(rate: Rate) -> str:
    return f"du {short_date(rate.start)} au {short_date(rate.end)}"


def _told(rate: Rate) -> str:
    return f"{money(rate.minimum, 'EUR', 'fr')} par heure ({number(rate.ceiling_share, 'fr')} % du plafond)"
