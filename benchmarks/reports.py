"""The reports of a night: run.json, the page, the workbooks; against pandas writing the same cells without any looks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
from rich.console import Console

from benchmarks.forms import CONFIG, DAY, Row, faulty, mixed, write_inbox
from benchmarks.measuring import alternate, clocked
from benchmarks.tables import Table, comparison
from pipeline import run as night
from pipeline.documents.pages import find_wkhtmltopdf
from pipeline.model import Outcome
from pipeline.outbox import Outbox
from pipeline.report.post import Post
from pipeline.report.progress import Progress
from pipeline.report.publish import publish_reports
from pipeline.setup import Setup, load_setup

SIZES = (10_000,)
_OURS = "the project: run.json, rapport.html, rapport.pdf, journal, every workbook"
_KINDS: Mapping[str, Callable[[int], Row]] = {
    "80 % ready, 12 % to be decided, 8 % to be corrected": mixed,
    "every row with many faults": faulty,
}


@dataclass(frozen=True, slots=True)
class _Call:
    """What a night gives to the reports."""

    outcome: Outcome
    setup: Setup
    mail: Post


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:
    """Write the reports of a night that was judged once, again and again."""
    for size in sizes:
        for number, (kind, row) in enumerate(_KINDS.items()):
            place = folder / f"reports{number}_{size}"
            call = _judged(size, row, place)
            made = _publish(call, place / "sample")
            sheets = [pd.read_excel(path, engine="calamine", sheet_name=None) for path in made.rglob("*.xlsx")]
            contestants = {
                _OURS: clocked(partial(_again, call, place, count())),
                "pandas.to_excel of the same workbooks, no looks": clocked(partial(_to_excel, sheets, place)),
            }
            found = alternate(contestants, rounds, warm=False)
            latest = made / "rapports" / "dernier"
            files = [path for path in [*latest.iterdir(), made / "suivi.xlsx"] if path.is_file()]
            sizes_told = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in sorted(files))
            yield comparison(f"Reports of {size} dossiers: {kind}", found, _OURS, notes=[f"Written: {sizes_told}."])
            shutil.rmtree(place)


def _judged(size: int, row: Callable[[int], Row], place: Path) -> _Call:
    """Lead a night without PDFs up to its reports."""
    write_inbox(place / "inbox", size, load_setup(CONFIG), row)
    calls: list[_Call] = []

    def keep(outcome: Outcome, setup: Setup, *_: object, mail: Post) -> Outcome:
        calls.append(_Call(outcome, setup, mail))
        return outcome

    options = night.Options(place / "inbox", place / "outbox", CONFIG, DAY, workers=1, pdf=False)
    with patch.object(night, "publish_reports", keep):
        night.run(options, Progress(Console(quiet=True)))
    return calls[0]


def _publish(call: _Call, root: Path) -> Path:
    """Write the reports into a new outbox; return it."""
    outbox = Outbox(root)
    outbox.folder(".")
    publish_reports(call.outcome, call.setup, outbox, find_wkhtmltopdf(), mail=call.mail)
    return root


def _again(call: _Call, place: Path, numbers: Iterator[int]) -> None:
    _publish(call, place / f"again{next(numbers)}")


def _to_excel(books: Sequence[Mapping[Any, pd.DataFrame]], folder: Path) -> None:
    path = folder / "plain.xlsx"
    for book in books:
        with pd.ExcelWriter(path, engine="openpyxl") as writer:
            for name, frame in book.items():
                frame.to_excel(writer, sheet_name=str(name), index=False)
