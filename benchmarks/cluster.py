"""Nights whose work is done by the workers of a Dask scheduler, and what ten and a hundred machines would make of them."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.commands import CONVENTIONS, Memory, Ran, run
from benchmarks.forms import CONFIG, DAY, deposits, entries, write_inbox
from benchmarks.tables import Table, seconds
from pipeline.setup import ROOT, load_setup

SIZES = (200,)
_WITHOUT_PDF = 5
"""Times as many dossiers are taken where no PDF is made."""
_WORKERS = (1, 2, 4)
_NIGHT = 10_000
_MACHINES = (1, 10, 100, 1000)
_CORES = 2
_GRACE_SECONDS = 20
_BANDWIDTH = 125_000_000
"""Bytes a second of a network of 1 Gbit/s."""
_ELSEWHERE = (
    sys.executable,
    "-c",
    "from pipeline.execution import cluster; cluster.LEASE = '.elsewhere'\nfrom pipeline.cli import main; main()",
)
"""The command, its workers seeing no lease of it: they send back what they make."""
_COLUMNS = (
    "", "dossiers", "time", "processor time, coordinator", "processor time, workers", "documents", "documents a second",
    "memory, coordinator", "memory, a worker", "with its programs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Night:
    """What a night took; seconds of processors, bytes and MB."""

    ran: Ran
    workers_cpu: float
    documents: int
    size: int
    """Bytes of the documents."""
    own: int = 0
    everything: int = 0


@dataclass(frozen=True, slots=True)
class _Parts:
    """Seconds and bytes for one dossier."""

    serial: float
    parallel: float
    sent: float = 0.0


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001 – a night is long
    """Measure nights by 1, 2 and 4 workers on this machine, and reckon those of more machines from their parts."""
    size = max(sizes)
    _night([*CONVENTIONS], _inbox(1, folder), folder, ["--no-pdf"], [])  # templates are checked, and it is remembered
    with_pdf = _nights(size, folder, [])
    yield _table("Nights by workers on this machine, PDFs included", size, with_pdf)
    without = _nights(size * _WITHOUT_PDF, folder, ["--no-pdf"])
    yield _table("Nights by workers on this machine, without PDF", size * _WITHOUT_PDF, without)
    with _site(2, folder) as (scheduler, workers):
        fixed = _night([*CONVENTIONS, *scheduler], _inbox(1, folder), folder, ["--no-pdf"], workers).ran.cpu
    yield _model(fixed, size, with_pdf, without)


def _nights(size: int, folder: Path, more: Sequence[str]) -> dict[str, _Night]:
    inbox = _inbox(size, folder)
    found = {"this process alone": _night([*CONVENTIONS], inbox, folder, [*more, "--workers", "1"], [])}
    for count in _WORKERS:
        with _site(count, folder) as (scheduler, workers):
            name = f"{count} worker{'s' if count > 1 else ''}"
            found[name] = _night([*CONVENTIONS, *scheduler], inbox, folder, more, workers)
            if count == 2:
                found[f"{name}, documents sent back"] = _night([*_ELSEWHERE, *scheduler], inbox, folder, more, workers)
    return found


@contextlib.contextmanager
def _site(count: int, folder: Path) -> Iterator[tuple[Sequence[str], Sequence[psutil.Process]]]:
    """Lend a scheduler with ``count`` workers: the options that name it, and the workers."""
    told = folder / "scheduler.json"
    told.unlink(missing_ok=True)
    processes = [_start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told))]
    try:
        while not (told.is_file() and told.stat().st_size):
            time.sleep(0.1)
        address = json.loads(told.read_text("utf-8"))["address"]
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder / "dask"))
        processes += [_start("worker", address, *options) for _ in range(count)]
        workers = [psutil.Process(process.pid) for process in processes[1:]]
        yield ["generate", "--scheduler", address], workers
    finally:
        for process in reversed(processes):
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(name: str, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{name}", "--no-dashboard", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _night(
    command: Sequence[str], inbox: Path, folder: Path, more: Sequence[str], workers: Sequence[psutil.Process]
) -> _Night:
    """Run one night in an outbox that is removed afterwards; raise ValueError when it did not end well."""
    outbox = folder / "outbox"
    verb = [] if "generate" in command else ["generate"]
    memory = [Memory(worker.pid) for worker in workers]
    for one in memory:
        one.start()
    before = sum(map(_processors, workers))
    done = run([*command, *verb, "--inbox", str(inbox), "--outbox", str(outbox), "--date", str(DAY), *more])
    spent = sum(map(_processors, workers)) - before
    for one in memory:
        one.stop()
    if done.status:
        raise ValueError(f"status {done.status}: {done.said[-2000:]}")
    files = [path for path in (outbox / "dossiers").rglob("*.*") if path.is_file()]
    night = _Night(
        done,
        spent,
        len(files),
        sum(path.stat().st_size for path in files),
        max((one.own for one in memory), default=0),
        max((one.everything for one in memory), default=0),
    )
    shutil.rmtree(outbox)
    for register in folder.glob("outbox.sqlite3*"):
        register.unlink()
    return night


def _processors(worker: psutil.Process) -> float:
    times = worker.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _inbox(size: int, folder: Path) -> Path:
    inbox = folder / f"inbox{size}"
    if not inbox.exists():
        write_inbox(inbox, size, load_setup(CONFIG))
    return inbox


def _table(title: str, size: int, found: dict[str, _Night]) -> Table:
    rows = [
        [
            name, f"{size}", seconds(night.ran.wall), seconds(night.ran.cpu), seconds(night.workers_cpu),
            f"{night.documents}", f"{night.documents / night.ran.wall:.1f}",
            f"{night.ran.own}", f"{night.own or '–'}", f"{night.everything or '–'}",
        ]
        for name, night in found.items()
    ]  # fmt: skip
    notes = (
        f"The coordinator, the scheduler and the workers share {os.cpu_count()} processors: more workers bring nothing here.",
        "Memory in MB, the peak: of the process itself, then with LibreOffice and wkhtmltopdf, shared pages counted once.",
    )
    return Table(title, _COLUMNS, rows, notes)


def _model(fixed: float, size: int, with_pdf: dict[str, _Night], without: dict[str, _Night]) -> Table:
    shared, back = "2 workers", "2 workers, documents sent back"
    parts = {
        "PDFs, shared folder": _parts(with_pdf[shared], size, fixed),
        "PDFs, documents sent back": _parts(with_pdf[back], size, fixed, sent=True),
        "no PDF, shared folder": _parts(without[shared], size * _WITHOUT_PDF, fixed),
        "no PDF, documents sent back": _parts(without[back], size * _WITHOUT_PDF, fixed, sent=True),
    }
    rows = [
        [name, *(seconds(_reckoned(fixed, part, machines)) for machines in _MACHINES), f"{_half(part):.0f}"]
        for name, part in parts.items()
    ]
    crossing = len(pickle.dumps(entries(deposits(100, load_setup(CONFIG)), load_setup(CONFIG)))) / 100
    notes = [
        "T = F + D × (s + w ÷ (n × c) + b ÷ B), as if nothing overlapped.",
        f"F = {fixed:.1f} s (start), D = {_NIGHT}, n machines of c = {_CORES} workers, B = {_BANDWIDTH / 1e6:.0f} MB/s.",
        *(
            f"{name}: s = {part.serial * 1000:.2f} ms of the coordinator, w = {part.parallel * 1000:.1f} ms of a worker, "
            f"b = {part.sent / 1000:.0f} kB a dossier; for 10 machines {fixed:.1f} + {_NIGHT} × "
            f"({part.serial * 1000:.2f} + {part.parallel * 1000:.1f} ÷ {10 * _CORES} + "
            f"{part.sent / _BANDWIDTH * 1000:.2f}) ms = {_reckoned(fixed, part, 10):.0f} s."
            for name, part in parts.items()
        ),
        f"To the workers cross {crossing / 1000:.1f} kB a dossier (its form), which is left out.",
    ]
    columns = (f"{_NIGHT} dossiers", *(f"{n} machine{'s' if n > 1 else ''}" for n in _MACHINES), "machines for half")
    return Table("What more machines would bring, reckoned from the parts measured above", columns, rows, notes)


def _parts(night: _Night, size: int, fixed: float, *, sent: bool = False) -> _Parts:
    serial = max(0.0, night.ran.cpu - fixed) / size
    return _Parts(serial, night.workers_cpu / size, night.size / size if sent else 0.0)


def _reckoned(fixed: float, part: _Parts, machines: int) -> float:
    each = part.serial + part.parallel / (machines * _CORES) + part.sent / _BANDWIDTH
    return fixed + _NIGHT * each


def _half(part: _Parts) -> float:
    """Return how many machines it takes until half of the time is what no machine more can shorten."""
    return part.parallel / _CORES / (part.serial + part.sent / _BANDWIDTH)
