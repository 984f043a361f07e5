"""What an entry of the corpus is: how it is made, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.model import Limits


@dataclass(frozen=True, slots=True)
class Ground:
    """What the builders need to know of the run that is to meet their files."""

    limits: Limits
    """What the heavy entries exceed."""
    canary: Path
    """A file outside the inbox that must never be read."""
    url: str
    """An address, with its slash at the end, that must never be asked."""
    full: bool = False
    """Whether the heavy entries have the size that their title says, or about a hundredth of it."""


State: TypeAlias = Literal["lu", "rejeté", "en attente", "passé"]
"""As in run.json; « passé » when no source tells of it, as of hidden files."""
Builder: TypeAlias = Callable[[Path, Ground], None]
"""Writes the entry into a folder of its own, which is there and empty."""


@dataclass(frozen=True, slots=True)
class BadFile:
    """One entry of the corpus."""

    key: str
    """Name of its folder under the inbox."""
    family: str
    title: str
    """What it is, in English, in one line."""
    build: Builder
    state: State
    reason: str = ""
    """How the reason begins, in French; "" when it is read."""
    rows: int = 0
    """Rows that become entries of the run, all files of the entry together."""
    unread: int = 0
    """Rows that are told as unread."""
    files: int = 1
    """Sources in the run."""
    few: int = 0
    """Sources of the small version; 0 for as many."""
    impossible: Callable[[], str] = str
    """Says in English why this machine cannot make it; "" when it can."""
    heavy: bool = False
    """The suite tries a small version of it."""


class Family:
    """The entries of one kind, gathered by :meth:`entry` in the order in which they are written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.entries: list[BadFile] = []

    def entry(
        self,
        key: str,
        title: str,
        state: State,
        reason: str = "",
        *,
        rows: int | None = None,
        unread: int = 0,
        files: int = 1,
        few: int = 0,
        impossible: Callable[[], str] = str,
        heavy: bool = False,
    ) -> Callable[[Builder], Builder]:
        """Return a decorator that makes an entry of the builder below it; what is read has one row unless said."""
        count = int(state == "lu") if rows is None else rows

        def add(build: Builder) -> Builder:
            entry = BadFile(key, self.name, title, build, state, reason, count, unread, files, few, impossible, heavy)
            self.entries.append(entry)
            return build

        return add
