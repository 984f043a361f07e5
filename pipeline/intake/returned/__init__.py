"""Workbooks of ours that come back through the inbox: known by their hidden sheet, whatever their name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.intake.returned.corrections import CellEdit, RowEdit, TabEdits, quoted, read_corrections
from pipeline.intake.returned.records import CORRECTIONS, FORMAT_VERSION, LEADING, RECORDS, kind_of, written_on
from pipeline.intake.returned.saved import Saved, read_saved
from pipeline.intake.tables import Table

__all__ = [
    "CORRECTIONS",
    "FORMAT_VERSION",
    "LEADING",
    "RECORDS",
    "CellEdit",
    "Returned",
    "RowEdit",
    "Saved",
    "TabEdits",
    "kind_of",
    "quoted",
    "read_saved",
    "recognise_returned",
]


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook of ours, as somebody saved it."""

    file: str
    """Path under the inbox."""
    sha256: str
    kind: str
    """:data:`CORRECTIONS`, or what the hidden sheet of another workbook says after « classeur »."""
    saved: Saved
    tables: tuple[Table, ...]
    """Its sheets, the hidden ones too."""
    tabs: tuple[TabEdits, ...] = ()
    """What a workbook of corrections asks for."""


def recognise_returned(file: str, sha256: str, content: bytes, tables: Sequence[Table], kind: str) -> Returned:
    """Return the workbook of ours that ``content`` is; ``kind`` is what :func:`kind_of` says of its sheets.

    Raises UnreadableFile, its reason saying what to do, when the hidden sheets of a workbook of corrections are damaged.
    """
    tabs = read_corrections(tables) if kind == CORRECTIONS else ()
    saved, written = read_saved(content), written_on(tables)
    if saved.at is not None and written is not None and saved.at.date() < written:
        saved = Saved(saved.who, None)  # a clock that is wrong: nobody saves a workbook before it is written
    return Returned(file, sha256, kind, saved, tuple(tables), tabs)
