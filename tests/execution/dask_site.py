"""A Dask scheduler and its workers as processes of this machine, on which LibreOffice is a stand-in that is quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT

_SECONDS = 60
_GRACE_SECONDS = 10
_OFFICE = """#!{python}
# Stands for soffice: the PDF of a document is its name. Where a file « tue » stands, it kills once who called it.
import os, pathlib, signal, sys
words = sys.argv[1:]
if "--version" in words:
    print("LibreOffice {version}")
    raise SystemExit
try:
    os.unlink("{folder}/tue")
except FileNotFoundError:
    pass
else:
    os.kill(os.getppid(), signal.SIGKILL)
    raise SystemExit
folder = pathlib.Path(words[words.index("--outdir") + 1])
for word in words:
    if word.endswith(".docx"):
        path = pathlib.Path(word)
        (folder / (path.stem + ".pdf")).write_bytes(b"%PDF-1.7 " + path.name.encode() + b" %%EOF")
"""


def write_office(folder: Path, version: str = "1.0") -> Path:
    """Write the stand-in into ``folder`` and return the folder, for PATH."""
    folder.mkdir()
    office = folder / "soffice"
    office.write_text(_OFFICE.format(python=sys.executable, folder=folder, version=version), encoding="utf-8")
    office.chmod(0o700)
    return folder


class Site:
    """Ends all its processes when it is left."""

    def __init__(self, folder: Path, programs: Path, **settings: str) -> None:
        self.programs = programs
        self.scheduler = ""
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._environment: Mapping[str, str] = {**os.environ, "PATH": str(programs), **settings}

    def __enter__(self) -> Site:
        self._folder.mkdir()
        told = self._folder / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told), "--no-dashboard")
        self.scheduler = json.loads(_when_there(told))["address"]
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker, which takes a while to be there."""
        return self._start("worker", self.scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def stop_scheduler(self) -> None:
        """End the scheduler outright."""
        self._processes[0].kill()

    def _start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words]
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--local-directory", str(self._folder)] if name == "worker" else command,
                cwd=ROOT, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        self._processes.append(process)
        return process


def _when_there(path: Path) -> str:
    limit = time.monotonic() + _SECONDS
    while time.monotonic() < limit:
        if path.is_file() and (text := path.read_text("utf-8")):
            return text
        time.sleep(0.05)
    raise TimeoutError(path.name)
