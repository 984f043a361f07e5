"""How far long work has come: a bar for who watches, a line now and then for the journal of a night."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipeline.report.progress import Progress, pace


def test_the_bar_shows_on_a_terminal() -> None:
    shown = io.StringIO()
    with Progress(Console(file=shown, force_terminal=True)).stage("Lecture", 3) as advance:
        advance(3)
    assert "Lecture" in shown.getvalue()
    assert "3/3" in shown.getvalue()


def test_short_work_says_nothing_elsewhere() -> None:
    hidden = io.StringIO()
    with Progress(Console(file=hidden)).stage("Lecture", 3) as advance:
        advance(3)
    assert hidden.getvalue() == ""


def test_long_work_says_now_and_then_how_far_it_is() -> None:
    said, seconds = io.StringIO(), [0.0]
    with Progress(Console(file=said, width=40), lambda: seconds[0]).stage("Documents", 30_000) as advance:
        for _ in range(8):
            seconds[0] += 50
            advance(1000)
    assert said.getvalue().splitlines() == [
        "Documents\u00a0: 2\u00a0000 sur 30\u00a0000, 20 par seconde, encore 23\u00a0min.",
        "Documents\u00a0: 8\u00a0000 sur 30\u00a0000, 20 par seconde, encore 18\u00a0min.",
    ]


def test_no_work_has_no_progress() -> None:
    said = io.StringIO()
    with Progress(Console(file=said, force_terminal=True)).stage("Documents", 0) as advance:
        advance(1)
    assert said.getvalue() == ""


@pytest.mark.parametrize(
    ("speed", "left", "told"),
    [
        (None, 10, ""),
        (0.02, 10, "moins de 0,1 par seconde, encore 8\u00a0min"),
        (0.25, 10, "0,2 par seconde, encore 40\u00a0s"),
        (41.4, 30_000, "41 par seconde, encore 12\u00a0min"),
        (2.5, 30_000, "2,5 par seconde, encore 3\u00a0h\u00a020"),
    ],
)
def test_rate_and_remaining_time(speed: float | None, left: float, told: str) -> None:
    assert pace(speed, left) == told
