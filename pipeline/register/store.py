"""The SQLite file and its transactions.

Two moments of a run write here: :meth:`Register.begin` (references, deposits and verdicts, before any document
is made) and :meth:`Register.end` (what has been made and told). A run killed between them is finished by the next one
under the same references.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipeline.codec import (
    pack_deposits,
    pack_findings,
    pack_values,
    unpack_deposits,
    unpack_findings,
    unpack_values,
)
from pipeline.desk.model import Event
from pipeline.dossiers import KnownDeposit, KnownDossier, Snapshot, identity
from pipeline.errors import SetupError
from pipeline.model import RETURNED, Companion, Deposit, Entry, Form, Layout, PastRun, Place, Source, Verdict
from pipeline.register.desk import DeskRecords
from pipeline.register.migrations import SCHEMA_VERSION, migrate


@dataclass(frozen=True, slots=True)
class Stored:
    """A dossier's current version as the register holds it."""

    digest: str
    number: int
    fingerprint: str
    verdict: tuple[str, str | None, str | None, str]
    """(status, model, zone, findings as JSON)."""
    documents: tuple[str, ...]
    context: str = ""
    """Hash of what other rows had contributed to the verdict."""

    @property
    def agreement_made(self) -> bool:
        """Whether the agreement is among the documents that have been made."""
        return any("/convention_" in path for path in self.documents)


@dataclass(frozen=True, slots=True)
class Held:
    """A version of a dossier, as the register holds it."""

    reference: str
    deposit: Deposit
    """Its values and cells; its layout has no column."""
    status: str
    active: bool
    """False when the dossier has been abandoned."""


@dataclass(frozen=True, slots=True)
class PastVersion:
    """One version of a dossier, the current one or an older one."""

    number: int
    deposit: Deposit
    """With the columns that its source asks when the register still holds the file; else its layout has none."""
    first_day: date
    """Day on which its deposit was first met."""
    folder: str
    status: str
    findings: str
    """JSON."""
    documents: tuple[str, ...]


_AT_HAND = 4
"""Files whose rows are kept in memory once they have been asked for."""


