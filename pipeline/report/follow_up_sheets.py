"""The sheets « Relances » and « Légende » of ``suivi.xlsx``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter

from pipeline.desk.columns import LEGEND, NO, REFERENCE_TITLE, REMINDERS, Column, Columns
from pipeline.desk.model import FollowUp
from pipeline.desk.reminder_texts import KINDS
from pipeline.desk.reminders import REMINDED, Due, Reminder
from pipeline.language import long_date, short_date
from pipeline.model import CellValue
from pipeline.report.book import Book
from pipeline.report.follow_up_cells import REPORT, is_closed
from pipeline.report.follow_up_decisions import HEADER_HEIGHT, list_height, set_list
from pipeline.report.looks import Looks, Tone, print_on_paper
from pipeline.report.phrases import count, day, student, typographic
from pipeline.report.synthesis import SummaryPage

_TITLES = ("Début", "Nom Prénom", REFERENCE_TITLE, "À qui", "Pourquoi", "Depuis le", "Relances", "Prochaine le")
_WIDTHS = (10.5, 22, 13.5, 30, 54, 10.5, 16, 12)
_REASONS: Mapping[str, str] = {
    "signature": "Signature de la convention attendue",
    "corrections": "Correction de la fiche attendue",
    "pieces": "Pièces attendues",
    "mobilite": "Inscription au portail de mobilité attendue",
    "attestation": "Attestation de stage attendue",
    "fsd": "Accord du fonctionnaire de sécurité et de défense attendu",
}
_OFFICE = frozenset({"gestionnaire", "université"})
"""Who is not reminded: the office itself."""
_RECORDED = re.compile(r"n° (\d+) le (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Reminded:
    """One row of « Relances »."""

    reference: str
    start: date | None
    student: str
    to_whom: str
    why: str
    since: date | None
    reminders: CellValue
    """How many there were, with the day of the last one when it is known."""
    next: date | None


def reminded(follow_ups: Sequence[FollowUp], tonight: Sequence[Reminder], today: date) -> list[Reminded]:
    """Return the rows of « Relances »: tonight's reminders, those of before, and who else outside the office is awaited."""
    due = {(one.follow_up.reference, one.kind): one for reminder in tonight for one in reminder.dues}
    rows = []
    for one in follow_ups:
        found = [_tonight(one, due[one.reference, kind], today) for kind in KINDS if (one.reference, kind) in due]
        if not found and not is_closed(one) and one.action.who not in _OFFICE:
            found = [_row(one, one.action.who, one.action.verb, one.since, _last(one), None)]
        rows += found
    return rows


def _row(
    one: FollowUp, to_whom: str, why: str, since: date | None, reminders: CellValue, following: date | None
) -> Reminded:
    start = day(one.verdict, "stage.date_debut")
    return Reminded(one.reference, start, student(one.verdict), to_whom, why, since, reminders, following)


def _tonight(one: FollowUp, due: Due, today: date) -> Reminded:
    to_whom = " – ".join(filter(None, (due.party, due.name)))
    return _row(one, to_whom, _REASONS[due.kind], due.since, f"{due.rank}, le {short_date(today)}", due.next)


def _last(one: FollowUp) -> str | None:
    """Return the rank and the day of the last reminder that the register holds (:func:`reminders.recorded`)."""
    event = one.told.get(REMINDED)
    found = _RECORDED.findall(event.value) if event is not None and isinstance(event.value, str) else []
    rank, on = max(found, key=lambda told: told[1], default=("", ""))
    return f"{rank}, le {short_date(date.fromisoformat(on))}" if on else None


def write_reminders(book: Book, rows: Sequence[Reminded]) -> None:
    """Write « Relances »: to whom, since when, how many, when the next one is due."""
    sheet: Any = book.add(REMINDERS)
    looks = Looks(sheet)
    cells: list[list[CellValue]] = [
        [r.start, r.student or None, r.reference, r.to_whom, r.why, r.since, r.reminders, r.next] for r in rows
    ]
    set_list(sheet, _WIDTHS, freeze="D2")
    sheet.append([looks.cell(title, "head") for title in _TITLES], HEADER_HEIGHT)
    for row in cells:
        sheet.append([looks.cell(value) for value in row], list_height(row, _WIDTHS))
    if rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(_TITLES))}{len(rows) + 1}"
    else:
        sheet.append([looks.cell("Personne n’est à relancer.", "soft")])


