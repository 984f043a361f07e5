"""What is wrong with a Word template, said for somebody who edits it in Word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.errors import SetupError

Level: TypeAlias = Literal["erreur", "conseil"]
"""An ``erreur`` would spoil a document and stops a run; a ``conseil`` is only told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one template: where it is, what is wrong, what to type instead."""

    template: str
    """Name of the file."""
    place: str
    """Where in the document, in words; empty when the whole file is meant."""
    problem: str
    mend: str
    level: Level = "erreur"

    @property
    def line(self) -> str:
        """The fault in one line, without the name of the file."""
        where = f"{self.place} : " if self.place else ""
        return f"{self.level} – {where}{self.problem}. {self.mend}"


class FaultyTemplatesError(SetupError):
    """Templates that would spoil the documents: every error of every template, one a line (status 2)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(first.template, first.place, first.problem, first.mend)
        count = "une erreur" if len(faults) == 1 else f"{len(faults)} erreurs"
        lines = "".join(f"\n  {fault.template} : {fault.line}" for fault in faults)
        self.args = (f"modèles Word : {count}, rien n’a été produit.{lines}",)


def quoted(text: str, length: int = 60) -> str:
    """Return ``text`` between French quotation marks, on one line, cut after ``length`` characters."""
    flat = " ".join(text.split())
    if len(flat) > length:
        flat = flat[: length - 1].rstrip() + "…"
    return f"« {flat} »"
