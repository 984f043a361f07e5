"""A returned workbook of corrections → what a person changed in it, row by row; all else is as it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.intake.returned.cells import as_read, is_blank, same_cell
from pipeline.intake.returned.columns import label_of, match_columns
from pipeline.intake.returned.records import LEADING, LINE, RECORDS, REFERENCE, RowRecord, TabRecord, read_tabs
from pipeline.intake.tables import Table
from pipeline.intake.typography import typeset
from pipeline.model import CellValue, Place, column_letters

_Row = tuple[CellValue, ...]
_SHOWN = 60
"""Characters of a value that a refusal quotes at most."""


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One cell that holds something else than when the workbook was written."""

    column: int
    """0-based among the source's columns, the added ones after them."""
    key: str | None
    """The field of an added column; None for one of the source."""
    label: str
    shown: CellValue
    value: CellValue


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One row with at least one changed cell."""

    row: int
    """1-based row of the returned tab."""
    reference: str
    origin: Place
    digest: str
    """Of the deposit that the workbook showed."""
    cells: tuple[CellEdit, ...]


@dataclass(frozen=True, slots=True)
class TabEdits:
    """What one tab of a returned workbook asks for."""

    title: str
    edits: tuple[RowEdit, ...]
    refused: tuple[tuple[int, str], ...]
    """(row, French reason)."""
    unchanged: int
    """Rows as they were written."""
    stands: tuple[int, ...]
    """0-based column of the tab at which each column of the source stands, the added ones last; -1 when taken away."""
    added: tuple[str, ...] = ()
    """Field keys of the columns that the workbook added to those of the source."""
    notes: tuple[str, ...] = ()


def read_corrections(tables: Sequence[Table]) -> tuple[TabEdits, ...]:
    """Return what was changed in each tab that came back. Raises UnreadableFile when the hidden sheets are damaged."""
    tabs = read_tabs(tables)
    hidden = {RECORDS, *(tab.twin.sheet for tab in tabs)}
    found = []
    for table in tables:
        if table.sheet not in hidden:
            tab = _tab_of(table, tabs)
            if tab is not None:
                found.append(_read_tab(table, tab))
    return tuple(found)


def _tab_of(table: Table, tabs: Sequence[TabRecord]) -> TabRecord | None:
    """Return the tab that ``table`` was: by its title, else, renamed or copied, by the rows that it holds."""
    for tab in tabs:
        if tab.title == table.sheet:
            return tab
    header = _header_row(table)
    if header is None:
        return None
    keys = set(_keys(table, header).values())
    shared = {index: len(keys & {_key(row) for row in tab.rows}) for index, tab in enumerate(tabs)}
    best = max(shared, key=lambda index: shared[index], default=None)
    return tabs[best] if best is not None and shared[best] else None


def _read_tab(table: Table, tab: TabRecord) -> TabEdits:
    header = _header_row(table)
    if header is None:
        reason = typeset("la colonne « Référence » ou la colonne « Ligne » a été retirée : remettez-la et redéposez.")
        return TabEdits(table.sheet, (), ((1, reason),), 0, ())
    records = {_key(row): row for row in tab.rows}
    keys = _keys(table, header)
    pairs = [(_twin(tab, records[key]), table.rows[row]) for row, key in keys.items() if key in records]
    columns = match_columns(tab.twin.rows[0], table.rows[header], pairs)
    found: dict[tuple[str, str], list[tuple[int, Mapping[int, CellEdit]]]] = {}
    refused: list[tuple[int, str]] = []
    for row, key in keys.items():
        if key in records:
            found.setdefault(key, []).append((row + 1, _changes(tab, records[key], table.rows[row], columns)))
        elif row > header and (why := _stranger(key, table.rows[row])):
            refused.append((row + 1, why))
    edits: list[RowEdit] = []
    for key, copies in found.items():
        merged = _merged(copies)
        if isinstance(merged, str):
            refused += [(row, merged) for row, _ in copies]
        elif merged[1]:
            record = records[key]
            cells = tuple(merged[1][column] for column in sorted(merged[1]))
            edits.append(RowEdit(merged[0], record.reference, record.origin, record.digest, cells))
    refused_rows = {row for row, _ in refused}
    unchanged = sum(not any(row in refused_rows or cells for row, cells in copies) for copies in found.values())
    stands = tuple(columns.get(len(LEADING) + index, -1) for index in range(tab.width + len(tab.added)))
    notes = _notes(tab, table.rows[header], columns)
    return TabEdits(table.sheet, tuple(edits), tuple(sorted(refused)), unchanged, stands, tab.added, notes)


def _header_row(table: Table) -> int | None:
    """Return the 0-based row of the header, wherever sorting or inserted rows have put it."""
    for index, row in enumerate(table.rows):
        if REFERENCE in row or any(isinstance(value, str) and label_of(value) == REFERENCE for value in row):
            labels = {label_of(value) for value in row}
            if LINE in labels:
                return index
    return None


def _key(row: RowRecord) -> tuple[str, str]:
    return row.reference, str(row.origin.row)


def _keys(table: Table, header: int) -> Mapping[int, tuple[str, str]]:
    """Return 0-based row → (reference, source row) as they stand now; blank rows are passed over."""
    labels = [label_of(value) for value in table.rows[header]]
    where = labels.index(REFERENCE), labels.index(LINE)
    found = {}
    for index, row in enumerate(table.rows):
        if index != header and not all(is_blank(value) for value in row):
            reference, line = (as_read(row[i]) if i < len(row) else "" for i in where)
            found[index] = (reference, line)
    return found


def _twin(tab: TabRecord, record: RowRecord) -> _Row:
    return tab.twin.rows[record.twin_row - 1]


def _changes(tab: TabRecord, record: RowRecord, row: _Row, columns: Mapping[int, int]) -> Mapping[int, CellEdit]:
    lead = len(LEADING)
    labels, was = tab.twin.rows[0], _twin(tab, record)
    found = {}
    for index in range(tab.width + len(tab.added)):
        column = columns.get(lead + index)
        if column is None:
            continue
        shown, value = _at(was, lead + index), _at(row, column)
        if not same_cell(shown, value):
            key = tab.added[index - tab.width] if index >= tab.width else None
            label = label_of(_at(labels, lead + index)) or f"colonne {column_letters(index)}"
            found[index] = CellEdit(index, key, label, shown, None if is_blank(value) else value)
    return found


def _merged(copies: Sequence[tuple[int, Mapping[int, CellEdit]]]) -> tuple[int, Mapping[int, CellEdit]] | str:
    """Return the row and the changes of all copies of one row, or why they cannot all be made."""
    cells: dict[int, CellEdit] = {}
    first = next((row for row, changed in copies if changed), copies[0][0])
    for _, changed in copies:
        for index, edit in changed.items():
            before = cells.setdefault(index, edit)
            if not same_cell(before.value, edit.value):
                rows = " et ".join(str(row) for row, _ in copies)
                return typeset(
                    f"les lignes {rows} sont la même fiche et disent deux choses de « {edit.label} » : "
                    f"{quoted(before.value)} et {quoted(edit.value)}. Gardez une seule de ces lignes."
                )
    return first, cells


def _stranger(key: tuple[str, str], row: _Row) -> str:
    """Return why a row that the workbook did not hold is refused; "" when it is no form (a total, a remark)."""
    if key[0]:
        return typeset(
            "la référence ou le numéro de ligne a été modifié : remettez la valeur d’origine, ou supprimez cette ligne."
        )
    if sum(not is_blank(value) for value in row) <= 2:
        return ""
    return typeset(
        "ligne ajoutée, sans référence : une nouvelle demande se dépose par un formulaire ou un export, "
        "pas dans ce classeur."
    )


def _notes(tab: TabRecord, returned: _Row, columns: Mapping[int, int]) -> tuple[str, ...]:
    used = set(columns.values())
    known = {label_of(value) for value in tab.twin.rows[0]}
    added = [label_of(v) for i, v in enumerate(returned) if i not in used and label_of(v) and label_of(v) not in known]
    notes = []
    if added:
        notes.append(f"Colonnes ajoutées à la main, non lues : {', '.join(f'« {label} »' for label in added)}.")
    return tuple(typeset(note) for note in notes)


def quoted(value: CellValue) -> str:
    """Return a value as a sentence quotes it: « 300 »; an empty cell is said to be empty."""
    text = " ".join(as_read(value).split())
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
    return f"« {text} »" if text else "une cellule vide"


def _at(row: _Row, index: int) -> CellValue:
    return row[index] if index < len(row) else None
