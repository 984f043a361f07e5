"""What runs that were killed have left is removed by the next one: temporary folders and unfinished files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.outbox import Outbox
from pipeline.workshops import sweep_workshops

_MARK = ".en_cours"
"""Stands in the outbox while a run writes there: one that finds it knows that the run before did not end by itself."""


@contextlib.contextmanager
def tidied(outbox: Outbox) -> Iterator[None]:
    """Remove what runs that were killed have left here and in the temporary folder, and mark that one is at work.

    The mark stays when the work does not come to its end.
    """
    sweep_workshops()
    if outbox.path(_MARK).exists():
        sweep_outbox(outbox.root)
    outbox.write(_MARK, b"")
    yield
    outbox.remove(_MARK)


def sweep_outbox(root: Path) -> int:
    """Remove the unfinished files anywhere under ``root``; return how many there were. Links are not followed."""
    removed = 0
    for where, _, names in os.walk(root):
        for name in names:
            if name.startswith(".") and name.endswith(".part"):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(where, name))  # noqa: PTH108, PTH118 (many files)
                    removed += 1
    return removed
