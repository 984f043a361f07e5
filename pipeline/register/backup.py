"""Copies of the register in a folder beside it: one a day, one before each change of version, and what was put aside."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path
from urllib.request import pathname2url

from pipeline.register.faults import RegisterDamagedError, fault_of, reason_of
from pipeline.register.migrations import SCHEMA_VERSION

_DAILY = re.compile(r"\d{4}-\d\d-\d\d\.sqlite3")
_BEFORE = re.compile(r"version-\d+\.sqlite3")
_DAMAGED = "endommage_"
"""How the name of a copy begins that was taken of a damaged register: it may not open."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A daily copy of the register."""

    path: Path
    day: date
    dossiers: int
    fault: str
    """What is wrong with it, in French; "" when it is sound and of a version that this program reads."""


def folder_of(register: Path) -> Path:
    """Return the folder of the copies of ``register``, beside it; it need not be there."""
    return register.with_name(f"{register.name}.sauvegardes")


def backups_of(register: Path) -> list[Path]:
    """Return every copy of ``register`` that can be opened as one, also older versions and those put aside, by name.

    Whoever removes a person from the register removes them from these as well; for the rest: :func:`damaged_of`.
    """
    return sorted(p for p in folder_of(register).glob("[!.]*.sqlite3") if not p.name.startswith(_DAMAGED))


def damaged_of(register: Path) -> list[Path]:
    """Return the copies of damaged registers, their journals included: they hold personal data and may not open."""
    return sorted(folder_of(register).glob(f"{_DAMAGED}*"))


def daily_backups(register: Path) -> list[Backup]:
    """Return the daily copies, each examined, the newest first."""
    found = [path for path in backups_of(register) if _DAILY.fullmatch(path.name)]
    return [_examined(path) for path in reversed(found)]


def _examined(path: Path) -> Backup:
    day = date.fromisoformat(path.stem)
    try:
        return Backup(path, day, examine_copy(path), "")
    except (sqlite3.Error, RegisterDamagedError) as error:
        return Backup(path, day, 0, fault_of(error).problem)


def examine_copy(path: Path) -> int:
    """Return how many dossiers a copy holds; nothing of it is changed.

    Raises RegisterDamagedError or sqlite3.Error when it cannot take the register's place.
    """
    address = f"file:{pathname2url(str(path.resolve()))}?immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as copy:
        examine(copy)
        if version_of(copy) > SCHEMA_VERSION:
            raise RegisterDamagedError(f"d’une version plus récente ({version_of(copy)})")
        (dossiers,) = copy.execute("SELECT count(*) FROM dossier").fetchone()
    return int(dossiers)


def examine(connection: sqlite3.Connection) -> None:
    """Look at every page of a register: 0.06 s for the 73 MB of 10 000 dossiers.

    Raises RegisterDamagedError when it is none or a page is bad, sqlite3.Error when it cannot be read at all.
    """
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise RegisterDamagedError("le registre est endommagé")
    version_of(connection)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"run", "file", "deposit", "dossier", "identity", "version"} <= tables:
        raise RegisterDamagedError("ce fichier est celui d’un autre programme")


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of a register. Raises RegisterDamagedError when it is none."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    try:
        (version,) = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
        return int(version)
    except (sqlite3.OperationalError, TypeError, ValueError) as error:
        problem = "ce fichier est celui d’un autre programme" if tables else "le registre est vide"
        raise RegisterDamagedError(problem) from error


# ── making them ───────────────────────────────────────────────────────────────────────────────────


