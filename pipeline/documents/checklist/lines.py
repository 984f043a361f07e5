"""The lines of one student's page: those that apply, with what has come and until when it is valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.check.facts import Facts
from pipeline.documents.checklist.pieces import BLOCKS, Block, Checklist, Piece, Text
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


def lines(facts: Facts, checklist: Checklist, slots: Mapping[str, Text]) -> Iterator[Line]:
    """Give the lines that apply to one dossier, in the order of the page, their slots written."""
    for piece in checklist.pieces:
        line = _line(piece, facts, slots)
        if line is not None:
            yield line


def _line(piece: Piece, facts: Facts, slots: Mapping[str, Text]) -> Line | None:
    country = facts.country
    status = piece.statuses.get(country.zone if country else "FR_METRO_DROM_COM") or piece.statuses.get("")
    if status in (None, "", "sans objet") or not piece.concerns(country.code if country else ""):
        return None
    holds = CONDITIONS[piece.condition](facts) if piece.condition else True
    if holds is False:
        return None
    label, block = piece.label, BLOCKS.get(status or "", "C")
    if holds is None:
        block = "C"
        if piece.when:
            label = Text(f"{label.fr}, {piece.when.fr}", f"{label.en}, {piece.when.en}")
    supplied, settled = _supplied(piece, facts)
    return Line(
        code=piece.code,
        block=block,
        label=label.filled(slots),
        reason=piece.reason.filled(slots),
        issuer=piece.issuer.filled(slots),
        to_check=piece.to_check.filled(slots),
        supplied=supplied,
        settled=settled,
        strong=status == "fortement recommandé",
    )


def _supplied(piece: Piece, facts: Facts) -> tuple[Text | None, bool]:
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
