"""What a student should not have sent (practice.md Q16), masked with her social security number before anything is kept.

Health, disability, family, beliefs, offences: ``schemas/private_words.yaml`` says how they are recognised. As in
:mod:`pipeline.normalise.nir`, the digest of a deposit is that of its masked content.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass

from pipeline.model import CellValue, Change, Correction, Form, Layout, Note
from pipeline.normalise.nir import hide_in_cell, hide_nir, without_nir
from pipeline.normalise.texts import clean_block
from pipeline.tables import Tables

_LEAVE = "stage.conges"
_SHORTEST = 12
"""Outside the fields in which one speaks of oneself, no shorter cell says « je suis malade »."""


@dataclass(frozen=True, slots=True)
class _Level:
    """How closely a cell is looked at."""

    personal: bool
    leave: bool = False
    limit: int | None = None
    whole: bool = False
    """Its column asks for nothing but what is masked."""


class Masking:
    """Masks forms; what follows from the columns of a sheet is found out once for all of its rows."""

    def __init__(self, tables: Tables) -> None:
        self._tables, self._words = tables, tables.private
        self._fields: dict[str, _Level] = {}
        self._columns: dict[int, tuple[Layout, tuple[_Level, ...]]] = {}

    def masked(self, form: Form) -> Form:
        """Return ``form`` with numbers and personal details masked: in its cells, original row, notes and corrections.

        The same object when there are none.
        """
        form = without_nir(form, self._tables.fields)
        clear: dict[str, bool] = {}
        cells = {key: self._cell(value, self._field(key), clear) for key, value in form.cells.items()}
        levels = self._levels(form.layout, len(form.original))
        original = tuple(self._cell(value, levels[column], clear) for column, value in enumerate(form.original))
        notes = tuple(self._note(note) for note in form.notes)
        correction = form.correction and self._correction(form.correction)
        same = all(cells[key] is value for key, value in form.cells.items())
        same = same and all(new is old for new, old in zip(original, form.original, strict=True))
        if same and notes == form.notes and correction == form.correction:
            return form
        return dataclasses.replace(form, cells=cells, original=original, notes=notes, correction=correction)

    def cell(self, value: CellValue, keys: Collection[str], label: str) -> CellValue:
        """Return a cell under ``label`` that feeds the fields ``keys``, numbers and personal details masked."""
        hidden = hide_in_cell(value, keys, label, self._tables.fields)
        return self._cell(hidden, self._level(keys, label), {})

    def _cell(self, value: CellValue, level: _Level, clear: dict[str, bool]) -> CellValue:
        """Return ``value`` masked; ``clear`` are the texts of the row that told nothing, True when looked at closely."""
        if level.whole and value is not None and value != "":
            return self._words.marks.usual
        if type(value) is not str or (not level.personal and len(value) < _SHORTEST):
            return value
        if clear.get(value) is level.personal:
            return value
        if self._words.may_tell(value, personal=level.personal):
            text = clean_block(value)
            masked = self._words.mask(text, personal=level.personal, leave=level.leave, limit=level.limit)
            if masked is not text:
                return masked
        clear[value] = level.personal
        return value

    def _field(self, key: str) -> _Level:
        if key not in self._fields:
            self._fields[key] = self._level((key,), "")
        return self._fields[key]

    def _levels(self, layout: Layout, width: int) -> tuple[_Level, ...]:
        """Return the level of each column: that of the fields which it feeds, else what its header invites to."""
        known = self._columns.get(id(layout))
        if known is None or len(known[1]) < width:
            fed: dict[int, list[str]] = {}
            for key, columns in layout.columns.items():
                for column in columns:
                    fed.setdefault(column, []).append(key)
            labels = (*layout.headers, *([""] * width))
            levels = tuple(self._level(fed.get(i, ()), labels[i]) for i in range(max(width, len(layout.headers))))
            known = self._columns[id(layout)] = layout, levels
        return known[1]

    def _level(self, keys: Collection[str], label: str) -> _Level:
        if not keys:
            if not label:
                return _Level(personal=False)
            return _Level(self._words.column_is_personal(label), whole=self._words.column_is_whole(label))
        limits = [limit for key in keys if (limit := self._tables.fields[key].max_length) is not None]
        return _Level(any(map(self._words.is_personal, keys)), _LEAVE in keys, min(limits, default=None))

    def _note(self, note: Note) -> Note:
        slots = {name: self._words.mask(text, personal=False) for name, text in note.slots.items()}
        return dataclasses.replace(note, slots=slots)

    def _correction(self, correction: Correction) -> Correction:
        return dataclasses.replace(correction, changes=tuple(map(self._change, correction.changes)))

    def _change(self, change: Change) -> Change:
        before, after = (self.cell(value, change.fields, change.label) for value in (change.before, change.after))
        return dataclasses.replace(change, before=before, after=after)


def masked_cell(value: CellValue, keys: Collection[str], label: str, tables: Tables) -> CellValue:
    """Return a cell under ``label`` that feeds the fields ``keys``, numbers and personal details masked."""
    return Masking(tables).cell(value, keys, label)


def masked_remark(text: str, tables: Tables) -> str:
    """Return what somebody remarks freely about a dossier, numbers and personal details masked."""
    return tables.private.mask(hide_nir(text), personal=True)
