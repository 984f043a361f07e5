"""The sheet « À décider » of ``suivi.xlsx``: one row for each question that a manager may settle, or has settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from pipeline.desk.columns import (
    CHOICES,
    DECISION_TITLES,
    DECISIONS,
    REACHES,
    REFERENCE_TITLE,
    RULE_TITLE,
    TO_DECIDE,
)
from pipeline.desk.decisions import decidable
from pipeline.desk.model import Decision, FollowUp
from pipeline.desk.returned_decisions import HEADER
from pipeline.language import NBSP
from pipeline.model import CellValue, Finding
from pipeline.normalise import shown as as_written
from pipeline.report.book import Book
from pipeline.report.follow_up_cells import is_closed
from pipeline.report.follow_up_hidden import hidden
from pipeline.report.looks import Looks, Shape, Tone, print_on_paper, row_height
from pipeline.report.phrases import day, shorten, student
from pipeline.tables import Tables

_TALLEST = 12
_FIELDS_SHOWN = 6
HEADER_HEIGHT = 32.0
"""Points of the header of a list."""
_TITLES = ("Début", "Nom Prénom", REFERENCE_TITLE, "Question", "Valeur", "Source", *DECISION_TITLES, RULE_TITLE)
_WIDTHS = (10.5, 20, 13.5, 52, 32, 16, 11, 36, 18, 10.5, 20, 9)
_FIRST_HERS = 6
"""0-based column of « Décision »."""
_QUESTION = 3


@dataclass(frozen=True, slots=True)
class _Question:
    """One row of « À décider »."""

    follow_up: FollowUp
    finding: Finding
    label: str
    """The rule, numbered when it asks twice: what finds the row again."""
    decision: Decision | None

    @property
    def hers(self) -> tuple[CellValue, ...]:
        """Her five cells."""
        found = self.decision
        if found is None:
            return (None,) * len(DECISION_TITLES)
        return found.choice, found.reason, found.by, found.on, REACHES[found.reach]


@dataclass(frozen=True, slots=True)
class Decided:
    """What « À décider » was written with."""

    questions: tuple[_Question, ...]

    def write_twin(self, book: Book) -> None:
        """Write her cells as they were written, hidden, with the rule and the hash of what each row showed."""
        sheet, looks = hidden(book, DECISIONS)
        sheet.append([looks.cell(title) for title in HEADER])
        for one in self.questions:
            head = (one.follow_up.reference, one.label, one.finding.rule, one.finding.judged or None)
            sheet.append([None if value is None else looks.cell(value) for value in (*head, *one.hers)])


def write_decisions(book: Book, follow_ups: Sequence[FollowUp], tables: Tables) -> Decided:
    """Write « À décider »: the questions that wait first, by start, then those that were answered."""
    found = [question for one in follow_ups for question in _questions(one)]
    found.sort(key=lambda question: question.decision is not None)
    sheet: Any = book.add(TO_DECIDE)
    looks = Looks(sheet)
    rows = [_decision_row(question, tables) for question in found]
    set_list(sheet, _WIDTHS, freeze="D2")
    heads: list[tuple[str, Tone]] = [
        (f"● {title}", "added") if title in DECISION_TITLES else (title, "head") for title in _TITLES
    ]
    sheet.append([looks.cell(title, tone) for title, tone in heads], HEADER_HEIGHT)
    shapes: Mapping[int, Shape] = {_FIRST_HERS + 3: "date"}
    for question, row in zip(found, rows, strict=True):
        tone: Tone = "plain" if question.decision else "decide"
        sheet.append(
            [
                looks.cell(value, tone if index == _QUESTION else "plain", shapes.get(index, "text"))
                for index, value in enumerate(row)
            ],
            list_height(row, _WIDTHS),
        )
    if found:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(_TITLES))}{len(found) + 1}"
        for offset, rule in ((0, _strict(CHOICES)), (4, _strict(tuple(REACHES.values()))), (3, _a_day())):
            letters = get_column_letter(_FIRST_HERS + offset + 1)
            rule.add(f"{letters}2:{letters}{len(found) + 1}")
            sheet.data_validations.append(rule)
    else:
        sheet.append([looks.cell("Rien à décider aujourd’hui.", "soft")])
    return Decided(tuple(found))


def _questions(follow_up: FollowUp) -> list[_Question]:
    """Return what a manager may decide on a dossier; nothing new once it is closed or another service's."""
    found: list[_Question] = []
    times: dict[str, int] = {}
    for finding in follow_up.verdict.findings:
        decision = finding.decision
        asked = decidable(finding) and not is_closed(follow_up)
        if decision is None and not asked:
            continue
        times[finding.rule] = times.get(finding.rule, 0) + 1
        label = finding.rule if times[finding.rule] == 1 else f"{finding.rule} ({times[finding.rule]})"
        found.append(_Question(follow_up, finding, label, decision))
    return found


def _decision_row(question: _Question, tables: Tables) -> list[CellValue]:
    verdict, finding = question.follow_up.verdict, question.finding
    return [
        day(verdict, "stage.date_debut"),
        student(verdict) or None,
        question.follow_up.reference,
        shorten(finding.message, 700),
        _values(question, tables),
        finding.source,
        *question.hers,
        question.label,
    ]


def _values(question: _Question, tables: Tables) -> str | None:
    """Return what the form says where the question is: one line for each field."""
    deposit = question.follow_up.verdict.entry.deposit
    lines = []
    for key in question.finding.fields[:_FIELDS_SHOWN]:
        if key in tables.fields:
            text = as_written(deposit.form.cells.get(key))
            if not text and isinstance(value := deposit.values.get(key), str):
                text = value
            lines.append(f"{tables.fields[key].label}{NBSP}: {shorten(text, 200) if text else 'non renseigné'}")
    return "\n".join(lines) or None


def _strict(values: Sequence[str]) -> DataValidation:
    rule = DataValidation(type="list", formula1=f'"{",".join(values)}"', allow_blank=True, showErrorMessage=True)
    rule.error = f"Attendu{NBSP}: {' ou '.join(values)}."
    return rule


def _a_day() -> DataValidation:
    rule = DataValidation(type="date", operator="between", formula1="36526", formula2="73050", allow_blank=True)
    rule.showErrorMessage = True
    rule.error = f"Attendu{NBSP}: une date (JJ/MM/AAAA)."
    return rule


def list_height(row: Sequence[CellValue], widths: Sequence[float]) -> float:
    """Return the points that a row of such a list needs."""
    return row_height(row, widths, _TALLEST, 0.9)


def set_list(sheet: Any, widths: Sequence[float], freeze: str) -> None:
    """Set the columns, frozen part and paper of a sheet with one header row."""
    sheet.set_widths(widths)
    sheet.freeze_panes = freeze
    print_on_paper(sheet)
    sheet.print_title_rows = "1:1"
