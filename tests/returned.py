"""Workbooks of corrections that come back: written from an example export, edited as Excel would, read again."""

# ruff: noqa: DTZ001 (a workbook is saved at a local time)

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from pipeline.config import AcademicYear
from pipeline.corrections import Knowledge, TakenIn, take_in
from pipeline.dossiers import Snapshot, identify
from pipeline.intake import Reading, find_files, load_systems, read_file
from pipeline.intake.returned import Returned
from pipeline.intake.systems import Systems
from pipeline.model import CellValue, Deposit, Entry, Limits, Outcome, Verdict
from pipeline.normalise import normalise
from pipeline.report.workbook import write_workbook
from pipeline.tables import Tables, load_tables
from tests.report.outcomes import finding

ROOT = Path(__file__).parents[1]
EXPORT = ROOT / "examples" / "drupal_webform.csv"
"""Two rows of headers, four labels « Nom »: the section above tells whose."""
NAME = EXPORT.name
TAB = EXPORT.stem
DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 22, 2, 0)
SAVED = datetime(2026, 11, 21, 15, 0)
YEARS = AcademicYear((9, 1), (9, 30))


@cache
def tables() -> Tables:
    return load_tables(ROOT / "schemas")


@cache
def systems() -> Systems:
    return load_systems(ROOT / "schemas", tables().fields)


def read(path: Path) -> Reading:
    """Read one file as the inbox's only one."""
    (file,) = (file for file in find_files(path.parent) if file.path == path)
    return read_file(file, systems(), tables().fields, Limits())


def export(folder: Path, change: Callable[[list[list[str]]], None] | None = None, name: str = NAME) -> list[Deposit]:
    """Return the deposits of the example export, its lines changed by ``change``."""
    lines = list(csv.reader(io.StringIO(EXPORT.read_text("utf-8-sig"))))
    if change is not None:
        change(lines)
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text.getvalue(), "utf-8")
    return [normalise(form, tables()) for form in read(folder / name).forms]


def entries_of(deposits: Sequence[Deposit], known: Snapshot | None = None) -> list[Entry]:
    return identify(deposits, known or Snapshot(), DAY, YEARS)


def written(deposits: Sequence[Deposit], path: Path, known: Snapshot | None = None) -> Path:
    """Write the workbook of ``deposits``, each with something wrong with its amount and its missing tutor's service."""
    verdicts = []
    for entry in entries_of(deposits, known):
        if entry.standing == "current":
            cells = entry.deposit.form.addresses("gratification.montant")
            wrong = finding("GRA-02", "bloquant", ("gratification.montant",), 1, "Trop peu.")
            asked = finding("DOC-07", "à vérifier", ("assurance.rc_compagnie",), 1, "Compagnie à indiquer.")
            named = dataclasses.replace(asked, cells=entry.deposit.form.addresses("assurance.rc_compagnie"))
            verdicts.append(Verdict(entry, "à corriger", None, None, (dataclasses.replace(wrong, cells=cells), named)))
    write_workbook(Outcome("20261121T020000Z", DAY, (), tuple(verdicts), {}), path, tables())
    return path


def edited(source: Path, target: Path, edit: Callable[[Any], object], who: str = "Zoé MARTIN") -> Path:
    """Save ``source`` as ``target`` after ``edit`` has changed the open workbook."""
    book = openpyxl.load_workbook(source)
    edit(book)
    book.properties.lastModifiedBy = who
    book.save(target)
    return target


def back(path: Path, at: datetime | None = SAVED) -> Returned:
    """Read a returned workbook, said to be saved at ``at``."""
    returned = read(path).returned
    assert returned is not None
    return dataclasses.replace(returned, saved=dataclasses.replace(returned.saved, at=at))


def column(sheet: Any, label: str, number: int = 0) -> int:
    """Return the 1-based column of the ``number``-th header ``label``."""
    columns: list[int] = [cell.column for cell in sheet[1] if cell.value == label]
    return columns[number]


def row(sheet: Any, line: int) -> int:
    """Return the row of the workbook that shows row ``line`` of the export."""
    where = column(sheet, "Ligne")
    found: int = next(cells[0].row for cells in sheet.iter_rows(min_row=2) if cells[where - 1].value == line)
    return found


def put(line: int, label: str, value: object, number: int = 0, tab: str = TAB) -> Callable[[Any], None]:
    """Return the edit that writes ``value`` in one cell."""

    def edit(book: Any) -> None:
        sheet = book[tab]
        sheet.cell(row(sheet, line), column(sheet, label, number)).value = value

    return edit


def took(
    returned: Iterable[Returned],
    deposits: Sequence[Deposit],
    known: Snapshot | None = None,
    kept: Mapping[str, Deposit] | None = None,
) -> list[TakenIn]:
    """Take workbooks in beside ``deposits``; ``kept`` is what the register holds of older files, by digest."""
    remembered = kept or {}
    knowledge = Knowledge(
        known or Snapshot(), lambda digests: {d: remembered[d] for d in digests if d in remembered},
        systems(), tables(), Limits(), YEARS, DAY, NOW,
    )  # fmt: skip
    return take_in(list(returned), deposits, knowledge)


def value(deposit: Deposit, label: str) -> CellValue:
    """Return the cell of ``deposit`` under the first header ``label``."""
    return deposit.form.original[deposit.form.layout.headers.index(label)]
