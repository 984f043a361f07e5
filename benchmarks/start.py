"""What the command takes before it is of any use: to its first line, to the end of an empty night, to its help."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.commands import CONVENTIONS, run
from benchmarks.forms import DAY
from benchmarks.measuring import Spent, alternate
from benchmarks.tables import Table, comparison

SIZES = (1,)
_BARE = "Python alone (python -c pass)"


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001 – nothing has a size
    """Start the command again and again beside a bare interpreter and the libraries that it reads with."""
    inbox, outbox = folder / "empty", folder / "empty_outbox"
    inbox.mkdir(exist_ok=True)
    night = [*CONVENTIONS, "generate", "--inbox", str(inbox), "--outbox", str(outbox), "--date", str(DAY)]
    contestants = {
        _BARE: _whole([sys.executable, "-c", "pass"]),
        "import pandas, openpyxl, docxtpl": _whole([sys.executable, "-c", "import pandas, openpyxl, docxtpl"]),
        "conventions --help, to its end": _whole([*CONVENTIONS, "--help"]),
        "conventions generate over an empty inbox, to its first line": _first(night),
        "conventions generate over an empty inbox, to its end": _whole(night),
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
