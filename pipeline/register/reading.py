"""The register as a reader sees it: a copy in memory, so that looking changes nothing and waits for nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.request import pathname2url

from pipeline.codec import unpack_deposits
from pipeline.errors import SetupError
from pipeline.model import Layout
from pipeline.register.backup import backups_of, examine, version_of
from pipeline.register.erasure import Marked, read_marks
from pipeline.register.faults import RegisterDamagedError, fault_of
from pipeline.register.migrations import SCHEMA_VERSION, migrate
from pipeline.register.opening import newer, refused, vanished
from pipeline.register.store import Register


class RegisterCopy(Register):
    """A register to be read alone: what would be written into it is lost with it."""

    def is_sound(self) -> bool:
        """Tell whether SQLite's own check of every page, index and reference finds nothing."""
        whole = self._db.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        return whole and self._db.execute("PRAGMA foreign_key_check").fetchone() is None

    def layouts(self) -> Mapping[str, Layout]:
        """Return which columns the source of each deposit asked, by hash; none for a file that is no longer known."""
        found: dict[str, Layout] = {}
        for (content,) in self._db.execute("SELECT content FROM file ORDER BY rowid"):
            blob = bytes(content).partition(b"\n")[2]
            found.update({deposit.digest: deposit.form.layout for deposit in unpack_deposits(blob, "")})
        return found


def open_copy(path: Path, *, options: str = "") -> RegisterCopy:
    """Return a copy of the register at ``path`` as it stands now, brought to this version; the file stays as it is.

    Works while a run writes; ``options`` are those of the command line that lead to this register.
    Raises SetupError (status 2) when there is no register, or when it cannot be read.
    """
    if not path.exists() and backups_of(path):
        raise vanished(path, options)
    if not path.is_file():
        raise SetupError(
            str(path),
            "",
            "aucun registre à cet endroit",
            "Faites d’abord un traitement (conventions generate), ou indiquez le dossier de sortie avec --outbox.",
        )
    copy = None
    try:
        copy = _copied(path)
        version = version_of(copy)
        if version > SCHEMA_VERSION:
            raise newer(path, version, options)
        examine(copy)
        migrate(copy, version)
    except (sqlite3.Error, RegisterDamagedError) as error:
        if copy is not None:
            copy.close()
        raise refused(path, fault_of(error), None, options) from error
    return RegisterCopy(copy)


def marks_beside(path: Path) -> Marked:
    """Return what tells a row that the register at ``path`` has erased: nothing when there is none, or an older one.

    Raises SetupError (status 2) when it cannot be read: what was erased would come to light again.
    """
    if not path.is_file():
        return Marked("", ())
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(_address(path, how), uri=True, timeout=30)) as connection:
            kept = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'erased'").fetchone()
            return Marked(*read_marks(connection)) if kept else Marked("", ())
    except sqlite3.Error as error:
        raise refused(path, fault_of(error), None, "") from error


def _address(path: Path, how: str) -> str:
    return f"file:{pathname2url(str(path.resolve()))}?{how}"


def _copied(path: Path) -> sqlite3.Connection:
    """Return the database in memory.

    Without a journal beside the file nobody is writing: read as immutable, not even SQLite's own files are made.
    """
    journal = path.with_name(f"{path.name}-wal")
    if not journal.exists():
        copy = _backup(path, "immutable=1")
        if not journal.exists():
            return copy
        copy.close()  # a run has begun meanwhile: what was read may be torn
    return _backup(path, "mode=ro")


def _backup(path: Path, how: str) -> sqlite3.Connection:
    source = sqlite3.connect(_address(path, how), uri=True, timeout=30)
    copy = sqlite3.connect(":memory:")
    try:
        source.backup(copy)
    except BaseException:
        copy.close()
        raise
    finally:
        source.close()
    return copy
