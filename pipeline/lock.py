"""One at a time: whoever writes into an outbox holds its lock, and says in it who it is and since when.

The kernel holds the lock (flock) and releases it when its owner ends, however it ends: a file that a dead one has left
stops nobody. What stands in the file is for people; it decides nothing. An owner that hangs is named with its age, and
never put aside by force: two writers would be worse than a night that waits.
"""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.errors import LockedError, SetupError
from pipeline.workshops import is_alive

_LONG = timedelta(hours=6)
"""A work that has lasted longer is told as one that may hang: ten thousand dossiers with their PDFs take an hour or two."""
_LARGEST = 4096


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lock."""

    pid: int
    host: str
    user: str
    """Name of the account."""
    since: datetime
    """With its time zone."""


def lock_of(outbox: Path) -> Path:
    """Return the lock file of ``outbox``, beside it."""
    return outbox.with_name(f".{outbox.name}.lock")


def _now() -> datetime:
    return datetime.now(UTC)


def hold(outbox: Path, group: str = "", clock: Callable[[], datetime] = _now) -> FileLock:
    """Take the lock of ``outbox``; ``group`` is the managers' Unix group, "" for the owner alone.

    Raises LockedError (status 3), which names the owner and its age, when another one has it; SetupError (status 2) when
    nothing can be written there, or when the file system has no locks (a lock that nobody releases after a power cut
    would be worse).
    """
    path = lock_of(outbox)
    mode = 0o660 if group else 0o600

    def sign(handle: int) -> None:
        _sign(handle, _me(clock()), mode, group)

    lock = FileLock(path, mode=mode, fallback_to_soft=False, on_acquired=sign)
    try:
        outbox.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(told(owner_of(path), clock(), socket.gethostname())) from error
    except OSError as error:
        mend = "Donnez le droit d’y écrire, ou indiquez un autre dossier avec --outbox."
        raise SetupError(str(outbox), "", "rien ne peut être écrit à cet endroit", mend) from error
    return lock


def owner_of(path: Path) -> Owner | None:
    """Return who signed the lock file last, whether or not the lock is still held; None when nobody legible did."""
    try:
        with path.open("rb") as stream:
            told: Any = json.loads(stream.read(_LARGEST))
        since = datetime.fromisoformat(told["since"])
        owner = Owner(int(told["pid"]), str(told["host"]), str(told["user"]), since)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return owner if since.tzinfo is not None and owner.pid > 0 else None


def told(owner: Owner | None, now: datetime, here: str) -> str:
    """Return in French who is at work since when, and what to do; ``here`` is this machine."""
    if owner is None:
        return (
            "Un autre traitement est en cours sur ce dossier de sortie ; il n’a pas dit lequel. Attendez qu’il finisse, puis"
            " relancez."
        )
    who = f"processus {owner.pid} sur {owner.host}, compte {owner.user}"
    age = now - owner.since
    line = f"Un autre traitement est en cours sur ce dossier de sortie depuis {_moment(owner.since, now)} ({who})."
    if owner.host == here and not is_alive(owner.pid):
        return (
            f"{line} Ce processus n’existe plus, mais un programme qu’il avait lancé garde le verrou : terminez ce"
            " programme, puis relancez."
        )
    if age >= _LONG:
        hours = int(age / timedelta(hours=1))
        return (
            f"{line} Il dure depuis {hours} heures et semble bloqué : regardez ce qu’il fait, terminez ce processus s’il"
            " n’avance plus, puis relancez ; ce qu’il a fait est gardé."
        )
    return f"{line} Attendez qu’il finisse, puis relancez."


def _moment(since: datetime, now: datetime) -> str:
    """Return « 02:00 », with the day unless it is today's; in the time zone of this machine."""
    local = since.astimezone()
    same = local.date() == now.astimezone().date()
    return f"{local:%H:%M}" if same else f"le {local:%d/%m/%Y} à {local:%H:%M}"


def _me(now: datetime) -> Owner:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        user = str(os.geteuid())
    return Owner(os.getpid(), socket.gethostname(), user, now.replace(microsecond=0))


def _sign(handle: int, owner: Owner, mode: int, group: str) -> None:
    """Write who holds the lock into its file, whose rights are mended where an older version has left others."""
    if os.fstat(handle).st_uid == os.geteuid():
        os.fchmod(handle, mode)
        if group:
            shutil.chown(handle, group=group)
    text = json.dumps({**asdict(owner), "since": owner.since.isoformat()}, ensure_ascii=False)
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode("utf-8", "replace"), 0)
