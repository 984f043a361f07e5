"""What makes the register forget a dossier: everything of it but its number, and the marks by which it stays away."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from pipeline.codec import encode, pack_deposits, unpack_deposits
from pipeline.model import CellValue, Deposit
from pipeline.register.migrations import migrate

ERASED = "(effacé)"
"""What stands where something of an erased person was said."""
REASON = (
    "fiche effacée, à la demande ou au terme de sa durée de conservation : elle n’est plus traitée. "
    "Retirez cette ligne du fichier."
)
_ETAPE = "effacé"
_FORGET = (
    "DELETE FROM event WHERE reference = ?",
    "DELETE FROM version WHERE reference = ?",
    "DELETE FROM identity WHERE reference = ?",
    "DELETE FROM deposit WHERE reference = ?",
    # A decision for a host or a town holds for others: it stays.
    "DELETE FROM decision WHERE reach = 'ce dossier' AND reference = ?",
)
_KEY_BYTES = 32
_NO_REGISTER = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a copy that is empty, damaged, or something else."""
_KIND = 0xFF
"""The part of SQLite's extended codes that says what kind of error it is."""

Fact: TypeAlias = tuple[int, str, str, str]
Marks: TypeAlias = tuple[str, tuple[str, ...]]
"""(key, keyed hashes) of what was erased."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to be forgotten."""

    references: tuple[str, ...]
    facts: Mapping[str, Sequence[Fact]]
    """What is counted of each, by reference (pipeline/privacy/tally.py)."""
    hold: Callable[[str], bool]
    """Tells whether a text says something of the person."""
    day: date


class Marked:
    """The marks of what was erased: keyed hashes, which nobody can make without the register's own key."""

    def __init__(self, key: str, marks: Collection[str]) -> None:
        self._key, self._marks = key, frozenset(marks)

    def knows(self, deposit: Deposit) -> bool:
        """Tell whether a row was erased: its content as it was read, or the cells as they stand."""
        return bool(self._marks) and any(mark in self._marks for mark in marks_of(deposit, self._key))


def marks_of(deposit: Deposit, key: str) -> Iterable[str]:
    """Yield the keyed hashes of a row: of its content, which a new version of the program may read otherwise, and of its cells."""
    yield _mark(key, deposit.digest)
    cells = [*deposit.form.original]
    while cells and cells[-1] is None:
        cells.pop()
    if cells:
        yield _mark(key, _written(cells))


def _written(cells: Sequence[CellValue]) -> str:
    return json.dumps([encode(cell) for cell in cells], ensure_ascii=False)


