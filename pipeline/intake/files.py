"""Which files of the inbox are read, which wait and which are refused, before any is opened as a table."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.errors import SetupError
from pipeline.intake.typography import typeset
from pipeline.model import Limits

FileState: TypeAlias = Literal["à lire", "rejeté", "en attente"]

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".ods", ".xls"})
TEXTS = frozenset({".csv", ".tsv"})
_PARTIAL = frozenset({".part", ".crdownload", ".tmp"})
_READ = ".xlsx, .xlsm, .ods, .xls, .csv ou .tsv"


@dataclass(frozen=True, slots=True)
class InboxFile:
    """One file of the inbox and what is to become of it."""

    name: str
    """Path under the inbox, with slashes, fit to be printed."""
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
        raise SetupError(str(inbox), "", "le dossier d’arrivée n’existe pas", "Créez-le ou corrigez --inbox.")
    root = inbox.resolve()
    found: list[InboxFile] = []
    _walk(inbox, inbox, root, limits, found)
    return sorted(found, key=lambda file: file.name)


def _walk(folder: Path, inbox: Path, root: Path, limits: Limits, found: list[InboxFile]) -> None:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        if folder == inbox:
            raise SetupError(
                str(inbox), "", "le dossier d’arrivée ne peut pas être lu", "Rétablissez le droit de lecture."
            ) from None
        found.append(_refused(folder, inbox, "ce sous-dossier ne peut pas être lu : droit de lecture absent."))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith(".") or entry.name.upper().startswith("README"):
            continue
        if entry.is_dir(follow_symlinks=False):
            _walk(path, inbox, root, limits, found)
        else:
            found.append(_look(path, inbox, root, limits))


def _look(path: Path, inbox: Path, root: Path, limits: Limits) -> InboxFile:
    suffix = path.suffix.lower()
    if path.name.startswith("~$") or suffix in _PARTIAL:
        return InboxFile(
            _shown(path, inbox),
            path,
            "",
            "en attente",
            typeset("fichier temporaire ou en cours de copie : il sera relu."),
        )
    if path.is_symlink():
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            return _refused(path, inbox, "ce lien ne mène à aucun fichier.")
        if not target.is_relative_to(root):
            return _refused(path, inbox, "ce lien mène hors du dossier d’arrivée : déposez le fichier lui-même.")
        if target.is_dir():
            return _refused(path, inbox, "ce lien mène à un dossier : déposez les fichiers eux-mêmes.")
    try:
        before = path.stat()
    except OSError:
        return _refused(path, inbox, "ce fichier ne peut pas être lu : vérifiez les droits d’accès.")
    if not stat.S_ISREG(before.st_mode):
        return _refused(path, inbox, "ce n’est pas un fichier ordinaire.")
    if suffix not in SPREADSHEETS | TEXTS:
        return _refused(path, inbox, f"ce type de fichier n’est pas lu : déposez un export {_READ}.")
    if before.st_size == 0:
        return _refused(path, inbox, "le fichier est vide.")
    if before.st_size > limits.file_bytes:
        return _refused(
            path,
            inbox,
            f"le fichier dépasse la taille admise ({limits.file_bytes // 1_000_000} Mo) : exportez moins de lignes.",
        )
    return _hashed(path, inbox, before)


def _hashed(path: Path, inbox: Path, before: os.stat_result) -> InboxFile:
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
        after = path.stat()
    except OSError:
        return _refused(path, inbox, "ce fichier ne peut pas être lu : vérifiez les droits d’accès.")
    if not before.st_size == size == after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        return InboxFile(
            _shown(path, inbox),
            path,
            "",
            "en attente",
            typeset("le fichier est en cours de copie : il sera relu."),
        )
    return InboxFile(_shown(path, inbox), path, digest.hexdigest(), "à lire")


def _refused(path: Path, inbox: Path, reason: str) -> InboxFile:
    return InboxFile(_shown(path, inbox), path, "", "rejeté", typeset(reason))


def _shown(path: Path, inbox: Path) -> str:
    """Return the path under the inbox; bytes that are not UTF-8 are replaced, so that reports can hold it."""
    name = path.relative_to(inbox).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
