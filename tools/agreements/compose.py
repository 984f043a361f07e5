"""The documents put together: tables, articles, signatures, annexes, in one language or two columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tools.agreements.package import PAGE_WIDTH
from tools.agreements.paper import (
    NBSP,
    cell,
    english,
    paragraph,
    row,
    rows_when,
    run,
    table,
    tag,
    tag_row,
    text,
    when,
)
from tools.agreements.parties import FRAMES, Frame, Line
from tools.agreements.pen import Pen, in_english
from tools.agreements.running import running_parts
from tools.agreements.signing import signature_block
from tools.agreements.words import Block, Clause, Words, chosen


class Composer(Pen):
    """Puts one document together in French (``facing`` False) or in French and English (``facing`` True)."""

    # ---- first page and running parts

    def running_parts(self) -> tuple[str, str, str]:
        """Return first-page header, other pages' header and footer."""
        return running_parts(self)

    def title(self, key: str) -> str:
        """Return the title, and under it reference, version, academic year number in the source system."""
        words = self.labels[key]
        return (
            text("Titre", words.fr)
            + (text("Titreanglais", words.en) if self.facing else "")
            + self.sides("Sous-titre", self.labels["reference_ligne"])
            + when("convention.numero_source", paragraph("Sous-titre", self.label("origine_ligne")))
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
            return self.sides("Valeur", words, mentions=line.mentions)
        # Away from France the university declares the accident: it must hear of it in writing within 48 h.
        late = self.sides("Valeur", self.labels["protection.accident_valeur_48"], mentions=line.mentions)
        near = self.sides("Valeur", words, mentions=line.mentions)
        return tag("if cas.etranger or cas.pacifique") + late + tag("else") + near + tag("endif")

    # ---- articles

    def clauses(self, clauses: Sequence[Clause], model: str, *, bound: bool = False) -> str:
        """Return the articles of ``model``: paragraphs, or a table of facing columns.

        ``bound``: the last paragraphs stand on the page of what follows, the signatures.
        """
        head, tail = _parted(_levelled(chosen(clauses, model)), (1 if self.facing else 2) if bound else 0)
        if not self.facing:
            return "".join([*(self._clause(c) for c in head), *(self._clause(c, bound=True) for c in tail)])
        xml = self._facing(head, header=True)
        # A table of its own: LibreOffice keeps a table with what follows only when all its rows ask for it.
        return xml + text("Espace", "") + self._facing(tail, bound=True) if tail else xml

    def _clause(self, clause: Clause, *, bound: bool = False) -> str:
        heading = _heading(clause, clause.titre.fr, "Article")
        pending = clause.mentions
        xml = ""
        if heading:
            xml += paragraph(_heading_style(clause), self.marks.wrap(run(heading), pending))
            pending = ()
        for block in clause.blocs:
            runs = self.marks.wrap(run(block.words.fr), (*pending, *block.mentions))
            xml += when(block.si, paragraph(_style(block, bound=bound), runs))
        return when(clause.si, xml)

    def _facing(self, clauses: Sequence[Clause], *, header: bool = False, bound: bool = False) -> str:
        widths = (PAGE_WIDTH // 2, PAGE_WIDTH - PAGE_WIDTH // 2)
        rows = "".join(self._facing_clause(c, widths, bound=bound) for c in clauses)
        if header:
            words = self.labels["colonnes.langue"]
            sides = (cell(widths[0], text("Langue", words.fr)), cell(widths[1], text("Langueanglais", words.en)))
            rows = row(*sides, header=True) + rows
        name = self.labels["colonnes.titre"].fr
        return table("Regard", widths, rows, name=name, first_row=header, first_column=False)

    def _facing_clause(self, clause: Clause, widths: tuple[int, int], *, bound: bool) -> str:
        heading = _heading(clause, clause.titre.fr, "Article")
        pending = clause.mentions
        xml = ""
        if heading:
            style = _heading_style(clause)
            french = paragraph(style, self.marks.wrap(run(heading), pending))
            pending = ()
            english_heading = text(in_english(style), _heading(clause, clause.titre.en, "Article"))
            xml += row(cell(widths[0], french), cell(widths[1], english_heading))
        for block in clause.blocs:
            xml += rows_when(block.si, self._facing_block(block, pending, widths, bound=bound), widths)
        return rows_when(clause.si, xml, widths)

    def _facing_block(
        self, block: Block, mentions: Sequence[int], widths: tuple[int, int], *, bound: bool = False
    ) -> str:
        style = _style(block, bound=bound)
        french = paragraph(style, self.marks.wrap(run(block.words.fr), (*mentions, *block.mentions)))
        long = "{{" in block.words.fr or len(block.words.fr) > 240
        return row(cell(widths[0], french), cell(widths[1], text(in_english(style), block.words.en)), splits=long)

    # ---- signatures

    def signatures(self, parties: Sequence[str] = (), consigne: str = "signatures.consigne") -> str:
        """Return the signature block of ``parties`` (none given: those who sign the agreement).

        ``consigne`` is the label of the words that stand above the signatures.
        """
        return signature_block(self, parties, consigne)

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


_ALONE = 0
"""Level of the sections of a document without articles."""


def _levelled(clauses: Sequence[Clause]) -> Sequence[Clause]:
    """Return ``clauses`` with sub-articles raised when there is no article above them: no level is skipped."""
    if any(clause.niveau == 1 for clause in clauses):
        return clauses
    return [replace(clause, niveau=_ALONE) for clause in clauses]


def _heading_style(clause: Clause) -> str:
    """Articles stand one level below the title of the document, sub-articles two."""
    return "Intertitre" if clause.niveau == _ALONE else f"Titre{clause.niveau + 1}"


def _style(block: Block, *, bound: bool = False) -> str:
    """A block that is a value or an address holds line breaks of someone’s: it is not justified."""
    if (bound and not _free(block)) or _introduces(block):
        return "Pucesolidaire" if block.bullet else "Corpssolidaire"
    if block.bullet:
        return "Puce"
    return "Corpslibre" if _FREE.search(block.words.fr) else "Corps"


def _introduces(block: Block) -> bool:
    """Words that announce the paragraph after them stay with it: « … les activités suivantes : »."""
    return not block.bullet and block.words.fr.endswith(":")


_FREE = re.compile(r"^\{\{[^}]+\}\}$|url \}\}")


def _parted(clauses: Sequence[Clause], missing: int) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
    """Return what may stand on earlier pages, and the last paragraphs, which stand with what follows.

    The latter hold at most ``missing`` paragraphs that are always printed, and the conditional ones that follow them;
    they begin after any text that is always printed and may be of any length.
    """
    head, tail = list(clauses), list[Clause]()
    while head and missing > 0:
        clause = head.pop()
        first = len(clause.blocs)
        while first > 0 and missing > 0:
            always = clause.si is None and clause.blocs[first - 1].si is None
            if always and _free(clause.blocs[first - 1]):
                missing = 0
                break
            missing -= always
            first -= 1
        if first == 0:
            tail.insert(0, clause)
            continue
        head.append(replace(clause, blocs=clause.blocs[:first]))
        if first < len(clause.blocs):
            tail.insert(0, replace(clause, article="", titre=Words(""), mentions=(), blocs=clause.blocs[first:]))
    return (tuple(head), tuple(tail)) if head else (tuple(clauses), ())


def _free(block: Block) -> bool:
    """Tell whether the block ends in what someone wrote in the form: it may fill pages."""
    return block.words.fr.rstrip(" .").endswith("}}")
