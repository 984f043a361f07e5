"""Files of the inbox, read in processes of their own: whatever a file does to its reader, the night goes on.

One server (:mod:`pipeline.intake.server`) is started with the first file that has to be opened, and lives as long as this
process; it loads the libraries once and has one child for each file, within the limits of the configuration. While what a
file gave is worked upon here, the next one is being read there.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import pickle
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.intake import crossing
from pipeline.intake.describe import ColumnsReport, not_described
from pipeline.intake.files import InboxFile
from pipeline.intake.reading import Reading, read_file, waiting, without_forms
from pipeline.intake.systems import Systems
from pipeline.intake.typography import typeset
from pipeline.intake.unreadable import PATIENCE, Cause, why
from pipeline.model import Limits
from pipeline.tables.fields import Fields

_LOG = logging.getLogger(__name__)
_START_SECONDS = 120
"""What the server may need for loading its libraries on a busy machine, and for telling of a child that it has killed."""
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from pipeline.intake.server import main; main(int(sys.argv[2]))"
)
_ROOT = Path(__file__).parents[2]
_KEPT = frozenset({"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH",
                   "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"})  # fmt: skip
"""What of the environment the server gets: no password that somebody keeps there."""
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}


class _GoneError(Exception):
    """The server does not answer any more."""


class _Server:
    """The server and the line to it; ``known`` is what it knows how to read by."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        words = [sys.executable, "-P", "-c", _PROGRAM, str(_ROOT), str(theirs.fileno())]
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        try:
            self._process = subprocess.Popen(
                words,
                env=kept | _ONE_THREAD,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for this process, which ends it
            )
        except OSError as error:
            ours.close()
            raise _not_started() from error
        finally:
            theirs.close()
        self._line = ours
        self.known: tuple[Systems, Fields] | None = None

    def ask(self, systems: Systems, fields: Fields, sort: bytes, what: InboxFile | Path, limits: Limits) -> None:
        """Ask for one file to be read or described; the answers come in the order of the questions."""
        try:
            self._line.settimeout(_START_SECONDS)
            if self.known is None or self.known[0] is not systems or self.known[1] is not fields:
                crossing.send(self._line, crossing.TABLES, pickle.dumps((systems, fields)))
                self.known = systems, fields
            crossing.send(self._line, sort, pickle.dumps((what, limits)))
        except OSError as error:
            raise _GoneError from error

    def answer(self, limits: Limits) -> tuple[bytes, bytes]:
        """Return the sort and the content of the next answer."""
        try:
            self._line.settimeout(limits.seconds * PATIENCE + _START_SECONDS)
            return crossing.receive(self._line)
        except (OSError, EOFError) as error:
            raise _GoneError from error

    def close(self) -> None:
        """End the server: it kills what it has under way when the line is closed, and is killed when it does not."""
        self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
            return
        self._process.kill()
        self._process.wait()


_running: list[_Server] = []
"""The server of this process, once it is started."""


def _server() -> _Server:
    if not _running:
        _running.append(_Server())
        atexit.register(_end)
    return _running[0]


def _end() -> None:
    while _running:
        _running.pop().close()
    atexit.unregister(_end)


def _not_started() -> SetupError:
    return SetupError(
        "lecture", "", "aucun processus de lecture ne peut être lancé sur cette machine",
        "Aucun fichier n’a été ouvert. Libérez de la mémoire ou réinstallez le logiciel, puis relancez."
    )  # fmt: skip


def read_apart(files: Iterable[InboxFile], systems: Systems, fields: Fields, limits: Limits) -> Iterator[Reading]:
    """Yield what each of ``files`` gives, in their order; one that costs its reader its life is refused with a reason.

    Raises SetupError when no process can be started at all: nothing is then opened in this one.
    """
    under_way: deque[InboxFile] = deque()
    try:
        for file in files:
            if file.state != "à lire":
                yield from _answers(under_way, 0, systems, fields, limits)
                yield read_file(file, systems, fields, limits)  # says why: nothing is opened
                continue
            with contextlib.suppress(_GoneError):  # the answer will say so too
                _server().ask(systems, fields, crossing.READ, file, limits)
            under_way.append(file)
            yield from _answers(under_way, 1, systems, fields, limits)
        yield from _answers(under_way, 0, systems, fields, limits)
    finally:
        if under_way:  # nobody waits for their answers: the next question must not get them
            _end()


