"""Everything that a night wrote, opened whatever it is wrapped in, and searched for what must not stand there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.privacy.containers import database, texts
from pipeline.privacy.wrapping import sayings

_SPACES = re.compile(r"[\s\u00a0\u202f]+")


def files_below(*roots: Path) -> list[Path]:
    """Return every file of the folders ``roots``, and those among them that are files, in the order of their paths."""
    return sorted({path for root in roots for path in (root, *root.rglob("*")) if path.is_file()})


def places(paths: Iterable[Path], *needles: str) -> list[str]:
    """Return where one of ``needles`` stands: « file > part ».

    Case and spaces are nothing. Names are searched, the bytes as they are, members of archives, the parts of letters,
    every row of a database, the streams and words of a PDF, with and without what they are wrapped in.
    """
    wanted = [_bare(needle) for needle in needles]
    return [
        f"{path} > {where}"
        for path in paths
        for where, text in _said(path)
        if any(needle in bare for bare in (_bare(text),) for needle in wanted)
    ]


def _said(path: Path) -> Iterator[tuple[str, str]]:
    data = path.read_bytes()
    yield "name", path.name
    yield "bytes", data.decode("latin-1")
    yield "bytes", data.decode("utf-8", errors="replace")
    for found in (texts(path.name, data), database(path)):
        yield from ((where, saying) for where, text in found for saying in sayings(text))


def _bare(text: str) -> str:
    return _SPACES.sub("", text).casefold()
