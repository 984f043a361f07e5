"""The SQLite file and its transactions.

Two moments of a run write here: :meth:`Register.begin` (references, deposits and verdicts, before any document
is made) and :meth:`Register.made` (what has been made). A run killed between them is finished by the next one
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

from pipeline.codec import pack_deposits, pack_findings, unpack_deposits, unpack_findings
from pipeline.dossiers import KnownDeposit, KnownDossier, Snapshot, identity
from pipeline.errors import SetupError
from pipeline.model import Deposit, Entry, Place, Source, Verdict

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Stored:
    """A dossier's current version as the register holds it."""

    digest: str
    number: int
    fingerprint: str
    verdict: tuple[str, str | None, str | None, str]
    """(status, model, zone, findings as JSON)."""
    documents: tuple[str, ...]


class Register:
    """An open register. ``path=None`` is an empty one in memory, which nothing outlives (``check``)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

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
        """Return what the file of this content held when it was read under the same schemas; None if never."""
        row = self._db.execute(
            "SELECT content FROM file WHERE sha256 = ? AND fingerprint = ?", (sha256, fingerprint)
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
                digest, number, fingerprint, (status, model, zone, findings), tuple(json.loads(documents))
            )
            for reference, digest, number, fingerprint, status, model, zone, findings, documents in self._db.execute(
                "SELECT reference, digest, number, fingerprint, status, model, zone, findings, documents FROM version v"
                " WHERE number = (SELECT max(number) FROM version w WHERE w.reference = v.reference)"
            )
        }

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
    ) -> None:
        """Record, in one transaction, the files read and every dossier with its verdict.

        ``files`` maps the hash of each file read by this run to what it held.
        """
        with self._db:
            number = self._next_run()
            self._db.execute("INSERT INTO run VALUES (?, ?, ?)", (number, run_id, today.isoformat()))
            for sha256, (sources, deposits) in files.items():
                heads = [[s.sheet, s.profile, s.rows, s.unread, s.notes] for s in sources]
                content = json.dumps(heads, ensure_ascii=False).encode() + b"\n" + pack_deposits(deposits)
                self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?)", (sha256, fingerprint, content))
            verdicts = list(verdicts)
            for verdict in verdicts:
                self._add_dossier(verdict.entry)
            for verdict in verdicts:
                self._add_deposit(verdict.entry, number, today)
                if verdict.entry.standing == "current":
                    self._add_version(verdict, fingerprint)

    def made(self, documents: Mapping[tuple[str, int], Sequence[str]]) -> None:
        """Record which documents of each (reference, version) stand in the outbox."""
        with self._db:
            self._db.executemany(
                "UPDATE version SET documents = ? WHERE reference = ? AND number = ?",
                [(json.dumps(list(paths)), ref, number) for (ref, number), paths in documents.items()],
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
        self._db.execute(
            "INSERT OR IGNORE INTO deposit VALUES (?, ?, ?, ?)",
            (deposit.digest, entry.reference, run, today.isoformat()),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO identity VALUES (?, ?)",
            [(key, entry.reference) for key in identity(deposit).keys],
        )

    def _add_version(self, verdict: Verdict, fingerprint: str) -> None:
        entry, place = verdict.entry, verdict.place
        at = entry.deposit.deposited_at
        self._db.execute(
            "INSERT INTO version (reference, number, digest, deposited_at, file, sheet, line, fingerprint, status, model,"
            " zone, findings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET file = excluded.file, sheet = excluded.sheet, line = excluded.line,"
            " fingerprint = excluded.fingerprint, status = excluded.status, model = excluded.model,"
            " zone = excluded.zone, findings = excluded.findings",
            (
                entry.reference, entry.version, entry.deposit.digest, at.isoformat() if at else None, place.file,
                place.sheet, place.row, fingerprint, verdict.status, verdict.model, verdict.zone,
                pack_findings(verdict.findings),
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
    return Register(connection)


def _create(connection: sqlite3.Connection) -> None:
    script = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
    with closing(connection.cursor()) as cursor:
        cursor.executescript(f"BEGIN; {script}")
        cursor.execute("INSERT INTO meta VALUES ('version', ?)", (str(SCHEMA_VERSION),))
        cursor.execute("COMMIT")


def stored_verdict(entry: Entry, stored: Stored) -> Verdict:
    """Return the verdict that the register holds for ``entry``, its findings on the cells where the row stands now."""
    status, model, zone, findings = stored.verdict
    return Verdict(entry, status, model, zone, unpack_findings(findings, entry.deposit.form))  # type: ignore[arg-type]
