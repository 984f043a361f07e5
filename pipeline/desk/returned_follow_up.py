"""A follow-up workbook that comes back: what was told in it since it was written, and what could not be taken.

A visible cell is compared with the hidden one that was written like it, so that whatever a program does to types when
it saves is done to both. Rows are found by their reference, columns by their title, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.desk import returned_decisions
from pipeline.desk.cells import Unfit, plain, read, shown_text
from pipeline.desk.columns import (
    DECISION_TITLES,
    DECISIONS,
    FORMAT_VERSION,
    RECORDS,
    REFERENCE_TITLE,
    RULE_TITLE,
    VALUES,
    Column,
)
from pipeline.desk.model import DecisionEdit, Edit, Refusal
from pipeline.intake.tables import Table
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import CellValue, Place, column_letters
from pipeline.tables.words import fold

_LONGEST_TITLE = 20
"""Characters of a cell that may say « Référence », spaces included."""
_DAMAGED = (
    "les feuilles masquées de ce classeur de suivi manquent ou ont été modifiées\u00a0: reportez vos réponses dans "
    "suivi.xlsx, enregistrez le classeur entier au format .xlsx ou .ods, et déposez-le."
)


@dataclass(frozen=True, slots=True)
class Returned:
    """What a returned follow-up workbook tells, each part in the order of its rows."""

    edits: tuple[Edit, ...]
    decisions: tuple[DecisionEdit, ...]
    refusals: tuple[Refusal, ...]
    forms: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Reference → digest of the deposit that its row showed: it tells a dossier of another register."""


@dataclass(frozen=True, slots=True)
class _Twin:
    """One row of « Dossiers » as it was written."""

    cells: Mapping[str, CellValue]
    """By the key of the column."""
    of_form: frozenset[str]
    """The keys whose value was the form's, and had been told by nobody."""


@dataclass(frozen=True, slots=True)
class _Told:
    """One cell that differs from its twin."""

    edit: Edit | None
    refusal: Refusal | None
    reference: str
    key: str


_OTHER_VERSION = (
    "ce classeur de suivi vient d’une autre version du logiciel\u00a0: reportez vos réponses dans le suivi.xlsx "
    "d’aujourd’hui et déposez celui-ci."
)


def read_follow_up(
    tables: Sequence[Table], file: str, columns: Mapping[str, Column], at: datetime, who: str
) -> Returned:
    """Return what the workbook ``file`` tells; ``at`` and ``who`` are the moment and the author of its saving.

    Raises UnreadableFile, its reason in French, when its hidden sheets are damaged.
    """
    by_name = {table.sheet: table for table in tables}
    try:
        if not _of_this_version(by_name[RECORDS]):
            raise UnreadableFile(_OTHER_VERSION)
        titles = _titles(by_name[RECORDS])
        forms = {str(row[1]): str(row[2]) for row in by_name[RECORDS].rows if row and row[0] == "fiche"}
        twins = _twins(by_name[VALUES])
        decided = returned_decisions.twins(by_name[DECISIONS])
    except (KeyError, IndexError, ValueError) as error:
        raise UnreadableFile(_DAMAGED) from error
    told: list[_Told] = []
    edits: list[Edit] = []
    decisions: list[DecisionEdit] = []
    refusals: list[Refusal] = []
    found: list[returned_decisions.Row] = []
    for table in tables:
        if table.sheet in (RECORDS, VALUES, DECISIONS):
            continue
        header = _header(table)
        if header is None:
            refusals += _headless(table, file, twins)
            continue
        number, places = header
        if fold(RULE_TITLE) in places and fold(DECISION_TITLES[0]) in places:
            rows, refused = returned_decisions.rows(table, number, places, file, decided)
            found += rows
            refusals += refused
        elif any(title in places for title in titles):
            known = {titles[title]: place for title, place in places.items() if title in titles}
            for place, row in _rows(table, number, file, places[fold(REFERENCE_TITLE)], twins):
                told += _row(row, place, places[fold(REFERENCE_TITLE)], known, twins, columns, at, who)
    taken, conflicting = _merged(told, columns)
    edits += taken
    refusals += conflicting
    made, unmade = returned_decisions.take(found, at, who)
    decisions += made
    return Returned(
        tuple(sorted(edits, key=lambda edit: edit.place)),
        tuple(sorted(decisions, key=lambda decision: decision.place)),
        tuple(sorted([*refusals, *unmade], key=lambda refusal: (refusal.place, refusal.reason))),
        forms,
    )


def _of_this_version(records: Table) -> bool:
    return any(row[:2] == ("format", FORMAT_VERSION) for row in records.rows)


def _titles(records: Table) -> Mapping[str, str]:
    """Return the folded title → key of each column of hers, as the workbook was written."""
    found = {fold(str(row[2])): str(row[1]) for row in records.rows if row and row[0] == "colonne"}
    if not found:
        raise ValueError("columns")
    return found


def _twins(values: Table) -> Mapping[str, _Twin]:
    header = values.rows[0]
    if tuple(header[:2]) != (REFERENCE_TITLE, "fiche"):
        raise ValueError("header")
    twins = {}
    for row in values.rows[1:]:
        cells = {str(key): value for key, value in zip(header[2:], row[2:], strict=False) if key is not None}
        twins[_reference(row[0])] = _Twin(cells, frozenset(str(row[1] or "").split()))
    return twins


