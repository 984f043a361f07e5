"""Reading a workbook: pandas with calamine, as the project does, against pandas with openpyxl and openpyxl alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import load_workbook

from benchmarks.forms import CONFIG, write_inbox
from benchmarks.measuring import alternate, clocked
from benchmarks.tables import Table, comparison
from pipeline.intake import find_files, load_systems, read_file
from pipeline.setup import ROOT, load_setup

SIZES = (10_000,)
_CHOSEN = "pandas and calamine"
Cells = list[list[Any]]


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:
    """Read the same workbook in every way; what they find must be the same cells."""
    setup = load_setup(CONFIG)
    systems = load_systems(ROOT / "schemas", setup.tables.fields)
    for size in sizes:
        inbox = folder / f"reading{size}"
        path = write_inbox(inbox, size, setup)
        ways: dict[str, Callable[[], Cells]] = {
            _CHOSEN: partial(_pandas, path, "calamine"),
            "pandas and openpyxl": partial(_pandas, path, "openpyxl"),
            "openpyxl, read only": partial(_openpyxl, path),
        }
        _same({name: way() for name, way in ways.items()})

        def whole(inbox: Path = inbox) -> None:
            (file,) = find_files(inbox, setup.settings.limits)
            read_file(file, systems, setup.tables.fields, setup.settings.limits)

        contestants = {name: clocked(way) for name, way in ways.items()}
        contestants["the project: read, formula errors found, columns understood"] = clocked(whole)
        yield comparison(f"Reading {size} forms", alternate(contestants, rounds), _CHOSEN)


def _pandas(path: Path, engine: str) -> Cells:
    frame = pd.read_excel(path, engine=engine, header=None, dtype=object, na_filter=False)  # type: ignore[call-overload]
    cells: Cells = frame.to_numpy(dtype=object).tolist()
    return cells


def _openpyxl(path: Path) -> Cells:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def _same(found: dict[str, Cells]) -> None:
    """Raise ValueError when two ways do not give the same cells."""
    plain = {name: [_plain_row(row) for row in cells] for name, cells in found.items()}
    for name, cells in plain.items():
        if cells != plain[_CHOSEN]:
            raise ValueError(f"{name} reads other cells than {_CHOSEN}")


def _plain_row(row: list[Any]) -> list[Any]:
    """Return the cells of a row without the empty ones at its end, which some readers leave out."""
    cells = [_plain(cell) for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _plain(cell: Any) -> Any:
    """Return a cell as every reader would give it: a whole number as int, a day as the moment at which it begins."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 (a spreadsheet's clock)
    return cell
