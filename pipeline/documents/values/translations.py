"""``schemas/translations.yaml``: the English of the values of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.tables.fields import Fields
from pipeline.tables.yamls import check_shape, read_yaml


@dataclass(frozen=True, slots=True)
class Translations:
    """French value of a choice → English, by field."""

    by_field: Mapping[str, Mapping[str, str]]

    def english(self, key: str, value: str) -> str:
        """Return the English of ``value``, or ``value`` itself when none is given."""
        return self.by_field.get(key, {}).get(value, value)


def load_translations(schemas: Path, fields: Fields) -> Translations:
    """Load ``translations.yaml``; every allowed value of a choice must be translated.

    Raises SetupError naming the field when one is unknown or a value is missing.
    """
    path = schemas / "translations.yaml"
    data = read_yaml(path)
    shape: dict[str, Any] = dict.fromkeys(fields, {"type": "dict", "valuesrules": {"type": "string"}})
    for key, field in fields.items():
        if field.allowed and field.genre == "choix":
            entries = {value: {"type": "string", "required": True} for value in field.allowed}
            shape[key] = {"type": "dict", "required": True, "schema": entries}
    check_shape(data, shape, str(path))
    return Translations(data)
