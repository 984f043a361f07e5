"""A process that is killed outright takes the programs that it has started with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT

_WATCHER = """
import os, sys, threading
from pathlib import Path
from pipeline.documents.watched import Watch, run_watched
run_watched(sys.argv[1:], lambda: 0, Watch(60, 60, threading.Event()), environment=dict(os.environ), folder=Path("/"))
"""
_PROGRAM = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
mark = pathlib.Path(sys.argv[1])
mark.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
mark.with_suffix(".part").rename(mark)
time.sleep(60)
"""


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_programs_and_their_children_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    mark = tmp_path / "numéros"
    words = [sys.executable, "-c", _WATCHER, sys.executable, "-c", _PROGRAM, str(mark)]
    process = subprocess.Popen(words, cwd=ROOT)
    limit = time.monotonic() + 30
    while not mark.exists() and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    started = [int(pid) for pid in mark.read_text().split()]
    assert all(map(_lives, started))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    while any(map(_lives, started)) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not any(map(_lives, started))
