"""Conditions and repetitions: each is closed, by its own end, in the place where it was opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from pipeline.documents.lint.faults import quoted
from pipeline.documents.lint.paper import Element, Paper, W
from pipeline.documents.lint.tags import ENDS, MIDDLE, OPENING, Tag, tags_of


def lint_pairs(tags: Sequence[Tag], paper: Paper, shipped: Paper | None) -> Iterator[tuple[Tag, str, str]]:
    """Yield the statements that are not closed, not opened, crossed, or not closed where they were opened."""
    stack: list[Tag] = []
    for tag in tags:
        if tag.kind != "%":
            continue
        if tag.word in OPENING:
            stack.append(tag)
        elif tag.word in MIDDLE:
            if not stack or stack[-1].word not in ("if", "for"):
                yield tag, f"{quoted(tag.text)} n’est précédée d’aucun « if »", "Retirez-la ou rétablissez le « if »."
            else:
                yield from _same_place(stack[-1], tag)
        elif tag.word in ENDS:
            if not stack:
                yield tag, f"{quoted(tag.text)} ne ferme rien", "Retirez-la, ou rétablissez la balise qu’elle fermait."
            elif stack[-1].word != ENDS[tag.word]:
                opening = stack.pop()
                mend = f"Écrivez {opening.text[:2]}{opening.scope} end{opening.word} %}}."
                yield tag, f"{quoted(tag.text)} ferme la balise {quoted(opening.text)}", mend
            else:
                yield from _same_place(stack.pop(), tag)
    for tag, hint in _unclosed(stack, paper, shipped):
        end = f"{{%{tag.scope} end{tag.word} %}}"
        yield tag, f"la balise {quoted(tag.text)} n’est fermée nulle part", f"Ajoutez {end} après le passage.{hint}"


def _unclosed(stack: Sequence[Tag], paper: Paper, shipped: Paper | None) -> Iterator[tuple[Tag, str]]:
    """Yield each tag that lacks its end, and what the ``shipped`` model tells of it.

    An end closes the last tag that is open: when one is lost, an outer tag seems to lack it. The shipped model tells
    which tag is new, or after which words an end has gone.
    """
    if shipped is None or not stack:
        yield from ((tag, "") for tag in stack)
        return
    part = stack[0].paragraph.part
    own, theirs = ([p for p in one.paragraphs if p.part == part] for one in (paper, shipped))
    matcher = SequenceMatcher(None, [p.text for p in theirs], [p.text for p in own], autojunk=False)
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    new = [tag for *_, j1, j2 in changes for p in own[j1:j2] for tag in tags_of(p) if tag.kind == "%"]
    ends = sum(tag.word in ENDS for tag in new)
    added = [tag for tag in new if tag.word in OPENING]
    if len(added) > ends and len(stack) == 1:
        yield added[-1], ""
        return
    hint = ""
    for _, i1, i2, *_ in changes:
        lost = [tag for p in theirs[i1:i2] for tag in tags_of(p) if tag.word in ENDS]
        before = next((p.shown for p in reversed(theirs[:i1]) if p.shown), "")
        if lost and before:
            hint = f" Dans le modèle fourni, {lost[0].text} suit {quoted(before, 40)}."
            break
    yield from ((tag, hint) for tag in stack)


def _same_place(first: Tag, last: Tag) -> Iterator[tuple[Tag, str, str]]:
    if first.scope != last.scope:
        mend = f"Écrivez {{%{first.scope} {last.code} %}}, comme la balise d’ouverture."
        yield last, f"{quoted(last.text)} ne va pas avec {quoted(first.text)}", mend
    elif _holder(first) is not _holder(last):
        where = {"p": "la même cellule ou la même suite de paragraphes", "tr": "le même tableau", "tc": "la même ligne"}
        mend = f"Mettez les deux balises dans {where.get(first.scope, 'la même cellule')}."
        yield last, f"{quoted(last.text)} et {quoted(first.text)} ne sont pas au même endroit", mend


def _holder(tag: Tag) -> Element:
    """Return the element inside which a statement of that scope has to be closed again."""
    element = tag.paragraph.element
    if tag.scope in ("tr", "tc"):
        element = next(element.iterancestors(f"{W}{tag.scope}"), element)
    return element.getparent()
