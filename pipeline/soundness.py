"""What was found sound before, Word templates and YAML files: what nothing has changed for is not checked again.

What is remembered is a hash of all that the check depends on, never a result: a file that is missing, damaged, old or
somebody else's makes the check be done again, and can make nothing else happen.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import stat
import sys
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.program import program_hash

_KEPT = 512
"""Most lines of the file: a few dozen set-ups; the oldest go first."""
_KEY = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Memory:
    """What was found sound, as keys in ``file``; with None nothing is remembered."""

    file: Path | None
    basis: str
    """What every check depends on: a hash of the code, and those that the caller adds."""
    known: frozenset[str]

    def key(self, *parts: bytes) -> str:
        """Return the key of a thing of which ``parts`` is all that is its own; their order and number count."""
        digest = hashlib.sha256(self.basis.encode())
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()

    def keep(self, keys: Collection[str]) -> None:
        """Remember ``keys`` too; where nothing can be written, nothing is."""
        new = sorted(set(keys) - self.known)
        if self.file is None or not new:
            return
        lines = list(dict.fromkeys([*new, *_lines(self.file)]))[:_KEPT]
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self.file, "\n".join([*lines, ""]))
        except OSError:
            return  # a full disk or a home that may not be written to: the check is done again next time


NOTHING = Memory(None, "", frozenset())
"""For who wants every check done."""


def load_memory(basis: Iterable[str], name: str = "modeles_corrects") -> Memory:
    """Return what the file ``name`` of this account's cache holds; ``basis`` is what the checks depend on besides code."""
    folder = cache_folder()
    file = folder / "conventions" / name if folder else None
    return Memory(file, " ".join([_code(), *basis]), frozenset(_lines(file)) if file else frozenset())


def cache_folder() -> Path | None:
    """Return where this account keeps what may be lost (XDG Base Directory); None for one without a home."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        return named
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        return None


def _lines(file: Path) -> list[str]:
    """Return the keys in ``file``; none when it is not ours alone: nobody else may vouch for anything."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o077:
                return []
            text = stream.read(_KEPT * 65).decode("ascii", errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if _KEY.fullmatch(line)]


def _replace(file: Path, text: str) -> None:
    """Write ``text`` at ``file``, whole or not at all, for its owner alone."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(text)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _libraries() -> Path:
    """Return the folder of the libraries, by one of them that is not loaded for that."""
    found = importlib.util.find_spec("jinja2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("jinja2")
    return Path(found.origin).parent.parent


@cache
def _code() -> str:
    """Return a hash of the program, of the Python that runs it and of the versions of the libraries beside it."""
    digest = hashlib.sha256(sys.version.encode())
    for name in sorted(path.name for path in _libraries().glob("*-info")):
        digest.update(name.encode() + b"\0")
    digest.update(program_hash().encode())
    return digest.hexdigest()
