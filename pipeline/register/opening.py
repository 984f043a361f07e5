"""How a register is opened: sound, of this version and free to be written, or refused before anything is written."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import stat
from contextlib import ExitStack, closing
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.register.backup import (
    backups_of,
    copy_register,
    daily_backups,
    examine,
    folder_of,
    keep_damaged,
    version_of,
)
from pipeline.register.faults import Fault, RegisterDamagedError, fault_of, reason_of
from pipeline.register.migrations import SCHEMA_VERSION, migrate
from pipeline.register.store import Register

_PATIENCE = 30.0
"""Seconds that another program may keep the register to itself."""


def open_register(path: Path | None, *, group: str = "", options: str = "") -> Register:
    """Open the register at ``path``, made when it is not there; None opens an empty one in memory.

    ``group`` is the managers' Unix group that may read and write it, "" for the owner alone; ``options`` are those of the
    command line that lead to this register (:func:`options_of`).
    Raises SetupError (status 2) when the file is damaged, is no register, comes from a newer version, is held by another
    program, cannot be written, or is not there though its backups are. A damaged one is copied aside once. A register of
    an older version is brought to this one, after it has been copied aside.
    """
    if path is None:
        connection = sqlite3.connect(":memory:")
        _create(connection)
        migrate(connection, SCHEMA_VERSION)
        return Register(connection)
    _make_ready(path, group, options)
    with ExitStack() as opened:
        try:
            connection = opened.enter_context(closing(sqlite3.connect(path, timeout=_PATIENCE)))
            _examine_and_bring_forward(connection, path, options)
        except (sqlite3.Error, RegisterDamagedError, OSError) as error:
            fault = _unwritable(error) if isinstance(error, OSError) else fault_of(error)
            kept = keep_damaged(path) if fault.damaged and path.stat().st_size else None
            raise refused(path, fault, kept, options) from error
        opened.pop_all()
    return Register(connection)


def _examine_and_bring_forward(connection: sqlite3.Connection, path: Path, options: str) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    version = _examined(connection, path)
    if version is not None and version > SCHEMA_VERSION:
        raise newer(path, version, options)
    if version is not None:
        # May it be written, and does nobody else? BEGIN IMMEDIATE alone does not mind a disk that takes nothing.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE meta SET value = value WHERE key = 'version'")
        connection.execute("ROLLBACK")
    if version is not None and version < SCHEMA_VERSION:
        copy_register(path, folder_of(path) / f"version-{version}.sqlite3")
    connection.execute("PRAGMA journal_mode = WAL")
    if version is None:
        _create(connection)
    migrate(connection, version or SCHEMA_VERSION)


def options_of(outbox: Path, config: Path) -> str:
    """Return the options of the command line that lead to this register, without those that need not be said."""
    given = (("--outbox", outbox, "outbox"), ("--config", config, "conventions.toml"))
    return " ".join(f"{name} {shlex.quote(str(path))}" for name, path, usual in given if str(path) != usual)


def restore_command(day: str, options: str) -> str:
    """Return the command that puts the backup of ``day`` (AAAA-MM-JJ) back."""
    return " ".join(word for word in (f"conventions register restore {day}", options) if word)


def newer(path: Path, version: int, options: str) -> SetupError:
    """Return the refusal of a register that a newer version of this program has written."""
    mend = (
        "Mettez le logiciel à jour ; pour revenir à cette version-ci, rétablissez une sauvegarde d’avant la mise à jour"
    )
    return SetupError(
        str(path), "version", f"registre d’une version plus récente ({version})", f"{mend}. {_advice(path, options)}"
    )


def _make_ready(path: Path, group: str, options: str) -> None:
    """Make an empty file under the right permissions where there is none yet.

    A register that has vanished while its backups are there is not replaced by an empty one: every reference would be
    given again.
    """
    try:
        if path.exists() and not path.is_file():
            problem = "il y a là un dossier, ou autre chose qu’un fichier"
            raise SetupError(str(path), "", problem, "Indiquez un autre registre, ou retirez-le.")
        if not path.exists():
            if backups_of(path):
                raise vanished(path, options)
            path.touch(0o600)
        _give(path, group)
    except OSError as error:
        raise refused(path, _unwritable(error), None, options) from error


def vanished(path: Path, options: str) -> SetupError:
    """Return the refusal of a register that is not there while its backups are."""
    start = (
        f"Remettez-le en place ou rétablissez une sauvegarde (pour repartir de rien, mettez de côté {folder_of(path)})."
    )
    return refused(
        path, Fault("le registre n’est plus là, alors que ses sauvegardes existent", ""), None, options, start
    )


def _give(path: Path, group: str) -> None:
    """Give the register its rights, whatever the umask; they are those of SQLite's own files beside it."""
    rights = path.stat()
    if rights.st_uid != os.geteuid():
        return  # another account's: its owner gives the rights
    mode = 0o660 if group else 0o600
    if stat.S_IMODE(rights.st_mode) != mode:
        path.chmod(mode)
    if group:
        shutil.chown(path, group=group)


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return not tables


def _examined(connection: sqlite3.Connection, path: Path) -> int | None:
    """Return the version of a sound register, of a newer one whatever its tables are; None for one to be begun.

    A run that was killed while it made its register leaves it empty.
    """
    if _is_empty(connection):
        if backups_of(path):
            raise RegisterDamagedError("le registre est vide, alors que ses sauvegardes existent")
        return None
    version = version_of(connection)
    if version <= SCHEMA_VERSION:
        examine(connection)
    return version


def _unwritable(error: OSError) -> Fault:
    return Fault(
        f"rien ne peut être écrit dans le registre ({reason_of(error)})",
        "Vérifiez les droits du fichier, de son dossier et de ses sauvegardes, et la place libre.",
    )


def refused(path: Path, fault: Fault, kept: Path | None, options: str, first: str = "") -> SetupError:
    """Return the refusal: what is wrong, what is kept, and the last good backup with the command that puts it back.

    The command comes last: nothing stands after it that somebody would copy with it.
    """
    parts = [first, f"Il est gardé tel quel dans {kept}." if kept else "", fault.mend or _advice(path, options)]
    return SetupError(str(path), "", fault.problem, " ".join(part for part in parts if part))


def _advice(path: Path, options: str) -> str:
    try:
        sound = next((backup for backup in daily_backups(path) if not backup.fault), None)
    except OSError:
        sound = None
    if sound is None:
        return "Aucune sauvegarde saine n’est à côté : rétablissez celle de votre service informatique."
    many = f"{sound.dossiers} dossier{'s' if sound.dossiers > 1 else ''}"
    return f"Dernière sauvegarde saine : {sound.day:%d/%m/%Y} ({many}). Pour la rétablir : " + restore_command(
        sound.day.isoformat(), options
    )


def _create(connection: sqlite3.Connection) -> None:
    script = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
    with closing(connection.cursor()) as cursor:
        cursor.executescript(f"BEGIN; {script}")
        cursor.execute("INSERT INTO meta VALUES ('version', ?)", (str(SCHEMA_VERSION),))
        cursor.execute("COMMIT")
