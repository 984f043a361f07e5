"""Deposits made by hand, for the tests that need no spreadsheet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from pipeline.model import Deposit, Form, Layout, Place, Value

LAYOUT = Layout("imprime_contact", 1, (), {})


def deposit(
    file: str = "a.xlsx",
    row: int = 2,
    *,
    at: datetime | None = None,
    system: str = "imprime_contact",
    **changes: Value | None,
) -> Deposit:
    """Return a deposit of one student, host and start date; ``changes`` use __ for the dot of a field key."""
    values: dict[str, Value] = {
        "etudiant.numero": "21000001",
        "etudiant.nom": "Durand",
        "etudiant.prenom": "Élodie",
        "organisme.siret": "00001234400016",
        "organisme.raison_sociale": "Éditions de la Sauge",
        "organisme.pays": "FR",
        "stage.date_debut": date(2027, 2, 1),
        "stage.date_fin": date(2027, 5, 28),
    }
    for name, value in changes.items():
        key = name.replace("__", ".")
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    if at is not None:
        values["formulaire.depose_le"] = at
    form = Form(Place(file, "Feuil1", row), Layout(system, 1, (), {}), {}, ())
    return Deposit(form, values, {}, _digest(values), at)


def _digest(values: Mapping[str, Value]) -> str:
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()