def _answers(
    under_way: deque[InboxFile], left: int, systems: Systems, fields: Fields, limits: Limits
) -> Iterator[Reading]:
    """Yield the answers of the oldest questions until ``left`` are under way."""
    while len(under_way) > left:
        try:
            sort, content = _server().answer(limits)
        except _GoneError:
            _LOG.warning("the process that reads files is gone: another one is started")
            _end()
            suspects = list(under_way)
            for file in suspects:
                reading = _alone(file, systems, fields, limits)
                under_way.popleft()
                yield reading
            return
        file = under_way.popleft()
        yield _reading(file, sort, content, limits)


def _alone(file: InboxFile, systems: Systems, fields: Fields, limits: Limits) -> Reading:
    """Read one file after the server died over it or over its neighbour: alone, by a server that is sure to start."""
    _begun(systems, fields)
    try:
        _server().ask(systems, fields, crossing.READ, file, limits)
        sort, content = _server().answer(limits)
    except _GoneError:
        _end()
        return _failed(file, Cause.CRASH, limits)
    return _reading(file, sort, content, limits)


def _begun(systems: Systems, fields: Fields) -> None:
    """Make sure that a server runs and answers. Raises SetupError when none does."""
    try:
        _server().ask(systems, fields, crossing.PING, Path(), Limits())
        _server().answer(Limits())
    except _GoneError as error:
        _end()
        raise _not_started() from error


def _reading(file: InboxFile, sort: bytes, content: bytes, limits: Limits) -> Reading:
    if sort != crossing.DONE:
        return _failed(file, _cause(sort, content), limits)
    try:
        found = crossing.unpacked(content)
    except crossing.ForeignValueError:
        found = None
    if isinstance(found, Reading) and found.sources and _is_of(found, file):
        return found
    _LOG.error("a process that read a file gave what no reading gives")
    return _failed(file, Cause.CRASH, limits)


def _is_of(reading: Reading, file: InboxFile) -> bool:
    """Tell whether the reading says to be of ``file``, by whose name and hash the register keeps it."""
    own = (file.name, file.sha256)
    returned = reading.returned
    return (
        all((source.file, source.sha256) == own for source in reading.sources)
        and all(form.place.file == file.name for form in reading.forms)
        and (returned is None or (returned.file, returned.sha256) == own)
    )


def _cause(sort: bytes, content: bytes) -> Cause:
    cause = _CAUSES.get(sort, Cause.CRASH)
    if cause is Cause.CRASH:
        _LOG.error("a file of the inbox could not be read: %s", content.decode("ascii", "replace") or "its reader died")
    return cause


_CAUSES: Mapping[bytes, Cause] = {
    crossing.MEMORY: Cause.MEMORY,
    crossing.TIME: Cause.TIME,
    crossing.WAITED: Cause.WAITED,
    crossing.KILLED: Cause.KILLED,
}


def _failed(file: InboxFile, cause: Cause, limits: Limits) -> Reading:
    reason = typeset(why(cause, limits))
    if cause is Cause.WAITED:
        return waiting(file, reason)
    return without_forms(file, reason, lasting=cause in (Cause.MEMORY, Cause.TIME))


def describe_apart(path: Path, systems: Systems, fields: Fields, limits: Limits) -> ColumnsReport:
    """Return how each header of the file at ``path`` is understood, as :func:`describe_columns` does in this process.

    Raises SetupError when no process can be started.
    """
    _begun(systems, fields)
    try:
        _server().ask(systems, fields, crossing.DESCRIBE, path, limits)
        sort, content = _server().answer(limits)
    except BaseException as error:
        _end()
        if not isinstance(error, _GoneError):
            raise
        sort, content = crossing.CRASHED, b""
    if sort != crossing.DONE:
        return not_described(path, why(_cause(sort, content), limits))
    with contextlib.suppress(crossing.ForeignValueError):
        found = crossing.unpacked(content)
        if isinstance(found, ColumnsReport):
            return found
    return not_described(path, why(Cause.CRASH, limits))
