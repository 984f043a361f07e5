"""How the headers of a file map onto fields, with suggestions: what ``conventions columns`` shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.intake.files import InboxFile, printable, too_heavy
from pipeline.intake.headers import Column, How, Recognised, Refused, Standing, read_by_dictionary, recognise
from pipeline.intake.labels import header_key
from pipeline.intake.opening import read_whole
from pipeline.intake.systems import System, Systems
from pipeline.intake.tables import Table, tables_of
from pipeline.intake.typography import typeset
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import CellValue, Limits, column_letters
from pipeline.tables.fields import Fields
from pipeline.tables.words import clean_spaces

_CLOSE = 70
_SHOWN = 3
_SEARCHED_ROWS = 40
_LONGEST_HEADER = 300
_PEOPLE = frozenset({"etudiant", "enseignant", "organisme", "signataire", "tuteur", "tuteur2", "representant"})


class Suggestion(NamedTuple):
    """A known header that an unknown one resembles."""

    field: str
    header: str
    score: int
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One column: its letters, its header, the fields it feeds or the French reason why it feeds none."""

    letters: str
    label: str
    standing: Standing
    fields: tuple[str, ...]
    how: How
    reason: str
    suggestions: tuple[Suggestion, ...]
    """The nearest known headers, one for each field, the nearest first."""
    title: str = ""
    """The title of its section, as it stands above it."""


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """One sheet: its system, or why none recognises it; the columns are then those of the dictionary."""

    sheet: str
    system: str | None
    label: str
    """The name that the reports give to the system; "" when none recognises the sheet."""
    header_row: int | None
    """1-based."""
    reason: str | None
    columns: tuple[ColumnLine, ...]
    not_asked: tuple[str, ...]
    """Fields required of every form that no column feeds."""
    warnings: tuple[str, ...] = ()
    """In French: one field in two columns, a label that its section contradicts."""


@dataclass(frozen=True, slots=True)
class ColumnsReport:
    """What a file's headers mean, sheet by sheet; ``reason`` says why the file cannot be read."""

    file: str
    reason: str | None
    sheets: tuple[SheetColumns, ...]


def describe_columns(
    path: Path,
    systems: Systems,
    fields: Fields,
    limits: Limits | None = None,
    in_memory: Callable[[], None] = lambda: None,
) -> ColumnsReport:
    """Return how each header of the file at ``path`` is understood. Never raises for bad data.

    ``in_memory`` is called when the content is, and nothing else need be opened.
    """
    limits = limits or Limits()
    name = printable(path.name)
    try:
        content = read_whole(path, limits.file_bytes)
    except OSError:
        return not_described(path, "ce fichier ne peut pas être lu : vérifiez le chemin et les droits.")
    in_memory()
    if not content:
        return not_described(path, "le fichier est vide : exportez-le de nouveau.")
    if len(content) > limits.file_bytes:
        return not_described(path, too_heavy(limits))
    file = InboxFile(name, path, hashlib.sha256(content).hexdigest(), "à lire")
    try:
        tables = tables_of(content, file, limits)
    except UnreadableFile as error:
        return not_described(path, error.reason)
    return ColumnsReport(name, None, tuple(_describe(table, systems, fields) for table in tables))


def not_described(path: Path, reason: str) -> ColumnsReport:
    """Return the report of a file that cannot be read, with its French reason."""
    return ColumnsReport(printable(path.name), typeset(reason), ())


def _describe(table: Table, systems: Systems, fields: Fields) -> SheetColumns:
    found = recognise(table, systems)
    if isinstance(found, Refused):
        return _unrecognised(table, found, systems)
    asked = found.layout.columns
    lines = _lines(found.columns, found.system, systems, _titles(table, found.layout.header_row - 1))
    return SheetColumns(
        table.sheet,
        found.system.name,
        found.system.label,
        found.layout.header_row,
        None,
        lines,
        tuple(key for key, field in fields.items() if field.needed == "toujours" and key not in asked),
        (*_repeated(found, fields), *_contradictions(found.columns, fields)),
    )


def _unrecognised(table: Table, refused: Refused, systems: Systems) -> SheetColumns:
    """Read the sheet by the labels and aliases of the fields; with none at all, by its fullest row."""
    read = read_by_dictionary(table, systems) or _by_fullest_row(table)
    if read is None or read.header_row is None:
        return SheetColumns(table.sheet, None, "", None, refused.reason, (), ())
    system = next((system for system in systems if system.name == read.system), None)
    lines = _lines(read.columns, system, systems, _titles(table, read.header_row))
    return SheetColumns(table.sheet, None, "", read.header_row + 1, refused.reason, lines, ())


