"""Answers of returned follow-up workbooks, merged three ways: nothing is lost, nothing is overwritten unseen."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.merging import merge
from pipeline.model import Value
from tests.desk.told import MORNING, NOON, REFERENCE, columns, edit, event

_answers: st.SearchStrategy[Value | None] = st.none() | st.booleans() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
VERSIONS = {REFERENCE: 2}


def test_an_answer_becomes_an_event_of_the_current_version() -> None:
    merged = merge([edit("rc", date(2027, 8, 31))], {}, VERSIONS, columns())
    (told,) = merged.events
    assert (told.what, told.value, told.version, told.who) == ("rc", date(2027, 8, 31), 2, "Jeanne Roux")
    assert merged.told[REFERENCE]["rc"] == told
    assert merged.refusals == ()


def test_a_cleared_answer_takes_back_what_was_told() -> None:
    told = {REFERENCE: {"rc": event("rc", True)}}
    merged = merge([edit("rc", None, shown=True)], told, VERSIONS, columns())
    assert [e.value for e in merged.events] == [None]
    assert "rc" not in merged.told[REFERENCE]


def test_two_managers_answering_the_same_cell_otherwise_are_a_conflict_that_shows_both_values() -> None:
    first = edit("cpam", True, at=MORNING, file="suivi_jeanne.xlsx")
    second = edit("cpam", False, at=NOON, file="suivi_paul.xlsx", who="Paul Ozanne")
    for order in ([first, second], [second, first]):
        merged = merge(order, {}, VERSIONS, columns())
        assert [e.value for e in merged.events] == [True]
        (refusal,) = merged.refusals
        assert refusal.place.file == "suivi_paul.xlsx"
        assert "« non »" in refusal.reason
        assert "de Jeanne Roux : « reçu »" in refusal.reason


def test_two_managers_answering_other_cells_or_the_same_thing_are_none() -> None:
    edits = [
        edit("cpam", True, file="a.xlsx"),
        edit("cpam", True, at=NOON, file="b.xlsx"),
        edit("ceam", True, at=NOON, file="b.xlsx"),
    ]
    merged = merge(edits, {}, VERSIONS, columns())
    assert {e.what for e in merged.events} == {"cpam", "ceam"}
    assert merged.refusals == ()


def test_an_unknown_dossier_is_refused() -> None:
    merged = merge([edit("cpam", True, reference="C2026-009999")], {}, VERSIONS, columns())
    assert "n’est pas dans le registre" in merged.refusals[0].reason
    assert merged.events == ()


@given(_answers, _answers, _answers)
def test_an_answer_is_taken_or_already_there_or_refused_and_never_silently_lost(
    now: Value | None, shown: Value | None, asked: Value | None
) -> None:
    told = {REFERENCE: {"rc": event("rc", now)}} if now is not None else {}
    merged = merge([edit("rc", asked, shown=shown)], told, VERSIONS, columns())
    after = merged.told.get(REFERENCE, {}).get("rc")
    value = after.value if after is not None else None
    if merged.refusals:
        assert value == now
        assert not merged.events
    elif now is not None or shown is not asked:
        assert value == asked or (now is None and asked == shown)


@given(st.lists(st.tuples(st.sampled_from(["rc", "cpam"]), _answers), max_size=4))
def test_the_same_workbook_read_twice_changes_nothing_the_second_time(answers: list[tuple[str, Value | None]]) -> None:
    edits = [edit(what, value) for what, value in dict(answers).items()]
    once = merge(edits, {}, VERSIONS, columns())
    again = merge(edits, once.told, VERSIONS, columns())
    assert again.events == ()
    assert again.refusals == ()
