"""``schemas/rules.yaml``: severity, gate, parameters and wording of every rule that the code applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from pipeline.check.acting import ACTORS, BY_FIELD
from pipeline.errors import SetupError
from pipeline.model import Gate, Motif, Severity
from pipeline.tables.fields import Fields
from pipeline.tables.yamls import check_entries, read_yaml


@dataclass(frozen=True, slots=True)
class Wording:
    """A finding's texts, with named slots."""

    message: str
    fix: str
    message_en: str
    fix_en: str
    to_host: str = ""
    """What the host reads of it; "" unless it must act."""
    to_host_en: str = ""

    @property
    def slots(self) -> frozenset[str]:
        """The names of the slots that the texts ask for."""
        texts = (self.message, self.fix, self.message_en, self.fix_en, self.to_host, self.to_host_en)
        return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)


@dataclass(frozen=True, slots=True)
class Variant:
    """How a rule speaks under one condition."""

    severity: Severity
    motif: Motif | None
    jalon: Gate
    wording: Wording
    acts: str
    """An Actor, or BY_FIELD."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as rules.yaml describes it."""

    id: str
    title: str
    """What it is about, in a few French words."""
    title_en: str
    scope: Literal["fiche", "lot"]
    internal: bool
    """For the office only: it names or counts other people, or the student can do nothing about it."""
    awaits: bool
    """A document or an answer that is awaited settles it, never a decision."""
    fields: tuple[str, ...]
    silenced_by: tuple[str, ...]
    parameters: Mapping[str, Any]
    normal: Variant
    variants: Mapping[str, Variant]
    source: str
    guide: str
    legal_basis: str
    silent_once_issued: bool = False
    """It speaks of a request: once the agreement has been sent or signed, it says nothing more."""

    def variant(self, name: str | None) -> Variant:
        """Return the variant ``name``, or the normal one for None."""
        return self.normal if name is None else self.variants[name]


