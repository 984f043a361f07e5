"""The amendment: its number, the version that it changes, and the reasons with their rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.documents.values.tree import Tree
from pipeline.documents.values.writer import Writer
from pipeline.language import Language


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an amendment says besides the values of the new version."""

    number: int
    signed_version: int
    """The version whose agreement was signed, or the one that the amendment before this one brought."""
    signed_day: date
    """Day on which that version was first judged: the date that its agreement bears."""
    reasons: Sequence[Tree]
    why: str = ""
    """What the manager typed."""
    early_end: date | None = None
    """The new last day when the internship ends before its date."""
    initiative: Mapping[Language, str] | None = None
    """Who ends it."""


_ARTICLE = "article "
"""What the number of an article begins with, in both languages."""
_NAMES = ("numero", "version_signee", "date_signee", "precedents", "raison", "fin_anticipee", "initiative", "articles")


def amendment(write: Writer, one: Amendment | None) -> Tree:
    """Return the group ``avenant``: every name stands, None where there is no amendment."""
    if one is None:
        return {**dict.fromkeys(_NAMES), "motifs": []}
    ending = write.either("", "_en")
    articles = [article for reason in one.reasons for article in reason[f"articles{ending}"]]
    return {
        "numero": str(one.number),
        "version_signee": str(one.signed_version),
        "date_signee": write.day(one.signed_day),
        "precedents": _earlier(write, one.number - 1),
        "raison": one.why or None,
        "fin_anticipee": write.day(one.early_end),
        "initiative": one.initiative[write.language] if one.initiative else None,
        "articles": cited(articles, write.language),
        "motifs": list(one.reasons),
    }


def cited(articles: Sequence[str], language: Language) -> str:
    """Write « tableau « Le stage », articles 3.1, 3.2 et 9.4 »: the numbers last, in their order, nothing twice."""
    numbers = {name.removeprefix(_ARTICLE) for name in articles if name.startswith(_ARTICLE)}
    ordered = sorted(numbers, key=lambda name: ([int(part) for part in re.findall(r"\d+", name)], name))
    parts = list(dict.fromkeys(name for name in articles if not name.startswith(_ARTICLE)))
    if len(ordered) == 1:
        parts.append(_ARTICLE + ordered[0])
    elif ordered:
        joint = "et" if language == "fr" else "and"
        parts.append(f"articles {', '.join(ordered[:-1])} {joint} {ordered[-1]}")
    return ", ".join(parts)


def _earlier(write: Writer, count: int) -> str | None:
    """Write « l’avenant n° 1 », « les avenants n° 1 à n° 3 »; None when this is the first one."""
    if count < 1:
        return None
    if count == 1:
        return write.either("l’avenant n°\u00a01", "amendment no.\u00a01")
    joint = write.either("et" if count == 2 else "à", "and" if count == 2 else "to")
    return write.either(
        f"les avenants n°\u00a01 {joint} n°\u00a0{count}", f"amendments no.\u00a01 {joint} no.\u00a0{count}"
    )
