"""What a message encloses: the PDFs that stand, attached or named, and those that are still to come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.language import Language
from pipeline.model import Enclosure


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One document that a message speaks of."""

    name: str
    """Its file name: a word of ``documents.yaml``, the reference, .pdf."""
    label: str
    label_en: str
    standing: bool
    """The PDF is there; False: it will follow."""
    data: bytes | None = None
    """The PDF, when it is attached and not only named."""

    def called(self, language: Language) -> str:
        """Return what the message calls it."""
        return self.label if language == "fr" else self.label_en


def enclose(
    enclosures: Sequence[Enclosure],
    standing: Collection[str],
    read: Callable[[str], bytes],
    *,
    attach: bool,
    most: int,
) -> tuple[Enclosed, ...]:
    """Return what the message says of each of ``enclosures``.

    ``standing`` are the paths under the outbox that stand after this night's work, ``read`` gives the bytes of one.
    They are attached when ``attach`` is true and they weigh no more than ``most`` bytes together; else all are named.
    """
    found = {e.path: read(e.path) for e in enclosures if e.path in standing} if attach else {}
    if sum(map(len, found.values())) > most:
        found = {}
    return tuple(
        Enclosed(PurePosixPath(e.path).name, e.label, e.label_en, e.path in standing, found.get(e.path))
        for e in enclosures
    )
