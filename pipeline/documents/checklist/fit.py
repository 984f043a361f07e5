"""The size of the text with which a page holds on one A4 sheet, from the letters that it sets.

Lengths are CSS pixels. wkhtmltopdf prints one as 0.576 point: 14 are 8 points on paper, and the sheet inside the
margins of :mod:`pipeline.documents.pages` is 933 wide and 1 388 high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from pipeline.documents.checklist.lines import Line
from pipeline.documents.checklist.page import ChecklistPage
from pipeline.documents.checklist.pieces import Block, Text

SIZES = (18, 17, 16, 15, 14)
"""From the largest to the smallest that is read without effort."""
_TWO_SHEETS = (16, 15, 14)
"""Sizes of what cannot hold on one sheet: what is to be gathered on the first, the rest on the second."""
_WIDTH, _HEIGHT = 933, 1388
_LETTER = 0.45
"""Width of a letter of Carlito, by the size of the text, in a narrow column: short lines end with more room left."""
_FLOW = 1.06
"""How much more a line of a wide column holds."""
_EXCESS = 1.1
"""By how much the height of a full sheet may be overrated."""
_FIRST: tuple[Block, ...] = ("A", "C", "B")
_COLUMNS = (0.25, 0.27, 0.20, 0.25)
"""Document, reason, issuer and what to check on the French page, as the template sets them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a page is set."""

    px: int
    """Size of the text."""
    sheets: int
    """One, or two when even the smallest size does not do."""

    @property
    def leading(self) -> float:
        """Height of a line by the size of the text: a full page is set closer."""
        return _leading(self.px)

    @property
    def gap(self) -> int:
        """Room above and below the text of a row."""
        return _gap(self.px)


def setting(page: ChecklistPage, english: bool) -> Setting:
    """Return the largest setting with which ``page`` holds on one sheet, else one for two sheets."""
    for px in SIZES:
        tolerance = _EXCESS if px == SIZES[-1] else 1
        if _first(page, english, px) + _second(page, english, px) <= _HEIGHT * tolerance:
            return Setting(px, 1)
    fitting = (px for px in _TWO_SHEETS if _first(page, english, px) <= _HEIGHT)
    return Setting(next(fitting, _TWO_SHEETS[-1]), 2)


def _leading(px: int) -> float:
    return 1.12 if px == SIZES[-1] else 1.18


def _gap(px: int) -> int:
    return 1 if px == SIZES[-1] else 2


def _first(page: ChecklistPage, english: bool, px: int) -> float:
    """Return the height from the head to what is recommended: all that is to be gathered."""
    line = px * _leading(px)
    opening = _lines(page.opening, english, _WIDTH - 24, px) * line + 8
    return _head(page, english, px) + opening + line + 2 + sum(_block(page, b, english, px) for b in _FIRST)


def _second(page: ChecklistPage, english: bool, px: int) -> float:
    """Return the height of the rest: what is prepared, signatures, dates, notes and address."""
    line = px * _leading(px)
    notes = sum(_lines(note, english, _WIDTH, px) for note in page.notes)
    notes += _wrapped(len(page.contact) + len(page.university) + 50, _WIDTH, px)
    signatures = 3 * px + 12 + _title(px)
    return _block(page, "D", english, px) + signatures + _bottom(page, english, px) + notes * line + 9


def _block(page: ChecklistPage, block: Block, english: bool, px: int) -> float:
    lines = page.of(block)
    rows = sum(_row(line, english, px) * px * _leading(px) + 2 * _gap(px) + 2 for line in lines)
    return rows + _title(px) if lines else 0


def _title(px: int) -> float:
    return (px + 2) * _leading(px) + 4 * _gap(px) + 1


def _row(line: Line, english: bool, px: int) -> int:
    """Return the lines of text that one row of the list takes."""
    if line.settled:
        return _most(line.label, english, _WIDTH * 0.47 if english else _WIDTH, px, 22)
    got = [line.supplied] if line.supplied else []
    if english:
        texts = [line.label, *got, line.reason, line.issuer, line.to_check]
        width = (_WIDTH * 0.485 - 10) * _FLOW
        return max(_wrapped(sum(map(len, side)) + 25, width, px) for side in _sides(texts))
    cells = ["".join(t.fr for t in (line.label, *got)), line.reason.fr, line.issuer.fr, line.to_check.fr]
    return max(_wrapped(len(t), w * _WIDTH - 10, px) for t, w in zip(cells, _COLUMNS, strict=True))


def _sides(texts: Sequence[Text]) -> tuple[list[str], list[str]]:
    return [text.fr for text in texts], [text.en for text in texts]


def _head(page: ChecklistPage, english: bool, px: int) -> float:
    where = _most(page.where, english, _WIDTH * 0.42, px) * (2 if english else 1)
    return max(84, (where + (3 if english else 2)) * px * _leading(px))


def _bottom(page: ChecklistPage, english: bool, px: int) -> float:
    items = [line.label for line in page.of("E")]
    dates = [*page.remember, page.copies]
    if english:
        heads, lines = 2, sum(_most(text, True, _WIDTH / 2 - 28, px) for text in (*items, *dates))
    else:
        heads = 1
        lines = max(
            sum(_most(text, False, _WIDTH * 0.64 - 28, px) for text in items),
            sum(_most(text, False, _WIDTH * 0.36 - 28, px) for text in dates),
        )
    return heads * ((px + 1) * _leading(px) + 2 * _gap(px)) + lines * px * _leading(px)


def _most(text: Text, english: bool, width: float, px: int, more: int = 0) -> int:
    """Return the lines that ``text`` takes beside its English, ``more`` letters added."""
    return max(_wrapped(len(side) + more, width, px) for side in ((text.fr, text.en) if english else (text.fr,)))


def _lines(text: Text, english: bool, width: float, px: int) -> int:
    """Return the lines that ``text`` takes, followed by its English."""
    return _wrapped(len(text.fr) + (len(text.en) if english else 0), width, px)


def _wrapped(letters: int, width: float, px: int) -> int:
    return max(1, ceil(letters * px * _LETTER / width))
