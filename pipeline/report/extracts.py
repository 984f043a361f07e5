"""The workbooks « un_par »: what a programme's director or a supervisor may see of the dossiers, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.desk.extracts import Extract, extracts, most_at_once
from pipeline.desk.stages import IPRO
from pipeline.documents.listings import Listing
from pipeline.language import long_date
from pipeline.model import Outcome
from pipeline.report.book import Book
from pipeline.report.departures import Cases, FilledSheet, Values, fill_rows
from pipeline.report.listing_workbook import AUTHOR, write_sheet
from pipeline.report.looks import print_on_paper
from pipeline.report.phrases import count, shorten
from pipeline.report.synthesis import SummaryPage
from pipeline.tables import Tables


@dataclass(frozen=True, slots=True)
class Written:
    """One workbook « un_par » that was written."""

    name: str
    """Its path under the reports: « referents/referent_arnaud_sylvie.xlsx »."""
    reader: str
    """The programme or the person that it is for."""
    address: str
    """The person's e-mail address, which tells namesakes apart; "" for a programme, or when it is not known."""
    path: Path
    """Where it stands now."""


def write_extracts(
    listing: Listing,
    outcome: Outcome,
    folder: Path,
    tables: Tables,
    cases: Cases,
    values: Values,
    contact: str,
) -> Sequence[Written]:
    """Write the workbooks of a list « un_par » into ``folder``; return them in the order of their readers.

    ``contact`` is whom to answer.
    """
    if listing.each is None:
        return ()
    found = []
    for extract in extracts(outcome.follow_ups, listing.each, listing.statuses, listing.name, outcome.day):
        candidates = [(one.verdict, one) for one in extract.follow_ups]
        sheets = fill_rows(listing, candidates, outcome.day, tables, cases, values)
        if sheets:
            name = f"{listing.folder}/{extract.stem}.xlsx"
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            _write(path, listing, extract, sheets, outcome.day, contact)
            found.append(Written(name, extract.name, _address(extract, listing), path))
    return found


def _address(extract: Extract, listing: Listing) -> str:
    values = (one.verdict.entry.deposit.values.get("enseignant.email") for one in extract.follow_ups)
    return next((shorten(v, 80) for v in values if isinstance(v, str)), "") if listing.each == "référent" else ""


def _write(
    path: Path, listing: Listing, extract: Extract, sheets: Sequence[FilledSheet], today: date, contact: str
) -> None:
    """Write one workbook; the same dossiers give the same bytes on the same day."""
    book = Book(today, AUTHOR, f"{listing.title} – {long_date(today, 'fr')}")
    _write_summary(book, listing, extract, sheets, today, contact)
    for filled in sheets:
        write_sheet(book, listing, filled, today)
    book.store(path)


def _write_summary(
    book: Book,
    listing: Listing,
    extract: Extract,
    sheets: Sequence[FilledSheet],
    today: date,
    contact: str,
) -> None:
    sheet: Any = book.add("Synthèse")
    sheet.set_widths((34, 12, 50, 12))
    sheet.sheet_view.showGridLines = False
    print_on_paper(sheet)
    page = SummaryPage(sheet)
    page.line((listing.title, "title"), height=26)
    page.line((extract.name, "strong"), height=22)
    named = extract.reader and extract.reader != extract.name
    told = f"Pour {extract.reader}, situation" if named else "Situation"
    page.line((f"{told} du {long_date(today, 'fr')}", "soft"))
    page.line((_opening(sheets), "strong"), height=22)
    if listing.ceiling is not None:
        most = most_at_once(extract.follow_ups)
        text = f"Au plus {count(most, 'stagiaire', 'stagiaires')} le même jour, pour une limite de {listing.ceiling}."
        page.line((text, "correct" if most > listing.ceiling else "soft"))
    page.blank()
    for sentence in (text for filled in sheets for text in filled.sheet.guide):
        page.wide(sentence)
    page.wide(f"Service qui suit les conventions : {contact}")
    page.blank()
    page.table(
        ("Onglet", "Stages"),
        [(filled.sheet.title, len(filled.rows)) for filled in sheets],
    )
    stages = Counter(one.etape for one in extract.follow_ups)
    page.table(("Étape", "Stages", "Ce que cela veut dire"), [(e, stages[e], IPRO[e]) for e in IPRO if stages[e]])
    page.wide("Ce classeur contient des données personnelles : il vous est destiné, ne le transmettez pas.")


def _opening(sheets: Sequence[FilledSheet]) -> str:
    rows = [row for filled in sheets for row in filled.rows]
    waiting = sum(row.awaits for row in rows)
    text = count(len(rows), "stage", "stages")
    return f"{text}, dont {waiting} où une réponse de votre part est attendue." if waiting else f"{text}."
