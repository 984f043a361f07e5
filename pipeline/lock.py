"""One at a time: whoever writes into an outbox holds its lock."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import LockedError


def hold(outbox: Path) -> FileLock:
    """Take the lock of ``outbox``, a file beside it. Raises LockedError (status 3) when another one has it."""
    outbox.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(outbox.with_name(f".{outbox.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError("Un autre traitement est en cours sur ce dossier de sortie.") from error
    return lock
