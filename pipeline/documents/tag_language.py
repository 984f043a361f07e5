"""How much of Jinja a Word template may use: names, conditions, repetitions and a few filters, nothing that computes.

The sandbox keeps a template from what is not its own; this keeps it from what never ends and from what fills the
memory. The time and the size of a document are then bounded by the lengths of the template and of the lists it repeats.
"""

from __future__ import annotations

from jinja2 import nodes

_STATEMENTS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign,
)  # fmt: skip
_EXPRESSIONS = (
    nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand,
    nodes.CondExpr, nodes.Concat, nodes.Add, nodes.Tuple, nodes.List, nodes.Filter, nodes.Test, nodes.Keyword,
)  # fmt: skip
_FILTERS = frozenset({
    "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int", "join", "last", "length", "list",
    "lower", "replace", "safe", "string", "title", "trim", "upper",
})  # fmt: skip
_GROWING = (nodes.Concat, nodes.Add, nodes.Tuple, nodes.List, nodes.Filter)
"""What could make of a name twice its text: ``set x = x ~ x``, thirty times."""
_DEEPEST_LOOP = 3
_DEEPEST_FILTER = 3


def beyond(tree: nodes.Node) -> str | None:
    """Return in French what ``tree`` asks beyond the language of templates; None when it asks for nothing more."""
    return _beyond(tree, 0, 0)


def _beyond(node: nodes.Node, loops: int, filters: int) -> str | None:
    if not isinstance(node, _STATEMENTS + _EXPRESSIONS):
        return "un calcul, un appel ou une instruction qui n’a pas sa place dans un modèle"
    if isinstance(node, nodes.Filter):
        filters += 1
        if node.name not in _FILTERS:
            return f"« {node.name} » n’est pas connu dans une balise"
        if filters > _DEEPEST_FILTER:
            return f"plus de {_DEEPEST_FILTER} filtres l’un après l’autre"
    if isinstance(node, nodes.For):
        loops += 1
        if node.recursive or loops > _DEEPEST_LOOP:
            return f"plus de {_DEEPEST_LOOP} répétitions l’une dans l’autre"
        if not isinstance(node.iter, nodes.Name | nodes.Getattr | nodes.Getitem):
            return "une répétition sur autre chose qu’une liste du dossier"
    if isinstance(node, nodes.Assign) and _within(node.node):
        return "un texte composé dans « set »"
    found = (_beyond(child, loops, filters) for child in node.iter_child_nodes())
    return next((problem for problem in found if problem), None)


def _within(node: nodes.Node) -> list[nodes.Node]:
    return [node] if isinstance(node, _GROWING) else list(node.find_all(_GROWING))
