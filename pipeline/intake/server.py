"""The process that has files read: it opens none, and forks a child for each, within limits that only root could raise.

It talks with the coordinator alone, over an inherited line; when that line is closed, however the coordinator ended, it
kills the child at work and ends. A child has the code and the one file: no register, no configuration, no password. Once
the content of its file is in its memory it can open nothing more and write nothing; unless it is root's, it can start
nothing either.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import resource
import select
import signal
import socket
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeAlias

from pipeline.intake import crossing
from pipeline.intake.describe import describe_columns, load_suggestions
from pipeline.intake.files import InboxFile
from pipeline.intake.reading import read_file
from pipeline.intake.systems import Systems
from pipeline.intake.tables import load_libraries
from pipeline.intake.unreadable import PATIENCE
from pipeline.model import Limits
from pipeline.tables.fields import Fields

_Answer: TypeAlias = tuple[bytes, bytes]
_Work: TypeAlias = Callable[[Callable[[], None]], object]
"""What a child does; it is given what has to be called once the file's content is in memory."""
_CHUNK = 1 << 20
_OUT_OF_MEMORY, _FAILED = 3, 4
"""Exit statuses of a child."""
_TIDY_SECONDS = 10.0
"""What a killed child has for leaving: one that waits for a disk may never."""
_MARGIN_SECONDS = 5
"""How much later than its server's a child's own clock ends it."""
_FRAMES = 8
_HOME = Path(__file__).parents[2]


def main(number: int) -> NoReturn:
    """Answer the questions that come over the inherited socket ``number``, until it is closed."""
    line = socket.socket(fileno=number)
    load_libraries()
    time.tzset()
    gc.collect()
    gc.freeze()  # no child's collection touches, and so copies, what all share
    with contextlib.suppress(EOFError, OSError):
        _serve(line)
    os._exit(0)


def _serve(line: socket.socket) -> NoReturn:
    known: tuple[Systems, Fields] | None = None
    while True:
        sort, content = crossing.receive(line)
        question = pickle.loads(content)  # noqa: S301 (the coordinator's own)
        if sort == crossing.TABLES:
            known = question
        elif sort == crossing.PING or known is None:
            crossing.send(line, crossing.DONE, b"")
        else:
            if sort == crossing.DESCRIBE:
                load_suggestions()
            asked, limits = question
            crossing.send(line, *_done_apart(_work(asked, known, limits), limits, line))


def _work(asked: InboxFile | Path, known: tuple[Systems, Fields], limits: Limits) -> _Work:
    systems, fields = known
    if isinstance(asked, InboxFile):
        return partial(read_file, asked, systems, fields, limits)
    return partial(describe_columns, asked, systems, fields, limits)


def _done_apart(work: _Work, limits: Limits, line: socket.socket) -> _Answer:
    """Have ``work`` done by a child; return the sort and the content of the answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        line.close()
        _live(work, writing, limits)
    os.close(writing)
    with contextlib.suppress(OSError):  # it has done so itself, or is gone
        os.setpgid(child, child)
    deadline = time.monotonic() + limits.seconds * PATIENCE
    try:
        content = _collected(reading, deadline, limits, line)
    except TimeoutError:
        _end(child)
        return crossing.WAITED, b""
    except MemoryError:
        _end(child)
        return crossing.MEMORY, b""
    except BaseException:
        _end(child)
        raise
    finally:
        os.close(reading)
    status = _reaped(child, _TIDY_SECONDS)
    if status is None:  # it has closed its end, and stays
        _end(child)
        return crossing.CRASHED, b""
    return _answer(status, content)


def _collected(reading: int, deadline: float, limits: Limits, line: socket.socket) -> bytes:
    """Return all that the child writes, to the end.

    Raises TimeoutError after ``deadline``, MemoryError for more than it may have in memory, EOFError when the coordinator
    is gone.
    """
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    poll.register(line, 0)  # tells of its closing alone: a question may wait there already
    parts: list[bytes] = []
    left = limits.memory_bytes
    while True:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        for number, _ in poll.poll(seconds * 1000):
            if number == line.fileno():
                raise EOFError
            part = os.read(reading, _CHUNK)
            if not part:
                return b"".join(parts)
            parts.append(part)
            left -= len(part)
            if left < 0:
                raise MemoryError


def _answer(status: int, content: bytes) -> _Answer:
    if os.WIFEXITED(status):
        code = os.WEXITSTATUS(status)
        if code == 0:
            return crossing.DONE, content
        return (crossing.MEMORY, b"") if code == _OUT_OF_MEMORY else (crossing.CRASHED, content)
    match os.WTERMSIG(status):
        case signal.SIGABRT:  # so end programs in Rust, such as calamine, that get no memory
            return crossing.MEMORY, b""
        case signal.SIGXCPU:
            return crossing.TIME, b""
        case signal.SIGALRM:
            return crossing.WAITED, b""
        case signal.SIGKILL:
            return crossing.KILLED, b""
        case other:
            return crossing.CRASHED, f"signal {other}".encode()


def _end(child: int) -> None:
    """Kill the child with all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    _reaped(child, _TIDY_SECONDS)


