"""The forms that are measured: as many as are asked for, perfect or with the faults that a real night has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from pipeline.dossiers import Snapshot, identify
from pipeline.model import Deposit, Entry, Form, Layout, Place
from pipeline.normalise import normalise
from pipeline.setup import ROOT, Setup
from tools.examples.contact import abroad, perfect

DAY = date(2026, 11, 21)
"""The day for which the invented forms are in order."""
CONFIG = ROOT / "conventions.toml"
Row = dict[str, Any]
_TO_DECIDE: Sequence[Row] = (
    {"stage.heures_hebdomadaires": 41},
    {"stage.travail_exceptionnel": "oui"},
    {"organisme.type": "Autre"},
)
_TO_CORRECT: Sequence[Row] = (
    {"enseignant.nom": None, "enseignant.prenom": None},
    {"tuteur.nom": None, "tuteur.prenom": None},
    {"stage.duree_heures": 975},
    {"etudiant.email": "prenom.nom@"},
)
_EVERYTHING = {key: value for fault in _TO_CORRECT for key, value in fault.items()} | {
    "stage.date_fin": "bientôt",
    "gratification.montant": "un peu",
    "signataire.nom": None,
    "etudiant.telephone": "12",
}


def mixed(number: int) -> Row:
    """Return a row as a real night has them: of 100, 80 ready (8 of them abroad), 12 to be decided, 8 to be corrected."""
    row, place = perfect(number), number % 100
    if place < 8:
        return row | _TO_CORRECT[place % len(_TO_CORRECT)]
    if place < 20:
        return row | _TO_DECIDE[place % len(_TO_DECIDE)]
    return row | overseas(number) if place < 28 else row


def faulty(number: int) -> Row:
    """Return a row with as many faults as a very careless student makes."""
    return perfect(number) | _EVERYTHING | {"etudiant.numero": f"123{number:06d}"}


def overseas(number: int, country: str = "Irlande", city: str = "Dublin") -> Row:
    """Return what changes in a row for an internship abroad where everything is in order."""
    return abroad(country, city, f"Fondation d’essai {number}")


def write_inbox(folder: Path, count: int, setup: Setup, row: Callable[[int], Row] = perfect) -> Path:
    """Write a workbook of ``count`` contact forms into the inbox ``folder``; return the workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    path, keys = folder / "fiches.xlsx", list(perfect(0))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Fiches")
    sheet.append([setup.tables.fields[key].label for key in keys])
    for number in range(count):
        form = row(number)
        sheet.append([form.get(key) for key in keys])
    book.save(path)
    return path


def deposits(count: int, setup: Setup, row: Callable[[int], Row] = perfect) -> list[Deposit]:
    """Return ``count`` forms as normalise gives them, without a file."""
    keys = list(perfect(0))
    layout = Layout("imprime_contact", 1, tuple(keys), {key: (i,) for i, key in enumerate(keys)})
    return [
        normalise(Form(Place("fiches.xlsx", "Fiches", number + 2), layout, _given(row(number)), ()), setup.tables)
        for number in range(count)
    ]


def entries(found: list[Deposit], setup: Setup) -> tuple[Entry, ...]:
    """Return the dossiers of ``found``, in a house that has met none before."""
    return tuple(identify(found, Snapshot(), DAY, setup.settings.academic_year))


def _given(row: Row) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}
