"""One corrected row, laid over the current version of its dossier and read again by the steps of its system."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pipeline.corrections.knowledge import Knowledge
from pipeline.intake.headers import Recognised
from pipeline.intake.returned import CellEdit, RowEdit, TabEdits, quoted
from pipeline.intake.returned.cells import same_cell
from pipeline.intake.rows import RowReader, Unread
from pipeline.intake.systems import System
from pipeline.intake.typography import typeset
from pipeline.model import CellValue, Change, Deposit, Form, Layout, Place


def _at(row: Sequence[CellValue], index: int) -> CellValue:
    return row[index] if index < len(row) else None


class Merge:
    """One changed row, laid over the current version of its dossier."""

    def __init__(self, base: Deposit, current: Deposit, tab: TabEdits, edit: RowEdit) -> None:
        layout = current.form.layout
        self.layout, self._tab = layout, tab
        width = len(layout.headers)
        original = current.form.original
        self.row: list[CellValue] = [*original[:width], *[None] * (width - len(original))]
        self.added: dict[str, CellValue] = {
            key: original[width + i] if width + i < len(original) else None for i, key in enumerate(layout.added)
        }
        self.conflicts: list[tuple[CellEdit, CellValue]] = []
        self.changes: tuple[Change, ...] = ()
        self._same_columns = base.form.layout.headers == layout.headers
        for cell in edit.cells:
            self._lay(cell, base, current)

    def _lay(self, cell: CellEdit, base: Deposit, current: Deposit) -> None:
        column = None if cell.key else self._column(cell, base)
        if cell.key is None and column is None:
            keys = fed_by(base.form.layout, cell.column)
            now = next((current.form.cells[key] for key in keys if key in current.form.cells), None)
            self.conflicts.append((cell, now))
            return
        now = current.form.cells.get(cell.key) if cell.key else self.row[column or 0]
        was = base.form.cells.get(cell.key) if cell.key else _at(base.form.original, cell.column)
        if base.digest != current.digest and not same_cell(now, was):
            if not same_cell(now, cell.value):
                self.conflicts.append((cell, now))
            return
        if cell.key:
            self.added[cell.key] = cell.value
        else:
            self.row[column or 0] = cell.value
        fields = (cell.key,) if cell.key else fed_by(self.layout, column or 0)
        self.changes = (*self.changes, Change(cell.label, fields, now, cell.value))

    def _column(self, cell: CellEdit, base: Deposit) -> int | None:
        """Return the column of the current version; None when it comes with other columns than the workbook showed."""
        if self._same_columns:
            return cell.column
        mine, theirs = base.form.layout.headers, self.layout.headers
        label = mine[cell.column] if cell.column < len(mine) else ""
        if not label or mine.count(label) != 1 or theirs.count(label) != 1:
            return None
        return theirs.index(label)

    @property
    def stands(self) -> tuple[int, ...]:
        """Where each column stands in the returned workbook: those of the source, then the added ones that are filled."""
        width = len(self.layout.headers)
        shown = len(self._tab.stands) - len(self._tab.added)
        source = self._tab.stands[:shown] if self._same_columns and shown == width else (-1,) * width
        where = dict(zip(self._tab.added, self._tab.stands[shown:], strict=True))
        return (*source, *(where.get(key, -1) for key in self.filled))

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(key for key, value in self.added.items() if value is not None)


def read_merged(merged: Merge, system: System, place: Place, known: Knowledge) -> Form | Unread:
    """Read the merged row by the steps of ``system``; the added columns are put under their own keys."""
    width = len(merged.layout.headers)
    fed = {key: tuple(i for i in where if i < width) for key, where in merged.layout.columns.items()}
    asked = {key: where for key, where in fed.items() if where}
    source = dataclasses.replace(merged.layout, columns=asked, added=(), stands=())
    recognised = Recognised(system, source, (), source.named, source.alone)
    reader = RowReader(source, recognised, place.file, place.sheet, known.tables.fields, known.limits)
    form = reader.read(tuple(merged.row), place.row)
    if form is None:
        return Unread(place.row, "toutes les cellules ont été vidées : remettez les valeurs d’origine.")
    if isinstance(form, Unread):
        return form
    filled = merged.filled
    layout = dataclasses.replace(
        source,
        columns={**asked, **{key: (width + index,) for index, key in enumerate(filled)}},
        added=filled,
        stands=merged.stands,
    )
    values = {key: merged.added[key] for key in filled}
    original = (*form.original[:width], *[None] * (width - len(form.original)), *values.values())
    return dataclasses.replace(form, layout=layout, cells={**form.cells, **values}, original=original)


def fed_by(layout: Layout, column: int) -> tuple[str, ...]:
    """Return the fields that one column feeds."""
    return tuple(key for key, columns in layout.columns.items() if column in columns)


def stale(conflicts: Sequence[tuple[CellEdit, CellValue]]) -> str:
    told = " ; ".join(
        f"« {cell.label} », votre correction : {quoted(cell.value)}, valeur actuelle : {quoted(now)}"
        for cell, now in conflicts
    )
    return typeset(
        f"ce dossier a changé depuis que ce classeur a été écrit ({told}). Rien n’a été pris de cette ligne : "
        "corrigez au besoin dans le classeur du dernier rapport."
    )
