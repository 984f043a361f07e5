"""The documents put together: tables, articles, signatures, annexes, in one language or two columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.agreements.package import PAGE_WIDTH
from tools.agreements.paper import (
    NBSP,
    Marks,
    cell,
    differs,
    english,
    paragraph,
    picture,
    row,
    rows_when,
    run,
    table,
    tag,
    tag_row,
    text,
    watermark,
    when,
)
from tools.agreements.paper import field as page_field
from tools.agreements.parties import FRAMES, Frame, Line
from tools.agreements.words import Block, Clause, Words, chosen

LOGO_NAME = "logo"
"""Alternative text of the picture that the program replaces by the university's own."""

_SIGNATORIES: tuple[tuple[str, str | None, str, str], ...] = (
    ("organisme", None, "{{ signataire.nom_complet }}", "{{ signataire.fonction }}"),
    ("tuteur", None, "{{ tuteur.nom_complet }}", "{{ tuteur.fonction }}"),
    (
        "tuteur2",
        "cas.second_encadrant and tuteur2.nom_complet",
        "{{ tuteur2.nom_complet }}",
        "{{ tuteur2.fonction }}",
    ),
    ("enseignant", None, "{{ enseignant.nom_complet }}", ""),
    ("stagiaire", None, "{{ etudiant.nom_complet }}", ""),
    (
        "representant",
        "cas.mineur",
        "{{ representant.nom_complet }}",
        "{{ representant.qualite }}",
    ),
    ("universite", None, "{{ universite.representant }}", "{{ universite.qualite }}"),
)
"""Label, condition, name and quality of each signatory, in the order of signing: the university last."""

_SIGNING_HEIGHT = 1310
"""Least height of a signature row: 2.3 cm."""


