"""The proof: every file that the program owns is searched for what is a person's alone."""

from __future__ import annotations

import mmap
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.privacy.containers import UnsearchableError, database, is_text, texts
from pipeline.privacy.due import under_way
from pipeline.privacy.person import Needles
from pipeline.privacy.raw import RawPhrases
from pipeline.workshops import OWNED

"""The temporary folder of a run that lives: those of killed ones are removed before (pipeline/leftovers.py)."""
_OPENED = 400_000_000
"""Bytes of a file that is opened whole; of a larger one the raw bytes are searched."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One place where something of the person stands."""

    path: Path
    inside: str = ""
    """Where in the file: the member of an archive, the sheet, the table; "" when it is the file or its name."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a search found."""

    searched: int
    """Number of files."""
    traces: tuple[Trace, ...]
    closed: tuple[Path, ...] = ()
    """Files that could only be searched as raw bytes: damaged or locked by a password."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left."""
        return not self.traces


def search(paths: Iterable[Path], needles: Needles, roots: Iterable[Path] = ()) -> Proof:
    """Search the files ``paths``, and the folders among them by their names alone.

    ``roots`` are the folders whose own path is not looked at: only what stands below them is the program's.
    """
    known, phrases, raw = sorted(roots, key=lambda root: -len(root.parts)), needles, needles.raw()
    searched, traces, closed = 0, list[Trace](), list[Path]()
    for path in paths:
        name = next((str(path.relative_to(root)) for root in known if path.is_relative_to(root)), path.name)
        if phrases.hold(name):
            traces.append(Trace(path))
        if not path.is_symlink() and path.is_file():
            searched += 1
            found, whole = _search_file(path, phrases, raw)
            traces += found
            closed += [] if whole else [path]
    return Proof(searched, tuple(dict.fromkeys(traces)), tuple(closed))


def holds(path: Path, needles: Needles) -> bool:
    """Tell whether one file holds something of the person."""
    return not search([path], needles, [path.parent]).is_clean


def _search_file(path: Path, needles: Needles, raw: RawPhrases) -> tuple[list[Trace], bool]:
    """Return the traces in one file, and whether it could be opened."""
    found: list[Trace] = []
    try:
        if not is_text(path) and _raw_hit(path, raw):
            found.append(Trace(path))
        found += [Trace(path, inside) for inside, text in _contents(path) if needles.hold(text)]
    except FileNotFoundError:  # gone meanwhile
        return found, True
    except (UnsearchableError, OSError):
        return found, False
    return found, True


def _contents(path: Path) -> Iterator[tuple[str, str]]:
    if path.stat().st_size <= _OPENED:
        yield from texts(path.name, path.read_bytes())
    yield from database(path)


def _raw_hit(path: Path, raw: RawPhrases) -> bool:
    with path.open("rb") as stream:
        if not path.stat().st_size:
            return False
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return raw.stand_in(data)


def owned(outbox: Path, register: Path, cache: Path | None) -> Iterator[Path]:
    """Yield every file and folder that the program owns, in the order of their paths.

    The outbox; the register with its journals, its backups and the copies put aside beside it; the lock; the cache; the
    temporary folders of a run that was killed. The list of a purge that is under way is none of them: it is removed last.
    """
    yield from below(outbox)
    for path in sorted(register.parent.glob(f"{_literal(register.name)}*")):
        if path.name != under_way(register).name:
            yield path
            yield from below(path)
    yield from sorted(outbox.parent.glob(f".{_literal(outbox.name)}*"))
    if cache is not None:
        yield from below(cache)
    yield from temporary()


def temporary() -> Iterator[Path]:
    """Yield the program's temporary folders that are nobody's, and what is in them; a run that lives is told in its own."""
    for folder in sorted(Path(tempfile.gettempdir()).glob("conventions-*")):
        if not OWNED.fullmatch(folder.name):
            yield folder
            yield from below(folder)


def below(folder: Path) -> Iterator[Path]:
    """Yield all that stands below ``folder``, links not followed."""
    if folder.is_dir() and not folder.is_symlink():
        for path in sorted(folder.iterdir()):
            yield path
            yield from below(path)


def _literal(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)
