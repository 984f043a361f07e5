"""Intake: files of the inbox → sheets → columns → forms, at the addresses that a person sees."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.intake.describe import ColumnsReport, describe_columns
from pipeline.intake.draft import draft_system
from pipeline.intake.files import InboxFile, find_files
from pipeline.intake.headers import Recognised, Refused, recognise
from pipeline.intake.returned import Returned, kind_of, recognise_returned
from pipeline.intake.rows import Unread, read_forms
from pipeline.intake.systems import Systems, load_systems
from pipeline.intake.tables import Table, read_tables
from pipeline.intake.typography import typeset
from pipeline.intake.unreadable import ChangedFile, UnreadableFile
from pipeline.model import Form, Limits, Source
from pipeline.tables.fields import Fields

__all__ = [
    "TO_BE_TAKEN_IN",
    "ColumnsReport",
    "InboxFile",
    "Reading",
    "Returned",
    "Systems",
    "describe_columns",
    "draft_system",
    "find_files",
    "load_systems",
    "read_file",
]

TO_BE_TAKEN_IN = typeset("classeur de retour : « conventions generate » le prendra en compte.")
"""Why a workbook of ours waits when nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: a source for each sheet read, or one that says why there is none, and the forms."""

    sources: tuple[Source, ...]
    forms: tuple[Form, ...]
    returned: Returned | None = None
    """The workbook of ours that the file is; it waits for who takes it in, and has no forms."""


def read_file(file: InboxFile, systems: Systems, fields: Fields, limits: Limits) -> Reading:
    """Read ``file`` sheet by sheet; a refusal is a source with its reason. Never raises for bad data.

    Sheets that no system recognises are passed over when another one is; the file is « rejeté » when
    none is. A workbook of ours is :attr:`Reading.returned`.
    """
    if file.state != "à lire":
        return _without_forms(file, file.state, file.reason or "")
    try:
        tables = read_tables(file, limits)
        kind = kind_of(tables)
        if kind is not None:
            back = recognise_returned(file.name, file.sha256, file.path.read_bytes(), tables, kind)
            return Reading(_without_forms(file, "en attente", TO_BE_TAKEN_IN).sources, (), back)
    except ChangedFile as error:
        return _without_forms(file, "en attente", error.reason)
    except UnreadableFile as error:
        return _without_forms(file, "rejeté", error.reason)
    except OSError:  # gone since its sheets were read
        return _without_forms(file, "en attente", typeset("le fichier est en cours de copie : il sera relu."))
    sources: list[Source] = []
    forms: list[Form] = []
    refused: list[tuple[Table, Refused]] = []
    for table in tables:
        found = recognise(table, systems)
        if isinstance(found, Refused):
            refused.append((table, found))
            continue
        source, read = _read_sheet(file, table, found, fields, limits)
        sources.append(source)
        forms += read
    if not sources:
        return _without_forms(file, "rejeté", _why(refused))
    return Reading(tuple(sources), tuple(forms))


def _read_sheet(
    file: InboxFile, table: Table, found: Recognised, fields: Fields, limits: Limits
) -> tuple[Source, list[Form]]:
    forms: list[Form] = []
    unread: list[tuple[int, str]] = []
    for read in read_forms(table, found, file.name, fields, limits):
        if isinstance(read, Unread):
            unread.append((read.row, read.reason))
        else:
            forms.append(read)
    source = Source(
        file=file.name,
        sheet=table.sheet,
        sha256=file.sha256,
        profile=found.system.name,
        state="lu",
        rows=len(forms),
        unread=tuple(unread),
        notes=found.layout.notes,
    )
    return source, forms


def _why(refused: list[tuple[Table, Refused]]) -> str:
    """Return the reason of the sheet that comes nearest to a system."""
    if not any(table.rows for table, _ in refused):
        return "le fichier ne contient aucune donnée."
    table, found = max(refused, key=lambda pair: (pair[1].system is not None, len(pair[1].columns)))
    many = len(refused) > 1 and table.sheet
    return typeset(f"feuille « {table.sheet} » : {found.reason}") if many else found.reason


def _without_forms(file: InboxFile, state: str, reason: str) -> Reading:
    waiting = state == "en attente"
    return Reading((Source(file.name, "", file.sha256, None, "en attente" if waiting else "rejeté", reason),), ())
