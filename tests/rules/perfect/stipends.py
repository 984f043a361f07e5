"""Stipends of perfect internships: what the law asks for their hours, said in every lawful way."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from tests.rules.forms import ROOT
from tests.rules.perfect.answers import Questions
from tests.rules.perfect.places import Site
from tests.rules.perfect.presence import ZERO, Calendar, Day, months_of

CENT = Decimal("0.01")


@functools.cache
def _rates() -> tuple[tuple[date, Decimal], ...]:
    with (ROOT / "schemas/reference/gratification_rates.csv").open(encoding="utf-8-sig", newline="") as stream:
        return tuple(
            (date.fromisoformat(row["valid_from"]), Decimal(row["minimum_horaire_eur"]))
            for row in csv.DictReader(stream)
        )


def rate_on(day: date) -> Decimal:
    """Return the statutory minimum an hour; after the last published one, that one."""
    return [rate for first, rate in _rates() if first <= day][-1]


def minimum_of(days: Sequence[Day]) -> Decimal:
    """Return what the law asks for these days: each hour at the rate of its date."""
    return sum((hours * rate_on(day) for day, hours in days), ZERO)


def _up(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_CEILING)


LEGAL_WORDS = ("taux légal en vigueur", "Taux légal", "minimum légal", "15 % du plafond horaire de la sécurité sociale",
               "gratification minimale")  # fmt: skip


def choose_stipend(ask: Questions, site: Site, time_: Calendar, *, public: bool, untold: bool) -> dict[str, Any]:
    """Return the cells of ``gratification``."""
    due = site.country.stipend == "OUI" and time_.hours > 308
    lawful = [_LAWFUL[kind](time_) for kind in _LAWFUL]
    offered = {kind: found for kind, found in zip(_LAWFUL, lawful, strict=True) if found is not None}
    ways = ["none", *offered, "legal", "more", "rounded", "small", "local"]
    if site.country.stipend == "OUI":
        ways.remove("local")
        if due:
            ways = [way for way in ways if way not in ("none", "small")]
        unlawful = {"more", "rounded"} if public else set() if due else {"rounded"}
        ways = [way for way in ways if way not in unlawful]
        if untold:
            ways = ["none"]
    else:
        ways = ["none", "legal", "more", "hour", "local"] if site.country.currencies else ["none", "hour"]
        if public:  # A French one, such as a consulate, is held to the statutory rate.
            euros = "EUR" in site.country.currencies
            ways = [way for way in ways if way != "more" and not (euros and way == "local")]
        if site.country.code == "LU" and (time_.end - time_.start).days + 1 >= 28:
            ways.remove("none")
        if site.country.stipend == "A_VERIFIER" and time_.hours > 308:
            ways = ["hour", "legal", "month_smoothed"]
    way = ask.kind("stipend", ways)
    if way == "none":
        return {"versee": False, "montant": ask.of("no amount", (None, 0, "néant"))}
    amount: Any = None
    unit: str | None = None
    currency = "EUR"
    if way == "legal":
        amount, unit = ask.of("legal words", LEGAL_WORDS), ask.of("legal unit", (None, "heure", "mois"))
    elif way == "more":
        amount, unit = ask.of("more", ((Decimal(6), "heure"), (Decimal(1100), "mois"), (Decimal(8000), "stage")))
    elif way == "rounded":
        amount, unit = Decimal(int(_smoothed(time_)[0])), "mois"  # 669 € for 669,90 €
    elif way == "small":
        ways_ = ((Decimal(3), "heure"), (Decimal(250), "mois"), (Decimal(100), "stage"))
        amount, unit = ask.of("small", ways_[:1] if public else ways_)
    elif way == "local":
        currency = site.country.currencies[0]
        amount, unit = ask.of("local", ((Decimal(1000), "mois"), (Decimal(25000), "stage"), (Decimal(20), "heure")))
    else:
        amount, unit = offered[way]
    in_euros = "EUR" in site.country.currencies
    devise = ask.of("currency", (currency, None) if in_euros and currency == "EUR" else (currency,))
    short = (time_.end - time_.start).days + 1 <= 31
    frequencies = ["mensuelle", None] + ["autre"] * (short or site.country.stipend != "OUI")
    return {
        "versee": True,
        "montant": amount,
        "unite": unit,
        "devise": devise,
        "type": ask.of("net or gross", ("net", "brut", None)),
        "modalite": ask.of("payment", ("Virement bancaire", "virement", "Chèque", "mandat administratif")),
        "periodicite": ask.of("frequency", frequencies),
    }


def _hourly(time_: Calendar) -> Decimal:
    """Return the highest rate of the internship: whoever names one amount an hour names that one."""
    return max(rate_on(day) for day, _ in time_.days)


def _per_day(time_: Calendar) -> tuple[Decimal, str] | None:
    week = time_.week
    return (_up(_hourly(time_) * week.weekly / Decimal(week.days)), "jour") if week else None


def _per_week(time_: Calendar) -> tuple[Decimal, str] | None:
    return (_up(_hourly(time_) * time_.week.weekly), "semaine") if time_.week else None


def _real_month(time_: Calendar) -> tuple[Decimal, str] | None:
    return (_up(_hourly(time_) * time_.week.weekly * 52 / 12), "mois") if time_.week else None


def _legal_month(time_: Calendar) -> tuple[Decimal, str] | None:
    """22 days of 7 hours (D124-6): the amount that the ministries publish, for a week of 35 hours."""
    return (_up(_hourly(time_) * 154), "mois") if time_.week is None or time_.week.weekly == 35 else None


def _smoothed(time_: Calendar, over: str = "month_smoothed") -> tuple[Decimal, str]:
    return _up(minimum_of(time_.days) / months_of(time_.start, time_.end)[over]), "mois"


_LAWFUL: Mapping[str, Callable[[Calendar], tuple[Decimal, str] | None]] = {
    "hour": lambda time_: (_hourly(time_), "heure"),
    "day": _per_day,
    "week": _per_week,
    "month_real": _real_month,
    "month_legal": _legal_month,
    "month_smoothed": _smoothed,
    "month_smoothed_over_thirtieths": lambda time_: _smoothed(time_, "month_smoothed_over_thirtieths"),
    "month_smoothed_over_calendar_months": lambda time_: _smoothed(time_, "month_smoothed_over_calendar_months"),
    "stage": lambda time_: (_up(minimum_of(time_.days)), "stage"),
}
