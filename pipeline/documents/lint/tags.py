"""The tags of a template, each by itself: its braces, its first word, its place and the names inside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.documents.lint.expressions import Reading, name_fault, read_expression, read_statement
from pipeline.documents.lint.faults import quoted
from pipeline.documents.lint.names import Known
from pipeline.documents.lint.paper import Paragraph, W
from pipeline.tables.words import fold

_TAG = re.compile(r"\{\{(?:(?!\{\{|\{%|\}\}).)*\}\}|\{%(?:(?!\{\{|\{%|%\}).)*%\}|\{#.*?#\}", re.DOTALL)
_SCOPES = frozenset({"p", "tr", "tc", "r"})
ENDS = {"endif": "if", "endfor": "for", "endwith": "with", "endfilter": "filter", "endmacro": "macro"}
_ALONE = frozenset(
    {"set", "colspan", "cellbg", "vm", "hm", "do", "include", "import", "from", "raw", "endraw", "endset"}
)
OPENING = frozenset(ENDS.values())
MIDDLE = frozenset({"else", "elif"})
_WORDS = sorted(OPENING | MIDDLE | set(ENDS) | {"set"})
_FRENCH = {
    "si": "if", "sinon": "else", "pour": "for", "fin": "endif", "finsi": "endif", "finpour": "endfor", "elseif": "elif",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag in its paragraph: ``{%p if cas.mineur %}`` has kind %, scope p, word if, code « if cas.mineur »."""

    paragraph: Paragraph
    start: int
    end: int
    kind: str
    scope: str
    word: str
    code: str
    text: str


def tags_of(paragraph: Paragraph) -> list[Tag]:
    """Return the whole tags of ``paragraph``, comments left out."""
    return [_tag(paragraph, match) for match in _TAG.finditer(paragraph.text) if match[0][1] != "#"]


def _tag(paragraph: Paragraph, match: re.Match[str]) -> Tag:
    text = match[0]
    inner = text[2:-2]
    scoped = re.match(r"(tr|tc|p|r)\s", inner)
    scope = scoped[1] if scoped else ""
    code = " ".join(inner[len(scope) :].strip().strip("-+").split())
    word = (code.split() or [""])[0]
    return Tag(paragraph, match.start(), match.end(), text[1], scope, word, code, text)


def reading_of(tag: Tag) -> Reading:
    return read_expression(tag.code) if tag.kind == "{" else read_statement(tag.code)


def lint_inside(tag: Tag, known: Known, bound: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the faults of what stands between the braces."""
    reading = reading_of(tag)
    if reading.problem:
        yield f"{reading.problem} : {quoted(tag.text)}", reading.mend
        return
    uses = (("printed", reading.printed), ("repeated", reading.repeated), ("tested", reading.tested))
    for use, names in uses:
        for name in names:
            if name.partition(".")[0] not in bound:
                fault = name_fault(name, use, known)
                if fault:
                    yield fault


# ── braces ────────────────────────────────────────────────────────────────────────────────────────


def lint_braces(paragraph: Paragraph, known: Known) -> Iterator[tuple[str, str]]:
    """Yield what the braces outside whole tags tell: a tag that lacks one of them is printed as it stands."""
    text = paragraph.text
    rest = _TAG.sub(lambda match: " " * len(match[0]), text)
    if "{" not in rest and "}" not in rest:
        return
    apart = re.search(r"\{[ \u00a0\u202f]+[{%]|[}%][ \u00a0\u202f]+\}", rest)
    if apart:
        yield f"deux signes d’une balise sont séparés par une espace : {quoted(rest[apart.start() :])}", "Collez-les."
        return
    opened = re.search(r"\{[{%]", rest)
    closed = re.search(r"[}%]\}", rest)
    if opened:
        end = "}}" if opened[0] == "{{" else "%}"
        yield (
            f"la balise n’est pas fermée : {quoted(rest[opened.start() :], 40)}",
            f"Terminez-la par {end} dans le même paragraphe.",
        )
    elif closed:
        begin = "{{" if closed[0] == "}}" else "{%"
        yield (
            f"la balise n’est pas ouverte : {quoted(rest[: closed.end()][-40:])}",
            f"Commencez-la par {begin} dans le même paragraphe.",
        )
    else:
        single = re.search(r"\{\s*([\w.]+)\s*\}?|([\w.]+)\s*\}", rest)
        name = (single[1] or single[2]) if single else ""
        if name in known.all:
            yield f"« {name} » n’est pas entre deux accolades", f"Écrivez {{{{ {name} }}}}."


# ── statements ────────────────────────────────────────────────────────────────────────────────────


def lint_statement(tag: Tag) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the first word of ``{% … %}``."""
    if tag.kind != "%" or tag.word in OPENING | MIDDLE | _ALONE or tag.word in ENDS:
        return
    if tag.word in _SCOPES and not tag.scope:
        rest = tag.code.partition(" ")[2]
        yield f"« {tag.word} » est séparé de {{%", f"Écrivez {{%{tag.word} {rest} %}}."
        return
    flat = fold(tag.word)
    near = _FRENCH.get(flat) or next(iter(get_close_matches(flat, _WORDS, 1)), None)
    glued = re.match(r"(tr|tc|p)(if|elif|else|endif|for|endfor)\b", flat)
    if glued:
        near = f"{glued[1]} {glued[2]}"
    mend = f"Écrivez « {near} »." if near else "Les mots permis : if, elif, else, endif, for, endfor."
    yield f"« {tag.word} » n’est pas un mot des balises", mend


def lint_scope(tag: Tag) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with where ``{%p``, ``{%tr`` or ``{%tc`` stands: what shares its place would be lost."""
    if tag.scope not in ("p", "tr", "tc"):
        return
    if tag.scope == "p":
        whole = tag.paragraph.text
    else:
        holder = next(tag.paragraph.element.iterancestors(f"{W}{tag.scope}"), None)
        if holder is None:
            yield f"{quoted(tag.text)} n’est pas dans un tableau", f"Écrivez {{%p {tag.code} %}}."
            return
        whole = "".join(node.text or "" for node in holder.iter(f"{W}t"))
    beside = whole.replace(tag.text, "", 1).strip()
    if beside:
        own, other = {"p": ("son paragraphe", "un autre paragraphe"), "tr": ("sa ligne", "une autre ligne")}.get(
            tag.scope, ("sa cellule", "une autre cellule")
        )
        lost = "le texte qui l’accompagne serait perdu"
        yield f"{quoted(tag.text)} n’est pas seule dans {own}", f"Mettez {quoted(beside, 40)} dans {other} : {lost}."
