"""Small workbooks made for one test, and where the shipped schemas are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import openpyxl

from pipeline.intake import Reading

SCHEMAS = Path(__file__).parents[2] / "schemas"

Rows: TypeAlias = Sequence[Sequence[object]]
Reader: TypeAlias = Callable[..., Reading]


def write_xlsx(path: Path, rows: Rows, merged: Sequence[str] = ()) -> None:
    """Write ``rows`` as text and numbers, never as formulas."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row, 1):
            if value is not None:
                cell = sheet.cell(r, c)
                cell.value = value  # type: ignore[assignment]  # any value that openpyxl can write
                if isinstance(value, str) and not value.startswith("#"):
                    cell.data_type = "s"
    for span in merged:
        sheet.merge_cells(span)
    book.save(path)
    book.close()
