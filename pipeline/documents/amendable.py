"""``schemas/amendments.yaml``: what an amendment may change, under which heading, and what demands a new agreement."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipeline.documents.values.tree import Tree
from pipeline.errors import SetupError
from pipeline.language import Language
from pipeline.model import Model
from pipeline.tables.fields import Fields
from pipeline.tables.yamls import check_shape, read_yaml

Texts: TypeAlias = Mapping[Language, str]
"""One wording in French and in English."""
Lists: TypeAlias = Mapping[Language, Sequence[str]]
When: TypeAlias = Literal["toujours", "fin_anticipee", "hors_fin_anticipee"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the fields whose change counts, and the value that shows it."""

    fields: tuple[str, ...]
    value: str
    """Dotted name of the template value."""
    label: Texts
    minor: bool
    """Printed beside another row only; alone it needs no amendment."""
    hidden: bool
    """Never in clear when the internship is confidential."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One group of rows."""

    key: str
    when: When
    title: Texts
    articles: Lists
    """What it changes in the agreement."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Regime:
    """A clause of the agreement that another takes the place of when the case ``case`` changes."""

    case: str
    models: frozenset[Model]
    """None given: all."""
    label: Texts
    articles: Lists
    true: Texts
    false: Texts


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A change that no amendment can make: of some fields, or of a template value ("" when of fields)."""

    fields: tuple[str, ...]
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Amendments:
    """What an amendment may change, in the order in which it says it."""

    reasons: tuple[Reason, ...]
    regimes_title: Texts
    regimes: tuple[Regime, ...]
    initiatives: Mapping[str, Texts]
    """Who ended the internship."""
    forbidden: tuple[Forbidden, ...]
    pointless: frozenset[str]
    """Rules about a first request, which do not stop an amendment."""


_WORDS: dict[str, Any] = {"type": "string", "required": True, "empty": False}
_OPTIONAL: dict[str, Any] = {"type": "string", "empty": False}
_KEYS: dict[str, Any] = {"type": "list", "minlength": 1, "schema": {"type": "string"}}


def _both(*names: str) -> dict[str, Any]:
    return {f"{name}{ending}": _WORDS for name in names for ending in ("", "_en")}


_ARTICLES: dict[str, Any] = {name: {**_KEYS, "required": True} for name in ("articles", "articles_en")}
_ROW: dict[str, Any] = {
    "type": "dict",
    "schema": {
        "champs": {**_KEYS, "required": True},
        "valeur": _OPTIONAL,
        "libelle": {**_OPTIONAL, "dependencies": "libelle_en"},
        "libelle_en": {**_OPTIONAL, "dependencies": "libelle"},
        "accompagne": {"type": "boolean"},
        "masque": {"type": "boolean"},
    },
}
_REASON: dict[str, Any] = {
    **_both("titre"),
    **_ARTICLES,
    "quand": {"allowed": ["fin_anticipee", "hors_fin_anticipee"]},
    "lignes": {"type": "list", "required": True, "minlength": 1, "schema": _ROW},
}
_REGIME: dict[str, Any] = {
    **_both("libelle", "vrai", "faux"),
    **_ARTICLES,
    "cas": _WORDS,
    "modeles": {"type": "list", "schema": {"allowed": ["français", "francophone", "bilingue"]}},
}
_SHAPE: dict[str, Any] = {
    "motifs": {"type": "dict", "required": True, "valuesrules": {"type": "dict", "schema": _REASON}},
    "regimes": {
        "type": "dict",
        "required": True,
        "schema": {
            **_both("titre"),
            "lignes": {"type": "list", "required": True, "schema": {"type": "dict", "schema": _REGIME}},
        },
    },
    "initiatives": {
        "type": "dict",
        "required": True,
        "valuesrules": {"type": "dict", "schema": {"fr": _WORDS, "en": _WORDS}},
    },
    "nouvelle_convention": {
        "type": "list",
        "required": True,
        "schema": {"type": "dict", "schema": {"champs": _KEYS, "valeur": _OPTIONAL, "message": _WORDS}},
    },
    "sans_objet": {"type": "list", "required": True, "schema": {"type": "string"}},
}


def load_amendments(schemas: Path, fields: Fields, values: Tree, rules: Collection[str]) -> Amendments:
    """Load ``amendments.yaml``; ``values`` is a tree of all template values, ``rules`` the ids of the rules.

    Raises SetupError (status 2) naming the field, value, condition or rule that does not exist.
    """
    path = schemas / "amendments.yaml"
    data = read_yaml(path)
    check_shape(data, _SHAPE, str(path))
    loaded = Amendments(
        reasons=tuple(_reason(key, entry, fields, path) for key, entry in data["motifs"].items()),
        regimes_title=_texts(data["regimes"], "titre"),
        regimes=tuple(_regime(entry) for entry in data["regimes"]["lignes"]),
        initiatives=data["initiatives"],
        forbidden=tuple(
            Forbidden(tuple(entry.get("champs", ())), entry.get("valeur", ""), entry["message"])
            for entry in data["nouvelle_convention"]
        ),
        pointless=frozenset(data["sans_objet"]),
    )
    for name in _unknown(loaded, fields, values, rules):
        raise SetupError(str(path), name, "ce nom n’existe pas", "Corrigez-le (voyez docs/placeholders.md).")
    return loaded


def _unknown(loaded: Amendments, fields: Fields, values: Tree, rules: Collection[str]) -> Iterator[str]:
    """Yield every name that nothing answers to."""
    rows = [row for reason in loaded.reasons for row in reason.rows]
    yield from (key for row in rows for key in row.fields if key not in fields)
    yield from (key for one in loaded.forbidden for key in one.fields if key not in fields)
    for name in (*(row.value for row in rows), *(one.value for one in loaded.forbidden if one.value)):
        group, _, rest = name.partition(".")
        if rest not in values.get(group, {}):
            yield name
    yield from (regime.case for regime in loaded.regimes if regime.case not in values["cas"])
    yield from (rule for rule in sorted(loaded.pointless) if rule not in rules)


def _reason(key: str, entry: Mapping[str, Any], fields: Fields, path: Path) -> Reason:
    rows = tuple(_row(row, fields, path) for row in entry["lignes"])
    return Reason(key, entry.get("quand", "toujours"), _texts(entry, "titre"), _articles(entry), rows)


def _row(entry: Mapping[str, Any], fields: Fields, path: Path) -> Row:
    keys = tuple(entry["champs"])
    if len(keys) > 1 and not {"valeur", "libelle"} <= entry.keys():
        raise SetupError(
            str(path), keys[0], "une ligne de plusieurs champs a « valeur » et « libelle »", "Ajoutez-les."
        )
    label = _texts(entry, "libelle")
    if not label["fr"] and keys[0] in fields:
        label = {"fr": fields[keys[0]].label, "en": fields[keys[0]].label_en}
    return Row(keys, entry.get("valeur", keys[0]), label, entry.get("accompagne", False), entry.get("masque", False))


def _regime(entry: Mapping[str, Any]) -> Regime:
    models = frozenset(entry.get("modeles", ()))
    label, true, false = (_texts(entry, name) for name in ("libelle", "vrai", "faux"))
    return Regime(entry["cas"], models, label, _articles(entry), true, false)


def _articles(entry: Mapping[str, Any]) -> Lists:
    return {"fr": entry["articles"], "en": entry["articles_en"]}


def _texts(entry: Mapping[str, Any], name: str) -> Texts:
    return {"fr": entry.get(name, ""), "en": entry.get(f"{name}_en", "")}
