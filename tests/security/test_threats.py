"""docs/security.md and the tests tell of each other: no threat without its test, no test without its threat."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from pipeline.setup import ROOT

_HERE = Path(__file__).parent
_TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
_NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_the_page_names_is_there() -> None:
    named = _NAMED.findall(_TEXT)
    assert len(named) > 40
    for file, name in named:
        path = ROOT / "tests" / file if "/" in file else _HERE / file
        assert name in _tests(path), f"{file}::{name}"


def test_every_test_of_this_folder_stands_on_the_page() -> None:
    named = set(_NAMED.findall(_TEXT))
    own = {(path.name, name) for path in _HERE.glob("test_*.py") if path != Path(__file__) for name in _tests(path)}
    assert own - named == set()


def test_every_threat_has_its_test() -> None:
    """A row of the tables of threats has four cells, the last of which names a test."""
    rows = [
        line
        for line in _TEXT.split("## Threats and their tests")[1].split("## Walls")[0].splitlines()
        if line[:1] == "|"
    ]
    threats = [row for row in rows if not re.match(r"\| (threat|-)|\|-", row)]
    assert len(threats) > 25
    assert [row for row in threats if row.count(" | ") != 3 or not _NAMED.search(row.rpartition(" | ")[2])] == []
