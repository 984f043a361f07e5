"""How far long work has come: a bar on a terminal; elsewhere a line now and then when it lasts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from pipeline.language import NBSP

_FIRST_LINE, _NEXT_LINES = 60.0, 300.0
"""Seconds before work that nobody watches says for the first time how far it is, and between two lines."""
_MINUTE, _HOUR = 60, 3600


class Progress:
    """Shows how far the stages of a run have come."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock = console, clock

    @contextlib.contextmanager
    def stage(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Lend the function that tells of ``n`` more finished out of ``total``; a bar leaves with the stage."""
        if total <= 0:
            yield lambda _: None
        elif self._console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Pace())
            with Bar(*columns, console=self._console, transient=True) as bar:
                task = bar.add_task(label, total=total)
                yield lambda number: bar.advance(task, number)
        else:
            yield _Lines(label, total, self._console, self._clock).advance


class _Pace(ProgressColumn):
    """How many a second, and how long it still takes."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        return Text(pace(task.speed, task.remaining or 0), "cyan")


def pace(speed: float | None, left: float) -> str:
    """Return « 41 par seconde, encore 12 min » for a speed per second and the number that is left; "" when unknown."""
    if not speed:
        return ""
    rate = f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}".replace(".", ",") if speed >= 0.05 else "moins de 0,1"
    return f"{rate} par seconde, encore {_duration(left / speed)}"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}{NBSP}s"
    if whole < _HOUR:
        return f"{round(whole / _MINUTE)}{NBSP}min"
    hours, minutes = divmod(round(whole / _MINUTE), 60)
    return f"{hours}{NBSP}h{NBSP}{minutes:02d}"


@dataclass(slots=True)
class _Lines:
    label: str
    total: int
    console: Console
    clock: Callable[[], float]
    done: int = 0
    begun: float = field(init=False)
    due: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.clock()
        self.due = self.begun + _FIRST_LINE

    def advance(self, number: int) -> None:
        self.done += number
        now = self.clock()
        if now >= self.due and self.done < self.total:
            self.due = now + _NEXT_LINES
            told = pace(self.done / (now - self.begun), self.total - self.done)
            line = f"{self.label}{NBSP}: {_number(self.done)} sur {_number(self.total)}, {told}."
            self.console.print(Text(line), soft_wrap=True, highlight=False)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", NBSP)
