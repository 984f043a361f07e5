"""Temporary folders, which hold personal data: lent while there is work, known by their owner, removed when it is dead.

A folder bears its owner in its name, from the moment at which it exists: the process, the moment at which that began, and
the space of process numbers that both are of. A folder is removed when no such process lives any more; one that says
something else, or is of another user, is left alone.
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

OWNED = re.compile(r"conventions-(?P<space>\d+)-(?P<pid>\d+)-(?P<begun>\d+)-\w+")
"""The name of a temporary folder that says whose it is."""


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """Lend a temporary folder, removed afterwards whatever happens; what a kill leaves is known by its name."""
    space, pid, begun = process_mark(os.getpid())
    prefix = f"conventions-{space}-{pid}-{begun}-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        yield Path(name)


def sweep_workshops(folder: Path | None = None) -> int:
    """Remove the temporary folders of our own runs that live no more; return how many there were.

    ``folder``: where temporary folders are, by default where this process makes its own.
    """
    space, _, _ = process_mark(os.getpid())
    removed = 0
    for path in sorted((folder or Path(tempfile.gettempdir())).glob("conventions-*")):
        match = OWNED.fullmatch(path.name)
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


def process_mark(pid: int) -> tuple[int, int, int]:
    """Return what tells a process from every other one: the space of its number, the number, the moment of its start.

    The space and the moment (in ticks since the machine started) are 0 where the system does not tell them; a process
    that is not there, and one that has ended and is not yet waited for, began at -1.
    """
    try:
        space = Path("/proc/self/ns/pid").stat().st_ino
        text = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except FileNotFoundError:
        return (0, pid, 0 if is_alive(pid) else -1) if not Path("/proc/self/stat").exists() else (space, pid, -1)
    except OSError:
        return 0, pid, 0 if is_alive(pid) else -1
    told = text.rpartition(")")[2].split()  # a name may hold spaces and brackets
    return space, pid, -1 if told[0] in "ZX" else int(told[19])


def is_alive(pid: int) -> bool:
    """Tell whether a process of this number is at work, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another account's
    return True
