"""The SQLite file and its transactions.

A run writes here before any document is made (:meth:`Register.begin`: references, deposits and verdicts), whenever a
batch of documents is whole (:meth:`Register.made`), and when all is done (:meth:`Register.end`: what was told). A run
that is killed between them is finished by the next one under the same references: what was recorded as made from the
verdict of the night stands, and the rest is made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pipeline.codec import pack_deposits, pack_findings, pack_values
from pipeline.desk.model import Event
from pipeline.dossiers import identity
from pipeline.model import RETURNED, Deposit, Entry, Source, Verdict
from pipeline.register.unfinished import Unfinished
from pipeline.register.values import refused_under, stored_key


class Register(Unfinished):
    """An open register. ``path=None`` is an empty one in memory, which nothing outlives (``check``)."""

    def close(self) -> None:
        self._db.close()

    def begin(
        self,
        run_id: str,
        today: date,
        fingerprint: str,
        files: Mapping[str, tuple[Sequence[Source], Sequence[Deposit]]],
        verdicts: Iterable[Verdict],
        events: Iterable[Event] = (),
    ) -> None:
        """Record, in one transaction, the files read, every dossier with its verdict, and what is told of them.

        ``files`` maps the hash of each file read by this run to what it held. What was told or decided before without
        being kept is kept with it.
        """
        with self._writing():
            number = self._add_run(run_id, today)
            verdicts, events = list(verdicts), self._new_events(events)
            self._begin_untold(number, verdicts)
            self._places, self._opened = None, {}
            for sha256, (sources, deposits) in files.items():
                heads = [[s.sheet, s.profile, s.rows, s.unread, s.notes, *filter(None, [s.reason])] for s in sources]
                content = json.dumps(heads, ensure_ascii=False).encode() + b"\n" + pack_deposits(deposits)
                refused = refused_under(fingerprint) if any(s.state == "rejeté" for s in sources) else fingerprint
                under = "" if any(s.profile in RETURNED for s in sources) else refused
                self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?)", (sha256, under, content))
            kept = {digest for (digest,) in self._db.execute("SELECT digest FROM deposit WHERE content IS NOT NULL")}
            self._add_dossiers(verdict.entry for verdict in verdicts)
            for verdict in verdicts:
                if verdict.entry.deposit.digest not in kept:
                    self._add_deposit(verdict.entry, number, today)
            self._add_versions((v for v in verdicts if v.entry.standing == "current"), fingerprint)
            self._tell(events, run_id)

    def end(
        self,
        run_id: str,
        documents: Mapping[tuple[str, int], Sequence[str]],
        events: Iterable[Event],
        etapes: Mapping[str, tuple[str, date]],
        totals: Mapping[str, int],
        messages: Iterable[str] = (),
    ) -> None:
        """Record, in one transaction, what a run made, told and counted: a letter stands and is told, or neither.

        ``documents`` are the paths that stand in the outbox, by (reference, version); ``etapes`` the étape of each
        dossier and since when it is in it, by reference; ``messages`` the paths of the messages that the run wrote.
        """
        with self._writing():
            self._end_untold(run_id, messages, {reference: etape for reference, (etape, _) in etapes.items()})
            self._made(documents)
            self._tell(events, run_id)
            self._db.executemany(
                "UPDATE dossier SET etape = :etape, since = :since"
                " WHERE reference = :reference AND (etape <> :etape OR since <> :since)",
                [
                    {"reference": reference, "etape": etape, "since": since.isoformat()}
                    for reference, (etape, since) in etapes.items()
                ],
            )
            self._db.execute("UPDATE run SET totals = ? WHERE run_id = ?", (_totals(totals), run_id))

    def made(self, documents: Mapping[tuple[str, int], Sequence[str]]) -> None:
        """Record, in one transaction, which documents stand of each (reference, version): all, or those of one batch.

        They are taken to be made from the verdict that :meth:`begin` recorded. Before :meth:`end`, the messages are left
        out: they are written again by whoever finishes the night, and told with it. What a plan removes is removed
        before this is called, so that nothing stands that the register has forgotten.
        """
        with self._writing():
            self._made(documents)

    def _made(self, documents: Mapping[tuple[str, int], Sequence[str]]) -> None:
        # Where ``made_from`` is told it is the key of the verdict beside it: _add_versions sees to that.
        self._db.executemany(
            "UPDATE version SET documents = :documents,"
            " made_from = verdict_key(status, model, zone, findings, context, digest)"
            " WHERE reference = :reference AND number = :number AND (documents <> :documents OR made_from = '')",
            [
                {"documents": json.dumps(list(paths)), "reference": reference, "number": number}
                for (reference, number), paths in documents.items()
            ],
        )

    def record_quiet(self, run_id: str, today: date, totals: Mapping[str, int]) -> None:
        """Record, in one transaction, a run that found nothing new and changed nothing.

        It leaves the revision as it is: were it killed before its report, the next one repeats the same night.
        """
        with self._db:
            number = self._add_run(run_id, today)
            self._db.execute("UPDATE run SET totals = ? WHERE number = ?", (_totals(totals), number))

    def remember_night(self, key: str, run_id: str) -> None:
        """Keep, beside the revision that the register has now, what the night ``run_id`` depended on besides it.

        This is no news for anybody: it leaves the revision as it is.
        """
        night = json.dumps([key, run_id, self.revision()])
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('last_night', ?)", (night,))

    def add_documents(self, reference: str, paths: Iterable[str]) -> None:
        """Record that ``paths`` stand in the outbox beside the documents of the current version."""
        with self._writing():
            number, documents = self._db.execute(
                "SELECT number, documents FROM version WHERE reference = ? ORDER BY number DESC LIMIT 1", (reference,)
            ).fetchone()
            self._db.execute(
                "UPDATE version SET documents = ? WHERE reference = ? AND number = ?",
                (json.dumps(sorted({*json.loads(documents), *paths})), reference, number),
            )

    def _add_run(self, run_id: str, today: date) -> int:
        number = self._next_run()
        self._db.execute("INSERT INTO run (number, run_id, day) VALUES (?, ?, ?)", (number, run_id, today.isoformat()))
        return number

    def _add_dossiers(self, entries: Iterable[Entry]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO dossier (reference, year, number, folder) VALUES (?, ?, ?, ?)",
            [
                (entry.reference, int(entry.reference[1:5]), int(entry.reference[6:]), entry.folder)
                for entry in entries
                if entry.reference is not None
            ],
        )

    def _add_deposit(self, entry: Entry, run: int, today: date) -> None:
        deposit = entry.deposit
        at, place = deposit.deposited_at, deposit.place
        self._db.execute(
            "INSERT INTO deposit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET file = excluded.file,"
            " deposited_at = excluded.deposited_at, sheet = excluded.sheet, line = excluded.line, content = excluded.content",
            (
                deposit.digest, entry.reference, run, today.isoformat(), at.isoformat() if at else None, place.file,
                place.sheet, place.row, _content(entry),
            ),
        )  # fmt: skip
        self._db.executemany(
            "INSERT OR IGNORE INTO identity VALUES (?, ?)",
            [(key, entry.reference) for key in identity(deposit).keys],
        )

    def _add_versions(self, verdicts: Iterable[Verdict], fingerprint: str) -> None:
        """Record the verdicts of current rows.

        A new version takes over the documents of the one before, which stand until the night has made its own or
        removed them. The documents of a verdict that has changed are of another one from now on, whatever a night that
        is cut short makes of them.
        """
        self._db.executemany(
            "INSERT INTO version (reference, number, digest, deposited_at, file, sheet, line, fingerprint, status, model,"
            " zone, findings, context, documents) VALUES (:reference, :number, :digest, :at, :file, :sheet, :line,"
            " :fingerprint, :status, :model, :zone, :findings, :context, coalesce((SELECT documents FROM version p"
            " WHERE p.reference = :reference AND p.number < :number ORDER BY p.number DESC LIMIT 1), '[]'))"
            " ON CONFLICT DO UPDATE SET file = excluded.file, sheet = excluded.sheet, line = excluded.line,"
            " fingerprint = excluded.fingerprint, status = excluded.status, model = excluded.model,"
            " zone = excluded.zone, findings = excluded.findings, context = excluded.context,"
            " made_from = CASE made_from WHEN :key THEN made_from ELSE '' END"
            " WHERE (version.file, version.sheet, version.line, version.fingerprint, made_from)"
            " IS NOT (:file, :sheet, :line, :fingerprint, :key)",
            [_version(verdict, fingerprint) for verdict in verdicts],
        )


def _version(verdict: Verdict, fingerprint: str) -> Mapping[str, str | int | None]:
    entry, place = verdict.entry, verdict.place
    at, digest, findings = entry.deposit.deposited_at, entry.deposit.digest, pack_findings(verdict.findings)
    return {
        "reference": entry.reference,
        "number": entry.version,
        "digest": digest,
        "at": at.isoformat() if at else None,
        "file": place.file,
        "sheet": place.sheet,
        "line": place.row,
        "fingerprint": fingerprint,
        "status": verdict.status,
        "model": verdict.model,
        "zone": verdict.zone,
        "findings": findings,
        "context": verdict.context,
        "key": stored_key(verdict.status, verdict.model, verdict.zone, findings, verdict.context, digest),
    }


def _totals(totals: Mapping[str, int]) -> str:
    return json.dumps(totals, ensure_ascii=False)


def _content(entry: Entry) -> bytes:
    """Return the row's own values and cells: what it has on loan is found again with its lender."""
    lent = {key for loan in entry.loans for key in loan.fields}
    values = {key: value for key, value in entry.deposit.values.items() if key not in lent} | dict(entry.own)
    cells = {key: value for key, value in entry.deposit.form.cells.items() if key not in lent or key in entry.own}
    return pack_values(values, cells)
