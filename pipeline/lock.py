"""One at a time: whoever writes into an outbox holds its lock."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import LockedError, SetupError


def hold(outbox: Path) -> FileLock:
    """Take the lock of ``outbox``, a file beside it.

    Raises LockedError (status 3) when another one has it, SetupError (status 2) when nothing can be written there.
    """
    lock = FileLock(outbox.with_name(f".{outbox.name}.lock"))
    try:
        outbox.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError("Un autre traitement est en cours sur ce dossier de sortie.") from error
    except OSError as error:
        mend = "Donnez le droit d’y écrire, ou indiquez un autre dossier avec --outbox."
        raise SetupError(str(outbox), "", "rien ne peut être écrit à cet endroit", mend) from error
    return lock
