"""What the program's own code never does: a shell, an evaluation, somebody else's pickle, an unsafe parser."""

from __future__ import annotations

import ast

import pytest

from pipeline.setup import ROOT
from tests.messages import nodes

_FORBIDDEN = frozenset({
    "eval", "exec", "compile", "os.system", "os.popen", "pickle.load", "pickle.loads", "marshal.loads", "shelve.open",
    "yaml.unsafe_load", "yaml.full_load", "subprocess.getoutput", "subprocess.getstatusoutput", "tempfile.mktemp",
    "etree.parse", "ElementTree.parse", "ElementTree.fromstring",
})  # fmt: skip
_KNOWN = {("pipeline/intake/server.py", "pickle.loads")}
"""What the coordinator sends to the process that it has started itself, over a line that nobody else has."""
_SQL = frozenset({"execute", "executemany", "executescript"})


@pytest.fixture(scope="module")
def calls() -> list[tuple[str, ast.Call]]:
    """Every call of the program, with the place where it stands."""
    found = ((module, node) for module, node in nodes(ROOT) if isinstance(node, ast.Call))
    return [(f"{module}:{call.lineno}", call) for module, call in found]


def test_nothing_is_evaluated_and_no_shell_is_asked(calls: list[tuple[str, ast.Call]]) -> None:
    found = {(place.partition(":")[0], ast.unparse(call.func)) for place, call in calls}
    assert {one for one in found if one[1] in _FORBIDDEN} == _KNOWN
    shells = [place for place, call in calls for word in call.keywords if word.arg == "shell"]
    assert shells == []


def test_no_statement_of_sql_is_made_of_values(calls: list[tuple[str, ast.Call]]) -> None:
    """What is put into a statement is a name or a number of marks of our own; values go beside it."""
    found = []
    for place, call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in _SQL and call.args:
            found += [place for part in ast.walk(call.args[0]) if _is_formatted(part)]
    assert found == []


def _is_formatted(part: ast.AST) -> bool:
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod):
        return True
    return isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "format"
