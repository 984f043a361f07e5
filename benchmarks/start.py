"""What the command takes before it is of any use: to its first line, to the end of a night in which nothing has changed, to its help."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.commands import CONVENTIONS, run
from benchmarks.forms import CONFIG, DAY, write_inbox
from benchmarks.measuring import Spent, alternate
from benchmarks.tables import Table, comparison
from pipeline.setup import load_setup

SIZES = (1,)
_ROWS = 10
_BARE = "Python alone (python -c pass)"


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001 – nothing has a size
    """Start the command again and again beside a bare interpreter and the libraries that it reads with."""
    inbox, outbox = folder / "ten", folder / "ten_outbox"
    if not inbox.exists():
        write_inbox(inbox, _ROWS, load_setup(CONFIG))
    night = [*CONVENTIONS, "generate", "--inbox", str(inbox), "--outbox", str(outbox), "--date", str(DAY), "--no-pdf"]
    contestants = {
        _BARE: _whole([sys.executable, "-c", "pass"]),
        "import pandas, openpyxl, docxtpl": _whole([sys.executable, "-c", "import pandas, openpyxl, docxtpl"]),
        "conventions --help, to its end": _whole([*CONVENTIONS, "--help"]),
        "conventions generate over ten forms, to its first line": _first(night),
        "the same, nothing changed since the last time, to its end": _whole(night),
    }
    yield comparison("Start of the command", alternate(contestants, max(rounds, 5)), _BARE)


def _whole(command: Sequence[str]) -> Callable[[], Spent]:
    def start() -> Spent:
        done = run(command, watch=False)
        return Spent(done.wall, done.cpu)

    return start


def _first(command: Sequence[str]) -> Callable[[], Spent]:
    """Return the contestant that counts until the first line; the processor time is that of the whole command."""

    def start() -> Spent:
        done = run(command, watch=False)
        return Spent(done.first, done.cpu)

    return start
