"""messages.xlsx: the messages to send, to whom, why, each a click away; and those of the nights before, not to lose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from pipeline.desk.model import FollowUp
from pipeline.language import NBSP, long_date
from pipeline.model import CellValue
from pipeline.report.book import Book, Link
from pipeline.report.looks import Looks, print_on_paper, row_height
from pipeline.report.phrases import student
from pipeline.report.sendings import Sending

NAME = "messages.xlsx"
_AUTHOR = "Contrôle des conventions"
_EARLIER_DAYS = 14
"""Days for which a letter stays on the list of the nights before."""
_TALLEST = 12
_OPEN = "Ouvrir"
_TONIGHT: Mapping[str, float] = {
    "Sorte": 11, "À": 26, "Adresse": 32, "Objet": 52, "Pourquoi": 40, "Dossiers": 16, "Relance suivante": 13,
    "Message": 10,
}  # fmt: skip
_EARLIER: Mapping[str, float] = {"Nuit du": 12, "À": 26, "Dossier": 16, "Étape": 14, "Message": 10}
_NO_ADDRESS = f"(aucune adresse{NBSP}: à joindre par téléphone)"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A letter of a night before whose dossier has not moved since."""

    night: date
    who: str
    reference: str
    etape: str
    path: str


def earlier(follow_ups: Iterable[FollowUp], day: date, tonight: Iterable[Sending]) -> tuple[Earlier, ...]:
    """Return the letters of the last two weeks, the newest first, but tonight's and those of what has moved on.

    An agreement that is told to be sent has been sent with its letter.
    """
    again = {reference for sending in tonight if sending.kind == "Lettre" for reference in sending.references}
    found = []
    for one in follow_ups:
        letter = one.told.get("lettre")
        if (
            letter is None
            or one.reference in again
            or one.etape not in ("prêt", "à vérifier", "à corriger", "refusé", "réorienté")
        ):
            continue
        night = letter.at.date()
        path = next((p for p in one.documents if p.endswith(f"/message_{one.reference}.eml")), "")
        if path and day - timedelta(_EARLIER_DAYS) <= night < day:
            found.append(Earlier(night, student(one.verdict), one.reference, one.etape, path))
    return tuple(sorted(found, key=lambda row: (-row.night.toordinal(), row.reference)))


def write_mailing(sendings: Sequence[Sending], before: Sequence[Earlier], path: Path, day: date) -> bool:
    """Write the workbook at ``path``, which stands in a folder of ``rapports/``; False, and no file, without rows.

    The same rows give the same bytes.
    """
    if not sendings and not before:
        return False
    title = f"Messages à envoyer – {long_date(day, 'fr')}"
    book = Book(day, _AUTHOR, title)
    if sendings:
        rows = [
            (s.kind, s.who or None, s.address or _NO_ADDRESS, s.subject, s.why, "\n".join(s.references), s.next, _OPEN)
            for s in sendings
        ]
        _sheet(book, "À envoyer", title, _TONIGHT, rows, [s.path for s in sendings])
    if before:
        earlier_rows = [(b.night, b.who or None, b.reference, b.etape, _OPEN) for b in before]
        _sheet(book, "Nuits précédentes", title, _EARLIER, earlier_rows, [b.path for b in before])
    book.store(path)
    return True


def _sheet(
    book: Book,
    name: str,
    title: str,
    columns: Mapping[str, float],
    rows: Sequence[Sequence[CellValue]],
    links: Sequence[str],
) -> None:
    sheet: Any = book.add(name)
    looks, widths = Looks(sheet), list(columns.values())
    sheet.set_widths(widths)
    sheet.freeze_panes = "A2"
    print_on_paper(sheet)
    sheet.print_title_rows = "1:1"
    sheet.HeaderFooter.oddHeader.center.text = title.replace("&", "&&")
    sheet.append([looks.cell(column, "head") for column in columns], 24)
    for number, (row, path) in enumerate(zip(rows, links, strict=True)):
        cells = [looks.cell(value, "lead" if number % 2 else "plain") for value in row]
        # Reached from rapports/<run_id>/ and from rapports/dernier/ alike.
        opened = {len(widths) - 1: Link(f"../../{path}")}
        sheet.append(cells, row_height(row, widths, _TALLEST), links=opened)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{len(rows) + 1}"
