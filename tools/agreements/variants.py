"""The variants of the agreements: every paragraph, line or table printed under a condition, and who reaches it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2

from tools.agreements.parties import FRAMES, Frame
from tools.agreements.words import MODELS, Clause, annexes, clauses

Values = Mapping[str, Any]
"""What a template is given: pipeline.documents.values.template_values."""

AGREEMENT_ANNEXES = ("attestation", "etranger", "confidentielle", "calendrier")
"""The annexes that form part of the agreement."""

_ENV = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
_TAG = re.compile(r"\{%-?(?:p|tr|tc|r)?\s+(?:if|elif)\s+(.+?)\s*-?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Variant:
    """One text under a condition: where it stands, in which models, under which conditions it is looked at at all.

    It is reached when some dossier meets ``outer`` and ``si``, and some dossier meets ``outer`` and not ``si``.
    """

    where: str
    si: str
    models: tuple[str, ...]
    outer: str | None = None


def conditions(source: str) -> tuple[str, ...]:
    """Return the conditions of ``source`` (Jinja text, or the XML of a Word part) in order, each once."""
    return tuple(dict.fromkeys(" ".join(found.split()) for found in _TAG.findall(source)))


def variants() -> tuple[Variant, ...]:
    """Return every variant of the agreements, their tables and annexes: whole texts, then conditions within a text."""
    found = list(_of_clauses(clauses(), "article"))
    for name in AGREEMENT_ANNEXES:
        found += _of_clauses(annexes()[name], f"annexe {name}")
    found += _of_frames(FRAMES)
    return tuple(found)


def unreached(wanted: Sequence[Variant], dossiers: Iterable[tuple[str, Values]]) -> list[str]:
    """Return what no dossier (its model, its values) prints, and what none leaves out, in words."""
    given = list(dossiers)
    missing = []
    for variant in wanted:
        fitting = [v for model, v in given if model in variant.models and holds(variant.outer, v)]
        answers = {holds(variant.si, values) for values in fitting}
        if True not in answers:
            missing.append(f"{variant.where}: never printed ({variant.si})")
        if False not in answers:
            missing.append(f"{variant.where}: never left out ({variant.si})")
    return missing


def holds(condition: str | None, values: Values) -> bool:
    """Tell whether a dossier meets ``condition``; None is always met."""
    return condition is None or bool(_compiled(condition)(**values))


@cache
def _compiled(condition: str) -> Any:
    return _ENV.compile_expression(condition, undefined_to_none=False)


def _of_clauses(texts: Sequence[Clause], kind: str) -> Iterator[Variant]:
    for clause in texts:
        title = clause.titre.fr or ", ".join(clause.outline)
        where = f"{kind} {clause.article} {title}".replace("  ", " ").strip()
        if clause.si:
            yield Variant(where, clause.si, clause.modeles)
        for number, block in enumerate(clause.blocs, 1):
            models = tuple(m for m in MODELS if m in clause.modeles and m in block.modeles)
            if block.si:
                yield Variant(f"{where}, § {number}", block.si, models, clause.si)
            outer = _both(clause.si, block.si)
            # Inner conditions repeat in English under « en. ».
            for inner in conditions(block.words.fr):
                yield Variant(f"{where}, § {number}", inner, models, outer)


def _of_frames(frames: Sequence[Frame]) -> Iterator[Variant]:
    for frame in frames:
        if frame.si:
            yield Variant(f"table {frame.title}", frame.si, MODELS)
        for line in frame.lines:
            if line.si:
                yield Variant(f"table {frame.title}, {line.label}", line.si, MODELS, frame.si)


def _both(first: str | None, second: str | None) -> str | None:
    given = [f"({condition})" for condition in (first, second) if condition]
    return " and ".join(given) or None
