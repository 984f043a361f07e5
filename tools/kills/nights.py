"""Three nights of one faculty, each with something to lose: numbers, letters, decisions, an amendment, reminders."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tools.examples.contact import Row, perfect
from tools.shows.stage import DAY, ROOT, Stage, answer, asked, correct, decide, edited

_EXAMPLES = ("drupal_webform.csv", "imprime_contact_2026-11.xlsx")
_SIGNATURES = (
    "Signature_organisme",
    "Signature_tuteur",
    "Signature_référent",
    "Signature_étudiant_(représentant)",
    "Signature_université",
)
_LATER, _SPRING = date(2026, 11, 24), date(2027, 5, 20)
_ASKED, _BACK, _CHANGED = datetime(2026, 11, 2, 9), datetime(2026, 11, 21, 15), datetime(2026, 11, 21, 16)  # noqa: DTZ001
"""When forms, workbooks and changed forms were saved, by the clock of who did it."""
_LONGER: Row = {"stage.date_fin": date(2027, 6, 25), "stage.duree_heures": 700, "assurance.rc_fin": date(2027, 9, 30)}

_SHORTER: Row = {
    "stage.date_debut": date(2027, 6, 7),
    "stage.date_fin": date(2027, 7, 2),
    "stage.duree_heures": 133,
}


@dataclass(frozen=True, slots=True)
class Night:
    """One night to be killed: the folder ``before`` holds inbox, outbox and register, ``after`` what it is to become."""

    name: str
    day: date
    before: Path
    after: Path


def make_nights(folder: Path, rows: int, *, examples: bool, after: Callable[[Path, date], object]) -> Sequence[Night]:
    """Let three nights pass under ``folder``, uninterrupted, and return them with what stood before and after each.

    ``rows``: forms of the first export. ``examples``: exports of examples/ lie beside it. ``after`` lets one night
    pass in the folder that it is given.
    """
    stage = Stage(folder / "scène", quiet=True)
    nights = []
    for name, day, prepare in (("première", DAY, _first), ("retours", _LATER, _second), ("avenant", _SPRING, _third)):
        prepare(stage, rows)
        if examples and day == DAY:
            for example in _EXAMPLES:
                shutil.copyfile(ROOT / "examples" / example, stage.inbox / example)
        night = Night(name, day, folder / name / "avant", folder / name / "après")
        shutil.copytree(stage.folder, night.before)
        after(stage.folder, day)
        shutil.copytree(stage.folder, night.after)
        nights.append(night)
    return nights


def _form(number: int, at: datetime = _ASKED) -> Row:
    return perfect(number) | {"formulaire.depose_le": at}


def _first(stage: Stage, rows: int) -> None:
    """Sound forms, some to be verified or corrected, and one that stands twice."""
    forms = [_form(number) for number in range(rows)]
    forms[3] |= {"etudiant.email": "personnelle@exemple.org"}
    forms[4] |= {"gratification.montant": 1}
    forms[5] |= {"stage.ville": "Aix", "gratification.montant": 2}
    stage.deposit([*forms, forms[0]])
    stage.deposit([forms[1], _form(rows + 1)], "autre.xlsx")
    # Two internships of one student: their letters go out together.
    same = {key: value for key, value in _form(2).items() if key.startswith("etudiant.")}
    stage.deposit([_form(rows + 2) | same | _SHORTER], "même.xlsx")


def _second(stage: Stage, rows: int) -> None:
    """The workbooks come back: a decision, two agreements sent and signed, a correction; and a form has changed."""
    references = {row["row"]: row["reference"] for row in stage.report["dossiers"] if row["source"] == "export.xlsx"}
    book = stage.copy("suivi.xlsx", "suivi.xlsx")
    doubts = asked(book)

    def follow(opened: Any) -> None:
        for number in (2, 3):
            signed = {title: date(2026, 11, 23) for title in _SIGNATURES}
            answer(opened["Dossiers"], references[number], Envoyée_le=date(2026, 11, 22), **signed)
        answer(opened["Dossiers"], references[4], Envoyée_le=date(2026, 11, 22))
        for reference, rule in doubts:
            if reference == references[5]:
                decide(opened["À décider"], reference, rule, "accepté", "Vu avec elle", "ce dossier", "Mme Roux")

    stage.drop(edited(book, book, follow, "Mme Roux", _BACK), "suivi rendu.xlsx")
    book = stage.copy("rapports/dernier/a_corriger.xlsx", "a_corriger.xlsx")

    def mend(opened: Any) -> None:
        sheet = opened[next(name for name in opened.sheetnames if name.startswith("export"))]
        correct(sheet, 6, "Montant de la gratification", 4.5)

    stage.drop(edited(book, book, mend, "Zoé MARTIN", _BACK), "corrections rendues.xlsx")
    changed = _form(6, _CHANGED) | {"stage.sujet": "Un autre sujet, décrit de nouveau."}
    stage.deposit([changed, _form(rows + 4)], "lundi.xlsx")


def _third(stage: Stage, rows: int) -> None:
    """Spring: a signed internship is made longer, another ends soon, and reminders are due."""
    longer = _form(0, _CHANGED) | _LONGER
    stage.deposit([longer, _form(rows + 5)], "mai.xlsx")
