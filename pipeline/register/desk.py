"""What managers and the program told of the dossiers: events and decisions, added and never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from typing import Any

from pipeline.codec import decode, encode
from pipeline.desk.model import Decision, Event, Told
from pipeline.model import Place, Value

_EVENT = "reference, what, value, at, who, version, file, sheet, line"


def _event(row: Sequence[Any]) -> Event:
    reference, what, value, at, who, version, file, sheet, line = row
    place = Place(file, sheet, line) if file is not None else None
    return Event(reference, what, decode(json.loads(value)), datetime.fromisoformat(at), who, version, place)


def _decision(row: Sequence[Any]) -> Decision:
    reference, rule, choice, reason, by, day, reach, judged, target, at = row
    return Decision(
        reference, rule, choice, reason, by, date.fromisoformat(day), reach, judged, target, datetime.fromisoformat(at)
    )


class DeskRecords:
    """The part of the register that belongs to the desk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def told(self) -> Mapping[str, Told]:
        """Return the state of each dossier of which something was told: the last event of each word, not taken back."""
        found: dict[str, dict[str, Event]] = {}
        for row in self._db.execute(
            f"SELECT {_EVENT} FROM event e WHERE e.number ="  # noqa: S608 (the column list is our own)
            " (SELECT max(number) FROM event f WHERE f.reference = e.reference AND f.what = e.what)"
        ):
            event = _event(row)
            if event.value is not None:
                found.setdefault(event.reference, {})[event.what] = event
        return found

    def events(self, reference: str) -> list[Event]:
        """Return everything that was told of a dossier, in order."""
        return self.events_of([reference])[reference]

    def events_of(self, references: Iterable[str]) -> dict[str, list[Event]]:
        """Return everything that was told of each of some dossiers, in order; nothing was told of some: []."""
        found: dict[str, list[Event]] = {reference: [] for reference in references}
        rows = self._db.execute(
            f"SELECT {_EVENT} FROM event WHERE reference IN (SELECT value FROM json_each(?)) ORDER BY number",  # noqa: S608 (the column list is our own)
            (json.dumps(list(found)),),
        )
        for row in rows:
            event = _event(row)
            found[event.reference].append(event)
        return found

    def decisions(self) -> tuple[Decision, ...]:
        """Return the decisions in force: the last of each (target, rule), unless it takes back the one before."""
        rows = self._db.execute(
            "SELECT reference, rule, choice, reason, by, day, reach, judged, target, at FROM decision d"
            " WHERE number = (SELECT max(number) FROM decision e WHERE e.target = d.target AND e.rule = d.rule)"
            " AND choice <> 'à revoir' ORDER BY number"
        )
        return tuple(_decision(row) for row in rows)

    def decisions_on(self, reference: str) -> list[Decision]:
        """Return every decision taken before a dossier, in order."""
        rows = self._db.execute(
            "SELECT reference, rule, choice, reason, by, day, reach, judged, target, at FROM decision"
            " WHERE reference = ? ORDER BY number",
            (reference,),
        )
        return [_decision(row) for row in rows]

    def tell(self, events: Iterable[Event], run_id: str | None = None, *, kept: bool = True) -> None:
        """Add what was told, in order. ``kept=False``: it is kept with the next thing that is, or not at all."""
        with self._writing() if kept else nullcontext():
            self._tell(events, run_id)

    def decide(self, decisions: Iterable[Decision], *, kept: bool = True) -> None:
        """Add decisions, in order. ``kept=False``: they are kept with the next thing that is, or not at all."""
        with self._writing() if kept else nullcontext():
            self._decide(decisions)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep what is written within, in one transaction that raises the revision by one; or nothing of it."""
        with self._db:
            yield
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")

    def _tell(self, events: Iterable[Event], run_id: str | None) -> None:
        (run,) = self._db.execute("SELECT max(number) FROM run WHERE run_id = ?", (run_id,)).fetchone()
        self._db.executemany(
            "INSERT INTO event (reference, what, value, at, who, version, file, sheet, line, run)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    e.reference, e.what, stored_value(e.value), e.at.isoformat(), e.who, e.version,
                    *((e.place.file, e.place.sheet, e.place.row) if e.place else (None, None, None)), run,
                )
                for e in events
            ],
        )  # fmt: skip

    def _decide(self, decisions: Iterable[Decision]) -> None:
        self._db.executemany(
            "INSERT INTO decision (reference, rule, choice, reason, by, day, reach, judged, target, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    d.reference, d.rule, d.choice, d.reason, d.by, d.on.isoformat(), d.reach, d.judged, d.target,
                    d.at.isoformat(),
                )
                for d in decisions
            ],
        )  # fmt: skip


def stored_value(value: Value | None) -> str:
    """Return the value of an event as its column holds it."""
    return json.dumps(encode(value), ensure_ascii=False)