def _reference(cell: CellValue) -> str:
    found = plain(cell)
    return "" if found is None else str(found).upper()


def _header(table: Table) -> tuple[int, Mapping[str, int]] | None:
    """Return the 0-based row of the header and the column of each folded title, the first where one stands twice.

    Rows may have been inserted above it, or sorting may have taken it away with the others.
    """
    wanted = fold(REFERENCE_TITLE)
    for number, row in enumerate(table.rows):
        if any(isinstance(cell, str) and len(cell) <= _LONGEST_TITLE and fold(cell) == wanted for cell in row):
            titles: dict[str, int] = {}
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    titles.setdefault(fold(cell), column)
            return number, titles
    return None


def _headless(table: Table, file: str, twins: Mapping[str, _Twin]) -> list[Refusal]:
    """Return why a sheet is not read that holds dossiers of the workbook under no header; [] for any other sheet."""
    if not any(isinstance(cell, str) and cell in twins for row in table.rows for cell in row):
        return []
    reason = "la ligne d’en-têtes de cette feuille a été retirée\u00a0: remettez-la et déposez le classeur de nouveau."
    return [Refusal(Place(file, table.sheet, 1), reason)]


def _rows(
    table: Table, header: int, file: str, reference_column: int, twins: Mapping[str, _Twin]
) -> list[tuple[Place, tuple[CellValue, ...]]]:
    """Return the rows that hold something; above the header, which sorting may have moved, those of a dossier."""
    return [
        (Place(file, table.sheet, number + 1), row)
        for number, row in enumerate(table.rows)
        if number != header and any(plain(cell) is not None for cell in row)
        if number > header or _reference(row[reference_column] if reference_column < len(row) else None) in twins
    ]


def _row(
    row: Sequence[CellValue],
    place: Place,
    reference_column: int,
    known: Mapping[str, int],
    twins: Mapping[str, _Twin],
    columns: Mapping[str, Column],
    at: datetime,
    who: str,
) -> list[_Told]:
    reference = _reference(row[reference_column] if reference_column < len(row) else None)
    twin = twins.get(reference)
    if twin is None:
        reason = (
            f"la référence «\u00a0{reference[:30]}\u00a0» n’est pas celle d’un dossier de ce classeur"
            if reference
            else "cette ligne n’a pas de référence"
        )
        mend = "un dossier s’ajoute par une fiche déposée, non par une ligne."
        return [_Told(None, Refusal(place, f"{reason}\u00a0; {mend}"), reference, "")]
    found = []
    for key, index in known.items():
        raw = row[index] if index < len(row) else None
        if plain(raw) != plain(twin.cells.get(key)):
            cell = f"{column_letters(index)}{place.row}"
            told = _cell(raw, twin, key, columns.get(key), Edit(reference, key, None, None, place, cell, key, at, who))
            if told is not None:
                found.append(told)
    return found


def _cell(raw: CellValue, twin: _Twin, key: str, column: Column | None, blank: Edit) -> _Told | None:
    """Return what a changed cell tells; None when it is the same value, written otherwise."""

    def refused(reason: str) -> _Told:
        text = (
            f"{blank.reference}, cellule {blank.cell} («\u00a0{column.title if column else key}\u00a0»)\u00a0: {reason}"
        )
        return _Told(None, Refusal(blank.place, text), blank.reference, key)

    if column is None or not column.hers:
        return refused("cette colonne n’existe plus dans le suivi.")
    value, before = read(column, raw), read(column, twin.cells.get(key))
    if isinstance(value, Unfit):
        return refused(f"{value.reason}.")
    shown = None if isinstance(before, Unfit) else before
    if value == shown and type(value) is type(shown):
        return None
    if key in twin.of_form:
        if value is None and column.kind == "oui":
            value = False  # the form says that it has come; she says that it has not
        elif value is None:
            there = shown_text(column, shown)
            return refused(f"{there} vient de la fiche, une case vide ne l’efface pas\u00a0; écrivez l’autre valeur.")
        shown = None
    edit = Edit(blank.reference, key, shown, value, blank.place, blank.cell, column.title, blank.at, blank.who)
    return _Told(edit, None, blank.reference, key)


def _merged(told: Sequence[_Told], columns: Mapping[str, Column]) -> tuple[list[Edit], list[Refusal]]:
    """Return one edit for each cell told alike by several rows, and a refusal of those told otherwise by two."""
    edits: dict[tuple[str, str], list[Edit]] = {}
    refusals = []
    for one in told:
        if one.edit is not None:
            edits.setdefault((one.reference, one.key), []).append(one.edit)
        elif one.refusal is not None:
            refusals.append(one.refusal)
    taken = []
    for (reference, key), found in edits.items():
        first, *others = found
        other = next((edit for edit in others if edit.value != first.value), None)
        if other is None:
            taken.append(first)
            continue
        values = f"{shown_text(columns[key], first.value)} en {first.cell}, {shown_text(columns[key], other.value)} en {other.cell}"
        reason = f"{reference}, «\u00a0{first.title}\u00a0»\u00a0: la ligne est en double avec deux réponses ({values})\u00a0; gardez-en une."
        refusals.append(Refusal(other.place, reason))
    return taken, refusals
