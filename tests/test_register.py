"""The register: what is written is read back, two moments of writing, and files that cannot be used."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codec import decode, encode, pack_deposits, unpack_deposits
from pipeline.config import AcademicYear
from pipeline.desk.model import Decision, Event
from pipeline.dossiers import identify
from pipeline.errors import SetupError
from pipeline.model import ErrorCell, Loan, Period, Schedule, Source, Verdict
from pipeline.register import open_register
from pipeline.register.migrations import MIGRATIONS, SCHEMA_VERSION
from pipeline.register.values import LastNight, stored_key, verdict_key
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


_VERSION_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES ('version', '1');
CREATE TABLE run (number INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, day TEXT NOT NULL) STRICT;
CREATE TABLE file (sha256 TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, content BLOB NOT NULL) STRICT;
CREATE TABLE deposit (digest TEXT PRIMARY KEY, reference TEXT NOT NULL, first_run INTEGER NOT NULL, first_day TEXT NOT NULL) STRICT;
CREATE TABLE dossier (reference TEXT PRIMARY KEY, year INTEGER NOT NULL, number INTEGER NOT NULL, folder TEXT NOT NULL,
    etape TEXT NOT NULL DEFAULT 'déposé', UNIQUE (year, number)) STRICT;
CREATE TABLE identity (key TEXT PRIMARY KEY, reference TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE version (reference TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, deposited_at TEXT,
    file TEXT NOT NULL, sheet TEXT NOT NULL, line INTEGER NOT NULL, fingerprint TEXT NOT NULL, status TEXT NOT NULL,
    model TEXT, zone TEXT, findings TEXT NOT NULL, documents TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (reference, number)) STRICT;
INSERT INTO run VALUES (1, '20261120T020000Z', '2026-11-20');
INSERT INTO dossier VALUES ('C2026-000001', 2026, 1, 'dossiers/2026-2027/C2026-000001_DURAND', 'déposé');
INSERT INTO deposit VALUES ('{digest}', 'C2026-000001', 1, '2026-11-20');
INSERT INTO version VALUES ('C2026-000001', 1, '{digest}', NULL, 'a.xlsx', 'F', 2, 'old', 'prêt', 'français', 'FR_METRO_DROM_COM', '[]',
    '["x.docx"]');
"""
"""What version 1 of the program wrote."""


