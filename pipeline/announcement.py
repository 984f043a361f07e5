"""What a command is about to do, in one line said at once: it is there before the libraries are loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

_NBSP = "\u00a0"
_KILO, _MEGA = 1_000, 1_000_000


def announcement(inbox: Path, outbox: Path, day: date, *, check_only: bool) -> str | None:
    """Return the line, in French; None when ``inbox`` cannot be listed: what follows says so.

    It counts what the night will name, files that will be refused or will wait included, and opens none.
    """
    if not (inbox.is_dir() and os.access(inbox, os.R_OK | os.X_OK)):
        return None
    sizes = list(_sizes(inbox))
    if not sizes:
        return f"Rien à traiter dans {_shown(inbox)}. Pour essayer{_NBSP}: make generate INBOX=examples DATE=2026-11-21"
    files = f"{len(sizes):_}".replace("_", _NBSP) + f"{_NBSP}fichier{'s' if len(sizes) > 1 else ''}"
    found = f"{files} dans {_shown(inbox)} ({_weight(sum(sizes))})"
    work = "à contrôler, sans produire de document," if check_only else "à traiter"
    result = "rapports" if check_only else "sortie"
    return f"{found}, {work} à la date du {day:%d/%m/%Y}{_NBSP}; {result} dans {_shown(outbox)}."


def _sizes(folder: Path) -> Iterator[int]:
    """Yield the bytes of each file under ``folder``, the hidden ones and README* left out, as intake does.

    A file that cannot be looked at, or leaves meanwhile, is passed over; a subfolder that cannot be listed counts as one
    thing that the night will name.
    """
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                inside = list(entries)
        except OSError:
            yield 0
            continue
        for entry in inside:
            if entry.name.startswith(".") or entry.name.upper().startswith("README"):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                else:
                    yield entry.stat(follow_symlinks=False).st_size
            except OSError:
                continue


def _weight(size: int) -> str:
    if size < _KILO:
        return f"{size}{_NBSP}octet{'s' if size > 1 else ''}"
    # Rounded up: what is not empty is never told as nothing.
    if size <= _MEGA - _KILO:
        return f"{-(-size // _KILO)}{_NBSP}Ko"
    return f"{size / _MEGA:.1f}".replace(".", ",") + f"{_NBSP}Mo"


def _shown(path: Path) -> str:
    """Return ``path`` as text that can be printed, whatever the bytes of its name."""
    return os.fsencode(path).decode("utf-8", "replace")
