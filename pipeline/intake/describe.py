"""How the headers of a file map onto fields, with suggestions: what ``conventions columns`` shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from pipeline.intake.files import InboxFile
from pipeline.intake.headers import Column, Refused, recognise
from pipeline.intake.systems import System, Systems, header_key
from pipeline.intake.tables import Table, read_tables
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import Limits, column_letters
from pipeline.tables.fields import Fields

_CLOSE = 75


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column: its letters, its header, the fields it feeds or the French reason why it feeds none."""

    letters: str
    label: str
    fields: tuple[str, ...]
    reason: str
    suggestions: tuple[tuple[str, str], ...]
    """(field, known header) of the nearest known headers, the nearest first."""


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """One sheet: its system, or why none recognises it; the columns are then those of the nearest one."""

    sheet: str
    system: str | None
    header_row: int | None
    """1-based."""
    reason: str | None
    columns: tuple[ColumnLine, ...]
    not_asked: tuple[str, ...]
    """Fields required of every form that no column feeds."""


@dataclass(frozen=True, slots=True)
class ColumnsReport:
    """What a file's headers mean, sheet by sheet; ``reason`` says why the file cannot be read."""

    file: str
    reason: str | None
    sheets: tuple[SheetColumns, ...]


def describe_columns(path: Path, systems: Systems, fields: Fields, limits: Limits | None = None) -> ColumnsReport:
    """Return how each header of the file at ``path`` is understood. Never raises for bad data."""
    limits = limits or Limits()
    try:
        content = path.read_bytes()
    except OSError:
        return ColumnsReport(path.name, "ce fichier ne peut pas être lu : vérifiez le chemin et les droits.", ())
    if not content:
        return ColumnsReport(path.name, "le fichier est vide.", ())
    file = InboxFile(path.name, path, hashlib.sha256(content).hexdigest(), "à lire")
    try:
        tables = read_tables(file, limits)
    except UnreadableFile as error:
        return ColumnsReport(path.name, error.reason, ())
    return ColumnsReport(path.name, None, tuple(_describe(table, systems, fields) for table in tables))


def _describe(table: Table, systems: Systems, fields: Fields) -> SheetColumns:
    found = recognise(table, systems)
    if isinstance(found, Refused):
        near = next((system for system in systems if system.name == found.system), None)
        row = None if found.header_row is None else found.header_row + 1
        return SheetColumns(table.sheet, None, row, found.reason, _lines(found.columns, near), ())
    asked = found.layout.columns
    return SheetColumns(
        table.sheet,
        found.system.name,
        found.layout.header_row,
        None,
        _lines(found.columns, found.system),
        tuple(key for key, field in fields.items() if field.needed == "toujours" and key not in asked),
    )


def _lines(columns: tuple[Column, ...], system: System | None) -> tuple[ColumnLine, ...]:
    return tuple(_line(column, system) for column in columns if column.standing != "empty")


def _line(column: Column, system: System | None) -> ColumnLine:
    reasons = {"ignored": "colonne connue, sans emploi", "unknown": "en-tête inconnu"}
    suggestions: tuple[tuple[str, str], ...] = ()
    if column.standing == "unknown" and system:
        known = [header for header in system.spelled if header in system.headers]
        near = process.extract(
            header_key(column.label), known, scorer=fuzz.token_sort_ratio, limit=3, score_cutoff=_CLOSE
        )
        suggestions = tuple((system.headers[header][0], system.spelled[header]) for header, _, _ in near)
    return ColumnLine(
        column_letters(column.index),
        column.label,
        column.fields,
        column.reason or reasons.get(column.standing, ""),
        suggestions,
    )
