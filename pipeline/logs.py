"""What a run says of faults: which kind and where in the program, never the message, which may hold what a cell holds.

A line of the log is written by us and carries counts, ids and places; the message of somebody else's exception
(« could not convert 'DURAND' ») is not. On a terminal, in front of the person who may read the forms, it is shown.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

_HOME = Path(__file__).resolve().parents[1]
_FORMAT = "%(levelname)s %(name)s %(message)s"
_MOST_CAUSES = 10


def talk_discreetly(*, attended: bool | None = None) -> None:
    """Set up the log of this process and what it says when it ends by a fault.

    ``attended``: whether somebody watches, who is shown the messages too; by default, whether stderr is a terminal.
    """
    if attended if attended is not None else sys.stderr.isatty():
        logging.basicConfig(format=_FORMAT, level=logging.WARNING)
        return
    handler = logging.StreamHandler()
    handler.setFormatter(_Places(_FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    sys.excepthook = _say_places


class _Places(logging.Formatter):
    """Tells of an exception what it is and where it was raised."""

    def formatException(self, ei: object) -> str:  # noqa: N802 – as logging calls it
        error = ei[1] if isinstance(ei, tuple) else None
        return "\n".join(places(error)) if isinstance(error, BaseException) else ""


def _say_places(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:  # noqa: ARG001 – as Python calls it
    sys.stderr.write("\n".join(places(error)) + "\n")


def places(error: BaseException) -> Iterator[str]:
    """Yield, the first cause first, the kind of each exception and the lines of code it went through."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < _MOST_CAUSES:
        chain.append(cause)
    for one in reversed(chain):
        yield f"{type(one).__module__}.{type(one).__qualname__}".removeprefix("builtins.") + _of_the_program(one)
        for frame in traceback.extract_tb(one.__traceback__):
            yield f"  {_place(frame.filename)}:{frame.lineno} {frame.name}"


def _of_the_program(error: BaseException) -> str:
    """Return which module or file of the program is missing or closed, which no cell has named; "" for all else."""
    if isinstance(error, ImportError) and error.name:
        return f" {error.name}"
    name = error.filename if isinstance(error, OSError) else None
    return f" {_place(name)}" if isinstance(name, str) and Path(name).is_relative_to(_HOME / "pipeline") else ""


def _place(name: str) -> str:
    path = Path(name)
    return path.relative_to(_HOME).as_posix() if path.is_relative_to(_HOME) else "/".join(path.parts[-2:])
