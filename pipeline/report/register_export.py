"""The year's register as a file: .csv for any program, .xlsx with a sheet by programme, .json."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from pipeline.desk.statistics import Count, Line
from pipeline.language import long_date, short_date
from pipeline.model import CellValue
from pipeline.report.book import Book
from pipeline.report.looks import Looks, print_on_paper
from pipeline.report.phrases import count
from pipeline.report.synthesis import SummaryPage

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 42, 9
_HEADERS = (
    "Formation", "Dossiers", "Signés", "Public", "Privé", "Gratifiés", "Étranger", "Heures", "Délai (jours)",
)  # fmt: skip


def csv_text(lines: Sequence[Line]) -> str:
    """Return the table as French spreadsheets read it: semicolons, days as DD/MM/YYYY, no cell a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    if lines:
        writer.writerow(lines[0].cells)
    writer.writerows([_plain(value) for value in line.cells.values()] for line in lines)
    return text.getvalue()


def json_value(lines: Sequence[Line], counts: Sequence[Count]) -> Mapping[str, Any]:
    """Return the table and the counts; days as YYYY-MM-DD."""
    return {
        "dossiers": [{name: _json(value) for name, value in line.cells.items()} for line in lines],
        "by_programme": [dict(zip(_HEADERS, (_json(value) for value in _row(one)), strict=True)) for one in counts],
    }


def write_export(path: Path, lines: Sequence[Line], counts: Sequence[Count], today: date) -> None:
    """Write the file at ``path`` in the format that its name ends with (.csv, .xlsx or .json)."""
    if path.suffix == ".xlsx":
        _write_workbook(path, lines, counts, today)
    elif path.suffix == ".json":
        path.write_text(json_text(json_value(lines, counts)) + "\n", encoding="utf-8")
    else:
        path.write_text(csv_text(lines), encoding="utf-8-sig", errors="replace", newline="")


def json_text(value: Any) -> str:
    """Return ``value`` as JSON; a lone surrogate stays escaped."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode("utf-8")


def _write_workbook(path: Path, lines: Sequence[Line], counts: Sequence[Count], today: date) -> None:
    book = Book(today, "Contrôle des conventions", f"Registre des conventions – {long_date(today, 'fr')}")
    _write_counts(book, len(lines), counts, today)
    _write_lines(book, lines)
    book.store(path)


def _write_counts(book: Book, number: int, counts: Sequence[Count], today: date) -> None:
    sheet: Any = book.add("Synthèse")
    sheet.set_widths((46, 11, 11, 11, 11, 11, 11, 11, 14))
    sheet.sheet_view.showGridLines = False
    print_on_paper(sheet)
    page = SummaryPage(sheet)
    page.line(("Registre des conventions", "title"), height=26)
    page.line((f"Situation du {long_date(today, 'fr')}", "soft"))
    page.line((f"{count(number, 'dossier', 'dossiers')}.", "strong"), height=22)
    page.blank()
    page.table(_HEADERS, [_row(one) for one in counts])
    page.wide("Heures : celles des dossiers qui ne sont ni refusés, ni réorientés, ni abandonnés.")
    page.wide("Délai : nombre médian de jours entre le dépôt de la fiche et la signature de l’université.")


def _row(one: Count) -> tuple[CellValue, ...]:
    hours = float(one.hours)
    return (
        one.programme, one.dossiers, one.signed, one.public, one.private, one.paid, one.abroad,
        int(hours) if hours.is_integer() else hours,
        None if one.delay is None else int(one.delay) if one.delay.is_integer() else one.delay,
    )  # fmt: skip


def _write_lines(book: Book, lines: Sequence[Line]) -> None:
    sheet: Any = book.add("Registre")
    looks = Looks(sheet)
    headers = list(lines[0].cells) if lines else []
    longest = [max([len(name), *(len(_shown(line.cells[name])) for line in lines)]) for name in headers]
    sheet.set_widths([min(max(length + 2, _NARROWEST), _WIDEST) for length in longest])
    sheet.freeze_panes = "B2"
    print_on_paper(sheet)
    sheet.print_title_rows = "1:1"
    sheet.append([looks.cell(name, "head") for name in headers])
    for line in lines:
        sheet.append([looks.cell(value) for value in line.cells.values()])
    if headers:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headers))}{len(lines) + 1}"


def _shown(value: CellValue) -> str:
    return short_date(value) if isinstance(value, date) else "" if value is None else str(value)


def _plain(value: CellValue) -> str:
    """Return a cell of the .csv: a text that a spreadsheet would take for a formula is kept from it."""
    if isinstance(value, float):
        return str(value).replace(".", ",")
    text = _shown(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _json(value: CellValue) -> Any:
    return value.isoformat() if isinstance(value, date) else value
