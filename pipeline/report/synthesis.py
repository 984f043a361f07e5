"""The sheet « Synthèse » of the workbook: how to use it, the colours, the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.intake.returned.records import SUMMARY_TITLE
from pipeline.language import long_date
from pipeline.model import CellValue, Outcome, Status
from pipeline.report.book import Book
from pipeline.report.looks import Looks, Tone, print_on_paper
from pipeline.report.phrases import (
    STATUSES,
    by_programme,
    by_rule,
    count,
    needs_work,
    typographic,
)
from pipeline.tables import Tables

HOW_TO = (
    "1. Ouvrez l’onglet d’un fichier : le commentaire d’une cellule en couleur dit ce qui ne va pas et que faire.",
    "2. Corrigez dans les cellules, en gardant « Référence » et « Ligne » ; trier, filtrer, supprimer est sans danger.",
    "3. Enregistrez en .xlsx ou .ods, sous le nom de votre choix, et déposez le fichier dans la boîte de dépôt.",
    "4. Au traitement suivant, seules vos corrections sont prises ; les fiches devenues bonnes sont éditées.",
    "5. Une fiche qui a changé entre-temps n’est jamais écrasée : le rapport montre les deux valeurs, à vous de choisir.",
)
_LEGEND: Sequence[tuple[Tone, str, str]] = (
    ("correct", "Rouge", "à corriger : la convention ne peut pas être établie sans cela"),
    ("decide", "Orange", "à vérifier : la convention porte « PROJET » jusqu’à votre décision"),
    (
        "await",
        "Bleu clair",
        "attendu avant la signature de l’université : n’empêche pas d’établir la convention",
    ),
    (
        "added",
        "En-tête rouge",
        "rubrique que le fichier d’origine ne demande pas : à compléter dans la colonne",
    ),
)
_WIDTHS = (46, 11, 25, 12, 12, 12, 12)
_LINE = 15.0


def write_synthesis(
    book: Book,
    outcome: Outcome,
    tables: Tables,
    tabs: Sequence[tuple[str, str, str, int]],
    titles: Mapping[str, str],
    portfolio: str = "",
) -> None:
    """Write the first sheet of ``book``. ``tabs``: (title, source file, source sheet, rows) of the other ones.

    ``portfolio`` names whose dossiers they are; "" for all of them.
    """
    sheet: Any = book.add("Synthèse")
    sheet.set_widths(_WIDTHS)
    sheet.sheet_view.showGridLines = False
    print_on_paper(sheet)
    page = SummaryPage(sheet)
    work = sum(map(needs_work, outcome.verdicts))
    page.line((SUMMARY_TITLE, "title"), height=26)
    page.line((f"Traitement du {long_date(outcome.day, 'fr')}" + (f" – {portfolio}" if portfolio else ""), "soft"))
    page.line((_opening(len(outcome.verdicts), work), "strong"), height=22)
    page.blank()
    if work:
        page.heading("Mode d’emploi")
        for text in HOW_TO:
            page.wide(text)
        page.blank()
        page.heading("Couleurs")
        for tone, name, meaning in _LEGEND:
            page.line((name, tone), (typographic(meaning), "soft"))
        page.blank()
        page.table(
            ("Onglet", "Dossiers", "Fichier d’origine"),
            [(t, n, f"{f} – {s}" if s else f) for t, f, s, n in tabs],
        )
    statuses = Counter(verdict.status for verdict in outcome.verdicts)
    page.table(
        ("État", "Dossiers", "Ce que cela veut dire"),
        [(status, statuses[status], typographic(meaning)) for status, meaning in STATUSES.items()],
    )
    if work:
        page.table(
            ("Sur quoi portent les remarques", "Dossiers", "Gravité", "Règle", "Exemple"),
            [
                (typographic(r.title), r.dossiers, r.name, r.rule, r.example)
                for r in by_rule(outcome.verdicts, tables, titles)
            ],
        )
    columns: Sequence[Status] = [status for status in STATUSES if status != "remplacé"]
    programmes = by_programme(outcome.verdicts)
    if programmes:
        page.table(
            ("Formation", "Total", *columns),
            [(name, sum(n.values()), *(n.get(status, 0) for status in columns)) for name, n in programmes],
        )


def _opening(rows: int, work: int) -> str:
    if not rows:
        return "Aucune fiche n’a été lue : rien n’est à corriger."
    if not work:
        return f"Aucun dossier à corriger sur {count(rows, 'fiche lue', 'fiches lues')}."
    return (
        f"{count(work, 'dossier demande', 'dossiers demandent')} votre attention, "
        f"sur {count(rows, 'fiche lue', 'fiches lues')}."
    )


class SummaryPage:
    """Writes the lines of a first sheet from top to bottom."""

    def __init__(self, sheet: Any) -> None:
        self._sheet, self._looks = sheet, Looks(sheet)

    def line(self, *cells: tuple[CellValue, Tone], height: float = _LINE) -> None:
        """Write one line; a text without wrapping runs over the empty cells to its right."""
        self._sheet.append([self._looks.cell(value, tone) for value, tone in cells], height)

    def blank(self) -> None:
        """Leave an empty line."""
        self._sheet.append([])

    def heading(self, text: str) -> None:
        """Write the title of a part."""
        self.line((text, "strong"), height=20)

    def wide(self, text: str) -> None:
        """Write a sentence over the whole width."""
        self.line((typographic(text), "soft"))

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[CellValue]]) -> None:
        """Write a table; the last column, when it is a text, runs to the right."""
        self.line(*((header[:1].upper() + header[1:], "head") for header in headers), height=20)
        for row in rows:
            first = str(row[0])
            lines = max(1, -(-len(first) // 54))
            self.line(
                *((value, _tone(index, value)) for index, value in enumerate(row)),
                height=_LINE * min(lines, 4),
            )
        self.blank()


def _tone(index: int, value: CellValue) -> Tone:
    return "soft" if index > 1 and isinstance(value, str) else "plain"
