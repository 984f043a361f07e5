"""All that a SQLite file says, as texts: what a search for a person's traces reads of a register or its copies."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import pathname2url


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (table, text) for every row of every table of the database ``path``, compressed contents opened.

    The file is read as it stands, nothing is written beside it. Raises sqlite3.Error when it is no database.
    """
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    with closing(sqlite3.connect(f"file:{pathname2url(str(path.resolve()))}?{how}", uri=True, timeout=30)) as database:
        database.text_factory = lambda data: data.decode("utf-8", errors="replace")
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 (the name is the database's own)
                yield table, "\n".join(_text(value) for value in row)


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        return "" if value is None else str(value)
    head, separator, tail = value.partition(b"\n")
    found = _inflated(value) or (head + b"\n" + _inflated(tail) if separator else b"")
    return (found or value).decode("utf-8", errors="replace")


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


NOT_A_DATABASE = sqlite3.Error
"""What :func:`texts_of` raises for a file that it cannot read."""
