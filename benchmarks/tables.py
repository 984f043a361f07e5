"""Markdown tables, and the page that keeps the last table of each part between its markers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Spent, median, ratio


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``rows`` have as many cells as ``columns``; ``notes`` stand below."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """Return the table, its first column to the left and the others to the right."""
        rule = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [_line(self.columns), _line(rule), *map(_line, self.rows)]
        notes = [f"\n{note}" for note in self.notes]
        return "\n".join([f"**{self.title}**", "", *lines, *notes]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def comparison(
    title: str, found: Mapping[str, Sequence[Spent]], reference: str, unit: str = "", notes: Sequence[str] = ()
) -> Table:
    """Return the table of what took turns: medians, and how many times ``reference`` each took.

    ``unit`` is what one piece is: « a document ».
    """
    rows = [
        [
            name,
            seconds(median(spent, "wall")),
            seconds(median(spent, "cpu")),
            times(ratio(spent, found[reference], "wall")),
            times(ratio(spent, found[reference], "cpu")),
        ]
        for name, spent in found.items()
    ]
    columns = ("", f"time {unit}".strip(), "processor time", "ratio, time", "ratio, processor time")
    return Table(title, columns, rows, notes)


def seconds(value: float) -> str:
    """Return a duration with three digits that count: 0.75 ms, 12.3 s."""
    return f"{_digits(value * 1000)} ms" if value < 1 else f"{_digits(value)} s"


def times(value: float) -> str:
    """Return a ratio: ×1.00, ×95.3."""
    return f"×{_digits(value)}"


def _digits(value: float) -> str:
    if value <= 0:
        return "0"
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def keep(page: Path, part: str, text: str) -> None:
    """Put ``text`` between the markers of ``part`` in ``page``; the file appears whole.

    Raises ValueError when the page has no such markers.
    """
    temporary = page.with_name(f".{page.name}.part")
    temporary.write_text(inserted(page.read_text("utf-8"), part, text), "utf-8")
    temporary.replace(page)


def inserted(page: str, part: str, text: str) -> str:
    """Return ``page`` with ``text`` between the markers of ``part``.

    Raises ValueError when it has not exactly one pair.
    """
    start, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    done, count = pattern.subn(lambda _: f"{start}\n\n{text.strip()}\n\n{end}", page)
    if count != 1:
        raise ValueError(f"the page has {count} places « {start} … {end} »")
    return done
