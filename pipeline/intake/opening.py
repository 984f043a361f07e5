"""How a file of unknown origin is opened: never waiting for a writer, never anything but an ordinary file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK = 1 << 20
_SAFELY = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class NotAFileError(OSError):
    """What stands under the name is a pipe, a socket, a device or a folder."""


@contextmanager
def opened(path: Path, *, follow: bool = True) -> Iterator[tuple[int, os.stat_result]]:
    """Lend the descriptor of the ordinary file at ``path`` and what is known of it, asked of the descriptor itself.

    What is asked is what was opened, whatever takes the name meanwhile. A pipe that nobody writes into does not hold the
    program. Without ``follow`` a link is not followed. Raises NotAFileError for anything else than an ordinary file, and
    OSError when it cannot be opened.
    """
    number = os.open(path, _SAFELY | (0 if follow else os.O_NOFOLLOW))
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise NotAFileError
        yield number, found
    finally:
        os.close(number)


def chunks(number: int, most: int) -> Iterator[bytes]:
    """Yield the content from where it stands on, no more than ``most`` bytes and one: a file that grows has an end."""
    left = most + 1
    while left > 0 and (chunk := os.read(number, min(_CHUNK, left))):
        left -= len(chunk)
        yield chunk


def read_whole(path: Path, most: int) -> bytes:
    """Return the content of the ordinary file at ``path``, cut after ``most`` bytes and one. Raises as :func:`opened`."""
    with opened(path) as (number, _):
        return b"".join(chunks(number, most))