class Register(DeskRecords):
    """An open register. ``path=None`` is an empty one in memory, which nothing outlives (``check``)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._places: Mapping[str, int] | None = None
        self._opened: dict[int, Mapping[str, Deposit]] = {}

    def close(self) -> None:
        self._db.close()

    # ── reading ───────────────────────────────────────────────────────────────────────────────────

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

        What a returned workbook gave is kept under no fingerprint: it holds under any.
        """
        row = self._db.execute(
            "SELECT content FROM file WHERE sha256 = ? AND fingerprint IN (?, '')", (sha256, fingerprint)
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
                "inchangé",
                None,
                rows,
                tuple((r, t) for r, t in unread),
                tuple(notes),
            )
            for sheet, profile, rows, unread, notes in json.loads(heads)
        )
        return sources, unpack_deposits(blob, name)

    def current(self) -> Mapping[str, Stored]:
        """Return the current version of each dossier, by reference."""
        return {
            reference: Stored(
                digest, number, fingerprint, (status, model, zone, findings), tuple(json.loads(documents)), context
            )
            for reference, digest, number, fingerprint, status, model, zone, findings, documents, context in self._db.execute(
                "SELECT reference, digest, number, fingerprint, status, model, zone, findings, documents, context"
                " FROM version v WHERE number = (SELECT max(number) FROM version w WHERE w.reference = v.reference)"
            )
        }

    def held(self, references: Iterable[str]) -> list[Held]:
        """Return the current version of some dossiers, in the order of their references.

        A deposit recorded before the register kept values is left out: its file says it again.
        """
        found = []
        for reference in sorted(references):
            found += [
                Held(
                    reference, _remembered(content, digest, at, Place(file, sheet, line)), status, etape != "abandonné"
                )
                for digest, at, file, sheet, line, status, content, etape in self._db.execute(
                    "SELECT v.digest, v.deposited_at, v.file, v.sheet, v.line, status, content, etape FROM version v"
                    " JOIN dossier USING (reference) JOIN deposit d ON d.digest = v.digest"
                    " WHERE v.reference = ? AND content IS NOT NULL ORDER BY v.number DESC LIMIT 1",
                    (reference,),
                )
            ]
        return found

    def deposits(self, references: Iterable[str]) -> list[tuple[str, Deposit]]:
        """Return (reference, deposit) for every deposit of some dossiers, in the order of references and hashes."""
        found = []
        for reference in sorted(references):
            found += [
                (reference, _remembered(content, digest, at, Place(file, sheet, line)))
                for digest, at, file, sheet, line, content in self._db.execute(
                    "SELECT digest, deposited_at, file, sheet, line, content FROM deposit"
                    " WHERE reference = ? AND content IS NOT NULL ORDER BY digest",
                    (reference,),
                )
            ]
        return found

    def versions(self, reference: str) -> list[PastVersion]:
        """Return every version of a dossier, oldest first; one whose content the register never kept is left out."""
        rows = self._db.execute(
            "SELECT v.number, v.digest, v.deposited_at, v.file, v.sheet, v.line, v.status, v.findings, v.documents,"
            " d.first_day, d.content, folder FROM version v JOIN dossier USING (reference)"
            " JOIN deposit d ON d.digest = v.digest WHERE v.reference = ? ORDER BY v.number",
            (reference,),
        ).fetchall()
        whole = self.whole({row[1] for row in rows})
        found = []
        for number, digest, at, file, sheet, line, status, findings, documents, day, content, folder in rows:
            deposit = whole.get(digest)
            if deposit is None and content is not None:
                deposit = _remembered(content, digest, at, Place(file, sheet, line))
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

    def lives(self) -> Mapping[str, tuple[str, str]]:
        """Return the étape of each dossier and the day since which it is in it ("" when never told), by reference."""
        rows = self._db.execute("SELECT reference, etape, since FROM dossier ORDER BY reference")
        return {reference: (etape, since) for reference, etape, since in rows}

    def absent(self, references: Iterable[str]) -> list[tuple[Verdict, tuple[str, ...]]]:
        """Return the stored verdict of some dossiers, which no file of this run shows, and the documents made for each."""
        found = []
        for reference in sorted(references):
            row = self._db.execute(
                "SELECT v.number, v.digest, v.deposited_at, v.file, v.sheet, v.line, v.status, v.model, v.zone, v.findings,"
                " v.documents, v.context, folder, d.first_day, d.content FROM version v JOIN dossier USING (reference)"
                " JOIN deposit d ON d.digest = v.digest WHERE v.reference = ? AND d.content IS NOT NULL"
                " ORDER BY v.number DESC LIMIT 1",
                (reference,),
            ).fetchone()
            if row is None:
                continue  # recorded before the register kept values
            (
                number,
                digest,
                at,
                file,
                sheet,
                line,
                status,
                model,
                zone,
                findings,
                documents,
                context,
                folder,
                day,
                blob,
            ) = row
            deposit = _remembered(blob, digest, at, Place(file, sheet, line))
            entry = Entry(deposit, reference, "current", None, date.fromisoformat(day), number, folder)
            told = unpack_findings(findings, deposit.form)
            found.append((Verdict(entry, status, model, zone, told, context), tuple(json.loads(documents))))
        return found

    def _next_run(self) -> int:
        (last,) = self._db.execute("SELECT coalesce(max(number), 0) FROM run").fetchone()
        return int(last) + 1

    # ── writing ───────────────────────────────────────────────────────────────────────────────────

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
        with self._db:
            number = self._next_run()
            self._db.execute(
                "INSERT INTO run (number, run_id, day) VALUES (?, ?, ?)", (number, run_id, today.isoformat())
            )
            self._places, self._opened = None, {}
            for sha256, (sources, deposits) in files.items():
                heads = [[s.sheet, s.profile, s.rows, s.unread, s.notes] for s in sources]
                content = json.dumps(heads, ensure_ascii=False).encode() + b"\n" + pack_deposits(deposits)
                under = "" if any(s.profile in RETURNED for s in sources) else fingerprint
                self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?)", (sha256, under, content))
            kept = {digest for (digest,) in self._db.execute("SELECT digest FROM deposit WHERE content IS NOT NULL")}
            verdicts = list(verdicts)
            for verdict in verdicts:
                self._add_dossier(verdict.entry)
            for verdict in verdicts:
                if verdict.entry.deposit.digest not in kept:
                    self._add_deposit(verdict.entry, number, today)
                if verdict.entry.standing == "current":
                    self._add_version(verdict, fingerprint)
            self._tell(events, run_id)

    def end(
        self,
        run_id: str,
        documents: Mapping[tuple[str, int], Sequence[str]],
        events: Iterable[Event],
        etapes: Mapping[str, tuple[str, date]],
        totals: Mapping[str, int],
    ) -> None:
        """Record, in one transaction, what a run made, told and counted: a letter stands and is told, or neither.

        ``documents`` are the paths that stand in the outbox, by (reference, version); ``etapes`` the étape of each
        dossier and since when it is in it, by reference.
        """
        with self._db:
            self._made(documents)
            self._tell(events, run_id)
            self._db.executemany(
                "UPDATE dossier SET etape = ?, since = ? WHERE reference = ?",
                [(etape, since.isoformat(), reference) for reference, (etape, since) in etapes.items()],
            )
            self._db.execute(
                "UPDATE run SET totals = ? WHERE run_id = ?", (json.dumps(totals, ensure_ascii=False), run_id)
            )

    def made(self, documents: Mapping[tuple[str, int], Sequence[str]]) -> None:
        """Record which documents of each (reference, version) stand in the outbox."""
        with self._db:
            self._made(documents)

    def _made(self, documents: Mapping[tuple[str, int], Sequence[str]]) -> None:
        self._db.executemany(
            "UPDATE version SET documents = ? WHERE reference = ? AND number = ?",
            [(json.dumps(list(paths)), ref, number) for (ref, number), paths in documents.items()],
        )

    def add_documents(self, reference: str, paths: Iterable[str]) -> None:
        """Record that ``paths`` stand in the outbox beside the documents of the current version."""
        with self._db:
            number, documents = self._db.execute(
                "SELECT number, documents FROM version WHERE reference = ? ORDER BY number DESC LIMIT 1", (reference,)
            ).fetchone()
            self._db.execute(
                "UPDATE version SET documents = ? WHERE reference = ? AND number = ?",
                (json.dumps(sorted({*json.loads(documents), *paths})), reference, number),
            )

    def _add_dossier(self, entry: Entry) -> None:
        if entry.reference is None:
            return
        year, number = int(entry.reference[1:5]), int(entry.reference[6:])
        self._db.execute(
            "INSERT OR IGNORE INTO dossier (reference, year, number, folder) VALUES (?, ?, ?, ?)",
            (entry.reference, year, number, entry.folder),
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

    def _add_version(self, verdict: Verdict, fingerprint: str) -> None:
        entry, place = verdict.entry, verdict.place
        at = entry.deposit.deposited_at
        self._db.execute(
            "INSERT INTO version (reference, number, digest, deposited_at, file, sheet, line, fingerprint, status, model,"
            " zone, findings, context) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET file = excluded.file, sheet = excluded.sheet, line = excluded.line,"
            " fingerprint = excluded.fingerprint, status = excluded.status, model = excluded.model,"
            " zone = excluded.zone, findings = excluded.findings, context = excluded.context",
            (
                entry.reference, entry.version, entry.deposit.digest, at.isoformat() if at else None, place.file,
                place.sheet, place.row, fingerprint, verdict.status, verdict.model, verdict.zone,
                pack_findings(verdict.findings), verdict.context,
            ),
        )  # fmt: skip


def open_register(path: Path | None) -> Register:
    """Open the register at ``path``, made when it is not there; None opens an empty one in memory.

    Raises SetupError (status 2) when the file is no register, is damaged, or comes from a newer version.
    """
    name = str(path) if path else ":memory:"
    try:
        connection = sqlite3.connect(name, timeout=30)
        connection.execute("PRAGMA foreign_keys = ON")
        if path:
            connection.execute("PRAGMA journal_mode = WAL")
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not tables:
            _create(connection)
        (version,) = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise SetupError(
            name, "", "le registre ne peut pas être lu", "Mettez le fichier de côté et rétablissez sa copie."
        ) from error
    if int(version) > SCHEMA_VERSION:
        connection.close()
        raise SetupError(
            name, "version", f"registre d’une version plus récente ({version})", "Mettez le logiciel à jour."
        )
    migrate(connection, int(version))
    return Register(connection)


def _content(entry: Entry) -> bytes:
    """Return the row's own values and cells: what it has on loan is found again with its lender."""
    lent = {key for loan in entry.loans for key in loan.fields}
    values = {key: value for key, value in entry.deposit.values.items() if key not in lent} | dict(entry.own)
    cells = {key: value for key, value in entry.deposit.form.cells.items() if key not in lent or key in entry.own}
    return pack_values(values, cells)


def _remembered(content: bytes, digest: str, at: str | None, place: Place) -> Deposit:
    values, cells = unpack_values(content)
    form = Form(place, Layout("", 0, (), {}), cells, ())
    return Deposit(form, values, {}, digest, datetime.fromisoformat(at) if at else None)


def _create(connection: sqlite3.Connection) -> None:
    script = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
    with closing(connection.cursor()) as cursor:
        cursor.executescript(f"BEGIN; {script}")
        cursor.execute("INSERT INTO meta VALUES ('version', ?)", (str(SCHEMA_VERSION),))
        cursor.execute("COMMIT")


def stored_verdict(entry: Entry, stored: Stored, others: Mapping[str, tuple[Companion, ...]]) -> Verdict:
    """Return the verdict that the register holds for ``entry``, its findings on the cells where the rows stand now.

    ``others`` maps the rules across rows to the rows that they are about.
    """
    status, model, zone, findings = stored.verdict
    found = unpack_findings(findings, entry.deposit.form, others)
    return Verdict(entry, status, model, zone, found, stored.context)  # type: ignore[arg-type]
