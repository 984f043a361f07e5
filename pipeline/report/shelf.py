"""Files that people open, refreshed whole or not at all, and never over a workbook that someone has touched."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeAlias

from pipeline.outbox import OccupiedError, Outbox

LATEST = "rapports/dernier"
Content: TypeAlias = bytes | Path
"""What a file holds, or where it stands meanwhile."""
_DEPTH = 2
"""A report stands on the shelf or in one of its folders."""
_MOST_BESIDE = 100
"""Names that are tried for a workbook beside one that stays; when none is free, the folder itself is at fault."""
_WRITTEN = ".ecrits.json"
"""The hashes under which we wrote each file, to tell a file that someone has changed since."""


class Shelf:
    """One folder of the outbox where files are replaced night after night.

    ``taken_in`` are the hashes of the workbooks that came back through the inbox: what somebody has changed here and
    dropped there is ours again. ``record`` is the path of what the shelf remembers.
    """

    def __init__(self, outbox: Outbox, folder: str = LATEST, taken_in: Collection[str] = (), record: str = "") -> None:
        self._outbox, self._folder, self._taken_in = outbox, folder, frozenset(taken_in)
        self._record_path = record or f"{folder}/{_WRITTEN}"

    def kept(self, names: Iterable[str], day: date) -> Mapping[str, tuple[str, str]]:
        """Return for each workbook that must stay the name under which ours goes beside it, and the French notice."""
        before = self._recorded()
        where = f"dans {self._folder}" if self._folder != "." else "à sa place"
        found = {}
        for name in names:
            if name.endswith(".xlsx") and (reason := self._taken(name, before)):
                target = self._free_name(name, day, before)
                told = f"il reste tel quel {where}, et la nouvelle version est à côté, sous le nom {target}."
                found[name] = (target, f"{name} {reason} : {told}")
        return found

    def refresh(self, contents: Mapping[str, Content], day: date, source: str = "") -> tuple[str, ...]:
        """Put ``contents`` (by name) on the shelf and take away what is no longer made; return the French notices.

        ``source`` is the folder of the outbox where the same files stand: what is no workbook is linked to it.
        """
        self._outbox.folder(self._folder)
        before, kept_files = self._recorded(), self.kept(contents, day)
        placed = {kept_files[name][0] if name in kept_files else name: (name, data) for name, data in contents.items()}
        hashes = {target: digest(read(data)) for target, (_, data) in placed.items()}
        # The intention first: a crash between two files must not make our own file look like hers.
        kept = {name: known for name, known in before.items() if name not in hashes}
        self._record(kept | {name: [*before.get(name, ()), new] for name, new in hashes.items()})
        for target, (name, data) in placed.items():
            self._place(f"{source}/{name}" if source else "", f"{self._folder}/{target}", data)
        still = {}
        for name, known in kept.items():
            if name in contents or self._taken(name, before):
                still[name] = known  # hers: kept, and known as hers the next time
            else:
                self._remove(name)
        self._record(still | {name: [new] for name, new in hashes.items()})
        return tuple(notice for _, notice in kept_files.values())

    def is_untouched(self, names: Iterable[str] = (), source: str = "") -> bool:
        """Tell whether ``names`` and whatever else we wrote here stand as we last wrote them, and are open nowhere.

        ``source``: the folder of the outbox where the same files have to stand too.
        """
        before = self._recorded()
        return before.keys() >= set(names) and all(
            self._stands(name) and not self._taken(name, before) and (not source or self._is_in(source, name, known))
            for name, known in before.items()
        )

    def _stands(self, name: str) -> bool:
        return self._outbox.path(f"{self._folder}/{name}").is_file()

    def _is_in(self, source: str, name: str, known: Collection[str]) -> bool:
        try:
            return digest(self._outbox.read(f"{source}/{name}")) in known
        except OSError:
            return False

    def renew(self, contents: Mapping[str, Content], source: str) -> None:
        """Put ``contents``, which also stand in the folder ``source``, in the place of the files of the same names."""
        before = self._recorded()
        self._record(before | {name: [*before.get(name, ()), digest(read(data))] for name, data in contents.items()})
        for name, data in contents.items():
            self._place(f"{source}/{name}", f"{self._folder}/{name}", data)
        self._record(before | {name: [digest(read(data))] for name, data in contents.items()})

    def _place(self, source: str, target: str, data: Content) -> None:
        """Put a file in its place: a hard link to ``source``, or a copy where the disk refuses one.

        A workbook is always copied: who corrects it in place must not change the one that is kept by its run.
        """
        if not source or target.endswith(".xlsx"):
            self._outbox.write(target, read(data), at_once=True)
            return
        self._outbox.link(source, target)

    def why_kept(self, name: str) -> str:
        """Return in French why nobody but its owner may take the file ``name`` away; "" when it is ours."""
        return self._taken(name, self._recorded())

    def settle(self, ours: Collection[str]) -> None:
        """Know ``ours``, which somebody has written again or removed for us, as they stand now."""
        before = self._recorded()
        kept = {name: known for name, known in before.items() if name not in ours}
        kept |= {
            name: [digest(self._outbox.read(f"{self._folder}/{name}"))]
            for name in ours
            if name in before and self._stands(name)
        }
        if kept != before:
            self._record(kept)

    def _taken(self, name: str, before: Mapping[str, list[str]]) -> str:
        """Return in French why the file ``name`` must stay; "" when it may be replaced."""
        path = self._outbox.path(f"{self._folder}/{name}")
        if any(path.with_name(lock).exists() for lock in (f"~${path.name}", f".~lock.{path.name}#")):
            return "est ouvert"
        try:
            found = digest(self._outbox.read(f"{self._folder}/{name}"))
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError:
            return "est ouvert"  # Windows and network drives refuse even reading
        return "" if found in before.get(name, ()) or found in self._taken_in else "a été modifié"

    def _free_name(self, name: str, day: date, before: Mapping[str, list[str]]) -> str:
        stem, dot, extension = name.rpartition(".")
        for number in range(1, _MOST_BESIDE + 1):
            tail = f"_{number}" if number > 1 else ""
            candidate = f"{stem}_{day.isoformat()}{tail}{dot}{extension}"
            if not self._taken(candidate, before):
                return candidate
        raise OccupiedError(self._outbox.path(f"{self._folder}/{name}"))

    def _recorded(self) -> dict[str, list[str]]:
        """Return the hashes of what we wrote; nothing when the record is lost or spoilt: everything is then kept."""
        try:
            data = self._outbox.read_json(self._record_path)
        except (OSError, ValueError):
            return {}
        if not isinstance(data, dict):
            return {}
        return {
            name: [known for known in hashes if isinstance(known, str)]
            for name, hashes in data.items()
            if isinstance(hashes, list) and _is_name(name)
        }

    def _record(self, written: Mapping[str, list[str]]) -> None:
        text = json.dumps(dict(sorted(written.items())), ensure_ascii=False, indent=1)
        self._outbox.write(self._record_path, text.encode(), at_once=True)

    def _remove(self, name: str) -> None:
        """Remove a file that this run no longer makes, and its folder when nothing is left there."""
        self._outbox.remove(f"{self._folder}/{name}")
        if "/" in name:
            with contextlib.suppress(OSError):
                self._outbox.path(f"{self._folder}/{name}").parent.rmdir()


def _is_name(name: str) -> bool:
    """Tell whether ``name`` is a file's, in one folder at most: nothing leads off the shelf."""
    parts = name.split("/")
    return len(parts) <= _DEPTH and all(part == Path(part).name and part not in ("", ".", "..") for part in parts)


def read(content: Content) -> bytes:
    """Return the bytes of what is to be put on a shelf; a file is held in memory for as long as it is needed."""
    return content.read_bytes() if isinstance(content, Path) else content


def digest(data: bytes) -> str:
    """Return the hash by which a file is known again."""
    return hashlib.sha256(data).hexdigest()
