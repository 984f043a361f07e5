"""What stands in each tab of ``a_corriger.xlsx``: which rows and columns, and which findings on which cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.intake.returned.records import LEADING
from pipeline.model import CellValue, Finding, Layout, Place, Verdict
from pipeline.report.looks import clean
from pipeline.report.phrases import LEVELS, Level, level, needs_work, to_do, worst_first
from pipeline.tables import Tables
from pipeline.tables.fields import Field
from pipeline.tables.words import clean_spaces

_TO_DO = 2
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]+")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands on one cell: the worst of its findings gives the colour, all of them the comment."""

    level: Level
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet of the workbook: the rows of one source sheet that need work."""

    title: str
    file: str
    sheet: str
    layout: Layout
    added: tuple[str, ...]
    """Keys of the fields that the source does not ask, in the order of the form."""
    verdicts: tuple[Verdict, ...]


def tabs_of(verdicts: Iterable[Verdict], tables: Tables, names: Collection[str]) -> list[Tab]:
    """Return a tab for each source sheet with rows that need work; ``names`` are those of the other sheets."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda v: (home_of(v), v.place)):
        if needs_work(verdict):
            # The same name may have had other columns in an earlier export, whose rows come from the register.
            headers = verdict.entry.deposit.form.layout.headers
            # A corrected row goes where the row of the export was.
            home = home_of(verdict)
            groups.setdefault((home.file, home.sheet, headers), []).append(verdict)
    files = [file for file, *_ in groups]
    taken = {name.casefold() for name in names} | {"history"}
    tabs = []
    for (file, sheet, _), rows in groups.items():
        wished = PurePosixPath(file).stem
        if files.count(file) > 1 and sheet:
            wished = f"{wished} – {sheet}"
        layout = rows[0].entry.deposit.form.layout
        asked_for = {key for verdict in rows for key in _unasked(verdict, tables)}
        asked_for |= {key for verdict in rows for key in verdict.entry.deposit.form.layout.added}
        added = tuple(key for key in tables.fields if key in asked_for)
        tabs.append(Tab(_title(wished, taken), file, sheet, layout, added, tuple(rows)))
    return tabs


def _title(wished: str, taken: set[str]) -> str:
    """Return a sheet name that Excel accepts: 31 characters, none of []:*?/\\, no apostrophe at an end, unique.

    It does not begin as those of the hidden sheets do.
    """
    base = clean(clean_spaces(_NOT_IN_A_TITLE.sub(" ", wished))).strip(" '").lstrip("_ '") or "Feuille"
    number = 1
    while True:
        tail = f" ({number})" if number > 1 else ""
        # 31 UTF-16 units: an emoji counts twice.
        room = 2 * (31 - len(tail))
        title = base.encode("utf-16-le")[:room].decode("utf-16-le", "ignore").rstrip(" '") + tail
        if title.casefold() not in taken:
            taken.add(title.casefold())
            return title
        number += 1


def _unasked(verdict: Verdict, tables: Tables) -> Iterable[str]:
    """Yield the fields that a finding waits for and that the source has no column for."""
    for finding in verdict.findings:
        if level(finding) != "know":
            yield from _unasked_by(finding, verdict, tables)


def _unasked_by(finding: Finding, verdict: Verdict, tables: Tables) -> Sequence[str]:
    columns = verdict.entry.deposit.form.layout.columns
    missing = [key for key in finding.fields if key in tables.fields and not columns.get(key)]
    if finding.cells:
        # A rule that compares several fields has its cells; only an empty one that it owns needs a new column.
        missing = [key for key in missing if tables.fields[key].empty_rule == finding.rule]
    values = verdict.entry.deposit.values
    return [key for key in missing if key not in values]


def marks_of(verdict: Verdict, tab: Tab, tables: Tables) -> Mapping[int, Mark]:
    """Return what stands on each 0-based column of this row of the workbook."""
    found: dict[int, list[Finding]] = {}
    lead, width = len(LEADING), len(tab.layout.headers)
    layout = verdict.entry.deposit.form.layout
    stands = {layout.column_of(index): index for index in range(len(layout.headers))}
    for finding in worst_first(verdict.findings):
        if level(finding) == "know":
            continue
        columns = [lead + index for index in _columns_of(finding, verdict, stands) if index < width]
        columns += [lead + width + tab.added.index(key) for key in _added_by(finding, verdict) if key in tab.added]
        columns += [lead + width + tab.added.index(key) for key in _unasked_by(finding, verdict, tables)]
        for column in columns or [_TO_DO]:
            found.setdefault(column, []).append(finding)
    return {
        column: Mark(min((level(f) for f in findings), key=LEVELS.index), tuple(findings))
        for column, findings in found.items()
    }


def _columns_of(finding: Finding, verdict: Verdict, stands: Mapping[int, int]) -> Sequence[int]:
    """Return the 0-based columns of the source that ``finding`` names in its own row.

    ``stands`` finds them again by the column at which a person sees each.
    """
    form = verdict.entry.deposit.form
    cells = finding.cells or tuple(a for key in finding.fields for a in form.addresses(key))
    found: dict[int, None] = {}
    for cell in cells:
        match = _ADDRESS.fullmatch(cell)
        if match and int(match[2]) == verdict.place.row:
            column = 0
            for letter in match[1]:
                column = column * 26 + ord(letter) - 64
            if column - 1 in stands:
                found[stands[column - 1]] = None
    # A column that was taken away in the workbook has no cell there: it is known by its field.
    layout = form.layout
    for key in finding.fields:
        gone = [index for index in layout.columns.get(key, ()) if layout.column_of(index) < 0]
        found |= dict.fromkeys(index for index in gone if index < len(layout.headers))
    return list(found)


def _added_by(finding: Finding, verdict: Verdict) -> Sequence[str]:
    """Return the fields of ``finding`` that a manager has given in columns added to those of the source."""
    added = verdict.entry.deposit.form.layout.added
    return [key for key in finding.fields if key in added]


def row_of(verdict: Verdict, tab: Tab, tables: Tables) -> list[CellValue]:
    """Return the values of one row: the leading ones, the original ones, what was given in added columns."""
    width = len(tab.layout.headers)
    form = verdict.entry.deposit.form
    original = form.original[:width]
    given = dict(zip(form.layout.added, form.original[width:], strict=False))
    return [
        verdict.entry.reference or "",
        verdict.status,
        to_do(verdict, tables.fields),
        _who_acts(verdict),
        form.home.row,
        *original,
        *([None] * (width - len(original))),
        *(given.get(key) for key in tab.added),
    ]


def _who_acts(verdict: Verdict) -> str:
    """Return who has to act, the most pressing first: « étudiant, organisme »."""
    waited = [f.actor for f in worst_first(verdict.findings) if level(f) != "know"]
    return ", ".join(dict.fromkeys(waited))


def home_of(verdict: Verdict) -> Place:
    """Return the row of the export: that of the verdict, or the one that it corrects."""
    return verdict.entry.deposit.form.home


def owners_of(tab: Tab, tables: Tables) -> list[Field | None]:
    """Return for each column the one field that it feeds, None when it feeds none or several."""
    fed: dict[int, set[str]] = {}
    for key, columns in tab.layout.columns.items():
        for column in columns:
            fed.setdefault(column, set()).add(key)
    owners: list[Field | None] = [None] * len(LEADING)
    for column in range(len(tab.layout.headers)):
        keys = sorted(fed.get(column, ()))
        owners.append(tables.fields.get(keys[0]) if len(keys) == 1 else None)
    return owners + [tables.fields[key] for key in tab.added]
