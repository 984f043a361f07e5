"""When two cells say the same, and which column of a returned tab is which: whatever a spreadsheet does on saving."""

# ruff: noqa: DTZ001 (the cells of a spreadsheet have no time zone)

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.returned.cells import as_read, is_blank, same_cell
from pipeline.intake.returned.columns import match_columns
from pipeline.model import CellValue, ErrorCell

CELLS: st.SearchStrategy[CellValue] = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(-(10**16), 10**16),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2199, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(2199, 1, 1)),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(["#REF!", "#N/A"]).map(ErrorCell),
)


@given(CELLS)
def test_any_cell_is_the_same_as_itself(value: CellValue) -> None:
    assert same_cell(value, value)


@given(CELLS, CELLS, CELLS)
def test_to_be_the_same_is_an_equivalence(one: CellValue, two: CellValue, three: CellValue) -> None:
    assert same_cell(one, two) == same_cell(two, one)
    if same_cell(one, two) and same_cell(two, three):
        assert same_cell(one, three)


@given(CELLS)
def test_a_cell_saved_as_the_text_that_it_shows_has_not_changed(value: CellValue) -> None:
    assert same_cell(value, as_read(value))
    assert is_blank(value) == (as_read(value) == "")


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_two_numbers_are_the_same_only_when_they_are_equal(one: int, two: int) -> None:
    assert same_cell(one, two) == (one == two)
    assert same_cell(float(one), str(one))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (date(2027, 2, 3), datetime(2027, 2, 3)),
        (datetime(2027, 2, 3), "03/02/2027"),
        ("un\r\ndeux", "un\ndeux "),
        (4.5, "4,5"),
        (None, "\u00a0"),
        (time(8, 30), "08:30"),
    ],
)
def test_what_reads_the_same_is_the_same(one: CellValue, two: CellValue) -> None:
    assert same_cell(one, two)


@pytest.mark.parametrize(
    ("one", "two"), [("0612345678", 612345678), ("=1+1", 2), ("Aix", "AIX"), (None, 0), ("4.5", 4.5), (True, 1)]
)
def test_what_reads_otherwise_is_another(one: CellValue, two: CellValue) -> None:
    assert not same_cell(one, two)


LABELS = st.lists(st.sampled_from(["Nom", "Prénom", "Ville", "Durée", "Courriel", "SIRET"]), min_size=1, unique=True)


@given(LABELS, st.data())
def test_columns_are_found_wherever_they_were_moved(labels: list[str], data: st.DataObject) -> None:
    moved = data.draw(st.permutations([*labels, "Ma remarque"]))
    found = match_columns(labels, moved)
    assert {labels[here]: moved[there] for here, there in found.items()} == {label: label for label in labels}


def test_a_column_that_was_taken_away_is_not_replaced_by_its_neighbour() -> None:
    assert match_columns(["Nom", "Ville", "Durée"], ["Nom", "Durée"]) == {0: 0, 2: 1}


def test_columns_of_one_label_keep_their_order() -> None:
    assert match_columns(["Nom", "Nom"], ["Nom", "Autre", "Nom"]) == {0: 0, 1: 2}


def test_columns_of_one_label_are_told_apart_by_their_cells_when_they_changed_places() -> None:
    pairs = [(("DURAND", "PASQUIER"), ("PASQUIER", "DURAND")), (("ROUX", "MOREL"), ("MOREL", "ROUX-LEROY"))]
    assert match_columns(["Nom", "Nom"], ["Nom", "Nom"], pairs) == {0: 1, 1: 0}


def test_of_two_columns_of_one_label_the_one_that_is_left_is_known_by_its_cells() -> None:
    pairs = [(("DURAND", "PASQUIER"), ("PASQUIER",))]
    assert match_columns(["Nom", "Nom"], ["Nom"], pairs) == {1: 0}
    assert match_columns(["Nom", "Nom"], ["Nom"], [(("DURAND", "PASQUIER"), ("MOREL",))]) == {}
