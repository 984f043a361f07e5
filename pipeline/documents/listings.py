"""The entries « genre: liste » of ``schemas/documents.yaml``: workbooks of the whole run, their columns as data."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, get_args

from pipeline.documents.kinds import is_listing
from pipeline.errors import SetupError
from pipeline.model import Status
from pipeline.tables.yamls import check_entries, read_yaml

Fill: TypeAlias = Literal["texte", "date", "choix"]
NAME = re.compile(r"\{([\w.]+)\}")
"""A value's name inside a line of text."""

Each: TypeAlias = Literal["formation", "référent"]

COMPUTED = frozenset(
    f"depart.{name}"
    for name in ("pays", "ville", "adresse", "jours", "niveau", "avis_date", "zones", "url", "statut", "remarques")
) | frozenset(f"suivi.{name}" for name in ("etape", "depuis", "attendu", "fsd_demande_le", "fsd_le"))
"""Names of the values that only a list has, beside those of the templates."""
DESK_CASES = frozenset({"a_repondre", "stage_a_suivre"})
"""Conditions that only a list has: its reader must act, the internship is not over."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a value, lines of text holding values, or a place for the reader to fill in."""

    title: str
    width: float
    """In characters."""
    value: str | None = None
    lines: tuple[str, ...] = ()
    """Each is left out when a value that it names is absent."""
    cases: Mapping[str, str] | None = None
    """Name of a case → the line that it adds."""
    fill: Fill | None = None
    choices: tuple[str, ...] = ()
    link: str | None = None
    """The value that is the address which the cell opens."""
    optional: bool = False
    """Left out when no row has anything there."""

    @property
    def names(self) -> frozenset[str]:
        """The values that it asks for."""
        asked = {name for line in self.lines for name in NAME.findall(line)}
        return frozenset(asked | {name for name in (self.value, self.link) if name})


@dataclass(frozen=True, slots=True)
class ListSheet:
    """One sheet: a dossier stands on the first one of which a condition holds."""

    title: str
    conditions: frozenset[str]
    """Empty: every dossier that stands on no sheet before."""
    columns: tuple[Column, ...]
    guide: tuple[str, ...] = ()
    """French sentences for the first sheet of a workbook « un_par » in which this one has rows."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One workbook of the run."""

    key: str
    name: str
    """Of the file, without its extension."""
    title: str
    statuses: frozenset[Status]
    rules: tuple[str, ...]
    """The rules whose findings it repeats."""
    sheets: tuple[ListSheet, ...]
    each: Each | None = None
    """One workbook for each programme or each supervisor, for that reader alone; None: one workbook of the run."""
    folder: str = ""
    """Of the workbooks « un_par », beside the reports."""
    ceiling: int | None = None
    """How many interns its reader may follow at a time, as the rule that it names says."""
    subjects: Mapping[str, str] = field(default_factory=dict)
    """What each rule is about, by its id: a finding's own words speak to the student."""


class Measured(Protocol):
    """A rule, as far as a list asks for its subject and its numbers."""

    @property
    def title(self) -> str:
        """What it is about, in a few French words."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Its numbers, by the names of rules.yaml."""


_TEXT = {"type": "string", "required": True, "empty": False}
_TEXTS = {"type": "list", "minlength": 1, "schema": {"type": "string", "empty": False}}
_COLUMN = {
    "type": "dict",
    "schema": {
        "titre": _TEXT,
        "largeur": {"type": "number", "required": True, "min": 4, "max": 80},
        "valeur": {"type": "string", "regex": r"[\w.]+", "excludes": ["lignes", "cas", "a_remplir"]},
        "lignes": _TEXTS,
        "cas": {"type": "dict", "valuesrules": {"type": "string", "empty": False}},
        "a_remplir": {"allowed": list(get_args(Fill)), "excludes": ["lignes", "cas", "valeur"]},
        "choix": {**_TEXTS, "schema": {"type": "string", "regex": '[^",]+'}, "dependencies": {"a_remplir": "choix"}},
        "lien": {"type": "string", "regex": r"[\w.]+"},
        "facultatif": {"type": "boolean"},
    },
}
_SHAPE: dict[str, Any] = {
    "type": "dict",
    "schema": {
        "nom": {"type": "string", "required": True, "regex": "[a-z_]+", "forbidden": ["a_corriger", "rapport"]},
        "genre": {"allowed": ["liste"], "required": True},
        "titre": _TEXT,
        "statuts": {"type": "list", "required": True, "schema": {"allowed": list(get_args(Status))}},
        "regles": {"type": "list", "schema": {"type": "string"}},
        "un_par": {"allowed": list(get_args(Each)), "dependencies": "dossier"},
        "dossier": {"type": "string", "regex": "[a-z_]+", "dependencies": "un_par"},
        "plafond": {"type": "string", "dependencies": "un_par"},
        "feuilles": {
            "type": "list",
            "required": True,
            "minlength": 1,
            "schema": {
                "type": "dict",
                "schema": {
                    "titre": {**_TEXT, "maxlength": 31, "regex": r"[^\[\]:*?/\\]+", "forbidden": ["Synthèse"]},
                    "si": {"type": ["string", "list"]},
                    "mode_emploi": _TEXTS,
                    "colonnes": {"type": "list", "required": True, "minlength": 1, "schema": _COLUMN},
                },
            },
        },
    },
}


