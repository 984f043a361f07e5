"""The check of the templates before every run: each name exists, each compulsory mention is carried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pipeline.documents.word import WordTemplate
from pipeline.errors import SetupError

MENTIONS = 15
"""The compulsory mentions of article D124-4 of the Code de l’éducation."""


def known_names(values: Mapping[str, Any], prefix: str = "") -> frozenset[str]:
    """Return every dotted name that ``values`` holds, groups included."""
    names: set[str] = set()
    for name, value in values.items():
        path = f"{prefix}{name}"
        names.add(path)
        if isinstance(value, Mapping):
            names |= known_names(value, f"{path}.")
    return frozenset(names)


def check_names(template: WordTemplate, known: frozenset[str]) -> None:
    """Raise SetupError when ``template`` asks for a name that does not exist, with the nearest one."""
    for name in sorted(template.names - known):
        near = get_close_matches(name, known, 1)
        mend = f"Écrivez « {near[0]} »." if near else "Voyez les noms dans docs/modeles.md."
        raise SetupError(str(template.path), name, "ce nom n’existe pas", mend)


def check_mentions(template: WordTemplate) -> None:
    """Raise SetupError when an agreement lacks one of the fifteen mentions (bookmarks ``mention_01`` …)."""
    carried = {bookmark[:10] for bookmark in template.bookmarks}
    missing = [n for n in range(1, MENTIONS + 1) if f"mention_{n:02d}" not in carried]
    if missing:
        raise SetupError(
            str(template.path),
            f"mention_{missing[0]:02d}",
            f"la mention {missing[0]} de l’article D124-4 n’est plus portée par le modèle",
            "Rétablissez le passage et son signet.",
        )


def check_templates(templates: Iterable[WordTemplate], agreements: Iterable[str], known: frozenset[str]) -> None:
    """Check every template; ``agreements`` are the file names of those that must carry the mentions."""
    named = frozenset(agreements)
    for template in templates:
        check_names(template, known)
        if template.path.name in named:
            check_mentions(template)
