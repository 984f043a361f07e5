"""The Cerberus schema as judge: required, length, type and allowed values of what normalise has read.

Cerberus takes True and NaN for numbers, a datetime for a date and "" for a string: the types here are strict, and
it never normalises. What it refuses besides a missing or a too long value is a bug of normalise, not a fault of
the form.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import cerberus

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit
from pipeline.model import Schedule, Value
from pipeline.tables.fields import Field, Fields

SCHEMA_RULES = ("LIG-05", "LIG-06", "LIG-09", "LIG-10", "DAT-09")
"""The rules that the schema applies."""
_LENGTH_OF_ANOTHER_RULE = frozenset({"stage.activites", "stage.competences", "organisme.siret"})
_LISTED_WITHOUT_COLUMN = frozenset({"DOC-01", "DOC-02", "CPM-01", "DUR-05", "PED-01", "ACT-11"})
"""Owners of an empty field that leave it to LIG-06 when the source has no column for it."""
_VARIANTS: Mapping[str | None, str | None] = {
    "bloquant": None,
    "à vérifier": "a_verifier",
    "information": "information",
}


_MOST_KNOWN = 50_000
"""Kinds of values that are remembered at most."""


class _Validator(cerberus.Validator):  # type: ignore[misc]
    """Cerberus with the types of :data:`pipeline.model.Value`, strictly."""

    types_mapping = {  # noqa: RUF012 (Cerberus's own way)
        **cerberus.Validator.types_mapping,
        "string": cerberus.TypeDefinition("string", (str,), ()),
        "decimal": cerberus.TypeDefinition("decimal", (Decimal,), ()),
        "integer": cerberus.TypeDefinition("integer", (int,), (bool,)),
        "boolean": cerberus.TypeDefinition("boolean", (bool,), ()),
        "date": cerberus.TypeDefinition("date", (date,), (datetime,)),
        "datetime": cerberus.TypeDefinition("datetime", (datetime,), ()),
        "periods": cerberus.TypeDefinition("periods", (tuple,), ()),
        "schedule": cerberus.TypeDefinition("schedule", (Schedule,), ()),
        "countries": cerberus.TypeDefinition("countries", (tuple,), ()),
    }


CONDITIONS: Mapping[str, Callable[[Facts], bool]] = {
    "toujours": lambda _: True,
    "etudiant_en_france": lambda f: f["etudiant.pays"] in (None, "FR") and not f.unreadable("etudiant.pays"),
    "hors_cesure": lambda f: not f.gap_year,
    "nom_sans_prenom": lambda _: True,
    "organisme_en_france": lambda f: f.host_country is not None and not f.host_country.abroad,
    "sans_repartition": lambda f: not f.filled("stage.repartition"),
    # Under sixteen it is the birth date that is doubtful, and IDE-05 says so.
    "etudiant_mineur": lambda f: f.age_at_start is not None and 16 <= f.age_at_start < 18,
}
"""When a field is required: the names of ``meta.exige``."""


class FormSchema:
    """The schema of a form, built once; an instance stays in its process (a validator cannot be pickled)."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        # « meta » describes a field for people; without it Cerberus has a third less to do.
        rules = {
            key: {name: rule for name, rule in entry.items() if name != "meta"} for key, entry in fields.schema.items()
        }
        self._validator = _Validator(rules, allow_unknown=False)
        self._listed = frozenset(field.key for field in fields.values() if field.allowed)
        self._required = sorted(self.refused({}))
        self._known: dict[tuple[str, type, object], str | None] = {}
        self._conditional = [f for f in fields.values() if f.needed and f.needed != "toujours"]
        self._owned = [f for f in fields.values() if f.needed == "toujours" and f.empty_rule in _LISTED_WITHOUT_COLUMN]

    def judge(self, facts: Facts) -> list[tuple[str, Hit]]:
        """Return (rule id, hit) for formulas in error, missing, unreadable and too long values.

        Raises ValueError when a value is not of its field's type: a bug of normalise.
        """
        errors = self.errors(facts.deposit.values)
        missing = [key for key, kind in errors.items() if kind == "required" and not facts.filled(key)]
        missing += [f.key for f in self._conditional if not facts.filled(f.key) and CONDITIONS[f.needed or ""](facts)]
        missing += [f.key for f in self._owned if not facts.asked(f.key) and not facts.filled(f.key)]
        found = [*_missing(missing, facts, self._fields), *_unreadable(facts, self._fields)]
        for key, kind in errors.items():
            if kind == "maxlength" and key not in _LENGTH_OF_ANOTHER_RULE:
                found.append(("LIG-10", Hit((key,), {"n": len(facts[key]), "max": self._fields[key].max_length})))
        return found

    def errors(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Return the same as :meth:`refused`, by what it has said before; in the order of the keys."""
        kinds = dict.fromkeys((key for key in self._required if key not in values), "required")
        for key, value in values.items():
            kind = self._kind(key, value)
            if kind is not None:
                kinds[key] = kind
        return dict(sorted(kinds.items())) if kinds else kinds

    def _kind(self, key: str, value: Value) -> str | None:
        """Return what Cerberus says of one value, asked once for all the values that are alike to it.

        Alike are values of one type and length: the schema knows no other rule (``pipeline.tables.fields``) but a
        list of allowed values, where each is asked about.
        """
        told: object = value if key in self._listed else len(value) if isinstance(value, str | tuple) else None
        alike = key, type(value), told
        try:
            return self._known[alike]
        except KeyError:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            return self._known.setdefault(alike, self.refused({key: value}, update=True).get(key))

    def refused(self, values: Mapping[str, Value], *, update: bool = False) -> dict[str, str]:
        """Return what Cerberus says of ``values``: field → "required" or "maxlength"; with ``update`` none is required.

        Raises ValueError when a value is not of its field's type: a bug of normalise.
        """
        if self._validator.validate(values, normalize=False, update=update):
            return {}
        kinds: dict[str, str] = {}
        for error in self._validator._errors:
            key, kind = error.document_path[0], error.rule
            if kind not in ("required", "maxlength"):
                raise ValueError(f"normalise gave {key} a value that the schema refuses ({kind})")
            kinds[key] = kind
        return kinds


def _missing(keys: Iterable[str], facts: Facts, fields: Fields) -> list[tuple[str, Hit]]:
    """Return one hit for each empty cell, and one for all the fields that the source does not ask."""
    empty = frozenset(keys)
    if not empty:
        return []
    listed = [key for key in fields if key in empty]
    found = [("LIG-06", Hit((key,))) for key in listed if facts.asked(key)]
    without = [key for key in listed if not facts.asked(key) and not _full_name_covers(key, facts)]
    if without:
        found.append(
            ("LIG-06", Hit(tuple(without), {"champs": _labels(fields[key] for key in without)}, "sans_colonne"))
        )
    return found


def _full_name_covers(key: str, facts: Facts) -> bool:
    """Tell whether ``key`` is a given name that its person's full name already holds."""
    return facts.tables.fields[key].needed == "nom_sans_prenom" and not facts.filled(key.replace(".prenom", ".nom"))


def _labels(fields: Iterable[Field]) -> Bilingual:
    listed = list(fields)
    return Bilingual(" ; ".join(f.label for f in listed), "; ".join(f.label_en for f in listed))


def _unreadable(facts: Facts, fields: Fields) -> list[tuple[str, Hit]]:
    """Return one hit for each cell that cannot be read, also when several fields are read from it."""
    found: dict[object, tuple[str, Hit]] = {}
    for key, (rule_id, hit) in _unreadable_fields(facts, fields):
        cell = (rule_id, facts.deposit.form.addresses(key) or key)
        fields_of_cell = (*found[cell][1].fields, *hit.fields) if cell in found else hit.fields
        found[cell] = (rule_id, dataclasses.replace(found[cell][1] if cell in found else hit, fields=fields_of_cell))
    return list(found.values())


def _unreadable_fields(facts: Facts, fields: Fields) -> Iterator[tuple[str, tuple[str, Hit]]]:
    for key, why in facts.deposit.unreadable.items():
        field = fields[key]
        if facts.broken(key):
            # As serious as any other value there that cannot be read: an amount, a date, a number of hours.
            required = field.unreadable_severity == "bloquant" or (field.needed and CONDITIONS[field.needed](facts))
            variant = "obligatoire" if required else None
            yield key, ("LIG-05", Hit((key,), {}, variant))
            continue
        rule_id = field.unreadable_rule or "LIG-09"
        if rule_id not in SCHEMA_RULES:
            continue
        slots: dict[str, Any] = {
            "attendu": Bilingual(why.expected, why.expected_en),
            "exemple": why.example,
            "cause": Bilingual(why.cause, why.cause_en),
        }
        yield key, (rule_id, Hit((key,), slots, _VARIANTS[field.unreadable_severity or "à vérifier"]))
