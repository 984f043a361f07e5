"""What the register knows of a night until its reports are published: a night killed before that has told nobody.

From its first transaction on, a night keeps beside the register's rows how the dossiers stood before it, and at its end
which messages it wrote. The next night takes this up: it tells what is new since the last published report, and writes
and tells again the messages that no list has shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pipeline.desk.model import Event
from pipeline.model import Verdict
from pipeline.register.desk import stored_value
from pipeline.register.records import Records

_KEY = "untold"
_AT_THE_END = ("lettre", "relance", "étape")
"""Words for what the end of a night tells: taken back when nobody was given its reports."""

Life = tuple[str, str, int, str]
"""Étape, day since which the dossier is in it, version, status."""


@dataclass(frozen=True, slots=True)
class Untold:
    """One or more nights in a row of which no report was published."""

    since: int
    """Number of the first run of them."""
    ended: str = ""
    """Name of the last of them when it came to its end but for the reports; "" when it was cut before."""
    messages: Sequence[str] = ()
    """Paths of the messages that it wrote."""
    past: Mapping[str, Life | None] = field(default_factory=dict)
    """How the dossiers stood that have changed since, by reference; None: they were not known."""


class Unfinished(Records):
    """The part of the register that outlives a night which is cut."""

    def untold(self) -> Untold | None:
        """Return what is known of nights whose reports were not published, None when those of the last one were."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
        if row is None:
            return None
        told = json.loads(row[0])
        past = {reference: tuple(life) if life else None for reference, life in told.pop("past").items()}
        return Untold(**told, past=past)

    def published(self) -> None:
        """Record that the reports of the last night stand: what it told is told. No news for anybody else."""
        with self._db:
            self._db.execute("DELETE FROM meta WHERE key = ?", (_KEY,))

    def take_back(self) -> None:
        """Take back, in one transaction, the messages that a night has told without publishing its reports.

        They are then neither told nor made: the night that follows writes and tells them.
        """
        untold = self.untold()
        if untold is None or not untold.ended:
            return
        with self._writing():
            places = ", ".join("?" * len(_AT_THE_END))
            self._db.execute(
                f"DELETE FROM event WHERE run >= ? AND what IN ({places})",  # noqa: S608 (question marks)
                (untold.since, *_AT_THE_END),
            )
            self._forget_paths(untold.messages)
            self._keep(Untold(untold.since, past=untold.past))

    def unfinished_runs(self) -> tuple[str, ...]:
        """Return the names of the runs whose reports were not published, the oldest first."""
        untold = self.untold()
        if untold is None:
            return ()
        rows = self._db.execute("SELECT run_id FROM run WHERE number >= ? ORDER BY number", (untold.since,))
        return tuple(run_id for (run_id,) in rows)

    def told_unfinished(self, what: str) -> frozenset[str]:
        """Return the dossiers of which a night that was cut has told ``what``: what goes with it may not stand."""
        untold = self.untold()
        if untold is None:
            return frozenset()
        rows = self._db.execute("SELECT reference FROM event WHERE run >= ? AND what = ?", (untold.since, what))
        return frozenset(reference for (reference,) in rows)

    # ── in the transactions of a night ────────────────────────────────────────────────────────────

    def _begin_untold(self, number: int, verdicts: Iterable[Verdict]) -> None:
        """Keep how the dossiers stand whose version or status the run ``number`` changes, before it does."""
        stand = self._lives()
        before = self.untold() or Untold(number)
        changed: dict[str, Life | None] = {}
        for verdict in verdicts:
            entry = verdict.entry
            if entry.standing != "current" or entry.reference is None:
                continue
            life = stand.get(entry.reference)
            if life is None or life[2:] != (entry.version, verdict.status):
                changed[entry.reference] = life
        self._keep(Untold(before.since, past={**changed, **before.past}))

    def _end_untold(self, run_id: str, messages: Iterable[str], etapes: Mapping[str, str]) -> None:
        """Keep how the dossiers stand whose étape the run changes, and which messages it wrote."""
        before = self.untold()
        if before is None:
            return
        stand = self._lives()
        changed = {ref: stand[ref] for ref, etape in etapes.items() if ref in stand and stand[ref][0] != etape}
        self._keep(Untold(before.since, run_id, sorted(messages), {**changed, **before.past}))

    def _new_events(self, events: Iterable[Event]) -> list[Event]:
        """Return ``events`` without those that a night which was cut has told already."""
        untold, events = self.untold(), list(events)
        if untold is None:
            return events
        rows = self._db.execute("SELECT reference, what, value, version FROM event WHERE run >= ?", (untold.since,))
        known = {(reference, what, value, version) for reference, what, value, version in rows}
        return [e for e in events if (e.reference, e.what, stored_value(e.value), e.version) not in known]

    def _keep(self, untold: Untold) -> None:
        text = json.dumps(asdict(untold), ensure_ascii=False)
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, text))

    def _lives(self) -> Mapping[str, Life]:
        rows = self._db.execute(
            "SELECT reference, etape, since, v.number, v.status FROM dossier JOIN version v USING (reference)"
            " WHERE v.number = (SELECT max(number) FROM version w WHERE w.reference = dossier.reference)"
        )
        return {reference: (etape, since, number, status) for reference, etape, since, number, status in rows}

    def _forget_paths(self, paths: Sequence[str]) -> None:
        """Forget that ``paths`` stand, of the current versions: an older one keeps what it is known to have had."""
        gone = set(paths)
        rows = self._db.execute(
            "SELECT reference, number, documents FROM version v WHERE documents LIKE '%.eml%'"
            " AND number = (SELECT max(number) FROM version w WHERE w.reference = v.reference)"
        )
        kept = [(ref, number, made, [p for p in made if p not in gone]) for ref, number, made in _decoded(rows)]
        self._db.executemany(
            "UPDATE version SET documents = ? WHERE reference = ? AND number = ?",
            [(json.dumps(rest), ref, number) for ref, number, made, rest in kept if rest != made],
        )


def _decoded(rows: Iterable[tuple[str, int, str]]) -> list[tuple[str, int, list[str]]]:
    return [(reference, number, json.loads(documents)) for reference, number, documents in rows]