class Catalogue(Mapping[str, Rule]):
    """Rules by id, in the order of the file."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._ranks = {rule_id: rank for rank, rule_id in enumerate(rules)}
        self.titles: Mapping[str, str] = {rule.id: rule.title for rule in rules.values()}
        """What each rule is about, in a few French words, by its id."""
        self.titles_en: Mapping[str, str] = {rule.id: rule.title_en for rule in rules.values()}

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def rank(self, rule_id: str) -> int:
        """Return the place of a rule in the file."""
        return self._ranks[rule_id]


_TEXTS = ("message", "remede", "message_en", "remede_en")
_HOST_TEXTS = ("organisme", "organisme_en")
_TEXT = {"type": "string", "empty": False}
_ACTS = {"allowed": [*ACTORS, BY_FIELD]}
_MOTIF = {"allowed": ["refus", "réorientation", "correction"]}
_GATE = {"allowed": ["édition", "signature"]}
_SEVERITY = {"allowed": ["bloquant", "à vérifier", "information"], "required": True}
_ENTRY: dict[str, Any] = (
    {
        "titre": {**_TEXT, "required": True},
        "titre_en": {**_TEXT, "required": True},
        "gravite": _SEVERITY,
        "motif": _MOTIF,
        "jalon": {**_GATE, "required": True},
        "agit": {**_ACTS, "required": True},
        "portee": {"allowed": ["fiche", "lot"], "required": True},
        "interne": {"type": "boolean"},
        "attend": {"type": "boolean"},
        "champs": {"type": "list", "schema": {"type": "string"}},
        "tait_par": {"type": "list", "schema": {"type": "string"}},
        "parametres": {"type": "dict"},
        "variantes": {
            "type": "dict",
            "valuesrules": {
                "type": "dict",
                "schema": {"gravite": _SEVERITY, "motif": _MOTIF, "jalon": _GATE, "agit": _ACTS}
                | dict.fromkeys((*_TEXTS, *_HOST_TEXTS), _TEXT),
            },
        },
        "emise": {"allowed": ["silence"]},
        "source": {"type": "string", "required": True},
        "guide": _TEXT,
        "droit": _TEXT,
    }
    | dict.fromkeys(_TEXTS, {**_TEXT, "required": True})
    | dict.fromkeys(_HOST_TEXTS, _TEXT)
)


def load_catalogue(schemas: Path, fields: Fields, applied: Iterable[str]) -> Catalogue:
    """Load ``rules.yaml``; ``applied`` are the ids that the code applies, which must all be described there.

    Raises SetupError (status 2) on an unknown field, rule, key or value, a blocking entry without its motif, an
    entry that no code applies or code that no entry describes.
    """
    path = schemas / "rules.yaml"
    data = read_yaml(path)
    check_entries(data, {"type": "dict", "schema": _ENTRY}, str(path))
    known = set(applied)
    for rule_id in sorted(known - set(data)):
        raise SetupError(str(path), rule_id, "règle appliquée mais non décrite", "Rétablissez son entrée.")
    for rule_id, entry in data.items():
        if rule_id not in known:
            raise SetupError(str(path), rule_id, "aucun code n’applique cette règle", "Retirez l’entrée.")
        _check_references(path, rule_id, entry, data, fields)
    return Catalogue({rule_id: _rule(path, rule_id, entry) for rule_id, entry in data.items()})


def _check_references(
    path: Path, rule_id: str, entry: Mapping[str, Any], data: Mapping[str, Any], fields: Fields
) -> None:
    for key in entry.get("champs", ()):
        if key not in fields:
            raise SetupError(str(path), f"{rule_id}.champs", f"champ inconnu « {key} »", "Corrigez son nom.")
    for other in entry.get("tait_par", ()):
        if other not in data:
            raise SetupError(str(path), f"{rule_id}.tait_par", f"règle inconnue « {other} »", "Corrigez l’id.")


def _rule(path: Path, rule_id: str, entry: Mapping[str, Any]) -> Rule:
    normal = _variant(path, rule_id, entry, entry)
    return Rule(
        id=rule_id,
        title=entry["titre"],
        title_en=entry["titre_en"],
        scope=entry["portee"],
        internal=entry.get("interne", False),
        awaits=entry.get("attend", False),
        fields=tuple(entry.get("champs", ())),
        silenced_by=tuple(entry.get("tait_par", ())),
        parameters=_decimals(entry.get("parametres", {})),
        normal=normal,
        variants={
            name: _variant(path, f"{rule_id}.variantes.{name}", variant, entry)
            for name, variant in entry.get("variantes", {}).items()
        },
        source=entry["source"],
        guide=entry.get("guide", ""),
        legal_basis=entry.get("droit", ""),
        silent_once_issued=entry.get("emise") == "silence",
    )


def _variant(path: Path, key: str, variant: Mapping[str, Any], entry: Mapping[str, Any]) -> Variant:
    motif = variant.get("motif")
    if (variant["gravite"] == "bloquant") != (motif is not None):
        raise SetupError(str(path), key, "« motif » va avec « bloquant », et seulement avec lui", "Corrigez l’entrée.")
    words = [variant.get(text, entry.get(text, "")) for text in (*_TEXTS, *_HOST_TEXTS)]
    for text in words:
        try:
            list(Formatter().parse(text))
        except ValueError as error:
            raise SetupError(str(path), key, f"accolade mal fermée dans « {text} »", "Écrivez {nom}.") from error
    jalon = variant.get("jalon", entry["jalon"])
    acts = variant.get("agit", entry["agit"])
    asked = acts in ("organisme", BY_FIELD) and variant["gravite"] != "information" and not entry.get("interne")
    if asked and not all(words[len(_TEXTS) :]):
        problem = "l’organisme doit agir, et rien ne dit ce qu’il lit"
        raise SetupError(str(path), key, problem, "Ajoutez « organisme » et « organisme_en ».")
    return Variant(variant["gravite"], motif, jalon, Wording(*words), acts)


def _decimals(value: Any) -> Any:
    """Turn the numbers with a point into Decimal, exactly as they are written."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {key: _decimals(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_decimals(item) for item in value)
    return value