def _by_fullest_row(table: Table) -> Refused | None:
    """Return the first of the fullest rows of texts as headers that nobody knows."""
    best, most = None, 1
    for number, row in enumerate(table.rows[:_SEARCHED_ROWS]):
        texts = sum(_is_header(value) for value in row)
        if texts > most and texts == sum(value is not None for value in row):
            best, most = number, texts
    if best is None:
        return None
    labels = [clean_spaces(value) if isinstance(value, str) else "" for value in table.rows[best]]
    columns = tuple(Column(i, label, "unknown" if label else "empty") for i, label in enumerate(labels))
    return Refused("", None, best, columns)


def _is_header(value: CellValue) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= _LONGEST_HEADER


def _titles(table: Table, header: int) -> Mapping[int, str]:
    """Return the title above each column, which reaches to the next one."""
    if not 0 < header < len(table.rows):
        return {}
    titles: dict[int, str] = {}
    last = ""
    above = table.rows[header - 1]
    for index in range(len(table.rows[header])):
        value = above[index] if index < len(above) else None
        last = clean_spaces(value) if isinstance(value, str) and value.strip() else last
        titles[index] = last
    return titles


def _lines(
    columns: tuple[Column, ...], system: System | None, systems: Systems, titles: Mapping[int, str]
) -> tuple[ColumnLine, ...]:
    known = _known(system, systems)
    return tuple(_line(column, system, known, titles) for column in columns if column.standing != "empty")


def _line(
    column: Column, system: System | None, known: Mapping[str, tuple[str, str]], titles: Mapping[int, str]
) -> ColumnLine:
    implied = tuple(system.implied.get(column.key, {})) if system and column.standing == "field" else ()
    return ColumnLine(
        column_letters(column.index),
        column.label,
        column.standing,
        tuple(dict.fromkeys((*column.fields, *implied))),
        column.how,
        typeset(column.reason),
        _suggestions(column.label, known) if column.standing == "unknown" else (),
        titles.get(column.index, "") if column.section else "",
    )


def _known(system: System | None, systems: Systems) -> dict[str, tuple[str, str]]:
    """Return header → (field, spelling) of the system and of the dictionary."""
    known: dict[str, tuple[str, str]] = {}
    for source in (*([system] if system else []), *systems.dictionary):
        for header, keys in source.headers.items():
            known.setdefault(header, (keys[0], source.spelled[header]))
    return known


def load_suggestions() -> None:
    """Load what suggestions take, for a process that has many files described by others that it forks."""
    import rapidfuzz.fuzz  # noqa: F401


def _suggestions(label: str, known: Mapping[str, tuple[str, str]]) -> tuple[Suggestion, ...]:
    """Return the nearest header of each of the nearest fields, by letters and by words."""
    from rapidfuzz import fuzz  # here: only the command « columns » suggests

    key = header_key(label)
    best: dict[str, Suggestion] = {}
    for header, (field, spelled) in known.items():
        score = round((fuzz.token_sort_ratio(key, header) + fuzz.token_set_ratio(key, header)) / 2)
        if score >= _CLOSE and (field not in best or score > best[field].score):
            best[field] = Suggestion(field, spelled, score)
    ranked = sorted(best.values(), key=lambda suggestion: (-suggestion.score, suggestion.field))
    return tuple(ranked[:_SHOWN])


def _repeated(found: Recognised, fields: Fields) -> list[str]:
    """Say which fields are fed by two columns that no row tells apart; the others are refused with their reason."""
    return [
        typeset(f"« {fields[key].label} » tient en plusieurs colonnes qui disent la même chose : {_listed(found, at)}.")
        for key, at in found.feeding.items()
        if len(at) > 1
    ]


def _listed(found: Recognised, indexes: tuple[int, ...]) -> str:
    return ", ".join(f"« {found.columns[i].label} » ({column_letters(i)})" for i in indexes)


def _contradictions(columns: tuple[Column, ...], fields: Fields) -> list[str]:
    """Say which labels name another person or organisation than the section under which they stand."""
    told: list[str] = []
    for column in columns:
        groups = {key.partition(".")[0] for key in column.fields} & _PEOPLE
        if column.section in _PEOPLE and groups and column.section not in groups:
            read = fields[column.fields[0]].label
            place = next(field.section for field in fields.values() if field.group == column.section)
            told.append(
                typeset(
                    f"Colonne {column_letters(column.index)} « {column.label} » : elle est lue comme « {read} », "
                    f"mais se trouve sous la rubrique « {place} »."
                )
            )
    return told