def test_a_register_of_an_earlier_version_is_brought_forward_and_keeps_what_it_knows(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    connection = sqlite3.connect(path)
    connection.executescript(_VERSION_1.format(digest=deposit().digest))
    connection.close()
    register = open_register(path)
    stored = register.current()["C2026-000001"]
    assert (stored.documents, stored.context, stored.fingerprint) == (("x.docx",), "", "old")
    assert register.held(["C2026-000001"]) == []  # no content yet: its file says it again
    verdicts = _verdicts(deposit())
    register.begin("20261121T020000Z", TODAY, "f", {}, verdicts)
    (held,) = register.held(["C2026-000001"])
    assert held.deposit.values == verdicts[0].entry.deposit.values
    register.close()
    assert open_register(path).current().keys() == {"C2026-000001"}


def _as_of(path: Path, version: int) -> None:
    """Write the register that version ``version`` of the program would have made of the first one."""
    connection = sqlite3.connect(path)
    connection.create_function("verdict_key", 6, stored_key)
    connection.executescript(_VERSION_1.format(digest=deposit().digest))
    for step in range(1, version):
        for statement in MIGRATIONS[step]:
            connection.execute(statement)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'version'", (str(version),))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_what_an_older_register_holds_as_made_is_not_made_again(version: int, tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    _as_of(path, version)
    (verdict,) = _verdicts(deposit())
    with closing(open_register(path)) as register:
        stored = register.current()["C2026-000001"]
        assert (stored.made_from, stored.documents) == (verdict_key(verdict), ("x.docx",))
        assert register.revision() == 0
        assert register.last_night() is None


def _shape(path: Path) -> set[tuple[str, ...]]:
    """Return the columns of every table, and of every index that has a name of ours."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            *connection.execute("SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_xinfo(m.name) c"),
            *connection.execute(
                "SELECT m.name, i.name FROM sqlite_master m, pragma_index_info(m.name) i WHERE sql <> ''"
            ),
        }


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_older_register_has_the_tables_and_indexes_of_a_new_one(version: int, tmp_path: Path) -> None:
    _as_of(tmp_path / "old.sqlite3", version)
    for name in ("old", "new"):
        open_register(tmp_path / f"{name}.sqlite3").close()
    assert _shape(tmp_path / "old.sqlite3") == _shape(tmp_path / "new.sqlite3")


def test_what_is_recorded_as_made_is_of_the_verdict_that_the_run_began_with(tmp_path: Path) -> None:
    with closing(open_register(tmp_path / "r.sqlite3")) as register:
        (ready,) = _verdicts(deposit())
        of = {("C2026-000001", 1): ["x.docx"]}
        register.begin("20261121T020000Z", TODAY, "f", {}, [ready])
        assert register.current()["C2026-000001"].made_from == ""
        register.made(of)
        assert register.current()["C2026-000001"].made_from == verdict_key(ready)
        register.begin("20261122T020000Z", TODAY, "other schemas, the same verdict", {}, [ready])
        assert register.current()["C2026-000001"].made_from == verdict_key(ready)
        doubtful = dataclasses.replace(ready, status="à vérifier")
        assert verdict_key(doubtful) != verdict_key(ready)
        register.begin("20261123T020000Z", TODAY, "f", {}, [doubtful])
        register.begin("20261124T020000Z", TODAY, "f", {}, [ready])  # both were killed: who knows what they have made
        stored = register.current()["C2026-000001"]
        assert (stored.made_from, stored.documents) == ("", ("x.docx",))
        register.end("20261124T020000Z", of, (), {}, {})
        assert register.current()["C2026-000001"].made_from == verdict_key(ready)


@pytest.mark.parametrize("change", [{"model": "bilingue"}, {"zone": None}, {"context": "c"}, {"status": "refusé"}])
def test_the_key_of_a_verdict_changes_with_each_of_its_parts(change: dict[str, Any]) -> None:
    (verdict,) = _verdicts(deposit())
    assert verdict_key(dataclasses.replace(verdict, **change)) != verdict_key(verdict)


def test_a_new_version_has_the_documents_of_the_one_before_until_it_has_its_own(tmp_path: Path) -> None:
    with closing(open_register(tmp_path / "r.sqlite3")) as register:
        register.begin("20261121T020000Z", TODAY, "f", {}, _verdicts(deposit(stage__sujet="Ancien")))
        register.made({("C2026-000001", 1): ["x.docx", "annexe.docx"]})
        (entry,) = identify([deposit(stage__sujet="Nouveau", row=3)], register.snapshot(), TODAY, YEARS)
        register.begin("20261122T020000Z", TODAY, "f", {}, [Verdict(entry, "prêt", "français", None, ())])
        stored = register.current()["C2026-000001"]
        assert (stored.number, stored.documents, stored.made_from) == (2, ("x.docx", "annexe.docx"), "")
        register.made({("C2026-000001", 2): ["x.docx"]})
        assert register.current()["C2026-000001"].documents == ("x.docx",)


def test_whatever_is_written_raises_the_revision_by_one_and_reading_does_not(tmp_path: Path) -> None:
    with closing(open_register(tmp_path / "r.sqlite3")) as register:
        assert (register.revision(), register.last_night()) == (0, None)
        event = Event("C2026-000001", "envoyee_le", TODAY, datetime(2026, 11, 21, 9))  # noqa: DTZ001 (a spreadsheet's clock)
        decision = Decision(
            "C2026-000001", "ETS-04", "accepté", "Vu", "Zoé", TODAY, "ce dossier", "", "C2026-000001", event.at
        )
        of = {("C2026-000001", 1): ["x.docx"]}
        writings: list[Callable[[], None]] = [
            lambda: register.begin("20261121T020000Z", TODAY, "f", {}, _verdicts(deposit())),
            lambda: register.made(of),
            lambda: register.tell([event]),
            lambda: register.decide([decision]),
            lambda: register.add_documents("C2026-000001", ["y.docx"]),
            lambda: register.end("20261121T020000Z", of, [event], {"C2026-000001": ("prêt", TODAY)}, {"rows": 1}),
        ]
        for number, write in enumerate(writings, 1):
            write()
            assert register.revision() == number
        register.record_quiet("20261122T020000Z", TODAY, {"rows": 1})  # no news for anybody
        register.remember_night("key", "20261122T020000Z")
        assert register.last_night() == LastNight("key", "20261122T020000Z", len(writings))
        register.snapshot(), register.current(), register.told(), register.lives()
        assert register.revision() == len(writings)
        assert [(run.run_id, run.totals) for run in register.runs()] == [
            ("20261121T020000Z", {"rows": 1}),
            ("20261122T020000Z", {"rows": 1}),
        ]
        with pytest.raises(sqlite3.IntegrityError):
            register.record_quiet("20261122T020000Z", TODAY, {})  # a name that a run has already
        assert register.revision() == len(writings)


def test_the_register_answers_for_a_set_of_dossiers_in_the_order_of_references(tmp_path: Path) -> None:
    with closing(open_register(tmp_path / "r.sqlite3")) as register:
        rows = [deposit(row=n, formulaire__identifiant=f"FC-{n}", etudiant__numero=f"2200000{n}") for n in range(2, 5)]
        verdicts = _verdicts(*rows)
        register.begin("20261121T020000Z", TODAY, "f", {}, verdicts)
        asked = [verdict.entry.reference or "" for verdict in reversed(verdicts)][:2]
        assert [held.reference for held in register.held(asked)] == sorted(asked)
        assert [verdict.entry.reference for verdict, _ in register.absent(asked)] == sorted(asked)
        assert [reference for reference, _ in register.deposits(asked)] == sorted(asked)
        assert not register.held([])
        assert not register.absent([])
        assert not register.deposits(["C2026-009999"])


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_rows_of_a_file_are_read_back_one_by_one_and_share_what_is_written_alike(number: int) -> None:
    rows = [deposit(row=n, stage__sujet="[« a, b », {]") for n in range(2, 2 + number)]
    again = unpack_deposits(pack_deposits(rows), "a.xlsx")
    assert again == rows
    for value in ("stage.sujet", "stage.date_debut"):
        assert len({id(one.values[value]) for one in again}) <= 1


def test_what_was_told_of_some_dossiers_is_given_in_order_and_apart(tmp_path: Path) -> None:
    with closing(open_register(tmp_path / "r.sqlite3")) as register:
        rows = [deposit(row=n, formulaire__identifiant=f"FC-{n}", etudiant__numero=f"2200000{n}") for n in (2, 3)]
        register.begin("20261121T020000Z", TODAY, "f", {}, _verdicts(*rows))
        first, second = "C2026-000001", "C2026-000002"
        at = datetime(2026, 11, 21, 9)  # noqa: DTZ001 (a spreadsheet's clock)
        told = [
            Event(first, "envoyee_le", TODAY, at),
            Event(second, "note", "b", at),
            Event(first, "envoyee_le", None, at),
        ]
        register.tell(told)
        assert register.events_of([second, first, "C2026-000009"]) == {
            first: [told[0], told[2]],
            second: [told[1]],
            "C2026-000009": [],
        }
        assert register.events(first) == [told[0], told[2]]


def test_the_register_remembers_each_version_of_a_dossier_and_not_what_it_has_on_loan(tmp_path: Path) -> None:
    register = open_register(tmp_path / "r.sqlite3")
    (first,) = _verdicts(deposit(stage__sujet="Ancien"))
    register.begin("20261121T020000Z", TODAY, "f", {}, [first])
    lent = dataclasses.replace(
        identify([deposit(stage__sujet="Nouveau", row=3)], register.snapshot(), TODAY, YEARS)[0],
        loans=(Loan(("organisme.raison_sociale",), first.place, None),),
    )
    register.begin("20261122T020000Z", TODAY, "f", {}, [Verdict(lent, "refusé", "français", None, ())])
    known = {d.values["stage.sujet"]: d.values.keys() for _, d in register.deposits(["C2026-000001"])}
    assert {subject: "organisme.raison_sociale" in keys for subject, keys in known.items()} == {
        "Ancien": True,
        "Nouveau": False,
    }
    (current,) = register.held(["C2026-000001"])
    assert (current.deposit.values["stage.sujet"], current.status, current.active) == ("Nouveau", "refusé", True)
    register.close()
