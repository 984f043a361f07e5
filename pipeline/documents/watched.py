"""Outside programs that make files: watched by what appears, and ended with all their group."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.documents.confined import confined

_LOG = logging.getLogger(__name__)
_TICK = 0.05
_GUARD = ("/bin/sh", "-c", '(read -r _ 0<&2; kill -KILL 0) & exec 2>/dev/null; exec "$@"', "conventions")
"""Runs a command, and beside it, in its group, somebody who waits for the end of a pipe and then kills the group.

The other end is held by this process alone and closes when it ends, were it killed outright: no program outlives it.
"""


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a program may go on without giving a file, in seconds, and what ends it at once."""

    start: float
    """Added until the first file."""
    file: float
    stop: threading.Event


def run_watched(
    command: Sequence[str],
    count: Callable[[], int],
    watch: Watch,
    words: IO[bytes] | None = None,
    *,
    environment: Mapping[str, str],
    folder: Path,
) -> bool:
    """Run ``command``, which reads ``words``, until it ends; tell whether it ended by itself and well.

    It works behind the walls of this system, in ``folder``, with ``environment`` alone; its paths are absolute.

    ``count`` tells how many files it has given. When none comes in time, when ``watch.stop`` is set, and when this
    thread is interrupted, its whole process group is killed; nothing of it is left in any case, nor when this process
    is killed itself.
    """
    end, held = os.pipe()
    try:
        process = subprocess.Popen(
            [*_GUARD, *confined(command)], stdin=words or subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=end,
            env=environment, cwd=folder, start_new_session=True,
        )  # fmt: skip
    except OSError:
        _LOG.exception("%s did not start", command[0])
        os.close(held)
        return False
    finally:
        os.close(end)
    try:
        ended = _watched(process, count, watch)
    finally:
        # The ended process is not yet waited for: its number, that of the group, belongs to nobody else.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(held)
    count()
    return ended and process.returncode == 0


def _watched(process: subprocess.Popen[bytes], count: Callable[[], int], watch: Watch) -> bool:
    """Wait until the process ends, which is True, or has exceeded its time or is stopped, which is False."""
    given, limit = 0, time.monotonic() + watch.start + watch.file
    while not _has_ended(process):
        if watch.stop.wait(_TICK):
            return False
        now = count()
        if now > given:
            given, limit = now, time.monotonic() + watch.file
        elif time.monotonic() > limit:
            _LOG.warning("program %d gave no file in time after %d", process.pid, given)
            return False
    return True


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
