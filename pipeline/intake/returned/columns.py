"""Which column of a returned tab is which column of its twin, whatever was moved, added or taken away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline.intake.returned.cells import is_blank, same_cell
from pipeline.model import CellValue
from pipeline.tables.words import clean_spaces

_Row = Sequence[CellValue]
Pairs = Sequence[tuple[_Row, _Row]]
"""(row of the twin, the returned row that comes from it)."""


def match_columns(twin: _Row, returned: _Row, pairs: Pairs = ()) -> Mapping[int, int]:
    """Return 0-based column of the twin → column of the returned tab, by label and order of occurrence.

    Columns of one label are told apart by the cells that they share in ``pairs``; where some were added or taken
    away, one that shares none is left out: it might be another one.
    """
    here, there = _by_label(twin), _by_label(returned)
    found: dict[int, int] = {}
    for label, columns in here.items():
        candidates = there.get(label, [])
        if len(columns) == len(candidates) == 1:
            found[columns[0]] = candidates[0]
        elif candidates:
            found |= _told_apart(columns, candidates, pairs)
    return found


def label_of(value: CellValue) -> str:
    """Return the label of a header cell as it is compared."""
    return "" if value is None else clean_spaces(str(value))


def _by_label(headers: _Row) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for index, value in enumerate(headers):
        found[label_of(value)].append(index)
    return found


def _told_apart(columns: Sequence[int], candidates: Sequence[int], pairs: Pairs) -> Mapping[int, int]:
    shared = {
        (one, two): sum(
            not is_blank(value) and same_cell(value, _at(now, two))
            for was, now in pairs
            if (value := _at(was, one)) is not None
        )
        for one in columns
        for two in candidates
    }
    all_there = len(columns) == len(candidates)

    def rank(pair: tuple[int, int]) -> tuple[int, int, int]:
        # As many shared cells as can be; then the same order of occurrence.
        return -shared[pair], abs(columns.index(pair[0]) - candidates.index(pair[1])), pair[0]

    found: dict[int, int] = {}
    for pair in sorted(shared, key=rank):
        one, two = pair
        if one not in found and two not in found.values() and (all_there or shared[pair]):
            found[one] = two
    return found


def _at(row: _Row, index: int) -> CellValue:
    return row[index] if index < len(row) else None