def keep_daily(register: Path | None, days: int, today: date) -> tuple[str, ...]:
    """Copy ``register`` once for ``today``, before a run has written; the newest ``days`` copies are kept, 0: none is made.

    Return French notices: a copy that fails is told and does not end the night. A register without a run has nothing
    that could be lost.
    """
    if register is None or not days:
        return ()
    target = folder_of(register) / f"{today.isoformat()}.sqlite3"
    try:
        if target.exists() or not _has_run(register):
            return ()
        copy_register(register, target)
        _prune(register, days, target)
    except (sqlite3.Error, RegisterDamagedError, OSError) as error:
        why = reason_of(error) if isinstance(error, OSError) else fault_of(error).problem
        notice = f"La sauvegarde quotidienne du registre n’a pas pu être faite dans {target.parent} ({why})"
        return (f"{notice} ; le traitement a continué. Vérifiez la place libre et les droits de ce dossier.",)
    return ()


def copy_register(register: Path, target: Path) -> None:
    """Copy ``register``, whatever is written meanwhile, to ``target``: verified, whole or not at all, under its rights.

    Raises RegisterDamagedError when the copy is not sound, sqlite3.Error or OSError when it cannot be made.
    """
    with (
        replacing(target, register) as temporary,
        closing(sqlite3.connect(register, timeout=30)) as source,
        closing(sqlite3.connect(temporary)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, which needs no other beside it
        examine(copy)


def copy_file(source: Path, target: Path, like: Path) -> None:
    """Copy the file ``source`` to ``target`` as it is, whole or not at all, under the rights of ``like``."""
    with replacing(target, like) as temporary:
        shutil.copyfile(source, temporary)


def keep_damaged(register: Path) -> Path | None:
    """Copy a damaged register with its journal, once for each content; None when there is no room for it.

    Called before SQLite, closing the file, may write its journal into it.
    """
    try:
        with register.open("rb") as stream:
            name = f"{_DAMAGED}{file_digest(stream, 'sha256').hexdigest()[:12]}.sqlite3"
        kept = folder_of(register) / name
        if not kept.exists():
            journal = register.with_name(f"{register.name}-wal")
            if journal.exists():
                copy_file(journal, kept.with_name(f"{name}-wal"), register)
            copy_file(register, kept, register)
    except OSError:
        return None
    return kept


def aside(register: Path, today: date, *, damaged: bool) -> Path:
    """Return a free name in the folder of copies for a register that another one replaces."""
    beginning = f"{_DAMAGED if damaged else 'remplace_'}{today.isoformat()}"
    folder, number = folder_of(register), 1
    while (found := folder / f"{beginning}{f'-{number}' if number > 1 else ''}.sqlite3").exists():
        number += 1
    return found


def _has_run(register: Path) -> bool:
    with closing(sqlite3.connect(register, timeout=30)) as connection:
        return connection.execute("SELECT 1 FROM run LIMIT 1").fetchone() is not None


def _prune(register: Path, days: int, newest: Path) -> None:
    """Remove the oldest daily copies, never the one just made, and the copies of older versions that they outlive."""
    daily = [p for p in backups_of(register) if _DAILY.fullmatch(p.name) and p != newest]
    surplus = daily[: max(0, len(daily) + 1 - days)]
    for path in surplus:
        path.unlink(missing_ok=True)
    if surplus:
        oldest = min(path.stat().st_mtime for path in (*daily[len(surplus) :], newest))
        for path in backups_of(register):
            if _BEFORE.fullmatch(path.name) and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


@contextmanager
def replacing(target: Path, like: Path) -> Iterator[Path]:
    """Lend a file beside ``target`` that takes its name, on the disk and under the rights of ``like``, or vanishes."""
    rights = like.stat()
    folder = target.parent
    if not folder.exists():
        folder.mkdir()
        _give(folder, rights, 0o2770 if rights.st_mode & 0o060 else 0o700)
    for leftover in folder.glob(".*.sqlite3.*.part*"):
        leftover.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=folder)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _give(temporary, rights, rights.st_mode & 0o660)
        _flush(temporary)
        temporary.replace(target)
        _flush(folder)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _give(path: Path, rights: os.stat_result, mode: int) -> None:
    if path.stat().st_gid != rights.st_gid:
        shutil.chown(path, group=rights.st_gid)
    path.chmod(mode)


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
