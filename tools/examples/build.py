"""``python -m tools.examples.build`` writes ``examples/``: the same bytes every time."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlwt
from openpyxl import Workbook
from openpyxl.styles import Font

from pipeline.tables.fields import load_fields
from tools.examples import portals, web_forms
from tools.examples.contact import perfect, rows
from tools.examples.systems import ESUP, PSTAGE, esup, pstage
from tools.examples.telling import forms
from tools.examples.web_forms import Export

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
_WRITTEN = datetime(2026, 11, 20, 18)  # noqa: DTZ001 (document properties know no time zone)


def main() -> None:
    """Write the example exports."""
    EXAMPLES.mkdir(exist_ok=True)
    _contact_forms(EXAMPLES / "imprime_contact_2026-11.xlsx")
    _telling(EXAMPLES / "stages_de_toutes_sortes.xlsx")
    _esup(EXAMPLES / "esup_stage_conventions.xls")
    _pstage(EXAMPLES / "pstage_export.csv")
    _sheet(EXAMPLES / "ipro_fiches.xlsx", "Fiches", portals.ipro())
    _sheet(EXAMPLES / "amustage_conventions.xlsx", "Conventions", portals.amustage())
    _sheet(EXAMPLES / "microsoft_forms.xlsx", "Sheet1", web_forms.microsoft())
    _text(EXAMPLES / "google_forms.csv", web_forms.google(), ",", "utf-8")
    _sheet(EXAMPLES / "limesurvey_questions.xlsx", "Réponses", web_forms.limesurvey())
    _text(EXAMPLES / "limesurvey_codes.csv", web_forms.limesurvey_codes(), ";", "utf-8-sig")
    _text(EXAMPLES / "drupal_webform.csv", web_forms.drupal(), ",", "utf-8-sig")
    _text(EXAMPLES / "framaforms.csv", web_forms.framaforms(), ";", "utf-8")
    (EXAMPLES / "notes_de_reunion.xlsx").write_text("Ceci n’est pas un classeur.\n", encoding="utf-8")


def _contact_forms(path: Path) -> None:
    fields = load_fields(ROOT / "schemas")
    keys = list(perfect(0))
    book, sheet = _book("Réponses au formulaire 1")
    sheet.append(["Imprimé contact – convention de stage"])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(["Export du 20 novembre 2026 – ne pas diffuser"])
    sheet.append([])
    starred = [f"{fields[k].label}{' *' if fields[k].needed == 'toujours' else ''}" for k in keys]
    sheet.append([None, *starred])  # an empty first column, as real exports have
    for index, row in enumerate(rows()):
        sheet.append([None, *(row[key] for key in keys)])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str) and cell.value.startswith(("=", "#")):
                cell.data_type = "e" if cell.value.startswith("#") else "s"
            if isinstance(cell.value, date):
                cell.number_format = "DD/MM/YYYY HH:MM" if isinstance(cell.value, datetime) else "DD/MM/YYYY"
        if index == 19:
            sheet.append([None, *starred])  # headers repeated by a copy and paste
            sheet.append([])
    book.create_sheet("Feuille de calcul").append(["Total", "=1+1"])
    _save(book, path)


def _telling(path: Path) -> None:
    fields = load_fields(ROOT / "schemas")
    cases = dict(forms())
    keys = [key for key in fields if any(key in row for row in cases.values())]
    lines = [[row.get(key) for key in keys] for row in cases.values()]
    _sheet(path, "Réponses", Export([[fields[key].label for key in keys]], lines))


def _esup(path: Path) -> None:
    """Write the old binary workbook that ESUP-Stage gives, in which every cell is text."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Données stage")
    for number, line in enumerate([dict(zip(ESUP, ESUP, strict=True)), *(esup(number) for number in range(4))]):
        for column, header in enumerate(ESUP):
            if line.get(header) is not None:
                sheet.write(number, column, str(line[header]))
    book.save(str(path))


def _pstage(path: Path) -> None:
    lines = [[pstage(number).get(header, "") for header in PSTAGE] for number in range(3)]
    _text(path, Export([PSTAGE], lines), ";", "cp1252")


def _sheet(path: Path, title: str, export: Export) -> None:
    book, sheet = _book(title)
    for line in (*export.headers, *export.rows):
        sheet.append(list(line))
    for row in sheet.iter_rows(min_row=len(export.headers) + 1):
        for cell in row:
            if isinstance(cell.value, date):
                cell.number_format = "DD/MM/YYYY HH:MM" if isinstance(cell.value, datetime) else "DD/MM/YYYY"
    _save(book, path)


def _text(path: Path, export: Export, separator: str, encoding: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    width = len(export.headers[-1])
    for line in (*export.headers, *export.rows):
        writer.writerow([*("" if cell is None else cell for cell in line), *[""] * (width - len(line))])
    path.write_bytes(text.getvalue().encode(encoding))


def _book(title: str) -> tuple[Workbook, Any]:
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(title)
    return book, sheet


def _save(book: Workbook, path: Path) -> None:
    """Save ``book`` with fixed dates, so that the same rows give the same bytes."""
    book.properties.created = book.properties.modified = _WRITTEN
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as fixed:
        for info in made.infolist():
            data = made.read(info)
            if info.filename == "docProps/core.xml":
                data = _fixed_modified(data)
            plain = zipfile.ZipInfo(info.filename, (2026, 11, 20, 18, 0, 0))
            plain.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(plain, data)


def _fixed_modified(core: bytes) -> bytes:
    import re

    stamp = f"{_WRITTEN:%Y-%m-%dT%H:%M:%SZ}".encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, core)


if __name__ == "__main__":
    main()
