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
from typing import IO

_LOG = logging.getLogger(__name__)
_TICK = 0.05


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
    environment: Mapping[str, str] | None = None,
) -> bool:
    """Run ``command``, which reads ``words``, until it ends; tell whether it ended by itself and well.

    ``count`` tells how many files it has given. When none comes in time, when ``watch.stop`` is set, and when this
    thread is interrupted, its whole process group is killed; nothing of it is left in any case.
    """
    try:
        process = subprocess.Popen(
            command, stdin=words or subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment, start_new_session=True,
        )  # fmt: skip
    except OSError:
        _LOG.exception("%s did not start", command[0])
        return False
    try:
        ended = _watched(process, count, watch)
    finally:
        # The ended process is not yet waited for: its number, that of the group, belongs to nobody else.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
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
