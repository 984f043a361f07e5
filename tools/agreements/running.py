"""What runs on every page: the header with logo, code and reference, the mark of a draft, the footer."""

from __future__ import annotations

from tools.agreements.package import PAGE_WIDTH
from tools.agreements.paper import cell, field, paragraph, picture, row, run, table, tag, text, watermark, when
from tools.agreements.pen import Pen

LOGO_NAME = "logo"
"""Name of the picture that the program replaces by the university’s own."""

CODE_NAME = "code"
"""Name of the picture that the program replaces by the code of the reference."""

_SIDE = 1200
"""Width of the column that holds the code: 2.1 cm."""


def running_parts(pen: Pen) -> tuple[str, str, str]:
    """Return the header of the first page, the header of the others and the footer."""
    left = 1300
    first = _band(
        (left, PAGE_WIDTH - left - _SIDE, _SIDE),
        paragraph("En-tte", picture("rId1", 1, LOGO_NAME, 1.9, 1.9, pen.labels["en_tete.logo"].fr)),
        text("Enseigne", "{{ universite.nom }}")
        + when("universite.composante", text("En-tte", "{{ universite.composante }}"))
        + when("universite.departement", text("En-tte", "{{ universite.departement }}"))
        + _mention(pen),
        _code(pen, 2),
    )
    right = 2000
    other = _band(
        (PAGE_WIDTH - right - _SIDE, right, _SIDE),
        text("En-tte", "{{ universite.nom }}") + _mention(pen),
        text("Enttedroite", "{{ convention.reference }}"),
        _code(pen, 3),
    )
    return first + _mark(pen, 1), other + _mark(pen, 2), _footer(pen)


def _band(widths: tuple[int, ...], *cells: str) -> str:
    filled = (cell(width, content) for width, content in zip(widths, cells, strict=True))
    return table("Bandeau", widths, row(*filled), name="En-tête", first_row=False, first_column=False)


def _code(pen: Pen, number: int) -> str:
    return paragraph("Enttedroite", picture("rId2", number, CODE_NAME, 1.5, 1.5, pen.labels["en_tete.code"].fr))


def _draft(pen: Pen) -> str:
    mention = pen.labels["projet_mention"]
    return f"{mention.fr} / {mention.en}" if pen.facing else mention.fr


def _mention(pen: Pen) -> str:
    return when("cas.projet", text("Mentionprojet", _draft(pen)))


def _mark(pen: Pen, number: int) -> str:
    """The mark hangs below the band: inside a cell, LibreOffice would measure its place from the cell."""
    marked = paragraph("Espace", watermark(_draft(pen), number))
    return tag("if cas.projet") + marked + tag("else") + text("Espace", "") + tag("endif")


def _footer(pen: Pen) -> str:
    version = pen.labels["pied_version"].fr
    return paragraph(
        "Pieddepage",
        run(f"{{{{ convention.reference }}}} – {version} {{{{ convention.version }}}} – page "),
        field("PAGE"),
        run(" / "),
        field("NUMPAGES"),
    )
