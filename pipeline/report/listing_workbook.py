"""The workbook of a list: a first sheet that counts, then one sheet per kind of departure, ready to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from pipeline.documents.listings import Column, Listing
from pipeline.language import long_date
from pipeline.model import CellValue
from pipeline.report.book import Book, Link
from pipeline.report.departures import LEVELS, UNKNOWN, Departure, FilledSheet
from pipeline.report.looks import Looks, Shape, Tone, print_on_paper, row_height
from pipeline.report.phrases import count
from pipeline.report.synthesis import SummaryPage
from pipeline.tables.words import fold

AUTHOR = "Contrôle des conventions"
_SOON = 30
"""Days within which a departure is said to be near."""
_TALLEST = 29
"""Lines: Excel knows no row higher than 409 points."""
_BREADTH = 0.95
"""Lines of a name or a number each lose less room than running text."""
_LEVEL_TONES: dict[str, Tone] = {
    LEVELS["rouge_total"]: "correct",
    LEVELS["rouge_partiel"]: "correct",
    LEVELS["orange"]: "decide",
    UNKNOWN: "decide",
}


def write_listing(listing: Listing, sheets: Sequence[FilledSheet], path: Path, today: date, contact: str) -> None:
    """Write the workbook at ``path``; the same rows give the same bytes.

    ``contact`` is whom to send it back to.
    """
    book = Book(today, AUTHOR, f"{listing.title} – {long_date(today, 'fr')}")
    _write_summary(book, listing, sheets, today, contact)
    for filled in sheets:
        write_sheet(book, listing, filled, today)
    book.store(path)


def _write_summary(book: Book, listing: Listing, sheets: Sequence[FilledSheet], today: date, contact: str) -> None:
    sheet: Any = book.add("Synthèse")
    sheet.set_widths((34, 12, 14, 16, 17, 30))
    sheet.sheet_view.showGridLines = False
    print_on_paper(sheet)
    page = SummaryPage(sheet)
    page.line((listing.title, "title"), height=26)
    page.line((f"Situation du {long_date(today, 'fr')}", "soft"))
    page.line((_opening(sheets, today), "strong"), height=22)
    page.blank()
    page.wide("Remplissez les colonnes à en-tête rouge, enregistrez, puis renvoyez le classeur au service qui suit :")
    page.wide(contact)
    page.wide("Un sujet confidentiel n’est pas écrit ici ; le service peut vous le communiquer.")
    page.blank()
    for filled in sheets:
        page.heading(filled.sheet.title)
        page.table(
            (
                "Pays",
                "Dossiers",
                f"Sous {_SOON} jours",
                "Premier départ",
                "Date des conseils",
                "Conseils aux voyageurs",
            ),
            _by_country(filled.rows, today),
        )
        levels = Counter(row.level for row in filled.rows if row.country.abroad)
        if levels:
            order = [*LEVELS.values(), UNKNOWN]
            page.table(("Conseils aux voyageurs", "Dossiers"), [(name, levels[name]) for name in order if levels[name]])
    page.wide("Ce classeur contient des données personnelles : ne le transmettez qu’aux personnes chargées de l’avis.")


def _opening(sheets: Sequence[FilledSheet], today: date) -> str:
    rows = [row for filled in sheets for row in filled.rows]
    abroad = [row for row in rows if row.country.abroad]
    places = len({row.country.code for row in abroad})
    soon = sum(_is_soon(row, today) for row in rows)
    text = count(len(rows), "dossier", "dossiers")
    if len(abroad) == len(rows):
        text += f" dans {count(places, 'pays', 'pays')}"
    elif abroad:
        text += f" : {len(abroad)} dans {count(places, 'pays', 'pays')}, {len(rows) - len(abroad)} en France"
    return f"{text}, dont {soon} dans les {_SOON} jours." if soon else f"{text}."


def _is_soon(row: Departure, today: date) -> bool:
    return row.start is not None and (row.start - today).days <= _SOON


def _by_country(rows: Sequence[Departure], today: date) -> list[Sequence[CellValue]]:
    groups: dict[str, list[Departure]] = {}
    for row in rows:
        groups.setdefault(row.country.name, []).append(row)
    return [
        (
            name,
            len(found),
            sum(_is_soon(row, today) for row in found),
            min((row.start for row in found if row.start), default=None),
            found[0].advice.as_of if found[0].advice else None,
            found[0].level if found[0].country.abroad else None,
        )
        for name, found in sorted(groups.items(), key=lambda item: fold(item[0]))
    ]


def write_sheet(book: Book, listing: Listing, filled: FilledSheet, today: date) -> None:
    """Write one sheet of a list: header, rows, what its cells to fill in accept, filter and paper."""
    sheet: Any = book.add(filled.sheet.title)
    looks, columns = Looks(sheet), filled.columns
    widths = [column.width for column in columns]
    sheet.set_widths(widths)
    sheet.freeze_panes = "C2"
    print_on_paper(sheet)
    sheet.print_title_rows = "1:1"
    sheet.HeaderFooter.oddHeader.center.text = f"{listing.title} – {long_date(today, 'fr')}".replace("&", "&&")
    sheet.append([looks.cell(column.title, "added" if column.fill else "head") for column in columns], 48)
    for row, band in zip(filled.rows, _bands(filled.rows, listing), strict=True):
        height = row_height([row.cells[column.title] for column in columns], widths, _TALLEST, _BREADTH)
        sheet.append([_cell(row, column, band, looks) for column in columns], height, links=_links(row, columns))
    last = len(filled.rows) + 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    for index, column in enumerate(columns, 1):
        letters = get_column_letter(index)
        if (rule := _validation(column)) is not None:
            rule.add(f"{letters}2:{letters}{last}")
            sheet.data_validations.append(rule)


def _links(row: Departure, columns: Sequence[Column]) -> dict[int, Link]:
    """Return what the cells of one row open, by their 0-based columns."""
    return {
        index: Link(row.links[column.title])
        for index, column in enumerate(columns)
        if column.title in row.links and row.cells[column.title] is not None
    }


def _bands(rows: Sequence[Departure], listing: Listing) -> list[Tone]:
    """Return the shade of each row: it changes with the country; in an extract it tells apart what awaits the reader."""
    if listing.each is not None:
        mixed = not all(row.awaits for row in rows)
        return ["decide" if row.awaits and mixed else "plain" for row in rows]
    bands: list[Tone] = []
    shaded = False
    for index, row in enumerate(rows):
        shaded = shaded ^ (index > 0 and row.country.code != rows[index - 1].country.code)
        bands.append("lead" if shaded else "plain")
    return bands


_SHAPES: dict[str | None, Shape] = {"date": "date"}


def _cell(row: Departure, column: Column, band: Tone, looks: Looks) -> str:
    if column.fill:
        return looks.cell(None, "await", _SHAPES.get(column.fill, "text"))
    tone = _LEVEL_TONES.get(row.level, band) if column.value == "depart.niveau" else band
    return looks.cell(row.cells[column.title], tone)


def _validation(column: Column) -> DataValidation | None:
    """Return what the cells to fill in accept."""
    if column.fill == "choix":
        rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
        rule.error = f"Choisissez : {', '.join(column.choices)}."
    elif column.fill == "date":
        rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)  # after 2000
        rule.error = "Écrivez une date : JJ/MM/AAAA."
    else:
        return None
    rule.errorTitle, rule.showErrorMessage = column.title, True
    return rule
