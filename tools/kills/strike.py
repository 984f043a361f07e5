"""A real run, killed outright with all its processes at a given moment, as a power cut does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from rich.console import Console

from pipeline import run as night
from pipeline.intake import apart
from pipeline.report.progress import Progress
from pipeline.run import Options
from pipeline.setup import Setup, load_setup
from tools.shows.stage import ROOT

Phase = Literal["départ", "registre", "documents", "courrier", "rapports", "fini"]
_TICK = 0.002


@dataclass(frozen=True, slots=True)
class Blow:
    """When a run is killed: ``delay`` seconds after ``count`` new files stand under ``under`` (0: after its start)."""

    delay: float
    under: str = ""
    count: int = 0


def command(folder: Path, day: date, *more: str) -> Sequence[str]:
    """Return the command of the night of ``day`` over the inbox and the outbox of ``folder``."""
    places = ["--inbox", str(folder / "inbox"), "--outbox", str(folder / "outbox"), "--date", day.isoformat()]
    return [sys.executable, "-m", "pipeline", "generate", *places, *more]


def finish(folder: Path, day: date, *more: str, environment: Mapping[str, str] | None = None) -> None:
    """Let the night pass to its end; raises RuntimeError, with what it said, when its status is not 0."""
    done = subprocess.run(
        command(folder, day, *more), cwd=ROOT, capture_output=True, text=True, check=False, timeout=900, env=environment
    )
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode}: {done.stdout}{done.stderr}")


def strike(
    folder: Path, day: date, blow: Blow, *more: str, environment: Mapping[str, str] | None = None
) -> tuple[bool, float]:
    """Start the night and kill it by ``blow``; tell whether it was still at work then, and how long it had been."""
    known = _files(folder / "outbox" / blow.under) if blow.count else frozenset()
    begun = time.monotonic()
    process = subprocess.Popen(
        command(folder, day, *more), cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    try:
        while blow.count and process.poll() is None:
            if len(_files(folder / "outbox" / blow.under) - known) >= blow.count:
                break
            time.sleep(_TICK)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(blow.delay)
        alive = process.poll() is None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return alive, time.monotonic() - begun


def strike_copy(folder: Path, day: date, blow: Blow, *, pdf: bool = False) -> tuple[bool, float]:
    """Do the same with a copy of this process, which has the program loaded: a second less."""
    known = _files(folder / "outbox" / blow.under) if blow.count else frozenset()
    begun = time.monotonic()
    pid = _night_of_a_copy(folder, day, pdf=pdf)
    ended = _ended(pid)
    while blow.count and not ended and len(_files(folder / "outbox" / blow.under) - known) < blow.count:
        time.sleep(_TICK)
        ended = _ended(pid)
    limit = time.monotonic() + blow.delay
    while not ended and time.monotonic() < limit:
        time.sleep(_TICK)
        ended = _ended(pid)
    if not ended:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return not ended, time.monotonic() - begun


def finish_copy(folder: Path, day: date, *, pdf: bool = False) -> None:
    """Let the night pass to its end in a copy of this process; raises RuntimeError when its status is not 0."""
    _, status = os.waitpid(_night_of_a_copy(folder, day, pdf=pdf), 0)
    if status != 0:
        raise RuntimeError(f"status {status}")


def _night_of_a_copy(folder: Path, day: date, *, pdf: bool) -> int:
    """Begin a night in a copy of this process, the head of a group of its own; return its number."""
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):  # the copy does it too: whoever comes first
            os.setpgid(pid, pid)
        return pid
    status = 1
    try:
        os.setpgid(0, 0)
        apart._running.clear()  # the reader of the other process answers that one
        status = pass_here(folder, day, pdf=pdf)
    finally:
        os._exit(status)


def pass_here(folder: Path, day: date, *, pdf: bool = False) -> int:
    """Let the night pass to its end in this process and return its status; copies then have everything loaded."""
    night.load_setup = _setup  # type: ignore[attr-defined] # loaded once, as the tests of nights do
    options = Options(folder / "inbox", folder / "outbox", ROOT / "conventions.toml", day, 1, pdf=pdf)
    return 4 if night.run(options, Progress(Console(quiet=True))).failures else 0


@cache
def _setup(config: Path) -> Setup:
    return load_setup(config)


def _ended(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] != 0


def _files(folder: Path) -> frozenset[str]:
    """Return the paths of the files under ``folder``, those under way left out."""
    return frozenset(
        str(Path(where) / name) for where, _, names in os.walk(folder) for name in names if not name.startswith(".")
    )
