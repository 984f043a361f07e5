"""What is wrong with a register, in French: one line that says what, and what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the register or of its disk."""

    problem: str
    mend: str
    damaged: bool = False
    """The file itself is bad: only a backup mends it."""


class RegisterDamagedError(Exception):
    """The file is there and is no sound register; the message says in French what it is instead."""


_DAMAGED = Fault("le registre est endommagé", "", damaged=True)
_STRANGE = Fault("ce fichier n’est pas un registre, ou son début est abîmé", "", damaged=True)
_FAULTS: Mapping[int, Fault] = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _STRANGE,
    sqlite3.SQLITE_FULL: Fault("le disque est plein", "Libérez de la place, puis relancez."),
    sqlite3.SQLITE_IOERR: Fault(
        "le disque n’a pas pu être lu ou écrit", "Vérifiez le disque, puis le registre (conventions register verify)."
    ),
    sqlite3.SQLITE_READONLY: Fault(
        "rien ne peut y être écrit", "Donnez le droit d’écrire dans le fichier et dans son dossier."
    ),
    sqlite3.SQLITE_PERM: Fault("l’accès est refusé", "Donnez le droit de lire et d’écrire ce fichier."),
    sqlite3.SQLITE_CANTOPEN: Fault(
        "le fichier ne peut pas être ouvert", "Vérifiez les droits du fichier, de son dossier, et le disque."
    ),
    sqlite3.SQLITE_BUSY: Fault(
        "un autre programme le garde ouvert en écriture", "Fermez ce programme (sqlite3, sauvegarde…), puis relancez."
    ),
}
_FAULTS = {**_FAULTS, sqlite3.SQLITE_LOCKED: _FAULTS[sqlite3.SQLITE_BUSY]}
_REASONS: Mapping[int, str] = {
    errno.ENOSPC: "il n’y a plus de place",
    errno.EDQUOT: "la place accordée à ce compte est épuisée",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EROFS: "le disque ne peut être que lu",
    errno.EIO: "le disque ne répond plus",
    errno.ENOTDIR: "un fichier y prend la place d’un dossier",
    errno.EEXIST: "un fichier y prend la place d’un dossier",
    errno.EISDIR: "un dossier y prend la place d’un fichier",
    errno.ENOENT: "un dossier de ce chemin n’existe pas",
    errno.ENAMETOOLONG: "ce nom est trop long",
}
_PRIMARY = 0xFF
"""An extended result code of SQLite holds the primary one in its lowest byte."""


def fault_of(error: Exception) -> Fault:
    """Return what an error of SQLite, or of reading what a register holds, says of the file."""
    if isinstance(error, RegisterDamagedError):
        return Fault(str(error), "", damaged=True)
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return Fault(f"le registre ne répond pas ({type(error).__name__})", "Relancez ; prévenez l’informatique.")
        return _FAULTS.get(code & _PRIMARY, _STRANGE)
    return _STRANGE


def reason_of(error: OSError) -> str:
    """Return in French why the system refused a file; in its own words what is not foreseen."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


@contextmanager
def said_plainly(register: Path | None) -> Iterator[None]:
    """Turn an error of SQLite in the middle of the work into a SetupError (status 2), one line that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        fault = fault_of(error)
        mend = fault.mend or "Voyez son état et ses sauvegardes : conventions register verify."
        problem = f"{fault.problem} ; le traitement s’est arrêté, ce qui était fait est gardé"
        raise SetupError(str(register), "", problem, mend) from error
