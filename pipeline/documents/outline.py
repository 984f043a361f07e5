"""Where the headings of an HTML page stand in the PDF that wkhtmltopdf made of it: the bookmarks it cannot write.

Its Qt writes each run of text between BT and ET, glyph by glyph, and gives each font a table from glyphs to letters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from lxml import html as markup

_RUN = re.compile(rb"/(F\d+) \S+ Tf[^\n]*\n\S+ (\S+) Td")
_GLYPH = re.compile(rb"<([0-9A-F]{4})> Tj")
_RANGE = re.compile(rb"<([0-9A-F]{4})> <[0-9A-F]{4}> \[([^\]]*)\]")
_LETTER = re.compile(rb"<([0-9A-F]{4,})>")
_HEAD = re.compile(rb"\n0\.75\d* 0 0 -0\.75\d* \S+ (\S+) cm")
_FRAME = re.compile(rb"\n(0\.\d+) 0 0 \1 \S+ (\S+) cm\n/CSp cs \S+ \S+ \S+ scn\n/GSa gs\nBT")
_ABOVE = 16
"""Points left above the foot of a heading, so that all of it is seen."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One heading: its text, 1 for the title of the page and 2 or 3 below it, and where it is."""

    text: str
    level: int
    page: int
    """From 0."""
    top: float
    """In points from the foot of the sheet."""


@dataclass(frozen=True, slots=True)
class _Page:
    """The letters of one sheet without spaces, and the place of each run: (first letter, height on the sheet)."""

    letters: str
    runs: Sequence[tuple[int, float]]


def bookmarks(pdf: pikepdf.Pdf, source: markup.HtmlElement) -> list[Bookmark]:
    """Return the headings of the page ``source`` that were found in ``pdf``, in order; others are left out."""
    pages = [_read(page) for page in pdf.pages]
    found: list[Bookmark] = []
    number, start = 0, 0
    for heading in source.iter("h1", "h2"):
        text = _text(heading)
        place = _find("".join(text.split()), pages, number, start)
        if place is not None:
            number, start, top = place
            found.append(Bookmark(text, int(str(heading.tag)[1]), number, top))
    return found


def _text(heading: markup.HtmlElement) -> str:
    """Return the heading without its translation."""
    parts = [heading.text or ""]
    for child in heading:
        parts += ["" if child.get("lang") else child.text_content(), child.tail or ""]
    return " ".join("".join(parts).split())


def _find(wanted: str, pages: Sequence[_Page], number: int, start: int) -> tuple[int, int, float] | None:
    """Return (page, letter after the heading, top) of the first run after ``start`` that begins with ``wanted``."""
    for index in range(number, len(pages)):
        for first, top in pages[index].runs:
            if (index > number or first >= start) and wanted and pages[index].letters.startswith(wanted, first):
                return index, first + len(wanted), top
    return None


def _read(page: pikepdf.Page) -> _Page:
    content = page.obj.Contents.read_bytes()
    tables = {name[1:].encode(): _table(font) for name, font in fonts(page)}
    letters, runs, length = [], [], 0
    origin, scale, shift = _frame(content)
    for part in content.split(b"\nBT\n")[1:]:
        run = _RUN.match(part)
        if run is None:
            continue
        glyphs = _GLYPH.findall(part, run.end(), part.find(b"\nET"))
        text = "".join(map(tables[run[1]].__getitem__, glyphs))
        runs.append((length, min(origin, origin + 0.75 * (scale * float(run[2]) - shift) + _ABOVE)))
        letters.append(text)
        length += len(text)
    return _Page("".join(letters), runs)


def fonts(page: pikepdf.Page) -> Iterator[tuple[str, pikepdf.Object]]:
    """Give the fonts of a sheet by their names there."""
    resources = page.obj.get("/Resources")
    found = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    if isinstance(found, pikepdf.Dictionary):
        yield from found.items()


def _frame(content: bytes) -> tuple[float, float, float]:
    """Return the head of the text in points, the scale of a CSS pixel, and how far this sheet is down the page."""
    head, page = _HEAD.search(content), _FRAME.search(content)
    if head is None or page is None:
        return 0.0, 0.768, 0.0
    return float(head[1]), float(page[1]), float(page[2])


def _table(font: Any) -> defaultdict[bytes, str]:
    """Return the letter of each glyph of ``font``, by its number in hexadecimal; spaces and unknown ones are empty."""
    found: defaultdict[bytes, str] = defaultdict(str)
    if "/ToUnicode" not in font:
        return found
    for start, letters in _RANGE.findall(font.ToUnicode.read_bytes()):
        for offset, letter in enumerate(_LETTER.findall(letters)):
            text = bytes.fromhex(letter.decode()).decode("utf-16-be", "replace")
            found[b"%04X" % (int(start, 16) + offset)] = "".join(text.split())
    return found
