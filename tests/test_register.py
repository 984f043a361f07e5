"""The register: what is written is read back, two moments of writing, and files that cannot be used."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codec import decode, encode, pack_deposits, unpack_deposits
from pipeline.config import AcademicYear
from pipeline.dossiers import identify
from pipeline.errors import SetupError
from pipeline.model import ErrorCell, Period, Schedule, Source, Verdict
from pipeline.register import open_register
from tests.deposits import deposit
from tests.rules.forms import entry

TODAY = date(2026, 11, 21)
YEARS = AcademicYear((9, 1), (9, 30))
_periods = st.builds(Period, st.dates(), st.dates(), st.none() | st.decimals(0, 24, places=1))
_values = st.one_of(
    st.text(), st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.dates(), st.datetimes(),
    st.times(), st.timedeltas(timedelta(0), timedelta(days=999)), st.builds(ErrorCell, st.text(max_size=8)), st.none(),
    st.lists(_periods, max_size=3).map(tuple), st.lists(st.sampled_from(["FR", "MA"]), max_size=2).map(tuple),
    st.builds(Schedule, st.text(), st.lists(_periods, max_size=2).map(tuple)),
)  # fmt: skip


@given(_values)
def test_a_value_is_read_back_as_it_was(value: object) -> None:
    written = json.loads(json.dumps(encode(value)))  # type: ignore[arg-type]
    assert decode(written) == value
    assert type(decode(written)) is type(value)


def test_the_deposits_of_a_file_are_read_back_at_their_places_under_another_name() -> None:
    first = entry({"stage.interruptions": "du 1er au 7 mars 2027", "stage.duree_heures": "#REF!"}).deposit
    (again,) = unpack_deposits(pack_deposits([first]), "autre.xlsx")
    assert again.place.file == "autre.xlsx"
    assert (again.values, again.unreadable, again.digest) == (first.values, first.unreadable, first.digest)
    assert again.form.addresses("stage.pays") == first.form.addresses("stage.pays")


def _verdicts(*rows: object) -> list[Verdict]:
    entries = identify(list(rows), open_register(None).snapshot(), TODAY, YEARS)  # type: ignore[arg-type]
    return [Verdict(e, "prêt", "français", "FR_METRO_DROM_COM", ()) for e in entries]


def test_what_a_run_began_is_known_to_the_next_one_even_when_nothing_was_made(tmp_path: Path) -> None:
    register = open_register(tmp_path / "r.sqlite3")
    (verdict,) = _verdicts(deposit())
    source = Source("a.xlsx", "F", "abc", "imprime_contact", "lu", rows=1)
    register.begin("20261121T020000Z", TODAY, "f", {"abc": ([source], [verdict.entry.deposit])}, [verdict])
    register.close()  # killed here: no document was made
    later = open_register(tmp_path / "r.sqlite3")
    snapshot = later.snapshot()
    (again,) = identify([deposit()], snapshot, date(2026, 12, 1), YEARS)
    assert (again.reference, again.first_judged, again.version) == ("C2026-000001", TODAY, 1)
    assert later.current()["C2026-000001"].documents == ()
    later.made({("C2026-000001", 1): ["x.docx"]})
    assert later.current()["C2026-000001"].documents == ("x.docx",)
    known = later.known_file("abc", "f", "b.xlsx")
    assert known is not None
    assert known[0][0].state == "inchangé"
    assert later.known_file("abc", "other schemas", "b.xlsx") is None
    later.close()


def test_a_register_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    open_register(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '99'")
    connection.close()
    with pytest.raises(SetupError, match="plus récente"):
        open_register(path)


def test_a_damaged_register_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(SetupError):
        open_register(path)
    assert path.read_bytes().startswith(b"not a database")


def test_amounts_keep_their_cents_in_the_register() -> None:
    assert decode(encode(Decimal("4.50"))) == Decimal("4.50")
    assert str(decode(encode(Decimal("4.50")))) == "4.50"
    assert decode(encode(datetime.fromisoformat("2026-11-02T09:00"))) == datetime.fromisoformat("2026-11-02T09:00")
