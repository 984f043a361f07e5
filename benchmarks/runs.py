"""The whole way from the drop to the reports: the command itself, once and then once more over the same inbox."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from benchmarks.commands import CONVENTIONS, Ran, run
from benchmarks.forms import CONFIG, DAY, write_inbox
from benchmarks.measuring import slope
from benchmarks.tables import Table, seconds
from pipeline.setup import load_setup
from tools.examples.contact import Row, perfect

SIZES = (100, 1_000, 10_000)
LARGE = (100_000,)
_EXPORT = 20_000
"""Forms in one file."""
_COLUMNS = (
    "dossiers", "processes", "night", "time", "processor time", "a dossier", "documents", "documents a second",
    "memory, coordinator", "memory, all",
)  # fmt: skip
_NOTES = (
    "The second night meets the same inbox again, on the same day; the third the day after.",
    "Memory in MB: the peak of the process that leads; the highest sum over all processes, shared pages counted once.",
)


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001 – a night is long
    """Measure nights with PDFs: one process, then two."""
    yield _nights("From the drop to the reports, PDFs included", sizes, folder, (1, 2), [])


def measure_large(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001
    """Measure great nights with PDFs, by two processes only: they take the best part of an hour."""
    yield _nights("From the drop to the reports, PDFs included", sizes, folder, (2,), [])


def measure_without_pdf(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001
    """Measure nights without PDFs."""
    yield _nights("From the drop to the reports, without PDF", sizes, folder, (2,), ["--no-pdf"])


def measure_check(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001
    """Measure the command « check »: read, judge and report, no document and no register."""
    rows = []
    _settle(folder)
    for size in sizes:
        inbox = _inbox(size, folder)
        done = _night("check", inbox, folder / f"check{size}", 2, [])
        rows.append([f"{size}", *_figures(done, size)[:3], f"{done.own}", f"{done.everything}"])
    columns = ("dossiers", "time", "processor time", "a dossier", "memory, coordinator", "memory, all")
    yield Table("Read, checked and reported, without documents (conventions check)", columns, rows)


def _nights(title: str, sizes: Sequence[int], folder: Path, workers: Sequence[int], more: Sequence[str]) -> Table:
    rows: list[list[str]] = []
    points: dict[tuple[int, str], dict[int, float]] = {}
    _settle(folder)
    for size in sizes:
        inbox = _inbox(size, folder)
        for count in workers:
            outbox = folder / "outbox"
            for night, day in (("first", DAY), ("second", DAY), ("third", DAY + timedelta(days=1))):
                done = _night("generate", inbox, outbox, count, more, day)
                made = _documents(outbox) if night == "first" else 0
                rows.append(_row(size, count, night, done, made))
                points.setdefault((count, night), {})[size] = done.wall
                print("  " + ", ".join(rows[-1]), flush=True)
            shutil.rmtree(outbox)
            for register in folder.glob("outbox.sqlite3*"):
                register.unlink()
    slopes = [
        f"Growth, {night} night, {count} process{'es' if count > 1 else ''}: time ∝ dossiers^{found:.2f}."
        for (count, night), known in points.items()
        if (found := slope(known)) is not None
    ]
    return Table(title, _COLUMNS, rows, (*_NOTES, *slopes))


def _settle(folder: Path) -> None:
    """Lead an empty night: the templates of a program that was never started here are checked once, and it remembers."""
    (folder / "nothing").mkdir()
    _night("check", folder / "nothing", folder / "settled", 1, [])


def _inbox(size: int, folder: Path) -> Path:
    """Return an inbox of ``size`` forms, in as many exports as it takes."""
    inbox = folder / f"inbox{size}"
    if not inbox.exists():
        setup = load_setup(CONFIG)
        for begin in range(0, size, _EXPORT):
            count = min(_EXPORT, size - begin)
            write_inbox(inbox / f"export{begin:06d}", count, setup, partial(_form, begin))
    return inbox


def _form(begin: int, number: int) -> Row:
    return perfect(begin + number)


def _night(command: str, inbox: Path, outbox: Path, workers: int, more: Sequence[str], day: date = DAY) -> Ran:
    """Run one night; raise ValueError with what it said when it did not end well."""
    options = ["--inbox", str(inbox), "--outbox", str(outbox), "--date", str(day), "--workers", str(workers)]
    done = run([*CONVENTIONS, command, *options, *more])
    if done.status:
        raise ValueError(f"status {done.status}: {done.said[-2000:]}")
    return done


def _documents(outbox: Path) -> int:
    return sum(1 for path in (outbox / "dossiers").rglob("*.*") if path.is_file())


def _figures(done: Ran, size: int) -> list[str]:
    return [seconds(done.wall), seconds(done.cpu), seconds(done.wall / size)]


def _row(size: int, workers: int, night: str, done: Ran, made: int) -> list[str]:
    speed = f"{made / done.wall:.1f}" if made else "–"
    figures = _figures(done, size)
    return [f"{size}", f"{workers}", night, *figures, f"{made}", speed, f"{done.own}", f"{done.everything}"]