_HOW_TO = (
    "1. Remplissez les colonnes à en-tête rouge, marquées «\u00a0●\u00a0». Les autres sont calculées\u00a0: n’y écrivez rien.",
    "2. Trier, filtrer, masquer, déplacer ou ajouter des colonnes est sans danger\u00a0; gardez la colonne «\u00a0Référence\u00a0».",
    "3. Enregistrez sous le nom de votre choix (.xlsx ou .ods), puis déposez le fichier dans le dossier inbox.",
    "4. La nuit suivante, seules les cellules changées sont reprises, avec votre nom et la date de l’enregistrement.",
    "5. Une réponse qui ne peut pas être reprise est rapportée avec sa raison : rien n’est perdu.",
    "6. Une case vidée retire votre réponse. Une ligne supprimée ne retire rien.",
)
_COLOURS: Sequence[tuple[Tone, str, str]] = (
    ("await", "Bleu clair", "attendu avant la signature de l’université"),
    ("done", "Vert", "reçu ou signé"),
    ("correct", "Rouge", "le stage commence dans dix jours ou moins ; la pièce n’est plus valable à la fin du stage"),
    ("decide", "Orange", "alerte ; décision à prendre ; le stage commence dans trente jours ou moins"),
    ("absent", "Gris « s. o. »", "sans objet : ne concerne pas ce dossier"),
    ("known", "Italique", "dit par la fiche ou la configuration ; écrivez par-dessus pour le changer"),
    ("link", "Souligné", "la cellule ouvre un document ou le rapport"),
)


def write_legend(book: Book, today: date, columns: Columns, dossiers: int, portfolio: str) -> None:
    """Write « Légende »: how to use the workbook, the colours, the columns and what each takes."""
    sheet: Any = book.add(LEGEND)
    sheet.set_widths((34, 16, 26, 78))
    sheet.sheet_view.showGridLines = False
    print_on_paper(sheet)
    page = SummaryPage(sheet)
    page.line((" – ".join(filter(None, ("Suivi des conventions de stage", portfolio))), "title"), height=26)
    page.line(
        (typographic(f"Situation du {long_date(today, 'fr')} : {count(dossiers, 'dossier', 'dossiers')}"), "soft")
    )
    page.wide(f"Rapport de la nuit : {REPORT}")
    page.blank()
    page.heading("Mode d’emploi")
    for text in _HOW_TO:
        page.wide(text)
    page.blank()
    page.heading("Couleurs")
    for tone, name, meaning in _COLOURS:
        page.line((typographic(name), tone), (typographic(meaning), "soft"))
    page.blank()
    page.heading("La feuille « À décider »")
    page.wide("Accepter lève la question, avec un motif ; refuser clôt le dossier. « À revoir » retire une décision.")
    page.wide("La décision vaut pour ce dossier, pour cet organisme, ou pour cette ville jusqu’au prochain avis.")
    page.wide("Elle tombe quand la valeur qu’elle a jugée change.")
    page.blank()
    page.heading("Les colonnes de « Dossiers »")
    page.table(
        ("Colonne", "Groupe", "À écrire", "Ce qu’elle dit"),
        [(column.heading, column.group, _taken(column), typographic(column.help)) for column in columns.values()],
    )
    page.wide("Ce classeur contient des données personnelles : ne le transmettez qu’aux personnes chargées du suivi.")


def _taken(column: Column) -> str:
    """Return in a few words what is to be written in ``column``."""
    match column.kind:
        case "date":
            return "une date"
        case "oui":
            return f"{column.word}, {NO} ou une date"
        case "choix":
            return "une valeur de la liste"
        case "texte":
            return "un texte"
        case None:
            return typographic("rien : elle est calculée")
