"""The signature block: who signs, in which order, on one page with the end of the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.agreements.package import PAGE_WIDTH
from tools.agreements.paper import cell, paragraph, row, rows_when, table, text, when
from tools.agreements.pen import Pen


@dataclass(frozen=True, slots=True)
class Signatory:
    """A place to sign: key of its label, name and capacity (Jinja), condition of its presence.

    ``elsewhere``: signs the host’s own agreement and not ours where there are two.
    """

    key: str
    name: str
    capacity: str = ""
    si: str | None = None
    elsewhere: bool = False

    def condition(self, *, everyone: bool) -> str | None:
        """Return the Jinja condition under which this place is printed."""
        if everyone or not self.elsewhere:
            return self.si
        return f"not cas.double_convention and {self.si}" if self.si else "not cas.double_convention"


SIGNATORIES = (
    Signatory("organisme", "signataire.nom_complet", "signataire.fonction", elsewhere=True),
    Signatory("tuteur", "tuteur.nom_complet", "tuteur.fonction", elsewhere=True),
    Signatory(
        "tuteur2",
        "tuteur2.nom_complet",
        "tuteur2.fonction",
        si="cas.second_encadrant and tuteur2.nom_complet",
        elsewhere=True,
    ),
    Signatory("enseignant", "enseignant.nom_complet"),
    Signatory("stagiaire", "etudiant.nom_complet"),
    Signatory("representant", "representant.nom_complet", "representant.qualite", si="cas.mineur"),
    Signatory("universite", "universite.representant", "universite.qualite"),
)
"""In the order of signing: the university last."""

EVERYONE = tuple(signatory.key for signatory in SIGNATORIES)
"""All the parties, also where the host signs its own agreement beside ours."""

_HEIGHT = 1270
"""Least height of a signature row: 2.24 cm."""

_WIDTHS = (2500, 2800, 1400, PAGE_WIDTH - 6700)
_COLUMNS = ("partie", "nom", "date", "signature")


def signature_block(pen: Pen, parties: Sequence[str], consigne: str) -> str:
    """Return heading, instructions and table in which ``parties`` sign (none given: those who sign the agreement).

    Every paragraph of it is kept with the next, and so is the paragraph before it: the end of the text that is
    signed stands above the signatures, and they never part. Nothing follows the table: on a full page, even an empty
    line would make a page of its own.
    """
    heads = (paragraph("Entetecolonne", pen.label(f"signatures.colonne_{column}")) for column in _COLUMNS)
    rows = row(*(cell(width, head) for width, head in zip(_WIDTHS, heads, strict=True)), header=True)
    rows += "".join(_places(pen, parties))
    title = pen.labels["signatures.titre"].fr
    return (
        paragraph("Titre2", pen.label("signatures.titre"))
        + _instructions(pen, parties, consigne)
        + table("Cadre", _WIDTHS, rows, name=title, first_row=True, first_column=True)
    )


def _instructions(pen: Pen, parties: Sequence[str], consigne: str) -> str:
    words = pen.sides("Corpssolidaire", pen.labels[consigne])
    if parties:
        return words
    return words + when("cas.double_convention", pen.sides("Corpssolidaire", pen.labels["signatures.double"]))


def _places(pen: Pen, parties: Sequence[str]) -> Iterator[str]:
    for signatory in SIGNATORIES:
        if parties and signatory.key not in parties:
            continue
        person = when(signatory.name, text("Signature", f"{{{{ {signatory.name} }}}}"))
        if signatory.capacity:
            person += when(signatory.capacity, text("Signature", f"{{{{ {signatory.capacity} }}}}"))
        yield rows_when(
            signatory.condition(everyone=bool(parties)),
            row(
                cell(_WIDTHS[0], paragraph("Etiquette", pen.label(f"signatures.{signatory.key}"))),
                cell(_WIDTHS[1], person + text("Signature", "")),
                cell(_WIDTHS[2], text("Signature", "")),
                cell(
                    _WIDTHS[3],
                    paragraph("Signature", pen.marks.wrap("", names=[f"signature_{signatory.key}"])),
                ),
                height=_HEIGHT,
            ),
            _WIDTHS,
        )