def load_listings(schemas: Path, values: Mapping[str, Any], rules: Mapping[str, Measured]) -> tuple[Listing, ...]:
    """Load the lists; every value, condition and rule that they name must exist.

    ``values`` is the tree of what templates may ask for; what is kept for the confidential appendix is not for a list.
    Raises SetupError (status 2) naming the entry.
    """
    path = schemas / "documents.yaml"
    known = {f"{group}.{name}" for group, names in values.items() for name in names} - _withheld(values) | COMPUTED
    data = {key: entry for key, entry in read_yaml(path).items() if is_listing(entry)}
    check_entries(data, _SHAPE, str(path))
    found = []
    for key, entry in data.items():
        sheets = tuple(_sheet(sheet) for sheet in entry["feuilles"])
        listing = Listing(
            key,
            entry["nom"],
            entry["titre"],
            frozenset(entry["statuts"]),
            tuple(entry.get("regles", ())),
            sheets,
            entry.get("un_par"),
            entry.get("dossier", ""),
            _ceiling(path, key, entry.get("plafond"), rules),
            {name: rule.title for name, rule in rules.items()},
        )
        conditions = {name for s in sheets for name in s.conditions}
        conditions |= {name for s in sheets for c in s.columns for name in c.cases or ()}
        _check(path, key, "condition inconnue", conditions, {*values["cas"], *DESK_CASES})
        _check(path, key, "valeur inconnue", {name for s in sheets for c in s.columns for name in c.names}, known)
        _check(path, key, "règle inconnue", listing.rules, rules)
        found.append(listing)
    return tuple(found)


def _ceiling(path: Path, key: str, rule: str | None, rules: Mapping[str, Measured]) -> int | None:
    """Return the parameter « maximum » of ``rule``: the number stands in rules.yaml alone."""
    if rule is None:
        return None
    _check(path, f"{key}.plafond", "règle inconnue", [rule], rules)
    most = rules[rule].parameters.get("maximum")
    if not isinstance(most, int):
        raise SetupError(str(path), f"{key}.plafond", f"la règle {rule} n’a pas de maximum", "Nommez-en une autre.")
    return most


def _withheld(values: Mapping[str, Any]) -> set[str]:
    return {f"{group}.{name}" for group in ("confidentiel", "cas", "en") for name in values[group]}


def _check(path: Path, key: str, problem: str, asked: Collection[str], known: Collection[str]) -> None:
    for name in sorted(set(asked) - set(known)):
        near = get_close_matches(name, known, 1)
        mend = f"Écrivez «\u00a0{near[0]}\u00a0»." if near else "Corrigez son nom."
        raise SetupError(str(path), key, f"{problem} «\u00a0{name}\u00a0»", mend)


def _sheet(entry: Mapping[str, Any]) -> ListSheet:
    asked = entry.get("si", [])
    columns = tuple(_column(column) for column in entry["colonnes"])
    guide = tuple(entry.get("mode_emploi", ()))
    return ListSheet(entry["titre"], frozenset([asked] if isinstance(asked, str) else asked), columns, guide)


def _column(entry: Mapping[str, Any]) -> Column:
    return Column(
        title=entry["titre"],
        width=float(entry["largeur"]),
        value=entry.get("valeur"),
        lines=tuple(entry.get("lignes", ())),
        cases=entry.get("cas"),
        fill=entry.get("a_remplir"),
        choices=tuple(entry.get("choix", ())),
        link=entry.get("lien"),
        optional=entry.get("facultatif", False),
    )
