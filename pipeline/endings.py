"""How a command is ended from outside: Ctrl-C, SIGTERM and the closing of the terminal leave the same behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import FrameType

_TIDYING = 5.0
"""Seconds that a command has for ending what it began, during which it is not ended again."""
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_tidily() -> None:
    """Let each of them raise KeyboardInterrupt; what is ignored from the start (nohup) stays so."""
    interrupt = _interrupter()
    for number in _ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


def _interrupter() -> Callable[[int, FrameType | None], None]:
    """Return a handler that does not interrupt the tidying up that it has caused, however often it is called."""
    deaf_until = float("-inf")

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 – as signal handlers are called
        nonlocal deaf_until
        if time.monotonic() >= deaf_until:
            deaf_until = time.monotonic() + _TIDYING
            raise KeyboardInterrupt

    return interrupt
