"""One command from outside: seconds, processor time, memory of its own process and of all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.setup import ROOT

CONVENTIONS = (sys.executable, "-m", "pipeline")
_EVERY = 0.25
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command took; memory in MB, 0 where the system does not tell."""

    wall: float
    cpu: float
    """Of the command and of every process that it has waited for."""
    own: int
    """The most that its own process ever held (resident set)."""
    everything: int
    """The most that it and all processes started by it held together, shared pages counted once."""
    first: float
    """Seconds to the first character that it wrote."""
    status: int
    said: str


def run(command: Sequence[str], *, watch: bool = True) -> Ran:
    """Run ``command`` at the project's root; ``watch`` its memory meanwhile."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    memory = Memory(process.pid)
    if watch:
        memory.start()
    if process.stdout is None:
        raise RuntimeError("the command has no output")
    start = process.stdout.read(1)
    first = time.perf_counter() - begun
    said = start + process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    process.stdout.close()
    memory.stop()
    cpu = usage.ru_utime + usage.ru_stime
    return Ran(wall, cpu, memory.own, memory.everything, first, process.returncode, said.decode(errors="replace"))


class Memory(threading.Thread):
    """Looks at a process and its descendants from time to time, where /proc tells of them."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.own = self.everything = 0
        self._pid, self._over = pid, threading.Event()

    def run(self) -> None:
        while not self._over.wait(_EVERY):
            self.own = max(self.own, _kilobytes(f"/proc/{self._pid}/status", "VmHWM:") // 1024)
            together = sum(_kilobytes(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in _family(self._pid))
            self.everything = max(self.everything, together // 1024)

    def stop(self) -> None:
        """End the looking."""
        self._over.set()
        if self.is_alive():
            self.join()


def _kilobytes(path: str, name: str) -> int:
    """Return the number that stands after ``name`` in a file of /proc, 0 when the process is gone."""
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _family(pid: int) -> set[int]:
    """Return ``pid`` and all its descendants."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family