def _reaped(child: int, seconds: float) -> int | None:
    """Return the status of a child that is about to leave; None when it stays."""
    deadline, pause = time.monotonic() + seconds, 0.0005
    while True:
        left, status = os.waitpid(child, os.WNOHANG)
        if left:
            return status
        if time.monotonic() > deadline:
            return None
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


# ── in the child ──────────────────────────────────────────────────────────────────────────────────


def _live(work: _Work, writing: int, limits: Limits) -> NoReturn:
    """Do the work, write what it gives into the pipe ``writing``, and leave without tidying up anything of the server."""
    status = _FAILED
    try:
        _begin(limits)
        with open(writing, "wb", buffering=_CHUNK) as pipe:
            try:
                value = work(_seal)
            except MemoryError:
                raise
            except BaseException as error:  # a panic of calamine is no Exception; the file is refused for it
                if not isinstance(error, Exception) and _is_full(limits):
                    raise MemoryError from error
                pipe.write(_told(error).encode("ascii", "replace"))
            else:
                pickle.Pickler(pipe, pickle.HIGHEST_PROTOCOL).dump(value)
                status = 0
    except MemoryError:
        status = _OUT_OF_MEMORY
    finally:
        os._exit(status)


def _begin(limits: Limits) -> None:
    """Set the limits of this process, which it cannot raise again, and let nothing it says be heard."""
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds * PATIENCE + _MARGIN_SECONDS)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for spoken in (0, 1, 2):  # what a library prints may quote the file
        os.dup2(nowhere, spoken)
    os.close(nowhere)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CPU, limits.seconds, grace=1)  # at the first it is told (SIGXCPU), at the second killed
    if present := _memory_now():
        _limit(resource.RLIMIT_AS, present + limits.memory_bytes)
    gc.disable()  # it lives for one file: what it makes is wanted to the end


def _seal() -> None:
    """Let this process open nothing more, no file and no socket, and start no other one."""
    _limit(resource.RLIMIT_NOFILE, 0)
    with contextlib.suppress(AttributeError):
        _limit(resource.RLIMIT_NPROC, 0)


def _limit(what: int, most: int, grace: int = 0) -> None:
    """Set one limit, and ``grace`` more as the bound that stands for ever; a lower one that stands already is kept."""
    _, hard = resource.getrlimit(what)
    last = most + grace if hard == resource.RLIM_INFINITY else min(most + grace, hard)
    resource.setrlimit(what, (min(most, last), last))


def _memory_now() -> int:
    """Return the bytes that this process may address now; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _is_full(limits: Limits) -> bool:
    """Tell whether this process has held so much that what it asked for last was surely refused to it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > limits.memory_bytes // 2


def _told(error: BaseException) -> str:
    """Return the kind of a failure and its places in the program; not its message, which may quote a cell."""
    places = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        name = path.relative_to(_HOME) if path.is_relative_to(_HOME) else path.name
        places.append(f"{name}:{number}")
    return f"{type(error).__name__} at {', '.join(places[-_FRAMES:])}"
