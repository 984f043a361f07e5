"""The sheet « À décider » of a returned follow-up workbook: the rows that were filled in, or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.desk.cells import as_text, plain
from pipeline.desk.columns import CHOICES, DECISION_TITLES, REACHES, REFERENCE_TITLE, RULE_TITLE
from pipeline.desk.model import Choice, DecisionEdit, Reach, Refusal
from pipeline.intake.tables import Table
from pipeline.model import CellValue, Place, column_letters
from pipeline.normalise.dates import read_date
from pipeline.normalise.refusal import Refusal as NotRead
from pipeline.tables.words import fold

_LONGEST_REASON, _LONGEST_NAME = 1_000, 120
HEADER = (REFERENCE_TITLE, RULE_TITLE, "regle", "jugé", *DECISION_TITLES)
"""Of the hidden sheet ``_decisions``: the rule as the row shows it, its id, the hash of what was judged, her cells."""
_SYNONYMS: Mapping[Choice, tuple[str, ...]] = {
    "accepté": ("acceptée", "accepte", "accepter", "oui", "ok"),
    "refusé": ("refusée", "refuse", "refuser", "non"),
    "à revoir": ("revoir",),
}
_CHOICES: Mapping[str, Choice] = {
    fold(word): choice for choice, words in _SYNONYMS.items() for word in (choice, *words)
}
_REACHES: Mapping[str, Reach] = {fold(text): reach for reach, shown in REACHES.items() for text in (reach, shown)}


@dataclass(frozen=True, slots=True)
class Twin:
    """One row as it was written."""

    rule: str
    judged: str
    cells: tuple[CellValue, ...]
    """Her five cells."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that differs from its twin."""

    reference: str
    shown_rule: str
    twin: Twin
    cells: tuple[CellValue, ...]
    addresses: tuple[str, ...]
    """Of her five cells; "" for a column that was taken away."""
    place: Place


def twins(table: Table) -> Mapping[tuple[str, str], Twin]:
    """Return the rows as they were written, by reference and rule as shown. Raises ValueError on another header."""
    if tuple(table.rows[0][: len(HEADER)]) != HEADER:
        raise ValueError("header")
    found = {}
    for row in table.rows[1:]:
        cells = (*row, *([None] * len(HEADER)))[: len(HEADER)]
        found[str(cells[0]), str(cells[1])] = Twin(str(cells[2]), str(cells[3] or ""), cells[4:])
    return found


def rows(
    table: Table, header: int, places: Mapping[str, int], file: str, written: Mapping[tuple[str, str], Twin]
) -> tuple[list[Row], list[Refusal]]:
    """Return the rows that were changed, and those under the 0-based ``header`` that are none of the workbook's.

    Sorting may have moved the header below some of its rows.
    """
    found, refusals = [], []
    columns = [places.get(fold(title), -1) for title in DECISION_TITLES]
    for number, row in enumerate(table.rows, 1):
        if number == header + 1:
            continue
        cells = [_at(row, index) for index in columns]
        place = Place(file, table.sheet, number)
        reference = as_text(_at(row, places[fold(REFERENCE_TITLE)])).upper()
        rule = as_text(_at(row, places[fold(RULE_TITLE)]))
        twin = written.get((reference, rule))
        if twin is None:
            if number > header and any(plain(cell) is not None for cell in cells):
                reason = (
                    "cette ligne ne répond à aucune question du classeur\u00a0: ni sa référence ni sa règle n’y sont."
                )
                refusals.append(Refusal(place, reason))
            continue
        # A column that was taken away says nothing.
        cells = [was if index < 0 else cell for cell, was, index in zip(cells, twin.cells, columns, strict=True)]
        if any(plain(cell) != plain(was) for cell, was in zip(cells, twin.cells, strict=True)):
            addresses = tuple(f"{column_letters(index)}{number}" if index >= 0 else "" for index in columns)
            found.append(Row(reference, rule, twin, tuple(cells), addresses, place))
    return found, refusals


def _at(row: Sequence[CellValue], index: int) -> CellValue:
    return row[index] if 0 <= index < len(row) else None


def take(found: Sequence[Row], at: datetime, who: str) -> tuple[list[DecisionEdit], list[Refusal]]:
    """Return the decisions that the changed rows tell; ``who`` saved the workbook ``at`` and stands for an empty « Par »."""
    groups: dict[tuple[str, str], list[tuple[Row, DecisionEdit]]] = {}
    refusals = []
    for row in found:
        edit = _edit(row, at, who)
        if isinstance(edit, Refusal):
            refusals.append(edit)
        else:
            groups.setdefault((row.reference, row.shown_rule), []).append((row, edit))
    taken = []
    for (reference, rule), told in groups.items():
        (_, first), *others = told
        other = next((edit for _, edit in others if _answer(edit) != _answer(first)), None)
        if other is None:
            taken.append(first)
            continue
        both = f"«\u00a0{first.choice}\u00a0» ligne {first.place.row}, «\u00a0{other.choice}\u00a0» ligne {other.place.row}"
        reason = (
            f"{reference}, règle {rule}\u00a0: la ligne est en double avec deux réponses ({both})\u00a0; gardez-en une."
        )
        refusals.append(Refusal(other.place, reason))
    return taken, refusals


def _answer(edit: DecisionEdit) -> tuple[str, str, str, date | None, str]:
    return edit.choice, edit.reason, edit.by, edit.on, edit.reach


def _edit(row: Row, at: datetime, who: str) -> DecisionEdit | Refusal:
    choice_cell, reason_cell, by_cell, on_cell, reach_cell = map(plain, row.cells)

    def refused(column: int, expected: str) -> Refusal:
        given = as_text(row.cells[column])
        where = f"{row.reference}, cellule {row.addresses[column]} («\u00a0{DECISION_TITLES[column]}\u00a0»)"
        seen = (
            f"«\u00a0{given[:60]}\u00a0» n’a pas été compris\u00a0; attendu\u00a0: {expected}." if given else expected
        )
        return Refusal(row.place, f"{where}\u00a0: {seen}")

    named = " ou ".join(f"«\u00a0{word}\u00a0»" for word in CHOICES)
    choice = _CHOICES.get(fold(as_text(choice_cell)))
    if choice_cell is None:
        if plain(row.twin.cells[0]) is None:
            return refused(0, f"la décision n’est pas choisie\u00a0; attendu\u00a0: {named}.")
        choice = "à revoir"  # what was decided is taken back
    if choice is None:
        return refused(0, named)
    reach = _REACHES.get(fold(as_text(reach_cell))) if reach_cell is not None else "ce dossier"
    if reach is None:
        return refused(4, " ou ".join(f"«\u00a0{text}\u00a0»" for text in REACHES.values()))
    on = read_date(on_cell) if on_cell is not None else None
    if isinstance(on, NotRead):
        return refused(3, "une date (JJ/MM/AAAA)")
    reason, by = as_text(reason_cell), as_text(by_cell) or who
    if len(reason) > _LONGEST_REASON:
        return refused(1, f"un motif de {_LONGEST_REASON} caractères au plus")
    return DecisionEdit(
        row.reference, row.twin.rule, choice, reason, by[:_LONGEST_NAME], on, reach, row.twin.judged, row.place, at,
        known=_CHOICES.get(fold(as_text(plain(row.twin.cells[0])))),
    )  # fmt: skip
