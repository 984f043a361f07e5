"""The French texts that the program raises, found in its code: what docs/operations.md has to explain."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_RAISED = {"SetupError": 2, "DiskError": 2, "Fault": 0, "_fault": 2, "_fail": 1}
"""Call → which argument says what is wrong."""


@dataclass(frozen=True)
class Raised:
    """One place that raises."""

    module: str
    """Path from the root."""
    line: int
    parts: tuple[str, ...]
    """What is wrong, cut where a value stands in it; () when it is put together elsewhere."""


def nodes(root: Path) -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of the code under ``root``/pipeline, with its module's path from the root."""
    for path in sorted((root / "pipeline").rglob("*.py")):
        module = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield module, node


@cache
def raised(root: Path) -> tuple[Raised, ...]:
    """Return every place under ``root``/pipeline that says what is wrong."""
    calls = ((module, node) for module, node in _telling(root) if isinstance(node, ast.Call))
    found = ((module, call, _RAISED[_name(call.func)]) for module, call in calls)
    return tuple(
        Raised(module, call.lineno, parts_of(call.args[position]))
        for module, call, position in found
        if len(call.args) > position
    )


@cache
def texts(root: Path) -> str:
    """Return every text of the program, spaces made plain, values left out."""
    return "\n".join(" ".join(part.split()) for _, node in _telling(root) for part in parts_of(node))


@cache
def _telling(root: Path) -> tuple[tuple[str, ast.AST], ...]:
    """Return the texts of the code and the calls that say what is wrong; the rest of a hundred thousand nodes is let go."""
    return tuple((module, node) for module, node in nodes(root) if parts_of(node) or _says(node))


def _says(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in _RAISED


def parts_of(node: ast.AST) -> tuple[str, ...]:
    """Return the fixed parts of a text, in order."""
    if isinstance(node, ast.Constant):
        return (node.value,) if isinstance(node.value, str) else ()
    if isinstance(node, ast.JoinedStr):
        return tuple(part for value in node.values for part in parts_of(value))
    return ()


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
