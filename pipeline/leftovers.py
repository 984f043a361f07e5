"""What runs that were killed have left: temporary folders, which hold personal data, and unfinished files.

A temporary folder bears its owner in its name, from the moment at which it exists: the process, the moment at which that
began, and the space of process numbers that both are of. A folder is removed when no such process lives any more; one
that says something else, or is of another user, is left alone.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.outbox import Outbox, process_mark

_FOLDER = re.compile(r"conventions-(?P<space>\d+)-(?P<pid>\d+)-(?P<begun>\d+)-\w+")
_MARK = ".en_cours"
"""Stands in the outbox while a run writes there: one that finds it knows that the run before did not end by itself."""


def sweep_workshops(folder: Path | None = None) -> int:
    """Remove the temporary folders of our own runs that live no more; return how many there were.

    ``folder``: where temporary folders are, by default where this process makes its own.
    """
    space, _, _ = process_mark(os.getpid())
    removed = 0
    for path in sorted((folder or Path(tempfile.gettempdir())).glob("conventions-*")):
        match = _FOLDER.fullmatch(path.name)
        if match is None or match["space"] != str(space) or not _is_ours(path):
            continue
        if process_mark(int(match["pid"])) != (space, int(match["pid"]), int(match["begun"])):
            shutil.rmtree(path, ignore_errors=True)
            removed += 1
    return removed


def _is_ours(path: Path) -> bool:
    """Tell whether ``path`` is a folder, no link, of this user, that nobody else may enter."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077


@contextlib.contextmanager
def tidied(outbox: Outbox) -> Iterator[None]:
    """Remove what runs that were killed have left here and in the temporary folder, and mark that one is at work.

    The mark stays when the work does not come to its end.
    """
    sweep_workshops()
    if outbox.path(_MARK).exists():
        sweep_outbox(outbox.root)
    outbox.write(_MARK, b"")
    yield
    outbox.remove(_MARK)


def sweep_outbox(root: Path) -> int:
    """Remove the unfinished files anywhere under ``root``; return how many there were. Links are not followed."""
    removed = 0
    for where, _, names in os.walk(root):
        for name in names:
            if name.startswith(".") and name.endswith(".part"):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(where, name))  # noqa: PTH108, PTH118 (many files)
                    removed += 1
    return removed
