"""What stands inside one tag: is it understood, and which names does it ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes

from pipeline.documents.jinja import word_environment
from pipeline.documents.lint.names import Known, nearest
from pipeline.documents.tag_language import beyond

_ENVIRONMENT = word_environment()
_CURLY = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
"""What docxtpl itself straightens inside tags: no fault."""
_FRENCH = {"et": "and", "ou": "or", "non": "not", "dans": "in", "vrai": "true", "faux": "false"}
_UNKNOWN = "Voyez les noms dans docs/placeholders.md (conventions templates list)."


@dataclass(frozen=True, slots=True)
class Reading:
    """One tag, read: the names that it asks for, split by what is done with them."""

    printed: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    """Names after « for … in »."""
    tested: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    """Names that it creates: the variable of a loop or of « set »."""
    problem: str = ""
    mend: str = ""


@lru_cache(maxsize=4096)
def read_expression(code: str) -> Reading:
    """Read ``{{ code }}``."""
    if not code.strip():
        return Reading(problem="la balise est vide", mend="Écrivez un nom entre les accolades, ou retirez-les.")
    return _read(f"{{{{{code}}}}}", code, printed=True)


@lru_cache(maxsize=4096)
def read_statement(code: str) -> Reading:
    """Read the statement ``{% code %}``: if, elif, for or set (the others ask for nothing)."""
    word = (code.split() or [""])[0]
    whole = {
        "if": f"{{% {code} %}}{{% endif %}}",
        "elif": f"{{% if 1 %}}{{% {code} %}}{{% endif %}}",
        "for": f"{{% {code} %}}{{% endfor %}}",
        "set": f"{{% {code} %}}",
    }.get(word)
    return _read(whole, code, printed=False) if whole else Reading()


def _read(source: str, code: str, *, printed: bool) -> Reading:
    try:
        tree = _ENVIRONMENT.parse(source.translate(_CURLY))
    except TemplateSyntaxError:
        return Reading(problem="la balise n’est pas comprise", mend=_mend(code))
    for one in tree.find_all(nodes.Test):
        if one.name not in _ENVIRONMENT.tests:
            return Reading(problem=f"« {one.name} » n’est pas connu dans une balise", mend="Retirez-le.")
    if problem := beyond(tree):
        return Reading(problem=problem, mend="Retirez-le.")
    bound = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    loops = [name for loop in tree.find_all(nodes.For) for name in _dotted(loop.iter)]
    asked = [name for name in _dotted(tree) if name not in loops]
    return Reading(
        printed=tuple(asked) if printed else (),
        repeated=tuple(loops),
        tested=() if printed else tuple(asked),
        bound=tuple(sorted(bound)),
    )


def _dotted(tree: nodes.Node) -> Iterator[str]:
    """Yield the dotted names that ``tree`` reads, the longest of each chain."""
    found = [name for node in _with_self(tree) if (name := dotted_name(node))]
    for name in dict.fromkeys(found):
        if not any(other.startswith(f"{name}.") for other in found):
            yield name


def _with_self(tree: nodes.Node) -> Iterator[nodes.Node]:
    kinds = (nodes.Getattr, nodes.Getitem, nodes.Name)
    if isinstance(tree, kinds):
        yield tree
    yield from tree.find_all(kinds)


def dotted_name(node: nodes.Node) -> str | None:
    """Return ``stage.sujet`` for the node that reads it, or None for anything else."""
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        inner = dotted_name(node.node)
        return f"{inner}.{node.attr}" if inner else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        inner = dotted_name(node.node)
        return f"{inner}.{node.arg.value}" if inner else None
    return None


def _mend(code: str) -> str:
    """Return what to type instead, for the slips that people make in Word."""
    if "«" in code or "»" in code:
        return 'Écrivez des guillemets droits : "…" (dans Word, Ctrl+Z juste après la frappe les redresse).'
    words = code.split()
    for french, english in _FRENCH.items():
        if french in words[1:]:
            return f"Écrivez « {english} » à la place de « {french} »."
    if re.search(r"(?<![=!<>])=(?!=)", code) and words[:1] != ["set"]:
        return "Pour comparer, écrivez deux signes égal : ==."
    spaced = re.fullmatch(r"\s*(?:if\s+)?([\w.]+(?:[ \u00a0]+[\w.]+)+)\s*", code)
    if spaced:
        joined = re.sub("[ \u00a0]+", "_", spaced[1])
        return f"Un nom n’a pas d’espace : écrivez « {joined} »."
    if any(sign in code for sign in "–—"):
        return "Retirez le tiret long que Word a mis dans la balise."
    return "Retapez la balise comme les autres du modèle, par exemple {{ etudiant.nom }} ou {%p if cas.mineur %}."


def name_fault(name: str, use: str, known: Known) -> tuple[str, str] | None:
    """Return (what is wrong, what to type) with ``name``, or None; ``use`` is printed, repeated or tested."""
    if name not in known.all:
        near = nearest(name, known.all)
        return f"le nom « {name} » n’existe pas", f"Écrivez « {near} »." if near else _UNKNOWN
    if name in known.groups:
        example = min(other for other in known.all if other.startswith(f"{name}."))
        return f"« {name} » est un groupe de noms", f"Écrivez un nom du groupe, par exemple « {example} »."
    if use == "printed" and name in known.lists:
        return f"« {name} » est une liste", f"Répétez-la : {{%p for ligne in {name} %}} … {{%p endfor %}}."
    if use == "printed" and name in known.flags:
        return f"« {name} » est une condition", f"Employez-la ainsi : {{%p if {name} %}} … {{%p endif %}}."
    if use == "repeated" and name not in known.lists:
        return f"« {name} » n’est pas une liste", f"Écrivez sa valeur : {{{{ {name} }}}}."
    return None
