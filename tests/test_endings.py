"""How a command is ended from outside: once, and not again while it tidies up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import endings
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in (*numbers, signal.SIGALRM)}
    hook = sys.unraisablehook
    yield
    sys.unraisablehook = hook
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


_STARTED = "import pipeline.__main__ as command; command.end_at_once(); print(flush=True); command.main()"


@pytest.mark.parametrize("delay", [0.0, 0.15, 0.4])
def test_a_start_is_interrupted_without_a_traceback_at_any_moment(delay: float, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    places = ["--inbox", str(tmp_path / "inbox"), "--outbox", str(tmp_path / "outbox"), "--no-pdf"]
    process = subprocess.Popen(
        [sys.executable, "-c", _STARTED, "generate", *places],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # from here on the program listens: before, there is only Python
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (0, endings.INTERRUPTED), said
    assert "Traceback" not in said
    assert "Exception ignored" not in said


_SWALLOWED = """
import os, signal, time
from pipeline.endings import end_tidily

class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)

end_tidily()
try:
    Finalised()
    for _ in range(500):
        time.sleep(0.01)
except KeyboardInterrupt:
    print("interrompu")
"""


def test_an_interruption_that_python_swallows_is_raised_again() -> None:
    done = subprocess.run([sys.executable, "-c", _SWALLOWED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("interrompu\n", "")


def test_a_process_that_is_leaving_is_not_interrupted() -> None:
    endings.end_tidily()
    endings.end_no_more()
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_library_that_is_no_command_keeps_its_own_handlers() -> None:
    before = signal.getsignal(signal.SIGINT)
    with endings.at_once():
        assert signal.getsignal(signal.SIGINT) is before
    endings.end_tidily()
    tidily = signal.getsignal(signal.SIGINT)
    with endings.at_once():
        assert signal.getsignal(signal.SIGINT) is not tidily
    assert signal.getsignal(signal.SIGINT) is tidily
