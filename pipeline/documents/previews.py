"""``schemas/previews.yaml``: invented dossiers that fill every template, to try it and to show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.model import Deposit, Entry, Form, Layout, Place
from pipeline.normalise import normalise
from pipeline.tables import Tables
from pipeline.tables.yamls import check_shape, read_yaml


@dataclass(frozen=True, slots=True)
class Preview:
    """One invented dossier; ``title`` says in French what it shows."""

    title: str
    entry: Entry
    before: Entry
    """The version that its amendment changes."""


_CELLS: dict[str, Any] = {"type": "dict", "valuesrules": {"type": ["string", "integer"]}, "required": True}
_SHAPE: dict[str, Any] = {
    "date": {"type": "string", "required": True, "regex": r"\d{4}-\d\d-\d\d"},
    "commun": _CELLS,
    "dossiers": {
        "type": "list",
        "required": True,
        "minlength": 1,
        "schema": {
            "type": "dict",
            "schema": {
                "titre": {"type": "string", "required": True},
                "reference": {"type": "string", "required": True, "regex": r"C\d{4}-\d{6}"},
                "champs": _CELLS,
                "avant": _CELLS,
            },
        },
    },
}


def load_previews(schemas: Path, tables: Tables) -> tuple[Preview, ...]:
    """Load the invented dossiers, read as any form is.

    Raises SetupError naming the field that is unknown or cannot be read.
    """
    path = schemas / "previews.yaml"
    data = read_yaml(path)
    check_shape(data, _SHAPE, str(path))
    day = date.fromisoformat(data["date"])
    previews = []
    for dossier in data["dossiers"]:
        cells, reference = data["commun"] | dossier["champs"], dossier["reference"]
        entry = _entry(path, tables, cells, reference, day)
        before = _entry(path, tables, cells | dossier["avant"], reference, day)
        previews.append(Preview(dossier["titre"], replace(entry, version=2), before))
    return tuple(previews)


def _entry(path: Path, tables: Tables, cells: Mapping[str, Any], reference: str, day: date) -> Entry:
    for key in cells:
        if key not in tables.fields:
            raise SetupError(str(path), key, "champ inconnu", "Voyez contact_form.yaml.")
    columns = {key: (index,) for index, key in enumerate(tables.fields)}
    labels = tuple(field.label for field in tables.fields.values())
    given = {key: cell for key, cell in cells.items() if cell != ""}
    form = Form(Place("apercu.xlsx", "Feuil1", 2), Layout("imprime_contact", 1, labels, columns), given, ())
    deposit: Deposit = normalise(form, tables)
    if deposit.unreadable:
        key = min(deposit.unreadable)
        raise SetupError(str(path), key, f"« {cells[key]} » n’est pas compris", "Corrigez cette valeur.")
    return Entry(deposit, reference, "current", None, day)
