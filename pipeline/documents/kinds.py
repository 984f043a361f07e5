"""``schemas/documents.yaml``: which documents there are, from which template, for which dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pipeline.errors import SetupError
from pipeline.model import Model, Status
from pipeline.tables.yamls import check_entries, read_yaml

Make: TypeAlias = Literal["word", "pieces", "message"]
EXTENSIONS: Mapping[Make, str] = {"word": ".docx", "pieces": ".html", "message": ".eml"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document."""

    key: str
    name: str
    make: Make
    templates: Mapping[Model, str]
    statuses: frozenset[Status]
    conditions: frozenset[str]
    """Names of cases of :mod:`pipeline.documents.cases`, one of which must hold; none given: always."""
    pdf: bool
    label: str = ""
    """What a letter calls it; "" for what no letter encloses."""
    label_en: str = ""
    nightly: bool = True
    """Whether a run makes it; False: only somebody’s own command does."""
    marked: bool = True
    """Whether it bears the PROJET mark while something is to be decided."""
    title: str = ""
    """What the report calls it."""
    frozen: bool = False
    """Signed by the parties, or part of what they sign: once it has been issued, no night makes, marks or removes it."""


_SHAPE: dict[str, Any] = {
    "type": "dict",
    "schema": {
        "nom": {"type": "string", "required": True, "regex": "[a-z_]+"},
        "genre": {"allowed": list(EXTENSIONS), "required": True},
        "modeles": {
            "type": "dict",
            "schema": dict.fromkeys(get_args(Model), {"type": "string", "regex": r"[\w.-]+\.docx"}),
        },
        "statuts": {"type": "list", "required": True, "schema": {"allowed": list(get_args(Status))}},
        "si": {"type": ["string", "list"]},
        "pdf": {"type": "boolean", "required": True},
        "titre": {"type": "string", "required": True, "empty": False},
        "projet": {"type": "boolean"},
        "fige": {"type": "boolean"},
        "quand": {"allowed": ["nuit", "demande"]},
        "libelle": {"type": "string", "empty": False, "dependencies": "libelle_en"},
        "libelle_en": {"type": "string", "empty": False, "dependencies": "libelle"},
    },
}


def load_kinds(schemas: Path, templates: Path, case_names: frozenset[str]) -> tuple[Kind, ...]:
    """Load the kinds; every template must be there and every condition known.

    Raises SetupError (status 2) naming the entry.
    """
    path = schemas / "documents.yaml"
    data = {key: entry for key, entry in read_yaml(path).items() if not is_listing(entry)}
    check_entries(data, _SHAPE, str(path))
    kinds = []
    for key, entry in data.items():
        files = entry.get("modeles", {})
        if (entry["genre"] == "word") != bool(files):
            raise SetupError(str(path), key, "« modeles » va avec le genre « word »", "Corrigez l’entrée.")
        for name in files.values():
            if not (templates / name).is_file():
                raise SetupError(str(path), f"{key}.modeles", f"modèle absent : {name}", "Rétablissez-le.")
        asked = entry.get("si", [])
        conditions = frozenset([asked] if isinstance(asked, str) else asked)
        for name in sorted(conditions - case_names):
            raise SetupError(str(path), f"{key}.si", f"condition inconnue « {name} »", "Corrigez son nom.")
        kinds.append(
            Kind(
                key,
                entry["nom"],
                entry["genre"],
                files,
                frozenset(entry["statuts"]),
                conditions,
                entry["pdf"],
                entry.get("libelle", ""),
                entry.get("libelle_en", ""),
                nightly=entry.get("quand", "nuit") == "nuit",
                marked=entry.get("projet", True),
                title=entry["titre"],
                frozen=entry.get("fige", False),
            )
        )
    return tuple(kinds)


def is_listing(entry: object) -> bool:
    """Tell whether an entry is a list of the whole run, which :mod:`pipeline.documents.listings` loads."""
    return isinstance(entry, Mapping) and entry.get("genre") == "liste"
