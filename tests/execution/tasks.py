"""Tasks that workers find by their names: some are well, some die, some hang."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.execution.bench import Bench


def double(bench: Bench, item: int) -> int:  # noqa: ARG001 – as a task is called
    return 2 * item


def process(bench: Bench, item: int) -> int:  # noqa: ARG001 – as a task is called
    return os.getpid()


def fingerprint(bench: Bench, item: int) -> str:  # noqa: ARG001 – as a task is called
    return bench.setup.fingerprint


def die_at_two(bench: Bench, item: int) -> int:  # noqa: ARG001 – as a task is called
    if item == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def refuse(bench: Bench, item: int) -> int:  # noqa: ARG001 – as a task is called
    raise ValueError(str(item))


def hang(bench: Bench, item: str) -> None:  # noqa: ARG001 – as a task is called
    """Leave a mark with the process's number, then work for ever; leave another mark when told to stop."""
    mark = Path(item)
    mark.write_text(str(os.getpid()), encoding="ascii")
    try:
        time.sleep(600)
    finally:
        mark.with_suffix(".ended").touch()


def be_stopped_at_two(bench: Bench, item: int) -> int:  # noqa: ARG001 – as a task is called
    """Be told to stop over 2, which is not what the task raised; what has been begun is ended before."""
    if item == 2:
        os.kill(os.getpid(), signal.SIGTERM)
    return item


def lack_a_template(bench: Bench, item: int) -> int:  # noqa: ARG001 – as a task is called
    raise SetupError("modèle.docx", "", "ce modèle manque", "Rétablissez-le.")


def mark_and_wait(bench: Bench, item: str) -> None:  # noqa: ARG001 – as a task is called
    """Leave a mark, then work for a good while."""
    Path(item).touch()
    time.sleep(600)
