"""What the desk knows of a form: a certificate ticked as received is read by the rules like a cell of the form."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pipeline.desk.columns import Column, Columns
from pipeline.desk.model import Told
from pipeline.model import Entry, Loan, Place, Value


def lay_over(entries: Iterable[Entry], told: Mapping[str, Told], columns: Columns) -> list[Entry]:
    """Return the entries, the values of current ones completed or replaced by what was told of their dossiers.

    ``told`` maps references to states. Each value laid over is told as a loan from the row of the workbook.
    """
    feeding = [column for column in columns.hers if column.field or column.until]
    return [_laid(entry, told.get(entry.reference or "", {}), feeding) for entry in entries]


def _laid(entry: Entry, told: Told, columns: Iterable[Column]) -> Entry:
    if entry.standing != "current" or not told:
        return entry
    deposit = entry.deposit
    values, unreadable, own = dict(deposit.values), dict(deposit.unreadable), dict(entry.own)
    lent: dict[Place, list[str]] = {}
    for column in columns:
        event = told.get(column.key)
        if event is None or event.value is None or event.place is None:
            continue
        for key, value in _fed(column, event.value):
            if values.get(key) == value and key not in unreadable:
                continue
            if key in values:
                own.setdefault(key, values[key])
            values[key] = value
            unreadable.pop(key, None)
            lent.setdefault(event.place, []).append(key)
    if not lent:
        return entry
    loans = [Loan(tuple(sorted(keys)), place, entry.reference) for place, keys in sorted(lent.items())]
    return dataclasses.replace(
        entry,
        deposit=dataclasses.replace(deposit, values=values, unreadable=unreadable),
        loans=(*entry.loans, *loans),
        own=own,
    )


def _fed(column: Column, value: Value) -> Iterator[tuple[str, Value]]:
    """Give each field that the answer fills in, with its value; a last day of validity is a receipt as well."""
    until = value if isinstance(value, date) and column.until else None
    if column.until and until is not None:
        yield column.until, until
    if column.field:
        yield column.field, True if isinstance(value, date) and column.kind == "oui" else value
