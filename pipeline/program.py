"""Which program this is, to the letter: a version number may stay the same while the code changes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent
_SUFFIXES = frozenset({".py", ".j2", ".css", ".js", ".sql"})


@cache
def program_hash() -> str:
    """Return the SHA-256 of the program's own files, as they are when this process first asks."""
    return hash_of(HOME)


def hash_of(home: Path) -> str:
    """Return the SHA-256 of the names and the contents of the program's files under ``home``, wherever it stands."""
    digest = hashlib.sha256()
    for path in sorted(path for path in home.rglob("*") if path.suffix in _SUFFIXES):
        for part in (path.relative_to(home).as_posix().encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
