"""What a run reads of the register, in sets: one question for many dossiers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from pipeline.codec import Reader, reader, unpack_deposits, unpack_findings, unpack_values
from pipeline.dossiers import KnownDeposit, KnownDossier, Snapshot
from pipeline.model import Deposit, Entry, Form, Layout, Model, PastRun, Place, Source, Status, Verdict
from pipeline.register.desk import DeskRecords
from pipeline.register.erasure import Marked, read_marks, tally
from pipeline.register.values import Held, LastNight, PastVersion, Stored, refused_under

_AT_HAND = 4
"""Files whose rows are kept in memory once they have been asked for."""


class Records(DeskRecords):
    """The part of the register that is only read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._places: Mapping[str, int] | None = None
        self._opened: dict[int, Mapping[str, Deposit]] = {}

    def snapshot(self) -> Snapshot:
        """Return what :func:`pipeline.dossiers.identify` has to know."""
        keys = dict(self._db.execute("SELECT key, reference FROM identity"))
        sirens: dict[str, set[str]] = {}
        for key, reference in keys.items():
            if key.startswith("S|"):
                sirens.setdefault(reference, set()).add(key.split("|")[2])
        return Snapshot(
            deposits={
                digest: KnownDeposit(reference, run, date.fromisoformat(day))
                for digest, reference, run, day in self._db.execute(
                    "SELECT digest, reference, first_run, first_day FROM deposit"
                )
            },
            dossiers={
                reference: KnownDossier(
                    reference, folder, digest, number, Place(file, sheet, line),
                    datetime.fromisoformat(at) if at else None, frozenset(sirens.get(reference, ())),
                )
                for reference, folder, digest, number, file, sheet, line, at in self._db.execute(
                    "SELECT reference, folder, digest, v.number, file, sheet, line, deposited_at"
                    " FROM dossier JOIN version v USING (reference)"
                    " WHERE v.number = (SELECT max(number) FROM version w WHERE w.reference = dossier.reference)"
                )
            },
            keys=keys,
            last_numbers=dict(self._db.execute("SELECT year, max(number) FROM dossier GROUP BY year")),
            next_run=self._next_run(),
        )  # fmt: skip

    def known_file(self, sha256: str, fingerprint: str, name: str) -> tuple[tuple[Source, ...], list[Deposit]] | None:
        """Return what the file of this content held when it was read under the same schemas; None if never.

        What a returned workbook gave is kept under no fingerprint: it holds under any. A file that was refused for what
        it costs is so under the same program too.
        """
        row = self._db.execute(
            "SELECT content FROM file WHERE sha256 = ? AND fingerprint IN (?, ?, '')",
            (sha256, fingerprint, refused_under(fingerprint)),
        ).fetchone()
        if row is None:
            return None
        heads, _, blob = bytes(row[0]).partition(b"\n")
        sources = tuple(
            Source(
                name,
                sheet,
                sha256,
                profile,
                "rejeté" if reason else "inchangé",
                reason[0] if reason else None,
                rows,
                tuple((r, t) for r, t in unread),
                tuple(notes),
            )
            for sheet, profile, rows, unread, notes, *reason in json.loads(heads)
        )
        return sources, unpack_deposits(blob, name)

    def current(self) -> Mapping[str, Stored]:
        """Return the current version of each dossier, by reference."""
        return {
            reference: Stored(
                digest, number, fingerprint, (status, model, zone, findings), tuple(json.loads(documents)), context, made_from
            )
            for (
                reference, digest, number, fingerprint, status, model, zone, findings, documents, context, made_from,
            ) in self._db.execute(
                "SELECT reference, digest, number, fingerprint, status, model, zone, findings, documents, context, made_from"
                " FROM version v WHERE number = (SELECT max(number) FROM version w WHERE w.reference = v.reference)"
            )
        }  # fmt: skip

    def held(self, references: Iterable[str]) -> list[Held]:
        """Return the current version of some dossiers, in the order of their references.

        A deposit recorded before the register kept values is left out: its file says it again.
        """
        read = reader()
        return [
            Held(
                reference,
                _remembered(content, read, digest, at, Place(file, sheet, line)),
                status,
                etape != "abandonné",
            )
            for reference, digest, at, file, sheet, line, status, content, etape in self._newest(
                references, "v.reference, v.digest, v.deposited_at, v.file, v.sheet, v.line, v.status, d.content, etape"
            )
        ]

    def deposits(self, references: Iterable[str]) -> list[tuple[str, Deposit]]:
        """Return (reference, deposit) for every deposit of some dossiers, in the order of references and hashes."""
        rows = self._db.execute(
            "SELECT reference, digest, deposited_at, file, sheet, line, content FROM deposit"
            " WHERE reference IN (SELECT value FROM json_each(?)) AND content IS NOT NULL ORDER BY reference, digest",
            (_set_of(references),),
        )
        read = reader()
        return [
            (reference, _remembered(content, read, digest, at, Place(file, sheet, line)))
            for reference, digest, at, file, sheet, line, content in rows
        ]

    def versions(self, reference: str) -> list[PastVersion]:
        """Return every version of a dossier, oldest first; one whose content the register never kept is left out."""
        rows = self._db.execute(
            "SELECT v.number, v.digest, v.deposited_at, v.file, v.sheet, v.line, v.status, v.findings, v.documents,"
            " d.first_day, d.content, folder FROM version v JOIN dossier USING (reference)"
            " JOIN deposit d ON d.digest = v.digest WHERE v.reference = ? ORDER BY v.number",
            (reference,),
        ).fetchall()
        whole = self.whole({row[1] for row in rows})
        found, read = [], reader()
        for number, digest, at, file, sheet, line, status, findings, documents, day, content, folder in rows:
            deposit = whole.get(digest)
            if deposit is None and content is not None:
                deposit = _remembered(content, read, digest, at, Place(file, sheet, line))
            if deposit is not None:
                made = tuple(json.loads(documents))
                first = date.fromisoformat(day)
                found.append(PastVersion(number, deposit, first, folder, status, findings, made))
        return found

    def whole(self, digests: Iterable[str]) -> Mapping[str, Deposit]:
        """Return, by digest, the deposits whose files the register holds, columns included; their places lack the file."""
        if self._places is None:
            rows = self._db.execute("SELECT rowid FROM file ORDER BY rowid DESC").fetchall()
            self._places = {digest: rowid for (rowid,) in rows for digest in self._unpacked(rowid)}
        places = self._places
        return {digest: self._unpacked(places[digest])[digest] for digest in digests if digest in places}

    def _unpacked(self, rowid: int) -> Mapping[str, Deposit]:
        """Return the deposits of one file by digest; the last few files are kept at hand."""
        if rowid not in self._opened:
            (content,) = self._db.execute("SELECT content FROM file WHERE rowid = ?", (rowid,)).fetchone()
            while len(self._opened) >= _AT_HAND:
                del self._opened[next(iter(self._opened))]
            blob = bytes(content).partition(b"\n")[2]
            self._opened[rowid] = {deposit.digest: deposit for deposit in unpack_deposits(blob, "")}
        return self._opened[rowid]

    def runs(self) -> tuple[PastRun, ...]:
        """Return the runs, the oldest first."""
        rows = self._db.execute("SELECT run_id, day, totals FROM run ORDER BY number")
        return tuple(PastRun(run_id, date.fromisoformat(day), json.loads(totals)) for run_id, day, totals in rows)

    def has_made(self) -> bool:
        """Tell whether a document of any dossier is known to stand in the outbox."""
        return self._db.execute("SELECT 1 FROM version WHERE documents <> '[]' LIMIT 1").fetchone() is not None

    def lives(self) -> Mapping[str, tuple[str, str]]:
        """Return the étape of each dossier and the day since which it is in it ("" when never told), by reference."""
        rows = self._db.execute("SELECT reference, etape, since FROM dossier ORDER BY reference")
        return {reference: (etape, since) for reference, etape, since in rows}

    def folders(self) -> Mapping[str, str]:
        """Return the folder of each dossier, a path under the outbox, by reference; "" when it was erased."""
        return dict(self._db.execute("SELECT reference, folder FROM dossier ORDER BY reference"))

    def absent(self, references: Iterable[str]) -> list[tuple[Verdict, tuple[str, ...]]]:
        """Return the stored verdict of some dossiers, which no file of this run shows, and the documents made for each.

        In the order of references; those recorded before the register kept values are left out.
        """
        rows = self._newest(
            references,
            "v.reference, v.number, v.digest, v.deposited_at, v.file, v.sheet, v.line, v.status, v.model, v.zone,"
            " v.findings, v.documents, v.context, folder, d.first_day, d.content",
        )
        read = reader()
        return [_absent(read, *row) for row in rows]

    def _newest(self, references: Iterable[str], columns: str) -> Iterator[Any]:
        """Yield ``columns`` of the newest version whose content was kept, of each dossier, in the order of references."""
        return self._db.execute(
            f"SELECT {columns} FROM version v JOIN dossier USING (reference) JOIN deposit d ON d.digest = v.digest"  # noqa: S608 (the column list is our own)
            " WHERE v.reference IN (SELECT value FROM json_each(?)) AND v.number ="
            " (SELECT max(w.number) FROM version w JOIN deposit e ON e.digest = w.digest"
            " WHERE w.reference = v.reference AND e.content IS NOT NULL) ORDER BY v.reference",
            (_set_of(references),),
        )

    def marked(self) -> Marked:
        """Return what tells a row that was erased."""
        return Marked(*read_marks(self._db))

    def tally(self) -> tuple[tuple[int, str, str, str, int], ...]:
        """Return (year, programme, what, value, number) of all that was erased."""
        return tally(self._db)

    def returned_books(self) -> frozenset[str]:
        """Return the hashes of the workbooks of ours that came back through the inbox."""
        return frozenset(sha256 for (sha256,) in self._db.execute("SELECT sha256 FROM file WHERE fingerprint = ''"))

    def revision(self) -> int:
        """Return how many times something has been written into the register."""
        (number,) = self._db.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return int(number)

    def last_night(self) -> LastNight | None:
        """Return what :meth:`Register.remember_night` kept last; None when it never did."""
        row = self._db.execute("SELECT value FROM meta WHERE key = 'last_night'").fetchone()
        return LastNight(*json.loads(row[0])) if row is not None else None

    def _next_run(self) -> int:
        (last,) = self._db.execute("SELECT coalesce(max(number), 0) FROM run").fetchone()
        return int(last) + 1


def _remembered(content: bytes, read: Reader, digest: str, at: str | None, place: Place) -> Deposit:
    values, cells = unpack_values(content, read)
    form = Form(place, Layout("", 0, (), {}), cells, ())
    return Deposit(form, values, {}, digest, datetime.fromisoformat(at) if at else None)


def _absent(
    read: Reader, reference: str, number: int, digest: str, at: str | None, file: str, sheet: str, line: int, status: Status,
    model: Model | None, zone: str | None, findings: str, documents: str, context: str, folder: str, day: str, blob: bytes,
) -> tuple[Verdict, tuple[str, ...]]:  # fmt: skip
    deposit = _remembered(blob, read, digest, at, Place(file, sheet, line))
    entry = Entry(deposit, reference, "current", None, date.fromisoformat(day), number, folder)
    told = unpack_findings(findings, deposit.form)
    return Verdict(entry, status, model, zone, told, context), tuple(json.loads(documents))


def _set_of(references: Iterable[str]) -> str:
    """Return the references as the JSON list that a query opens as a table."""
    return json.dumps(sorted(set(references)))
