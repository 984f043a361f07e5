"""The stipend brought to the hour and to the whole internship: what is lawful passes, what is not does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.check.facts import Facts
from pipeline.check.judge import Judge
from pipeline.check.rules import RULES
from pipeline.check.stipend_amounts import (
    due,
    exceeds_exemption,
    exemption,
    in_euros,
    is_in_euros,
    lowest_per_hour,
    minimum_total,
    monthly,
    months_between,
    per_hour,
    rates_met,
    total,
    totals,
)
from pipeline.config import ExchangeRate
from pipeline.documents.cases import cases
from pipeline.documents.conditions import CONDITIONS
from pipeline.tables.rates import Rate, Rates
from tests.rules.forms import TODAY, entry, facts, judge

SMOOTHED = {"stage.date_debut": "2027-01-04", "stage.date_fin": "2027-07-02", "stage.duree_heures": 875}
"""January to June 2027 at 35 hours: 875 hours, 656,25 € a month is the minimum in six parts."""
MONTHLY = {"gratification.unite": "mois"}


def _with_rate_of_2027(minimum: str = "5.00") -> Judge:
    """Return the judge under a table in which the rate of 2027 has been published."""
    shipped = judge()
    later = Rate(date(2027, 1, 1), date(2027, 12, 31), Decimal(minimum), Decimal(15))
    tables = dataclasses.replace(shipped.tables, rates=Rates([*shipped.tables.rates, later]))
    return dataclasses.replace(shipped, tables=tables)


def _under(one: Judge, changes: Mapping[str, Any]) -> Facts:
    return one.facts(entry(changes))


def _said(changes: Mapping[str, Any], one: Judge | None = None) -> set[str]:
    """Return the GRA rules that speak above information."""
    verdict = (one or judge()).judge(entry(changes))
    return {f.rule for f in verdict.findings if f.severity != "information" and f.rule.startswith("GRA")}


def _told(changes: Mapping[str, Any], one: Judge | None = None) -> set[str]:
    """Return the GRA rules that inform."""
    return {f.rule for f in (one or judge()).judge(entry(changes)).findings if f.severity == "information"}


# ── units ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("amount", "unit", "hourly"),
    [
        ("4,50", "heure", "4.50"),
        ("31,50", "jour", "4.50"),
        ("157,50", "semaine", "4.50"),
        (2583, "stage", "4.50"),
    ],
)
def test_each_unit_comes_to_the_hour(amount: Any, unit: str, hourly: str) -> None:
    seen = facts({"gratification.montant": amount, "gratification.unite": unit})
    assert per_hour(seen) == Decimal(hourly)
    assert lowest_per_hour(seen) == Decimal(hourly)
    assert _said({"gratification.montant": amount, "gratification.unite": unit}) == set()


def test_a_day_has_the_hours_of_the_declared_week() -> None:
    seen = facts({
        "gratification.montant": "35,10", "gratification.unite": "jour", "stage.heures_hebdomadaires": 39,
        "stage.duree_heures": 640,
    })  # fmt: skip
    assert per_hour(seen) == Decimal("4.50")


def test_a_week_without_its_hours_cannot_be_compared() -> None:
    cells = {"gratification.montant": 1, "gratification.unite": "semaine", "stage.heures_hebdomadaires": None,
             "stage.repartition": "les matins"}  # fmt: skip
    assert totals(facts(cells)) == ()
    assert "GRA-02" not in _said(cells)


@pytest.mark.parametrize(
    ("amount", "cells"),
    [
        ("656,25", SMOOTHED),
        ("682,50", {}),  # 151,67 h, the month of the payrolls at 35 hours
        (693, {}),  # 154 h, the month of the law
        (766.12, {"stage.heures_hebdomadaires": 39, "stage.duree_heures": 640}),
        (8190, {"gratification.unite": "année"}),
    ],
)
def test_a_monthly_amount_may_be_smoothed_or_follow_the_hours(amount: Any, cells: dict[str, Any]) -> None:
    assert _said({**MONTHLY, "gratification.montant": amount, **cells}) == set()


@pytest.mark.parametrize(
    ("amount", "cells"), [("650,00", SMOOTHED), (600, {}), (6900, {"gratification.unite": "année"})]
)
def test_less_under_every_reading_is_reported(amount: Any, cells: dict[str, Any]) -> None:
    assert _said({**MONTHLY, "gratification.montant": amount, **cells}) == {"GRA-02"}


def test_a_rounding_to_the_euro_is_told_and_not_reported() -> None:
    cells = {**SMOOTHED, **MONTHLY, "gratification.montant": 655}
    assert _said(cells) == set()
    assert "GRA-13" in _told(cells)


@pytest.mark.parametrize("written", ["taux légal en vigueur", "minimum légal", "15 % du plafond", "taux légal"])
def test_the_statutory_rate_in_words_is_a_valid_amount(written: str) -> None:
    cells = {"gratification.montant": written, "gratification.unite": None}
    for more in ({}, {"organisme.type": "Commune"}, {"stage.date_debut": "2026-12-01", "stage.date_fin": "2027-03-31"}):
        verdict = judge().judge(entry({**cells, **more}))
        assert [f for f in verdict.findings if f.rule.startswith("GRA")] == []
    seen = facts(cells)
    assert (total(seen), monthly(seen)) == (Decimal("2583.00"), Decimal("693.00"))


def test_a_month_is_counted_from_date_to_date() -> None:
    assert months_between(date(2027, 1, 4), date(2027, 7, 3)) == 6
    assert months_between(date(2027, 2, 1), date(2027, 2, 28)) == 1
    assert months_between(date(2027, 1, 31), date(2027, 2, 27)) == Decimal(28) / 31
    assert months_between(date(2027, 3, 1), date(2027, 3, 10)) == Decimal(10) / 31


# ── public bodies ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("amount", "unit", "more"),
    [
        ("4,50", "heure", {}),
        ("31,50", "jour", {}),
        (693, "mois", {}),
        ("682,50", "mois", {}),
        (760.5, "mois", {"stage.heures_hebdomadaires": 39, "stage.duree_heures": 640}),
        ("656,25", "mois", SMOOTHED),
        (2583, "stage", {}),
    ],
)
def test_a_public_body_may_pay_the_exact_rate_however_it_counts(amount: Any, unit: str, more: dict[str, Any]) -> None:
    for dates in ({}, {"stage.date_debut": "2026-02-02", "stage.date_fin": "2026-05-29"}):
        cells = {"organisme.type": "Commune", "gratification.montant": amount, "gratification.unite": unit}
        verdict = judge().judge(entry({**cells, **dates, **more}))
        assert {f.rule for f in verdict.findings if f.rule in ("GRA-02", "GRA-06", "GRA-14")} == set()


def test_a_public_body_may_not_pay_more() -> None:
    assert _said({"organisme.type": "Commune", "gratification.montant": "5,50"}) == {"GRA-06"}


# ── rates that change ─────────────────────────────────────────────────────────────────────────────

ACROSS = {"stage.date_debut": "2026-12-21", "stage.date_fin": "2027-01-15", "stage.duree_heures": 126}


def test_a_known_rate_of_the_next_year_counts_for_the_hours_of_that_year() -> None:
    """Eight days in December and ten in January, Christmas and New Year’s Day left out."""
    seen = _under(_with_rate_of_2027(), ACROSS)
    assert [rate.minimum for rate in rates_met(seen)] == [Decimal("4.50"), Decimal("5.00")]
    days = {"2026": 8, "2027": 10}  # 21–24 and 28–31 December; 4–8 and 11–15 January
    expected = 126 * (days["2026"] * Decimal("4.50") + days["2027"] * 5) / sum(days.values())
    assert minimum_total(seen) == expected
    assert minimum_total(facts(ACROSS)) == 126 * Decimal("4.50")


def test_an_interruption_over_the_end_of_the_year_moves_the_hours() -> None:
    cells = {**ACROSS, "stage.interruptions": "du 21/12/2026 au 31/12/2026", "stage.duree_heures": 70}
    assert minimum_total(_under(_with_rate_of_2027(), cells)) == 350


def test_a_schedule_says_on_which_days_the_hours_are() -> None:
    cells = {**ACROSS, "stage.repartition": "21/12/2026-22/12/2026 : 3,5 h/jour ; 11/01/2027 : 7 h/jour",
             "stage.duree_heures": 14}  # fmt: skip
    assert minimum_total(_under(_with_rate_of_2027(), cells)) == 7 * Decimal("4.50") + 7 * 5


def test_without_weekly_hours_the_weekdays_share_them() -> None:
    cells = {**ACROSS, "stage.heures_hebdomadaires": None, "stage.repartition": "les matins"}
    assert minimum_total(_under(_with_rate_of_2027(), cells)) == 126 * (9 * Decimal("4.50") + 11 * 5) / 20


def test_the_rate_of_the_first_year_is_not_enough_once_the_next_is_known() -> None:
    long = {"stage.date_debut": "2026-11-30", "stage.date_fin": "2027-03-26"}
    assert "GRA-02" not in _said(long)
    one = _with_rate_of_2027()
    assert "GRA-02" in _said(long, one)
    (found,) = [f for f in one.judge(entry(long)).findings if f.rule == "GRA-02"]
    assert "4,50\u00a0€ par heure jusqu’au 31/12/2026, puis 5,00\u00a0€ à partir du 01/01/2027" in found.message
    assert "€4.50 per hour until 31 December 2026, then €5.00 from 1 January 2027" in found.message_en
    assert "GRA-02" not in _said({**long, "gratification.montant": "5,00"}, one)


def test_a_public_body_may_pay_each_year_at_its_rate() -> None:
    long = {"stage.date_debut": "2026-11-30", "stage.date_fin": "2027-03-26", "organisme.type": "Commune"}
    assert _said({**long, "gratification.montant": "5,00"}, _with_rate_of_2027()) & {"GRA-02", "GRA-06"} == set()


def test_a_rate_that_does_not_change_is_one() -> None:
    seen = facts({"stage.date_debut": "2024-11-04", "stage.date_fin": "2025-02-28"})
    assert [rate.minimum for rate in rates_met(seen)] == [Decimal("4.35")]
    assert minimum_total(seen) == 574 * Decimal("4.35")


# ── when it is owed ───────────────────────────────────────────────────────────────────────────────


def test_it_is_owed_over_the_threshold_of_the_rules_file_and_nowhere_else() -> None:
    assert judge().tables.thresholds.stipend_hours == judge().catalogue["GRA-01"].parameters["seuil_heures"]
    assert not due(facts({"stage.duree_heures": 308}))
    assert due(facts({"stage.duree_heures": "308,5"}))
    tables = judge().tables
    higher = dataclasses.replace(tables, thresholds=dataclasses.replace(tables.thresholds, stipend_hours=Decimal(600)))
    assert not due(_under(dataclasses.replace(judge(), tables=higher), {}))


def test_hours_of_other_agreements_count() -> None:
    alone = entry({"stage.duree_heures": 161})
    together = dataclasses.replace(alone, cumulated_hours=Decimal(322))
    assert not due(judge().facts(alone))
    assert due(judge().facts(together))


@pytest.mark.parametrize(
    ("cells", "rules"),
    [
        ({"etranger": "Italie"}, set()),
        ({"etranger": "Italie", "organisme.siege_en_france": "oui"}, {"GRA-10"}),
        ({"etranger": "Italie", "organisme.siege_en_france": "oui", "stage.duree_heures": 308}, set()),
        ({"etranger": "Luxembourg"}, {"GRA-16"}),
        ({"etranger": "Luxembourg", "stage.date_fin": "2027-02-19", "stage.duree_heures": 105}, set()),
        ({"stage.pays": "Nouvelle-Calédonie", "gratification.versee": "non", "gratification.montant": None}, set()),
    ],
)
def test_each_place_has_its_own_rule_for_what_is_not_paid(cells: dict[str, Any], rules: set[str]) -> None:
    assert _said({**cells, "assurance.ceam": "oui"}) == rules


# ── currencies ────────────────────────────────────────────────────────────────────────────────────

PAID_ABROAD = {"gratification.versee": "oui", "gratification.unite": "mois", "gratification.modalite": "virement"}


def _at(rates: Mapping[str, str], changes: Mapping[str, Any]) -> Facts:
    exchange = {code: ExchangeRate(code, Decimal(euros), TODAY, "essai") for code, euros in rates.items()}
    configured = dataclasses.replace(judge().settings, exchange=exchange)
    return dataclasses.replace(judge(), settings=configured).facts(
        entry({"etranger": "Québec", **PAID_ABROAD, **changes})
    )


def test_a_foreign_currency_is_compared_by_the_configured_rate_only() -> None:
    cells = {"gratification.montant": 2000, "gratification.devise": "CAD"}
    without, poor, rich = _at({}, cells), _at({"CAD": "0.30"}, cells), _at({"CAD": "0.66"}, cells)
    assert [exceeds_exemption(seen) for seen in (without, poor, rich)] == [None, False, True]
    assert [cases(seen)["au_dessus_plafond"] for seen in (without, poor, rich)] == [False, False, True]
    assert [CONDITIONS["at_a_assurer"](seen) for seen in (without, poor, rich)] == [None, False, True]
    said = [[hit.variant for hit in RULES["GRA-15"](seen, {})] for seen in (without, poor, rich)]
    assert said == [[], [], ["assure"]]


def test_the_euro_needs_no_rate() -> None:
    seen = _at({}, {"gratification.montant": 900, "gratification.devise": "EUR"})
    assert is_in_euros(seen)
    assert in_euros(seen, Decimal(5)) == 5
    assert exceeds_exemption(seen) is True


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({"gratification.versee": "non"}, False),
        ({"gratification.versee": None}, None),
        ({"gratification.montant": "taux légal"}, False),
        ({"gratification.montant": None}, None),
        ({"gratification.montant": "4,51"}, False),
        ({"gratification.montant": "4,52"}, True),
        ({"gratification.devise": "quelque chose"}, None),
    ],
)
def test_the_exemption_is_exceeded_only_for_certain(cells: dict[str, Any], answer: bool | None) -> None:
    assert exceeds_exemption(facts(cells)) is answer


def test_the_exemption_is_of_the_first_day_or_of_the_day_of_handling() -> None:
    cells = {"stage.date_debut": "2025-03-03", "stage.date_fin": "2025-06-27"}
    assert exemption(facts(cells)) == Decimal("4.35")
    tables = judge().tables
    today = dataclasses.replace(tables, thresholds=dataclasses.replace(tables.thresholds, exemption_at_start=False))
    assert exemption(_under(dataclasses.replace(judge(), tables=today), cells)) == Decimal("4.50")


# ── properties ────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=100, deadline=None)
@given(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.integers(0, 300),
    st.decimals("1", 924, places=1),
    st.sampled_from(["heure", "jour", "semaine", "mois", "stage", "année"]),
)
def test_the_minimum_lies_between_the_rates_that_are_met_and_the_readings_are_positive(
    start: date, days: int, hours: Decimal, unit: str
) -> None:
    end = date.fromordinal(start.toordinal() + days)
    cells = {"stage.date_debut": start, "stage.date_fin": end, "stage.duree_heures": float(hours)}
    seen = _under(_with_rate_of_2027(), {**cells, "gratification.montant": 100, "gratification.unite": unit})
    least, met = minimum_total(seen), rates_met(seen)
    assert least is not None
    assert seen.hours is not None
    cent = Decimal("0.01")
    assert min(r.minimum for r in met) * seen.hours - cent <= least <= max(r.minimum for r in met) * seen.hours + cent
    assert all(reading > 0 for reading in totals(seen))
