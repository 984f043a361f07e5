"""A backup put back in the register's place; what stood there is put aside, never deleted."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.language import short_date
from pipeline.register.backup import aside, daily_backups, examine, replacing
from pipeline.register.faults import RegisterDamagedError, fault_of, reason_of


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    dossiers: int
    put_aside: Path | None
    """Where the register is now that was replaced; None when there was none."""


def restore(register: Path, day: date, today: date) -> Restored:
    """Put the backup of ``day`` in the place of ``register``, whole or not at all; the lock of the outbox is held.

    Ended between its two last steps, it leaves no register: opening refuses then, and the same command finishes.
    Raises SetupError (status 2) when there is no sound backup of that day, when another program holds the register open,
    or when nothing can be written.
    """
    backups = daily_backups(register)
    chosen = next((backup for backup in backups if backup.day == day), None)
    if chosen is None:
        known = ", ".join(f"{backup.day}" for backup in backups if not backup.fault)
        mend = f"Il y a celles-ci : {known}." if known else "Il n’y en a aucune."
        raise SetupError(str(register), "", f"il n’y a pas de sauvegarde du {short_date(day)}", mend)
    if chosen.fault:
        raise SetupError(str(chosen.path), "", chosen.fault, "Choisissez-en une autre : conventions register verify.")
    try:
        with replacing(register, chosen.path) as temporary:
            shutil.copyfile(chosen.path, temporary)
            put_aside = _put_aside(register, today)
    except (sqlite3.Error, OSError) as error:
        why = (
            fault_of(error).problem
            if isinstance(error, sqlite3.Error)
            else f"rien ne peut y être écrit ({reason_of(error)})"
        )
        mend = "Fermez les autres programmes, vérifiez les droits et la place libre, puis recommencez."
        raise SetupError(str(register), "", why, mend) from error
    return Restored(chosen.dossiers, put_aside)


def _put_aside(register: Path, today: date) -> Path | None:
    """Move the register that stands there into the folder of copies: in one file when it is sound, else as it is."""
    journal, shared = (register.with_name(f"{register.name}{end}") for end in ("-wal", "-shm"))
    target = None
    if register.exists():
        damaged = not _in_one_file(register)
        target = aside(register, today, damaged=damaged)
        target.parent.mkdir(mode=0o700, exist_ok=True)
    # The journal first: beside the backup, it would be taken for the backup's own.
    if journal.exists():
        journal.replace((target or aside(register, today, damaged=True)).with_suffix(".sqlite3-wal"))
    shared.unlink(missing_ok=True)
    if target is not None:
        register.replace(target)
    return target


def _in_one_file(register: Path) -> bool:
    """Bring the journal of a sound register into its file; False when it is damaged, and stays as it is."""
    try:
        with closing(sqlite3.connect(register, timeout=5)) as connection:
            examine(connection)
            connection.execute("PRAGMA journal_mode = DELETE")
    except RegisterDamagedError:
        return False
    except sqlite3.Error as error:
        if not fault_of(error).damaged:
            raise
        return False
    return True
