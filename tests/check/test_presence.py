"""Effective hours: what existing systems get wrong, and what may never happen."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.check.facts import Facts
from pipeline.check.hours import DAYS_IN_MONTH, HOURS_IN_DAY, HOURS_IN_MONTH, TWO_MONTHS, in_days
from pipeline.check.presence import (
    Presence,
    days_in_period,
    days_of_presence,
    extremes,
    presence,
    public_holidays,
    working_days,
)
from pipeline.check.rules import RULES
from pipeline.check.wording import finding
from pipeline.model import Period
from tests.rules.forms import facts, judge

FEBRUARY = {"stage.date_debut": "2027-02-01", "stage.date_fin": "2027-02-26"}
"""Four whole weeks, no public holiday in France."""


def _presence(**cells: Any) -> Presence:
    found = presence(facts(_cells(cells)))
    assert found is not None
    return found


def _cells(cells: dict[str, Any]) -> dict[str, Any]:
    """Write ``stage__pays`` for ``stage.pays``."""
    return {key.replace("__", "."): value for key, value in cells.items()}


def _floats(*values: Decimal | None) -> list[float | None]:
    return [None if value is None else float(value) for value in values]


def _off(year: int, **cells: Any) -> frozenset[date]:
    dates = {"stage.date_debut": f"{year}-01-01", "stage.date_fin": f"{year}-12-31"}
    return public_holidays(facts({**dates, **_cells(cells)}))


# ── the law's conversion ──────────────────────────────────────────────────────────────────────────


def test_seven_hours_are_a_day_and_twenty_two_days_a_month() -> None:
    assert _floats(HOURS_IN_DAY, DAYS_IN_MONTH, HOURS_IN_MONTH, TWO_MONTHS) == [7, 22, 154, 308]
    assert in_days(Decimal(574)) == 82


# ── the declared week ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("written", ["37,5", "37.5", 37.5, "37h30", "37,50 h"])
def test_half_hours_are_kept(written: Any) -> None:
    found = presence(facts({**FEBRUARY, "stage.heures_hebdomadaires": written}))
    assert found is not None
    assert _floats(found.gross, found.hours_per_day) == [150, 7.5]


@pytest.mark.parametrize(
    ("weekly", "days", "worked", "hours"),
    [
        (35, 5, 20, 140),
        (28, 4, 16, 112),
        (36, "4,5", 18, 144),
        (42, 6, 23, 161),
        ("17,5", "2,5", 10, 70),
        ("3,5", "0,5", 2, 14),
        (35, None, 20, 140),
    ],
)
def test_a_week_has_the_days_that_the_form_says(weekly: Any, days: Any, worked: int, hours: int) -> None:
    found = presence(facts({**FEBRUARY, "stage.heures_hebdomadaires": weekly, "stage.jours_hebdomadaires": days}))
    assert found is not None
    assert _floats(found.days, found.gross, found.net) == [worked, hours, hours]


def test_the_half_day_that_closes_a_week_counts_for_a_half_when_it_is_a_holiday() -> None:
    # 1 January 2027 is a Friday.
    found = _presence(stage__date_debut="2026-12-28", stage__date_fin="2027-01-01", stage__heures_hebdomadaires=36,
                      stage__jours_hebdomadaires="4,5")  # fmt: skip
    assert _floats(found.gross, found.net, found.holidays) == [36, 32, 0.5]


def test_hours_that_do_not_divide_evenly_come_back_whole() -> None:
    assert _presence(**FEBRUARY, stage__heures_hebdomadaires=35, stage__jours_hebdomadaires=3).gross == 140


def test_the_days_of_the_week_that_are_not_told_may_be_the_last_ones() -> None:
    """Thursday to the Friday of the week after: two days a week make four, and two are not reported."""
    seen = facts({
        "stage.date_debut": "2027-01-14", "stage.date_fin": "2027-01-22", "stage.heures_hebdomadaires": 16,
        "stage.jours_hebdomadaires": 2,
    })  # fmt: skip
    found = presence(seen)
    assert found is not None
    assert _floats(found.gross, *extremes(seen, found)) == [16, 8, 32]


# ── holidays of the place ─────────────────────────────────────────────────────────────────────────


def test_french_holidays_are_not_taken_in_germany() -> None:
    off = _off(2027, stage__pays="Allemagne")
    assert date(2027, 7, 14) not in off
    assert date(2027, 5, 8) not in off
    assert date(2027, 10, 3) in off


def test_german_regional_holidays_are_not_taken_off() -> None:
    off = _off(2027, stage__pays="Allemagne", stage__lieu_region="Bavière", organisme__code_postal="80331")
    assert date(2027, 1, 6) not in off
    assert date(2027, 8, 15) not in off


ALSATIAN = {date(2027, 3, 26), date(2027, 12, 26)}
"""Good Friday and 26 December."""


@pytest.mark.parametrize(
    "place",
    [
        {"organisme.code_postal": "67000"},
        {"organisme.code_postal": "68100"},
        {"organisme.code_postal": "57000"},
        {"stage.lieu_adresse": "CS 10413, 12 rue des Tanneurs, 67084 Strasbourg Cedex"},
        {"stage.lieu_adresse": "4 place d’Armes\n57000 Metz"},
        {"stage.lieu_region": "Haut-Rhin"},
    ],
)
def test_alsace_and_moselle_have_two_more_holidays(place: dict[str, Any]) -> None:
    year = {"stage.date_debut": "2027-01-01", "stage.date_fin": "2027-12-31"}
    assert public_holidays(facts({**year, **place})) >= ALSATIAN


@pytest.mark.parametrize(
    "place",
    [
        {"organisme.code_postal": "13001"},
        {"organisme.code_postal": "67000", "stage.lieu_adresse": "5 rue du Lac, 75011 Paris"},
        {"organisme.code_postal": "54000", "stage.lieu_region": "Meurthe-et-Moselle"},
        {"stage.lieu_adresse": "BP 67012, 75011 Paris"},
        {"organisme.pays": "Allemagne", "organisme.code_postal": "67059"},
    ],
)
def test_other_places_have_not(place: dict[str, Any]) -> None:
    year = {"stage.date_debut": "2027-01-01", "stage.date_fin": "2027-12-31"}
    assert not ALSATIAN & public_holidays(facts({**year, **place}))


@pytest.mark.parametrize("place", [{"stage.pays": "La Réunion"}, {"organisme.code_postal": "97400"}])
def test_la_reunion_keeps_20_december(place: dict[str, Any]) -> None:
    year = {"stage.date_debut": "2027-01-01", "stage.date_fin": "2027-12-31"}
    assert date(2027, 12, 20) in public_holidays(facts({**year, **place}))
    assert date(2027, 12, 20) not in _off(2027)


def test_each_overseas_territory_has_a_calendar_of_its_own() -> None:
    kept = {
        "Guadeloupe": date(2027, 5, 27),
        "Martinique": date(2027, 5, 22),
        "Guyane": date(2027, 6, 10),
        "Mayotte": date(2027, 4, 27),
        "Nouvelle-Calédonie": date(2027, 9, 24),
        "Saint-Barthélemy": date(2027, 10, 9),
    }
    for country, day in kept.items():
        assert day in _off(2027, stage__pays=country), country
        assert day not in _off(2027), country


def test_quebec_has_its_own_holidays_and_ontario_the_national_ones() -> None:
    national_day = date(2027, 6, 24)
    assert national_day in _off(2027, stage__pays="Québec")
    assert national_day in _off(2027, stage__pays="Canada", stage__lieu_ville="Montréal")
    assert national_day not in _off(2027, stage__pays="Canada", stage__lieu_ville="Toronto")


def test_every_country_of_the_table_can_be_asked_for_its_calendar() -> None:
    known = sum(bool(_off(2027, stage__pays=country.name)) for country in judge().tables.countries.values())
    assert known > 200
    assert _off(2027, stage__pays="Île Bouvet") == frozenset()


# ── interruptions ─────────────────────────────────────────────────────────────────────────────────


def test_a_holiday_inside_an_interruption_is_taken_off_once() -> None:
    # Easter Monday, 29 March 2027.
    weeks = {"stage.date_debut": "2027-03-22", "stage.date_fin": "2027-04-09"}
    interrupted = presence(facts({**weeks, "stage.interruptions": "du 29/03/2027 au 02/04/2027"}))
    whole = presence(facts(weeks))
    assert interrupted is not None
    assert whole is not None
    assert _floats(whole.gross, whole.net, whole.holidays) == [105, 98, 1]
    assert _floats(interrupted.gross, interrupted.net, interrupted.holidays) == [70, 70, 0]


def test_overlapping_interruptions_are_taken_off_once() -> None:
    found = _presence(**FEBRUARY, stage__interruptions="du 01/02/2027 au 05/02/2027 ; du 03/02/2027 au 12/02/2027")
    assert found.gross == 70


# ── schedules ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("written", ["3,5 h/jour", "3.5 h/j", "3h30 par jour", "3,50 heures par jour"])
def test_the_decimals_of_a_schedule_are_kept(written: str) -> None:
    found = _presence(stage__repartition=f"01/02/2027-05/02/2027 : {written} ; 15/02/2027-16/02/2027 : 7 h/jour")
    assert _floats(found.gross, found.days, found.hours_per_day) == [31.5, 7, None]


def test_a_schedule_without_its_hours_takes_those_of_the_week() -> None:
    found = _presence(
        stage__repartition="01/02/2027-12/02/2027 ; 01/03/2027-05/03/2027", stage__heures_hebdomadaires=30
    )
    assert _floats(found.gross, found.hours_per_day) == [90, 6]


def test_a_schedule_is_cut_to_the_dates_of_the_internship() -> None:
    found = _presence(**FEBRUARY, stage__repartition="22/02/2027-12/03/2027 : 7 h/jour")
    assert found.gross == 35


def test_a_schedule_alone_is_enough() -> None:
    found = _presence(stage__repartition="01/02/2027-05/02/2027 : 6 h/jour", stage__heures_hebdomadaires=None)
    assert found.gross == 30


def test_a_period_of_the_schedule_has_the_days_of_the_declared_week() -> None:
    six = facts({"stage.repartition": "01/02/2027-13/02/2027 : 7 h/jour ; 20/02/2027", "stage.jours_hebdomadaires": 6})
    five = facts({"stage.repartition": "01/02/2027-13/02/2027 : 7 h/jour ; 20/02/2027", "stage.jours_hebdomadaires": 5})
    assert [days_in_period(six, p) for p in six.schedule] == [12, 1]
    assert [days_in_period(five, p) for p in five.schedule] == [10, 1]


def test_a_saturday_that_is_scheduled_is_worked() -> None:
    assert _presence(stage__repartition="06/02/2027 : 8 h/jour ; 08/02/2027 : 4 h/jour").gross == 12


# ── what is not known ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cells",
    [
        {"stage.date_fin": None},
        {"stage.date_fin": "2027-01-01"},
        {"stage.date_fin": "2127-05-28"},
        {"stage.heures_hebdomadaires": None},
        {"stage.heures_hebdomadaires": 0},
        {"stage.heures_hebdomadaires": "beaucoup"},
        {"stage.jours_hebdomadaires": "quelques-uns"},
        {"stage.jours_hebdomadaires": 9},
        {"stage.interruptions": "oui"},
        {"stage.pays": "Syldavie"},
    ],
)
def test_nothing_is_computed_from_what_is_not_known(cells: dict[str, Any]) -> None:
    assert presence(facts(cells)) is None


def test_the_possible_days_run_from_monday_to_saturday() -> None:
    assert working_days(facts(FEBRUARY)) == 23
    assert working_days(facts({**FEBRUARY, "stage.interruptions": "du 01/02/2027 au 07/02/2027"})) == 17
    assert working_days(facts({**FEBRUARY, "stage.interruptions": "oui"})) is None


# ── what is said of it ────────────────────────────────────────────────────────────────────────────


def test_the_message_shows_the_computation() -> None:
    seen = facts({"stage.duree_heures": 400})
    found = presence(seen)
    assert found is not None
    assert (
        found.detail.fr.replace("\u00a0", " ") == "35 h par semaine sur 5 jours : 85 jours de 7 h, moins 3 jours fériés"
    )
    assert found.detail.en == "35 hours a week over 5 days: 85 days of 7 hours, less 3 public holidays"
    (hit,) = RULES["DUR-04"](seen, judge().catalogue["DUR-04"].parameters)
    said = finding(judge().catalogue["DUR-04"], hit, seen)
    assert found.detail.fr in said.message
    assert found.detail.en in said.message_en


def test_one_day_is_singular() -> None:
    found = _presence(stage__date_debut="2027-03-29", stage__date_fin="2027-03-29")
    assert found.detail.fr.replace("\u00a0", " ") == "35 h par semaine sur 5 jours : 1 jour de 7 h, moins 1 jour férié"
    assert found.detail.en.endswith("1 day of 7 hours, less 1 public holiday")


def test_the_example_of_a_schedule_that_the_message_gives_can_be_read() -> None:
    example = judge().catalogue["DUR-06"].parameters["exemple"].strip("«»\u00a0 ")
    seen = facts({"stage.repartition": example})
    assert [p.hours_per_day for p in seen.schedule] == [7, Decimal("3.5")]


# ── properties ────────────────────────────────────────────────────────────────────────────────────

_DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))
_WEEKS = st.sampled_from(["0,5", "1", "2", "2,5", "3", "4", "4,5", "5", "6", "7"])
_PLACES = st.sampled_from([
    {}, {"organisme.code_postal": "67000"}, {"stage.pays": "La Réunion"}, {"stage.pays": "Québec"},
    {"stage.pays": "Allemagne"}, {"stage.pays": "Japon"},
])  # fmt: skip


@st.composite
def _internships(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(_DAYS)
    return {
        "stage.date_debut": start,
        "stage.date_fin": start + timedelta(days=draw(st.integers(0, 400))),
        "stage.heures_hebdomadaires": draw(st.decimals("0.5", 60, places=1)).__float__(),
        "stage.jours_hebdomadaires": draw(_WEEKS),
        **draw(_PLACES),
    }


def _written(first: date, last: date) -> str:
    return f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}"


@settings(max_examples=150, deadline=None)
@given(_internships(), st.integers(0, 400), st.integers(0, 60))
def test_net_hours_never_exceed_gross_and_an_interruption_never_adds_any(
    cells: dict[str, Any], after: int, length: int
) -> None:
    found = _presence(**cells)
    least, most = extremes(facts(cells), found)
    assert 0 <= least <= found.net <= found.gross <= most
    first = cells["stage.date_debut"] + timedelta(days=after)
    less = presence(facts({**cells, "stage.interruptions": _written(first, first + timedelta(days=length))}))
    assert less is not None
    assert less.gross <= found.gross
    assert less.net <= found.net


@settings(max_examples=150, deadline=None)
@given(_internships(), st.integers(0, 400), st.integers(1, 60), st.data())
def test_an_interruption_in_two_adjacent_parts_is_one(
    cells: dict[str, Any], after: int, length: int, data: st.DataObject
) -> None:
    first = cells["stage.date_debut"] + timedelta(days=after)
    last = first + timedelta(days=length)
    cut = first + timedelta(days=data.draw(st.integers(0, length - 1)))
    one = facts({**cells, "stage.interruptions": _written(first, last)})
    parts = f"{_written(first, cut)} ; {_written(cut + timedelta(days=1), last)}"
    two = facts({**cells, "stage.interruptions": parts})
    assert len(two.interruptions) == 2
    assert presence(one) == presence(two)
    assert days_of_presence(one) == days_of_presence(two)
    assert working_days(one) == working_days(two)


_DAYS = st.dates(date(2026, 9, 1), date(2027, 9, 30))


@given(_DAYS, st.integers(0, 200), st.lists(st.tuples(_DAYS, st.integers(-3, 30)), max_size=3))
def test_the_possible_days_are_those_that_a_calendar_shows(
    start: date, length: int, away: list[tuple[date, int]]
) -> None:
    periods = tuple(Period(first, first + timedelta(days=days)) for first, days in away)
    seen = facts({"stage.date_debut": start, "stage.date_fin": start + timedelta(days=length)})
    values = {**seen.deposit.values, "stage.interruptions": periods}
    entry = dataclasses.replace(seen.entry, deposit=dataclasses.replace(seen.deposit, values=values))
    every = [start + timedelta(days=offset) for offset in range(length + 1)]
    possible = [d for d in every if d.weekday() < 6 and not any(p.start <= d <= p.end for p in periods)]
    assert working_days(Facts(entry, seen.tables, seen.settings)) == len(possible)