def _mark(key: str, text: str) -> str:
    return hmac.new(bytes.fromhex(key), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def read_marks(connection: sqlite3.Connection) -> Marks:
    """Return the key and the marks of a register; ("", ()) while nothing was erased."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'erasure_key'").fetchone()
    marks = tuple(mark for (mark,) in connection.execute("SELECT mark FROM erased ORDER BY mark"))
    return (row[0] if row else "", marks)


def erase(path: Path, erasure: Erasure) -> Marks:
    """Forget the dossiers in the register ``path``, in one transaction, and leave none of it in the file's free pages.

    To be called with the lock held. Safe to repeat. Returns the marks that the register has then.
    """
    with closing(_opened(path)) as connection:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            _forget(connection, erasure, secrets.token_hex(_KEY_BYTES))
            marks = read_marks(connection)
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return marks


def erase_in_copy(path: Path, erasure: Erasure, marks: Marks) -> None:
    """Forget the dossiers in ``path``, a copy of the register that nobody writes into: replaced whole, or left as it is.

    ``marks`` are those of the register itself, so that a copy that is restored lets nothing in that it has erased. One
    that is no database, or is damaged, is removed.
    """
    aside = path.with_name(f".{path.name}.part")
    try:
        aside.touch(0o600)
        shutil.copyfile(path, aside)
        with closing(_opened(aside)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT OR REPLACE INTO meta VALUES ('erasure_key', ?)", (marks[0],))
                connection.executemany("INSERT OR IGNORE INTO erased VALUES (?)", [(mark,) for mark in marks[1]])
                _forget(connection, erasure, marks[0])
            connection.execute("VACUUM")
        shutil.copymode(path, aside)
        aside.replace(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & _KIND not in _NO_REGISTER:  # a full disk, a lock: to be tried again
            raise
        path.unlink()
    finally:
        for leftover in (aside, *(aside.with_name(f"{aside.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            leftover.unlink(missing_ok=True)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    connection.execute("PRAGMA secure_delete = ON")
    (version,) = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    migrate(connection, int(version))
    return connection


def _forget(connection: sqlite3.Connection, erasure: Erasure, new_key: str) -> None:
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('erasure_key', ?)", (new_key,))
    (key,) = connection.execute("SELECT value FROM meta WHERE key = 'erasure_key'").fetchone()
    references = [(reference,) for reference in erasure.references]
    held = _first("SELECT DISTINCT reference FROM version WHERE reference = ?", references, connection)
    digests = _first("SELECT digest FROM deposit WHERE reference = ?", references, connection)
    marks = {_mark(key, digest) for digest in digests}
    marks |= _forget_files(connection, digests, key, erasure.hold)
    connection.executemany("INSERT OR IGNORE INTO erased VALUES (?)", [(mark,) for mark in sorted(marks)])
    _count(connection, (fact for reference in sorted(held) for fact in erasure.facts.get(reference, ())))
    for statement in _FORGET:
        connection.executemany(statement, references)
    told = [(_ETAPE, erasure.day.isoformat(), reference) for (reference,) in references]
    connection.executemany(
        "UPDATE dossier SET folder = '', etape = ?, since = ? WHERE folder <> '' AND reference = ?", told
    )
    _scrub(connection, erasure.hold)
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")


def _first(query: str, parameters: Iterable[tuple[str]], connection: sqlite3.Connection) -> set[str]:
    """Return the first column of what ``query`` finds for each of ``parameters``."""
    return {value for one in parameters for (value,) in connection.execute(query, one)}


def _forget_files(
    connection: sqlite3.Connection, digests: Collection[str], key: str, hold: Callable[[str], bool]
) -> set[str]:
    """Take the rows out of what the register remembers of the files; return the marks of those rows."""
    marks: set[str] = set()
    for (rowid,) in connection.execute("SELECT rowid FROM file ORDER BY rowid").fetchall():
        (content,) = connection.execute("SELECT content FROM file WHERE rowid = ?", (rowid,)).fetchone()
        head, _, blob = bytes(content).partition(b"\n")
        heads, deposits = json.loads(head), unpack_deposits(blob, "")
        gone = [deposit for deposit in deposits if deposit.digest in digests]
        for deposit in gone:
            marks.update(marks_of(deposit, key))
        scrubbed = scrub(_without(heads, gone), hold)
        if gone or scrubbed != heads:
            kept = [deposit for deposit in deposits if deposit.digest not in digests]
            packed = json.dumps(scrubbed, ensure_ascii=False).encode() + b"\n" + pack_deposits(kept)
            connection.execute("UPDATE file SET content = ? WHERE rowid = ?", (packed, rowid))
    return marks


def _without(heads: Sequence[Sequence[Any]], gone: Sequence[Deposit]) -> list[list[Any]]:
    """Return what is told of the sheets of a file, the rows that are gone told as not read."""
    found = [list(head) for head in heads]
    sheets = [head[0] for head in found]
    for deposit in gone:
        place = deposit.form.place
        head = found[sheets.index(place.sheet) if place.sheet in sheets else 0]
        head[2] -= 1
        head[3] = sorted([*map(list, head[3]), [place.row, REASON]])
    return found


def _count(connection: sqlite3.Connection, facts: Iterable[Fact]) -> None:
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = number + excluded.number",
        [(*fact, number) for fact, number in sorted(Counter(facts).items())],
    )


def _scrub(connection: sqlite3.Connection, hold: Callable[[str], bool]) -> None:
    """Take the person's name out of what is told of others; a verdict that named her is found anew."""
    for rowid, findings in connection.execute("SELECT rowid, findings FROM version").fetchall():
        if hold(findings):
            connection.execute(
                "UPDATE version SET findings = ?, fingerprint = '' WHERE rowid = ?", (_scrubbed(findings, hold), rowid)
            )
    for rowid, value in connection.execute("SELECT rowid, value FROM event").fetchall():
        if hold(value):
            connection.execute("UPDATE event SET value = ? WHERE rowid = ?", (_scrubbed(value, hold), rowid))
    for key, value in connection.execute("SELECT key, value FROM meta WHERE value LIKE '{%'").fetchall():
        if hold(value):  # what a night that was cut keeps for the next one
            connection.execute("UPDATE meta SET value = ? WHERE key = ?", (_scrubbed(value, hold), key))
    for rowid, reason in connection.execute("SELECT rowid, reason FROM decision").fetchall():
        if hold(reason):
            connection.execute("UPDATE decision SET reason = ? WHERE rowid = ?", (ERASED, rowid))


def _scrubbed(text: str, hold: Callable[[str], bool]) -> str:
    return json.dumps(scrub(json.loads(text), hold), ensure_ascii=False)


def scrub(value: Any, hold: Callable[[str], bool]) -> Any:
    """Return a value of JSON in which every text that says something of the person is « (effacé) »."""
    if isinstance(value, str):
        return ERASED if hold(value) else value
    if isinstance(value, list):
        return [scrub(part, hold) for part in value]
    if isinstance(value, dict):
        return {key: scrub(part, hold) for key, part in value.items()}
    return value


def tally(connection: sqlite3.Connection) -> tuple[tuple[int, str, str, str, int], ...]:
    """Return (year, programme, what, value, number) of all that was erased."""
    rows = connection.execute("SELECT year, programme, what, value, number FROM tally ORDER BY 1, 2, 3, 4")
    return tuple(rows)
