"""How a command is ended from outside: Ctrl-C, SIGTERM and the closing of the terminal leave the same behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

TYPE_CHECKING = False  # typing itself is imported later: until its dozen modules stand, Ctrl-C would show a traceback
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from sys import UnraisableHookArgs
    from types import FrameType
    from typing import NoReturn, TypeAlias

    _Handler: TypeAlias = Callable[[int, FrameType | None], None]

INTERRUPTED = 130
"""Exit status of a command that was ended from outside."""
_TIDYING = 5.0
"""Seconds that a command has for ending what it began, during which it is not ended again."""
_SOON = 0.01
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BEFORE = "\nInterrompu : rien n’avait été commencé.\n"


def end_at_once() -> None:
    """Let each of them end the process on the spot, with its status and a line; what is ignored (nohup) stays so.

    For the start: nothing is begun that has to be tidied up, and an exception raised while modules are imported may be
    swallowed by them, or shown as a traceback.
    """
    _listen(_leave)


def end_tidily() -> None:
    """Let each of them raise KeyboardInterrupt; what is ignored from the start (nohup) stays so.

    Where Python swallows it (a finaliser, a callback of a weak reference) it is raised again a moment later.
    """
    _listen(_interrupter())
    signal.signal(signal.SIGALRM, _interrupt)
    sys.unraisablehook = _raise_again


def end_no_more() -> None:
    """Let none of them do anything: the work is done, its status is known, the process is leaving."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    _listen(signal.SIG_IGN)


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """End at once within, where nothing is begun yet; only where the command has taken the endings in hand."""
    before = {number: signal.getsignal(number) for number in _ENDINGS}
    ours = [number for number, handler in before.items() if getattr(handler, "__module__", "") == __name__]
    for number in ours:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])


def _listen(handler: _Handler | signal.Handlers) -> None:
    for number in _ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 – as signal handlers are called
    with contextlib.suppress(OSError):
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, _BEFORE.encode())
    os._exit(INTERRUPTED)


def _interrupter() -> _Handler:
    """Return a handler that does not interrupt the tidying up that it has caused, however often it is called."""
    deaf_until = float("-inf")

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 – as signal handlers are called
        nonlocal deaf_until
        if time.monotonic() >= deaf_until:
            deaf_until = time.monotonic() + _TIDYING
            raise KeyboardInterrupt

    return interrupt


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 – as signal handlers are called
    raise KeyboardInterrupt


def _raise_again(swallowed: UnraisableHookArgs) -> None:
    """Ask for an interruption that Python could not raise where it came; show anything else as Python does."""
    if issubclass(swallowed.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, _SOON)
    else:
        sys.__unraisablehook__(swallowed)
