"""Strict YAML: repeated keys stop the run, ``no`` stays text, every file is checked by a Cerberus schema."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import cerberus
import yaml

from pipeline.errors import SetupError


class _StrictLoader(yaml.CSafeLoader):
    """The fast SafeLoader, of libyaml, that refuses repeated keys and reads only true/false as booleans, only decimal integers."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"clé répétée « {key} »", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def _plain_resolvers() -> dict[str, list[tuple[str, Any]]]:
    kept: dict[str, list[tuple[str, Any]]] = {}
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items():
        dropped = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int"}
        kept[first] = [(tag, pattern) for tag, pattern in resolvers if tag not in dropped]
    return kept


_StrictLoader.yaml_implicit_resolvers = _plain_resolvers()
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that ``path`` holds.

    Raises SetupError (status 2) when the file is missing, is not YAML, repeats a key or is no mapping.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 (derives from SafeLoader)
    except OSError as error:
        raise SetupError(str(path), "", "fichier illisible", f"Rétablissez-le ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SetupError(str(path), "", f"YAML incorrect : {error}", "Corrigez la ligne indiquée.") from error
    if not isinstance(data, dict):
        raise SetupError(str(path), "", "un dictionnaire est attendu", "Écrivez des lignes « clé: valeur ».")
    return data


def check_shape(data: Mapping[str, Any], shape: Mapping[str, Any], file: str) -> None:
    """Check ``data`` against a Cerberus schema; unknown keys are refused.

    Raises SetupError naming the file and the first faulty key.
    """
    validator = cerberus.Validator(dict(shape), allow_unknown=False)
    if not validator.validate(dict(data), normalize=False):
        key, problem = _first_error(validator.errors)
        raise SetupError(file, key, problem, "Corrigez cette entrée du fichier.")


def check_entries(data: Mapping[str, Any], shape: Mapping[str, Any], file: str) -> None:
    """Check that every entry of ``data`` has ``shape``, one Cerberus rule set; faster than a schema that repeats it.

    Raises SetupError naming the file and the first faulty key.
    """
    entries = {"entries": {"type": "dict", "keysrules": {"type": "string"}, "valuesrules": shape}}
    validator = cerberus.Validator(entries)
    if not validator.validate({"entries": dict(data)}, normalize=False):
        key, problem = _first_error(validator.errors)
        raise SetupError(file, key.removeprefix("entries."), problem, "Corrigez cette entrée du fichier.")


_PROBLEMS = {
    "unknown field": "clé inconnue",
    "required field": "clé obligatoire absente",
    "null value not allowed": "valeur vide",
    "empty values not allowed": "valeur vide",
}


def _first_error(errors: Mapping[Any, Any], prefix: str = "") -> tuple[str, str]:
    key = next(iter(errors))
    found = errors[key]
    path = f"{prefix}.{key}" if prefix else str(key)
    while isinstance(found, list):
        found = found[0]
    if isinstance(found, Mapping):
        return _first_error(found, path)
    text = str(found)
    return path, _PROBLEMS.get(text, f"valeur incorrecte ({text})")
