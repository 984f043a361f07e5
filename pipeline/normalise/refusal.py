"""Why a reader does not read a cell: a value, because wrong data is never an exception."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """The cause in French and in English, each a clause that stands between brackets in a message."""

    cause: str
    cause_en: str


UNKNOWN = Refusal("écriture non reconnue", "writing not recognised")
NOT_TEXT = Refusal("la cellule contient une valeur d’une autre nature", "the cell holds another kind of value")
