"""How people and systems write the values of choices: ``choice_synonyms.csv``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.tables.csvs import read_csv
from pipeline.tables.fields import Fields
from pipeline.tables.words import fold


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Folded writing → value, for each field; ``symbols`` holds what folding would erase (✓, €, $)."""

    by_field: Mapping[str, Mapping[str, str]]
    yes: frozenset[str]
    no: frozenset[str]
    empty: frozenset[str]

    def choice(self, field: str, text: str) -> str | None:
        """Return the value of ``field`` that ``text`` stands for, or None."""
        return self.by_field.get(field, {}).get(_mark(text))

    def yes_no(self, text: str) -> bool | None:
        """Return True, False, or None when ``text`` is neither."""
        mark = _mark(text)
        return True if mark in self.yes else False if mark in self.no else None

    def is_empty(self, text: str) -> bool:
        """Tell whether ``text`` says that there is nothing: « n/a », « sans objet », « - »."""
        return not text.strip() or _mark(text) in self.empty


def _mark(text: str) -> str:
    """Fold ``text``; what has no letter or digit keeps its symbols."""
    return fold(text) or text.strip().casefold()


def load_synonyms(schemas: Path, fields: Fields) -> Synonyms:
    """Load ``reference/choice_synonyms.csv``; each value must be one that its field allows.

    Raises SetupError when a field or value is unknown or one writing stands for two values.
    """
    path = schemas / "reference" / "choice_synonyms.csv"
    by_field: dict[str, dict[str, str]] = {
        key: {_mark(value): value for value in field.allowed} for key, field in fields.items() if field.allowed
    }
    words: dict[str, set[str]] = {"oui": set(), "non": set(), "vide": set()}
    for row in read_csv(path, ("field", "value", "synonyms")):
        key, value = row["field"], row["value"]
        writings = {_mark(w) for w in row["synonyms"].split("|")} | ({_mark(value)} if value else set())
        if key in ("oui/non", "vide"):
            words[value or "vide"] |= writings
            continue
        if key not in fields:
            raise SetupError(str(path), key, "champ inconnu", "Corrigez la colonne « field ».")
        if fields[key].allowed and value not in fields[key].allowed:
            raise SetupError(str(path), f"{key} = {value}", "valeur inconnue du schéma", "Corrigez « value ».")
        for other in _alike(fields, key):
            known = by_field.setdefault(other, {})
            for writing in writings:
                if known.setdefault(writing, value) != value:
                    raise SetupError(str(path), key, f"« {writing} » désigne deux valeurs", "Gardez-en une.")
    return Synonyms(by_field, frozenset(words["oui"]), frozenset(words["non"]), frozenset(words["vide"]))


def _alike(fields: Fields, key: str) -> list[str]:
    """Return ``key`` and the fields that ask the same of other people: the titles of student, supervisor, signatory."""
    name, allowed = key.rpartition(".")[2], fields[key].allowed
    return [
        key,
        *(k for k, f in fields.items() if k != key and k.rpartition(".")[2] == name and f.allowed == allowed != ()),
    ]
