"""The outbox: files appear whole or not at all, under the rights that the configuration gives."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pipeline.disk import answering, gone
from pipeline.errors import DiskError, SetupError

_NOT_OFFERED = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
"""What a file system answers that knows no such thing."""
_MOST_READ = 512_000_000
"""Bytes of a file of ours that are ever read back: what is larger was put there by somebody else."""


class LinkedError(SetupError):
    """A folder of the outbox has been replaced by a link (status 2)."""

    def __init__(self, root: Path) -> None:
        problem = "un de ses dossiers a été remplacé par un lien vers un autre endroit, rien n’y est écrit"
        super().__init__(str(root), "", problem, "Retirez ce lien (find DOSSIER -type l), puis relancez.")


class OccupiedError(SetupError):
    """A folder stands where a file of ours has to go, or a file where a folder has to (status 2)."""

    def __init__(self, place: Path) -> None:
        problem = "autre chose occupe cette place du dossier de sortie : un dossier pour un fichier, ou l’inverse"
        super().__init__(str(place), "", problem, "Déplacez-le hors du dossier de sortie, puis relancez.")


class Outbox:
    """The folder of what is produced. ``group`` is the managers' Unix group, "" for the owner alone."""

    def __init__(self, root: Path, group: str = "") -> None:
        self.root = root
        self._group = group
        self._file_mode, self._folder_mode = (0o660, 0o2770) if group else (0o600, 0o700)
        self._identity = _identity(root)

    def path(self, name: str) -> Path:
        """Return the place of ``name``, a path under the outbox."""
        return self.root / name

    def folder(self, name: str) -> Path:
        """Return the folder ``name``, made with its parents when they are not there.

        Raises DiskError when the disk refuses, or when the outbox is no longer the folder in which the run began: a
        share that is gone must not be written anew on the disk below it.
        """
        path = self._own(name, whole=True)
        if self._identity is not None and _identity(self.root) != self._identity:
            raise gone(self.root)
        missing = [p for p in (path, *path.parents) if not p.exists() and (p == self.root or self.root in p.parents)]
        for part in reversed(missing):
            with answering(self.root), _making_room(part):
                part.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._give(part, self._folder_mode)
        self._identity = self._identity or _identity(self.root)
        return path

    def holds(self, name: str) -> bool:
        """Tell whether the file ``name`` stands here itself: what a link leads to was not made by a night."""
        try:
            return stat.S_ISREG(self.path(name).lstat().st_mode)
        except OSError:
            return False

    def write(self, name: str, data: bytes, *, at_once: bool = False) -> None:
        """Write ``data`` at ``name``: under a temporary name beside it, then renamed.

        ``at_once``: it is on the disk before it has its name. For the few files that a power cut must not leave empty
        before :meth:`settle`; a document costs some two milliseconds more so. Raises DiskError when the disk refuses.
        """
        target = self._own(name)
        with answering(self.root), _making_room(target):
            try:
                handle, temporary = _unfinished(target)
            except FileNotFoundError:  # the folder is not there yet
                self.folder(str(Path(name).parent))
                handle, temporary = _unfinished(target)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(data)
                    if at_once:
                        stream.flush()
                        os.fsync(stream.fileno())
                self._name(temporary, target)
            except BaseException:
                _drop(temporary)
                raise

    def take(self, source: Path, name: str) -> None:
        """Move the finished file ``source``, which may stand on another disk, to ``name``."""
        target = self._own(name)
        self.folder(str(Path(name).parent))
        with answering(self.root), _making_room(target):
            self._give(source, self._file_mode)  # before it stands where others may look
            try:
                source.replace(target)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                self.write(name, source.read_bytes())
                source.unlink()

    def link(self, source: str, name: str) -> None:
        """Give the file ``source`` of the outbox the second name ``name``; copy it where the disk refuses one."""
        target = self._own(name)
        self.folder(str(Path(name).parent))
        temporary = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            os.link(self._own(source), temporary)
            # Renaming one link of a file over another one does nothing and leaves both names.
            temporary.replace(target)
        except OSError:
            self.write(name, self.read(source))
        finally:
            _drop(temporary)

    def settle(self) -> None:
        """Wait until all that was written here is on the disk: before the register says that it stands.

        One call for many files costs little more than one for one file: the disk takes them together. Raises DiskError
        when the disk did not take them.
        """
        if _identity(self.root) != self._identity:
            raise gone(self.root)
        with answering(self.root):
            descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            try:
                _sync_disk_of(descriptor)
            finally:
                os.close(descriptor)

    def sweep(self, folder: str) -> None:
        """Remove the unfinished files that a killed run left in ``folder``."""
        with contextlib.suppress(LinkedError):
            self._own(folder, whole=True)
            self._sweep(folder)

    def _sweep(self, folder: str) -> None:
        for leftover in self.path(folder).glob(".*.part"):
            with contextlib.suppress(IsADirectoryError):  # none of ours
                leftover.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Remove the file ``name`` if it is there; behind a link there is nothing of ours."""
        with contextlib.suppress(LinkedError, IsADirectoryError):  # a folder is none of ours either
            self._own(name).unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """Return what the file ``name`` holds. Raises OSError when it is not there, is endless, or is no file: a link, a pipe.

        Who may write in the outbox must not have the night read, and send, what she may not read herself.
        """
        handle = os.open(self._own(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "not a file", name)
            if status.st_size > _MOST_READ:
                raise OSError(errno.EFBIG, "not a file of ours", name)
            return stream.read()

    def read_json(self, name: str) -> object:
        """Return what the JSON of the file ``name`` says, which somebody may have changed.

        Raises OSError as :meth:`read`, ValueError for what is no JSON or is nested beyond reason.
        """
        try:
            told: object = json.loads(self.read(name))
        except RecursionError:
            raise ValueError("nested too deep") from None
        return told

    def _own(self, name: str, *, whole: bool = False) -> Path:
        """Return the place of ``name``, whose folders lead nowhere else; ``whole``: it is a folder itself.

        Raises LinkedError when one is a link: who may write in the outbox must not have the night write elsewhere.
        """
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts:
            raise ValueError("a name leads out of the outbox")
        place = self.root
        for part in parts if whole else parts[:-1]:
            place /= part
            if place.is_symlink():
                raise LinkedError(self.root)
        return self.root / name

    def try_out(self) -> None:
        """Write a file and remove it, so that a night that may not write here ends before it has begun.

        Raises SetupError (status 2).
        """
        try:
            self.folder(".")
            handle, trial = _unfinished(self.root / "essai")
            os.close(handle)
            trial.unlink()
        except DiskError:
            raise
        except OSError as error:
            mend = "Donnez le droit d’y écrire, ou indiquez un autre dossier avec --outbox."
            raise SetupError(str(self.root), "", "rien ne peut être écrit dans le dossier de sortie", mend) from error

    def _name(self, temporary: Path, target: Path) -> None:
        """Give a whole file its rights, then its name."""
        self._give(temporary, self._file_mode)
        temporary.replace(target)

    def _give(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self._group:
            shutil.chown(path, group=self._group)


def _identity(root: Path) -> tuple[int, int] | None:
    """Return which folder of which disk ``root`` is; None when it is not there."""
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextlib.contextmanager
def _making_room(place: Path) -> Iterator[None]:
    """Say in words that something of another kind stands at ``place``, or above it."""
    try:
        yield
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        above = (path for path in reversed(place.parents) if path.exists() and not path.is_dir())
        raise OccupiedError(next(above, place)) from error


def _drop(temporary: Path) -> None:
    """Remove an unfinished file; where that is refused as well, the next run does it."""
    with contextlib.suppress(OSError):
        temporary.unlink()


def _sync_disk_of(descriptor: int) -> None:
    """Write what is in memory of the disk of an open folder: that disk alone on Linux, every disk elsewhere."""
    one = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if one is None:
        os.sync()
    elif one(descriptor) != 0 and (number := ctypes.get_errno()) not in _NOT_OFFERED:
        raise OSError(number, os.strerror(number))


def _unfinished(target: Path) -> tuple[int, Path]:
    """Open a new file beside ``target``, of a name that no other process has; return it open, with its path."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    return handle, Path(name)
