"""The outbox: files appear whole or not at all, under the rights that the configuration gives."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


class Outbox:
    """The folder of what is produced. ``group`` is the managers' Unix group, "" for the owner alone."""

    def __init__(self, root: Path, group: str = "") -> None:
        self.root = root
        self._group = group
        self._file_mode, self._folder_mode = (0o660, 0o2770) if group else (0o600, 0o700)

    def path(self, name: str) -> Path:
        """Return the place of ``name``, a path under the outbox."""
        return self.root / name

    def folder(self, name: str) -> Path:
        """Return the folder ``name``, made with its parents when they are not there."""
        path = self.root / name
        missing = [p for p in (path, *path.parents) if not p.exists() and (p == self.root or self.root in p.parents)]
        for part in reversed(missing):
            part.mkdir(parents=True, exist_ok=True)
            self._give(part, self._folder_mode)
        return path

    def write(self, name: str, data: bytes) -> None:
        """Write ``data`` at ``name``: under a temporary name beside it, then renamed."""
        target = self.path(name)
        try:
            handle, temporary = _unfinished(target)
        except FileNotFoundError:  # the folder is not there yet
            self.folder(str(Path(name).parent))
            handle, temporary = _unfinished(target)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            self._give(temporary, self._file_mode)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def take(self, source: Path, name: str) -> None:
        """Move the finished file ``source``, which may stand on another disk, to ``name``."""
        target = self.path(name)
        self.folder(str(Path(name).parent))
        temporary = target.with_name(f".{target.name}.part")
        try:
            shutil.move(source, temporary)
            self._give(temporary, self._file_mode)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def link(self, source: str, name: str) -> None:
        """Give the file ``source`` of the outbox the second name ``name``; copy it where the disk refuses one."""
        target = self.path(name)
        self.folder(str(Path(name).parent))
        temporary = target.with_name(f".{target.name}.part")
        temporary.unlink(missing_ok=True)
        try:
            os.link(self.path(source), temporary)
            # Renaming one link of a file over another one does nothing and leaves both names.
            temporary.replace(target)
        except OSError:
            self.write(name, self.path(source).read_bytes())
        finally:
            temporary.unlink(missing_ok=True)

    def sweep(self, folder: str) -> None:
        """Remove the unfinished files that a killed run left in ``folder``."""
        for leftover in self.path(folder).glob(".*.part"):
            leftover.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Remove the file ``name`` if it is there."""
        self.path(name).unlink(missing_ok=True)

    def _give(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self._group:
            shutil.chown(path, group=self._group)


def _unfinished(target: Path) -> tuple[int, Path]:
    """Open a new file beside ``target``, of a name that no other process has; return it open, with its path."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    return handle, Path(name)


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """Lend a temporary folder, removed afterwards whatever happens."""
    with tempfile.TemporaryDirectory(prefix="conventions-", ignore_cleanup_errors=True) as name:
        yield Path(name)