@dataclass(slots=True)
class Composer:
    """Puts one document together in French (``facing`` False) or in French and English (``facing`` True)."""

    labels: Mapping[str, Words]
    facing: bool
    marks: Marks = field(default_factory=Marks)

    # ---- pieces

    def label(self, key: str) -> str:
        """Return the runs of a label: French, and in the facing documents English after a slash."""
        words = self.labels[key]
        if self.facing and words.en and words.en != words.fr:
            return run(words.fr + " / ") + run(words.en, "Anglais")
        return run(words.fr)

    def _sides(self, style: str, words: Words, *, mentions: Sequence[int] = ()) -> str:
        """Return French paragraph then English paragraph (facing documents) of ``words``, stacked."""
        french = paragraph(style, self.marks.wrap(run(words.fr), mentions))
        if not self.facing or not words.en or words.en == words.fr:
            return french
        return french + when(differs(words), text(_in_english(style), words.en))

    # ---- first page and running parts

    def running_parts(self) -> tuple[str, str, str]:
        """Return first-page header, other pages' header and footer."""
        mention = self.labels["projet_mention"]
        words = f"{mention.fr} / {mention.en}" if self.facing else mention.fr

        def project(number: int) -> str:
            return when("cas.projet", paragraph("Mentionprojet", watermark(words, number), run(words)))

        left, right = 1700, PAGE_WIDTH - 1700
        faculty = when("universite.composante", text("En-tte", "{{ universite.composante }}"))
        department = when("universite.departement", text("En-tte", "{{ universite.departement }}"))
        first = table(
            "Bandeau",
            (left, right),
            row(
                cell(left, paragraph("En-tte", picture("rId1", 1, LOGO_NAME, 1.9, 1.9))),
                cell(right, text("Enseigne", "{{ universite.nom }}"), faculty, department, text("Espace", "")),
            ),
            name="En-tête",
            first_row=False,
            first_column=False,
        )
        half = PAGE_WIDTH // 2
        other = table(
            "Bandeau",
            (half, PAGE_WIDTH - half),
            row(
                cell(half, text("En-tte", "{{ universite.nom }}")),
                cell(PAGE_WIDTH - half, text("Enttedroite", "{{ convention.reference }}")),
            ),
            name="En-tête",
            first_row=False,
            first_column=False,
        )
        footer = paragraph(
            "Pieddepage",
            run("{{ convention.reference }} – " + self.labels["pied_version"].fr + " {{ convention.version }} – page "),
            page_field("PAGE"),
            run(" / "),
            page_field("NUMPAGES"),
        )
        space = text("Espace", "")
        return first + project(1) + space, other + project(2) + space, footer

    def title(self, key: str) -> str:
        """Return the title, and under it reference, version, academic year number in the source system."""
        words = self.labels[key]
        origin = self.labels["origine_ligne"]
        return (
            text("Titre", words.fr)
            + (text("Titreanglais", words.en) if self.facing else "")
            + self._sides("Sous-titre", self.labels["reference_ligne"])
            + when("convention.numero_source", self._sides("Sous-titre", origin))
            + text("Espace", "")
        )

    # ---- tables of the parties

    def frames(self, frames: Sequence[Frame] = FRAMES) -> str:
        """Return tables, by default those of the parties, of the programme, internship and contacts."""
        return "".join(self._frame(frame) for frame in frames)

    def _frame(self, frame: Frame) -> str:
        widths = (3300, PAGE_WIDTH - 3300) if self.facing else (2900, PAGE_WIDTH - 2900)
        rows = row(cell(sum(widths), paragraph("Titrecadre", self.label(frame.title)), span=2), header=True)
        rows += "".join(self._line(line, widths) for line in frame.lines)
        return when(
            frame.si,
            table(
                "Cadre",
                widths,
                rows,
                name=self.labels[frame.title].fr,
                first_row=True,
                first_column=True,
            )
            + text("Espace", ""),
        )

    def _line(self, line: Line, widths: tuple[int, int]) -> str:
        words = self._value(line)
        if line.each is None:
            value = self._value_paragraphs(line, words)
        else:
            value = (
                tag(f"for {line.each}")
                + paragraph("Valeur", self.marks.wrap(run(words.fr), line.mentions))
                + tag("endfor")
            )
            if self.facing:
                value += tag(f"for {english(line.each)}") + text("Valeuranglaise", words.en) + tag("endfor")
        xml = row(cell(widths[0], paragraph("Etiquette", self.label(line.label))), cell(widths[1], value))
        return rows_when(line.si, xml, widths)

    def _value(self, line: Line) -> Words:
        if line.value:
            return Words(line.value, english(line.value) if line.translated else "")
        return self.labels[f"{line.label}_valeur"]

    def _value_paragraphs(self, line: Line, words: Words) -> str:
        if line.label != "protection.accident":
            return self._sides("Valeur", words, mentions=line.mentions)
        # Away from France the university declares the accident: it must hear of it in writing within 48 h.
        late = self._sides("Valeur", self.labels["protection.accident_valeur_48"], mentions=line.mentions)
        near = self._sides("Valeur", words, mentions=line.mentions)
        return tag("if cas.etranger or cas.pacifique") + late + tag("else") + near + tag("endif")

    # ---- articles

    def clauses(self, clauses: Sequence[Clause], model: str) -> str:
        """Return the articles of ``model``: paragraphs, or one table of facing columns."""
        kept = chosen(clauses, model)
        if not self.facing:
            return "".join(self._clause(c) for c in kept)
        widths = (PAGE_WIDTH // 2, PAGE_WIDTH - PAGE_WIDTH // 2)
        return table(
            "Regard",
            widths,
            "".join(self._facing_clause(c, widths) for c in kept),
            name="Articles de la convention, français et anglais en regard",
            first_row=False,
            first_column=False,
        )

    def _clause(self, clause: Clause) -> str:
        heading = _heading(clause, clause.titre.fr, "Article")
        pending = clause.mentions
        xml = ""
        if heading:
            xml += paragraph(f"Titre{clause.niveau}", self.marks.wrap(run(heading), pending))
            pending = ()
        for block in clause.blocs:
            style = _style(block)
            runs = self.marks.wrap(run(block.words.fr), (*pending, *block.mentions))
            xml += when(block.si, paragraph(style, runs))
        return when(clause.si, xml)

    def _facing_clause(self, clause: Clause, widths: tuple[int, int]) -> str:
        heading = _heading(clause, clause.titre.fr, "Article")
        pending = clause.mentions
        xml = ""
        if heading:
            style = f"Titre{clause.niveau}"
            french = paragraph(style, self.marks.wrap(run(heading), pending))
            pending = ()
            xml += row(
                cell(widths[0], french),
                cell(widths[1], text(_in_english(style), _heading(clause, clause.titre.en, "Article"))),
            )
        for block in clause.blocs:
            xml += rows_when(block.si, self._facing_block(block, pending, widths), widths)
        return rows_when(clause.si, xml, widths)

    def _facing_block(self, block: Block, mentions: Sequence[int], widths: tuple[int, int]) -> str:
        style = _style(block)
        french = paragraph(style, self.marks.wrap(run(block.words.fr), (*mentions, *block.mentions)))
        long = "{{" in block.words.fr or len(block.words.fr) > 240
        return row(cell(widths[0], french), cell(widths[1], text(_in_english(style), block.words.en)), splits=long)

    # ---- signatures

    def signatures(self, parties: Sequence[str] = (), consigne: str = "signatures.consigne") -> str:
        """Return the signature block of ``parties`` (none given: all): one table that stays on one page.

        ``consigne`` is the label of the words that stand above the signatures.

        Heading and instructions are rows of it, so that signatures never stand on a page without text.
        """
        widths = (2600, 2900, 1500, PAGE_WIDTH - 7000)
        columns = ("partie", "nom", "date", "signature")
        rows = row(
            cell(sum(widths), paragraph("Titrecadre", self.label("signatures.titre")), span=4), header=True
        ) + row(cell(sum(widths), self._sides("Corpssolidaire", self.labels[consigne]), span=4))
        rows += row(
            *(
                cell(w, paragraph("Etiquette", self.label(f"signatures.colonne_{c}")))
                for w, c in zip(widths, columns, strict=True)
            )
        )
        for key, condition, name, quality in _SIGNATORIES:
            if parties and key not in parties:
                continue
            who = paragraph("Etiquette", self.label(f"signatures.{key}"))
            person = when(name.strip("{} "), text("Signature", name))
            if quality:
                person += when(quality.strip("{} "), text("Signature", quality))
            anchor = paragraph("Signature", self.marks.wrap("", names=[f"signature_{key}"]))
            cells = (
                cell(widths[0], who),
                cell(widths[1], person + text("Signature", "")),
                cell(widths[2], text("Signature", "")),
                cell(widths[3], anchor),
            )
            rows += rows_when(condition, row(*cells, height=_SIGNING_HEIGHT), widths)
        title = self.labels["signatures.titre"].fr
        return (
            text("Espace", "")
            + table("Cadre", widths, rows, name=title, first_row=True, first_column=True)
            + text("Espace", "")
        )

    # ---- annexes inside the agreement

    def annex_heading(self, key: str) -> str:
        """Return the heading that starts an annex on a new page."""
        words = self.labels[key]
        return text("Nouvellepage", words.fr) + (text("Nouvellepageanglais", words.en) if self.facing else "")

    def calendar(self) -> str:
        """Return the attendance schedule: one row for each period, and the total."""
        widths = (PAGE_WIDTH - 5100, 1500, 1800, 1800)
        heads = ("periode", "jours", "heures_par_jour", "total")
        rows = row(
            *(
                cell(w, paragraph("Entetecolonne", self.label(f"calendrier.{h}")))
                for w, h in zip(widths, heads, strict=True)
            ),
            header=True,
        )
        rows += tag_row("for c in stage.calendrier", widths)
        rows += row(
            cell(widths[0], text("Cellule", "{{ c.periode }}")),
            *(cell(w, text("Nombre", f"{{{{ c.{h} }}}}")) for w, h in zip(widths[1:], heads[1:], strict=True)),
        )
        rows += tag_row("endfor", widths)
        rows += row(
            cell(sum(widths[:3]), paragraph("Etiquette", self.label("calendrier.general")), span=3),
            cell(widths[3], text("Nombre", "{{ stage.heures }}")),
        )
        return table(
            "Cadre",
            widths,
            rows,
            name=self.labels["annexe.calendrier_titre"].fr,
            first_row=True,
            first_column=True,
        ) + text("Espace", "")


def _heading(clause: Clause, title: str, word: str) -> str:
    if not title:
        return ""
    number = clause.article
    if clause.niveau == 1:
        return f"{word}{NBSP}{number} – {title}" if number else title
    return f"{number}{NBSP} {title}" if number else title


def _style(block: Block) -> str:
    """A block that is nothing but a value holds the line breaks of whoever wrote it: it is not justified."""
    if block.bullet:
        return "Puce"
    return "Corpslibre" if re.fullmatch(r"\{\{[^}]+\}\}", block.words.fr) else "Corps"


def _in_english(style: str) -> str:
    return {
        "Puce": "Puceanglaise",
        "Sous-titre": "Sous-titreanglais",
        "Valeur": "Valeuranglaise",
        "Note": "Noteanglaise",
    }.get(style, f"{style}anglais")
