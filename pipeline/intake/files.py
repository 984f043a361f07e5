"""Which files of the inbox are read, which wait and which are refused, before any is opened as a table."""

from __future__ import annotations

import errno
import hashlib
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.errors import SetupError
from pipeline.intake.opening import NotAFileError, chunks, opened
from pipeline.intake.typography import typeset
from pipeline.model import Limits

FileState: TypeAlias = Literal["à lire", "rejeté", "en attente"]

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".ods", ".xls"})
TEXTS = frozenset({".csv", ".tsv"})
_PARTIAL = frozenset({".part", ".crdownload", ".tmp"})
_READ = ".xlsx, .xlsm, .ods, .xls, .csv ou .tsv"
_GONE = "le fichier a disparu pendant la lecture : il sera relu s’il revient."
_COPYING = "le fichier est en cours de copie : il sera relu."
_NO_RIGHTS = "ce fichier ne peut pas être lu : faites rétablir le droit de le lire."
_NOT_A_FILE = "ce n’est pas un fichier ordinaire : retirez-le, et déposez un export."
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Signs that write over the line, turn its direction, are not seen or are in no text."""


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One file of the inbox and what is to become of it."""

    name: str
    """Path under the inbox, with slashes, fit to be printed (:func:`printable`)."""
    path: Path
    sha256: str
    """Hash of the content as it was read; "" when it was not read."""
    state: FileState
    reason: str | None = None
    """Why it waits or is refused, in French."""


def find_files(inbox: Path, limits: Limits | None = None) -> list[InboxFile]:
    """Return the files under ``inbox``, sorted by their slashed path; hidden ones and README* are left out.

    Links that lead out of the inbox, links to folders, pipes and devices are refused and never opened.
    Raises SetupError when ``inbox`` is not a folder that can be listed.
    """
    limits = limits or Limits()
    if not inbox.is_dir():
        raise SetupError(str(inbox), "", "la boîte de dépôt n’existe pas", "Créez ce dossier, ou corrigez --inbox.")
    root = inbox.resolve()
    found: list[InboxFile] = []
    folders = [inbox]
    while folders:
        inside = _listed(folders.pop(), inbox, found)
        for entry in inside:
            path = Path(entry.path)
            if _is_folder(entry):
                folders.append(path)
            else:
                found.append(_look(path, inbox, root, limits))
    return sorted(found, key=lambda file: file.name)


def _listed(folder: Path, inbox: Path, found: list[InboxFile]) -> list[os.DirEntry[str]]:
    """Return what is to be looked at in a folder; one that cannot be listed is a refusal of its own."""
    try:
        with os.scandir(folder) as entries:
            return [e for e in entries if not e.name.startswith(".") and not e.name.upper().startswith("README")]
    except OSError as error:
        if folder == inbox:
            raise SetupError(
                str(inbox), "", "la boîte de dépôt ne peut pas être lue", "Rétablissez le droit de lecture."
            ) from None
        if not isinstance(error, FileNotFoundError):
            long = error.errno == errno.ENAMETOOLONG
            why = "(chemin trop long) : raccourcissez les noms" if long else ": faites rétablir le droit de le lire"
            found.append(_refused(folder, inbox, f"ce sous-dossier ne peut pas être lu {why}."))
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # gone, or in a folder that may not be searched: looking at it says which
        return False


def _look(path: Path, inbox: Path, root: Path, limits: Limits) -> InboxFile:
    suffix = path.suffix.lower()
    if path.name.startswith("~$") or suffix in _PARTIAL:
        return _waits(path, inbox, "fichier temporaire ou en cours de copie : il sera relu.")
    target, linked = path, False
    try:
        linked = path.is_symlink()
        if linked:
            target = path.resolve(strict=True)
            if not target.is_relative_to(root):
                return _refused(path, inbox, "ce lien mène hors de la boîte de dépôt : déposez le fichier lui-même.")
            if target.is_dir():
                return _refused(path, inbox, "ce lien mène à un dossier : déposez les fichiers eux-mêmes.")
        if not path.is_file():
            path.stat()  # says why, when it is not there
            return _refused(path, inbox, _NOT_A_FILE)
        if suffix not in SPREADSHEETS | TEXTS:
            return _refused(path, inbox, f"ce type de fichier n’est pas lu : déposez un export {_READ}.")
        return _hashed(path, target, inbox, limits)
    except NotAFileError:
        return _refused(path, inbox, _NOT_A_FILE)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle, before Python 3.13
        if linked:
            return _refused(path, inbox, "ce lien ne mène à aucun fichier : déposez le fichier lui-même.")
        if isinstance(error, FileNotFoundError):
            return _waits(path, inbox, _GONE)
        return _refused(path, inbox, _NO_RIGHTS)


def _hashed(path: Path, target: Path, inbox: Path, limits: Limits) -> InboxFile:
    """Read the file once, through one descriptor: ``target`` is where the name led when it was looked at."""
    digest, size = hashlib.sha256(), 0
    with opened(target, follow=False) as (number, before):
        if before.st_size == 0:
            return _refused(path, inbox, "le fichier est vide : exportez-le de nouveau.")
        if before.st_size > limits.file_bytes:
            return _refused(path, inbox, too_heavy(limits))
        for chunk in chunks(number, before.st_size):
            digest.update(chunk)
            size += len(chunk)
        after = os.fstat(number)
    if not before.st_size == size == after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        return _waits(path, inbox, _COPYING)
    return InboxFile(_shown(path, inbox), path, digest.hexdigest(), "à lire")


def too_heavy(limits: Limits) -> str:
    """Return the French reason for a file that is too large."""
    return f"le fichier dépasse la taille admise ({limits.file_bytes // 1_000_000} Mo) : exportez moins de lignes."


def _refused(path: Path, inbox: Path, reason: str) -> InboxFile:
    return InboxFile(_shown(path, inbox), path, "", "rejeté", typeset(reason))


def _waits(path: Path, inbox: Path, reason: str) -> InboxFile:
    return InboxFile(_shown(path, inbox), path, "", "en attente", typeset(reason))


def _shown(path: Path, inbox: Path) -> str:
    return printable(path.relative_to(inbox).as_posix())


def printable(name: str) -> str:
    """Return a file's name fit to be printed on one line: « ‹U+202E› » for a sign that is not seen, « ‹FF› » for a byte.

    A ‹ of the name itself is written so too: two names never come to the same.
    """
    return "".join(_sign(character) for character in name)


def _sign(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN and character not in "‹›":
        return character
    code = ord(character)
    # A byte that is no UTF-8 comes as U+DC80 to U+DCFF (PEP 383).
    return f"‹{code - 0xDC00:02X}›" if 0xDC80 <= code <= 0xDCFF else f"‹U+{code:04X}›"
