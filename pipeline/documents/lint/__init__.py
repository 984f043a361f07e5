"""The check of the Word templates before every run, in the words of somebody who edits them in Word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.documents.lint.columns import lint_columns
from pipeline.documents.lint.faults import Fault, FaultyTemplatesError, Level
from pipeline.documents.lint.leftovers import lint_leftovers, lint_tracking
from pipeline.documents.lint.mentions import MENTIONS, lint_mentions
from pipeline.documents.lint.names import Known, known_names, nearest
from pipeline.documents.lint.outside import lint_outside
from pipeline.documents.lint.pairs import lint_pairs
from pipeline.documents.lint.paper import Paper
from pipeline.documents.lint.runs import lint_runs
from pipeline.documents.lint.tags import lint_braces, lint_inside, lint_scope, lint_statement, reading_of, tags_of

__all__ = [
    "MENTIONS", "Fault", "FaultyTemplatesError", "Known", "Level", "Paper", "known_names", "lint_advice", "lint_errors",
    "nearest",
]  # fmt: skip


def lint_errors(paper: Paper, known: Known, *, agreement: bool, shipped: Path | None = None) -> Iterator[Fault]:
    """Yield everything that would spoil the documents made from ``paper``.

    An ``agreement`` has to carry the fifteen mentions; ``shipped`` is the model that the project gives under that
    name, from which the place of a lost mention is told.
    """
    original = Paper(shipped) if shipped is not None and shipped != paper.path else None
    yield from _lint_tags(paper, known, original)
    yield from lint_tracking(paper)
    yield from lint_outside(paper.path.name, paper.reaches)
    if agreement:
        yield from lint_mentions(paper, original)


def lint_advice(paper: Paper, *, shipped: Path | None = None) -> Iterator[Fault]:
    """Yield what could be better in ``paper`` and spoils nothing."""
    yield from lint_columns(paper)
    own = shipped is not None and shipped != paper.path
    yield from lint_leftovers(paper, Paper(shipped) if own and shipped is not None else None)


def _lint_tags(paper: Paper, known: Known, shipped: Paper | None) -> Iterator[Fault]:
    """Yield what is wrong with the tags of ``paper``, part by part."""
    for part in paper.roots:
        marked = [(p, tags_of(p)) for p in paper.paragraphs if p.part == part and ("{" in p.text or "}" in p.text)]
        tags = [tag for _, found in marked for tag in found]
        bound = {name for tag in tags for name in reading_of(tag).bound} | {"loop"}
        for paragraph, found in marked:
            faults = list(lint_braces(paragraph, known))
            for tag in found:
                faults += [*lint_statement(tag), *lint_scope(tag), *lint_runs(tag), *lint_inside(tag, known, bound)]
            yield from (Fault(paper.path.name, paragraph.place, *fault) for fault in faults)
        for tag, problem, mend in lint_pairs(tags, paper, shipped):
            yield Fault(paper.path.name, tag.paragraph.place, problem, mend)
