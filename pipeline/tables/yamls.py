"""Strict YAML: repeated keys stop the run, ``no`` stays text, every file is checked by a Cerberus schema."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import SetupError
from pipeline.soundness import NOTHING, Memory

_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))


class _StrictLoader(yaml.CSafeLoader):
    """The fast SafeLoader, of libyaml, that refuses repeated keys and reads only true/false as booleans, only decimal integers."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._aliases = 0
        self._with_aliases: set[yaml.Node] = set()

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of ``node``: of texts, lists and mappings, which are all but all, at once and whole.

        The library makes them in two passes, so that a list may hold itself; here one that does is refused.
        """
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return node.value
        if node in self.constructed_objects:  # an alias of what an anchor named
            if node in self._with_aliases:  # ten lines of aliases of aliases would make a thousand million entries
                raise yaml.constructor.ConstructorError(None, None, "un alias en nomme un autre", node.start_mark)
            self._aliases += 1
            return self.constructed_objects[node]
        if node.tag == _LIST and isinstance(node, yaml.SequenceNode):
            make: Callable[[Any], Any] = self._list
        elif node.tag == _MAPPING and isinstance(node, yaml.MappingNode):
            make = self.construct_mapping
        else:
            return super().construct_object(node, deep)
        if node in self.recursive_objects:
            raise yaml.constructor.ConstructorError(None, None, "une entrée se contient elle-même", node.start_mark)
        self.recursive_objects[node] = None
        before = self._aliases
        made = self.constructed_objects[node] = make(node)
        if self._aliases > before:
            self._with_aliases.add(node)
        del self.recursive_objects[node]
        return made

    def _list(self, node: yaml.SequenceNode) -> list[Any]:
        return [self.construct_object(item, deep=True) for item in node.value]

    def construct_mapping(self, node: yaml.Node, deep: bool = True) -> dict[Hashable, Any]:  # noqa: ARG002 (the library's own signature)
        """Return the entries of ``node``, also for the library, which makes sets of them."""
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "des lignes « clé: valeur » attendues", node.start_mark)
        made: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "clé qui n’est pas un mot", key_node.start_mark)
            if key in made:
                raise yaml.constructor.ConstructorError(None, None, f"clé répétée « {key} »", key_node.start_mark)
            made[key] = self.construct_object(value_node, deep=True)
        return made


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
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise SetupError(str(path), "", f"YAML incorrect : {error}", "Corrigez la ligne indiquée.") from error
    if not isinstance(data, dict):
        raise SetupError(str(path), "", "un dictionnaire est attendu", "Écrivez des lignes « clé: valeur ».")
    return data


_CHECKED_BEFORE: ContextVar[Memory] = ContextVar("checked_before", default=NOTHING)


@contextlib.contextmanager
def checked_before(memory: Memory) -> Iterator[None]:
    """Spare, for as long as the block lasts, the checks of data that ``memory`` knows to have the same shape.

    Its basis has to hold the code; the data and the shape are in the key itself, so that nothing else can be taken for them.
    """
    token = _CHECKED_BEFORE.set(memory)
    try:
        yield
    finally:
        _CHECKED_BEFORE.reset(token)


def check_shape(data: Mapping[str, Any], shape: Mapping[str, Any], file: str) -> None:
    """Check ``data`` against a Cerberus schema; unknown keys are refused.

    Raises SetupError naming the file and the first faulty key.
    """
    if error := _error(dict(data), shape):
        key, problem = error
        raise SetupError(file, key, problem, "Corrigez cette entrée du fichier.")


def check_entries(data: Mapping[str, Any], shape: Mapping[str, Any], file: str) -> None:
    """Check that every entry of ``data`` has ``shape``, one Cerberus rule set; faster than a schema that repeats it.

    Raises SetupError naming the file and the first faulty key.
    """
    entries = {"entries": {"type": "dict", "keysrules": {"type": "string"}, "valuesrules": shape}}
    if error := _error({"entries": dict(data)}, entries):
        key, problem = error
        raise SetupError(file, key.removeprefix("entries."), problem, "Corrigez cette entrée du fichier.")


def _error(data: Mapping[str, Any], shape: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first faulty key and what is wrong with it; None when the shape is right, which is remembered."""
    memory = _CHECKED_BEFORE.get()
    key = memory.key(repr(shape).encode(), repr(data).encode()) if memory.file else ""
    if key in memory.known:
        return None
    import cerberus  # here: what was found sound before, and who reads files of the inbox, need none

    validator = cerberus.Validator(shape, allow_unknown=False)
    if not validator.validate(data, normalize=False):
        return _first_error(validator.errors)
    memory.keep([key])
    return None


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
