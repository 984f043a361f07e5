"""The French texts that the program raises, found in its code: what docs/operations.md has to explain."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
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


def raised(root: Path) -> Iterator[Raised]:
    """Yield every place under ``root``/pipeline that says what is wrong."""
    for path in sorted((root / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                position = _RAISED.get(_name(node.func))
                if position is not None and len(node.args) > position:
                    module = path.relative_to(root).as_posix()
                    yield Raised(module, node.lineno, parts_of(node.args[position]))


def texts(root: Path) -> str:
    """Return every text of the program, spaces made plain, values left out."""
    found = []
    for path in sorted((root / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found += [" ".join(part.split()) for part in parts_of(node)]
    return "\n".join(found)


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
