"""How a command is ended from outside: once, and not again while it tidies up."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from pipeline import endings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_is_interrupted_once(number: signal.Signals) -> None:
    endings.end_tidily()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    os.kill(os.getpid(), signal.SIGINT)  # while it tidies up


def test_what_does_not_end_can_be_interrupted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "_TIDYING", 0.0)
    endings.end_tidily()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_nohup_holds() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    endings.end_tidily()
    os.kill(os.getpid(), signal.SIGHUP)
