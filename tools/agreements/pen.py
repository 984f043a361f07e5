"""Words in the languages of a document: French alone, or French and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.agreements.paper import Marks, differs, paragraph, run, text, when
from tools.agreements.words import Words


@dataclass(slots=True)
class Pen:
    """Writes the labels of one document in French (``facing`` False) or in French and English (``facing`` True)."""

    labels: Mapping[str, Words]
    facing: bool
    marks: Marks = field(default_factory=Marks)

    def label(self, key: str) -> str:
        """Return the runs of a label: French, and in the facing documents English after a slash."""
        words = self.labels[key]
        if self.facing and words.en and words.en != words.fr:
            return run(words.fr + " / ") + run(words.en, "Anglais")
        return run(words.fr)

    def sides(self, style: str, words: Words, *, mentions: Sequence[int] = ()) -> str:
        """Return French paragraph then English paragraph (facing documents) of ``words``, stacked."""
        french = paragraph(style, self.marks.wrap(run(words.fr), mentions))
        if not self.facing or not words.en or words.en == words.fr:
            return french
        return french + when(differs(words), text(in_english(style), words.en))


def in_english(style: str) -> str:
    """Return the name of the style that gives the English beside the French of ``style``."""
    return {
        "Puce": "Puceanglaise",
        "Pucesolidaire": "Pucesolidaireanglaise",
        "Sous-titre": "Sous-titreanglais",
        "Valeur": "Valeuranglaise",
        "Cellule": "Celluleanglaise",
        "Note": "Noteanglaise",
    }.get(style, f"{style}anglais")
