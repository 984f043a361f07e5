"""One file, read sheet by sheet into forms: what is done in a process of its own (:mod:`pipeline.intake.apart`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.intake.files import InboxFile
from pipeline.intake.headers import Recognised, Refused, recognise
from pipeline.intake.returned import Returned, kind_of, recognise_returned
from pipeline.intake.rows import Unread, read_forms
from pipeline.intake.systems import Systems
from pipeline.intake.tables import Table, read_content, tables_of
from pipeline.intake.typography import thousands, typeset
from pipeline.intake.unreadable import ChangedFile, UnreadableFile
from pipeline.model import Form, Limits, Source, SourceState
from pipeline.tables.fields import Fields

TO_BE_TAKEN_IN = typeset("classeur de retour : « conventions generate » le prendra en compte.")
"""Why a workbook of ours waits when nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: a source for each sheet read, or one that says why there is none, and the forms."""

    sources: tuple[Source, ...]
    forms: tuple[Form, ...]
    returned: Returned | None = None
    """The workbook of ours that the file is; it waits for who takes it in, and has no forms."""
    lasting: bool = False
    """It is refused for what it costs, which the same content will cost again: it need not be tried every night."""


def read_file(
    file: InboxFile, systems: Systems, fields: Fields, limits: Limits, in_memory: Callable[[], None] = lambda: None
) -> Reading:
    """Read ``file`` sheet by sheet; a refusal is a source with its reason. Never raises for bad data.

    Sheets that no system recognises are passed over when another one is; the file is « rejeté » when
    none is. A workbook of ours is :attr:`Reading.returned`. ``in_memory`` is called when the content is, and nothing else
    need be opened.
    """
    if file.state != "à lire":
        return without_forms(file, file.reason or "")
    try:
        content = read_content(file, limits)
        in_memory()
        tables = tables_of(content, file, limits)
        kind = kind_of(tables)
        if kind is not None:
            back = recognise_returned(file.name, file.sha256, content, tables, kind)
            return Reading(waiting(file, TO_BE_TAKEN_IN).sources, (), back)
    except ChangedFile as error:
        return waiting(file, error.reason)
    except UnreadableFile as error:
        return without_forms(file, error.reason)
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
        return without_forms(file, _why(refused))
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
        return typeset("le fichier ne contient aucune donnée : exportez-le de nouveau.")
    table, found = max(refused, key=lambda pair: (pair[1].system is not None, len(pair[1].columns)))
    many = len(refused) > 1 and table.sheet
    return typeset(f"sur la feuille « {table.sheet} », {found.reason}") if many else found.reason


def without_forms(file: InboxFile, reason: str, *, lasting: bool = False) -> Reading:
    """Return the reading of a file that waits or is refused: refused, when it was to be read."""
    state: SourceState = "en attente" if file.state == "en attente" else "rejeté"
    return Reading((Source(file.name, "", file.sha256, None, state, reason),), (), lasting=lasting)


def waiting(file: InboxFile, reason: str) -> Reading:
    """Return the reading of a file that is left for the next run."""
    return Reading((Source(file.name, "", file.sha256, None, "en attente", reason),), ())


def put_off(file: InboxFile, limits: Limits) -> Reading:
    """Return the reading of a file whose turn has not come; one that is not to be read says why, as ever."""
    if file.state != "à lire":
        return without_forms(file, file.reason or "")
    return waiting(
        file,
        typeset(f"plus de {thousands(limits.files)} nouveaux fichiers à la fois : il sera lu au prochain passage."),
    )
