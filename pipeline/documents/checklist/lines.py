"""The lines of one student's page: those that apply, with what has come and until when it is valid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.check.facts import Facts
from pipeline.documents.checklist.pieces import BLOCKS, Block, Checklist, Piece, Slots, Text
from pipeline.documents.conditions import CONDITIONS
from pipeline.language import long_date, short_date


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one student's page."""

    code: str
    block: Block
    label: Text
    reason: Text
    issuer: Text
    to_check: Text
    supplied: Text | None
    """« reçu », and until when; None when it has not come yet."""
    settled: bool
    """It has come and holds to the last day: nothing more is to be done."""
    strong: bool
    """Strongly recommended."""


@dataclass(frozen=True, slots=True)
class Applying:
    """One kind of line that applies to a dossier."""

    piece: Piece
    status: str
    sure: bool
    """False: its condition is something that the form does not tell."""

    @property
    def block(self) -> Block:
        return BLOCKS.get(self.status, "C") if self.sure else "C"

    @property
    def label(self) -> Text:
        """Its label, with when it is due where that is not sure; its slots are to be written."""
        label, when = self.piece.label, self.piece.when
        if self.sure or when is None:
            return label
        return Text(f"{label.fr}, {when.fr}", f"{label.en}, {when.en}")


def applying(facts: Facts, checklist: Checklist) -> Iterator[Applying]:
    """Give the kinds of lines that apply to one dossier, in the order of the page."""
    country = facts.country
    zone, code = (country.zone, country.code) if country else ("FR_METRO_DROM_COM", "")
    for piece in checklist.pieces:
        status = piece.statuses.get(zone) or piece.statuses.get("")
        if status in (None, "", "sans objet") or not piece.concerns(code):
            continue
        holds = CONDITIONS[piece.condition](facts) if piece.condition else True
        if holds is not False:
            yield Applying(piece, status or "", holds is not None)


def lines(facts: Facts, checklist: Checklist, slots: Slots) -> Iterator[Line]:
    """Give the lines that apply to one dossier, in the order of the page, their slots written."""
    for kind in applying(facts, checklist):
        piece = kind.piece
        received, settled = supplied(piece, facts)
        yield Line(
            code=piece.code,
            block=kind.block,
            label=kind.label.filled(slots),
            reason=piece.reason.filled(slots),
            issuer=piece.issuer.filled(slots),
            to_check=piece.to_check.filled(slots),
            supplied=received,
            settled=settled,
            strong=kind.status == "fortement recommandé",
        )


def supplied(piece: Piece, facts: Facts) -> tuple[Text | None, bool]:
    """Say that the document has come and until when it is valid, and tell whether that is enough."""
    value = facts[piece.supplied_by] if piece.supplied_by else None
    if value is None or value is False:
        return None, False
    until: date | None = facts[piece.until] if piece.until else None
    if until is None:
        return Text("reçu", "received"), True
    text, english = short_date(until), long_date(until, "en")
    if facts.end is not None and until < facts.end:
        return Text(f"reçu ; à renouveler avant le {text}", f"received; to be renewed before {english}"), False
    return Text(f"reçu, valable jusqu’au {text}", f"received, valid until {english}"), True
