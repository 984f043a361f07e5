"""Pieces of a Word document as XML text: paragraphs, tables, Jinja tags, bookmarks, fields, the mark.

Every piece names a style and carries no formatting of its own. A paragraph is one run, so that Jinja tags
are never split; what must be a line of its own for docxtpl (``{%p … %}``, ``{%tr … %}``) is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from tools.agreements.styles import RED, TAG_STYLE
from tools.agreements.words import Words

NBSP = "\u00a0"


class Marks:
    """Numbers the bookmarks of one document: ``mention_05``, then ``mention_05_b``, ``mention_05_c``…"""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._next_id = 1

    def wrap(self, xml: str, mentions: Iterable[int] = (), names: Iterable[str] = ()) -> str:
        """Return ``xml`` (runs of one paragraph) inside bookmarks for ``mentions`` and ``names``."""
        for base in [*(f"mention_{n:02d}" for n in mentions), *names]:
            count = self._seen.get(base, 0)
            self._seen[base] = count + 1
            name = base + _suffix(count)
            number = self._next_id
            xml = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{xml}<w:bookmarkEnd w:id="{number}"/>'
            self._next_id += 1
        return xml


def _suffix(count: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "" if count == 0 else f"_{letters[count]}" if count < len(letters) else f"_{count + 1}"


def english(template: str) -> str:
    """Return ``template`` asking the English tree: ``{{ stage.lieu }}`` → ``{{ en.stage.lieu }}``."""
    return re.sub(rf"(\{{\{{\s*|\bin\s+)((?:{_ROOTS})\.)", r"\1en.\2", template)


_ROOTS = (
    "convention|universite|services|guide|etudiant|protection|assurance|formation|enseignant|organisme|signataire|"
    "tuteur2|tuteur|representant|stage|gratification|etranger|avis|confidentiel"
)
"""First names of the template values; a loop's own variable is none of them."""


def differs(words: Words) -> str | None:
    """Return the Jinja condition under which the English of ``words`` reads otherwise than its French.

    None when they differ by more than their values: the English always stands.
    """
    if english(words.fr) != words.en:
        return None
    values = re.findall(r"\{\{\s*([^}]+?)\s*\}\}", words.fr)
    return " or ".join(f"{v} != en.{v}" for v in values) or None


def run(text: str, style: str = "") -> str:
    """Return one run; a newline of ``text`` becomes a line break."""
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{look}{lines}</w:r>"


def paragraph(style: str, *runs: str) -> str:
    """Return one paragraph of ``runs`` (XML) in ``style``."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{"".join(runs)}</w:p>'


def text(style: str, words: str) -> str:
    """Return one paragraph holding ``words``."""
    return paragraph(style, run(words))


def tag(code: str) -> str:
    """Return a paragraph that is nothing but the Jinja statement ``code``; it vanishes at rendering."""
    return text(TAG_STYLE, f"{{%p {code} %}}")


def when(condition: str | None, xml: str) -> str:
    """Return paragraphs or whole tables ``xml`` shown only under ``condition`` (None: always)."""
    return xml if condition is None else tag(f"if {condition}") + xml + tag("endif")


def cell(width: int, *paragraphs: str, span: int = 1) -> str:
    """Return one cell of ``width`` twentieths of a point."""
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}</w:tcPr>{"".join(paragraphs)}</w:tc>'


def row(*cells: str, header: bool = False, splits: bool = False, height: int = 0) -> str:
    """Return one row; it stays on one page unless it ``splits``; ``height`` is a minimum."""
    options = (
        ("" if splits else "<w:cantSplit/>")
        + (f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else "")
        + ("<w:tblHeader/>" if header else "")
    )
    return f"<w:tr>{f'<w:trPr>{options}</w:trPr>' if options else ''}{''.join(cells)}</w:tr>"


def tag_row(code: str, widths: Sequence[int]) -> str:
    """Return a row that is nothing but the Jinja statement ``code``; it vanishes at rendering."""
    first = text(TAG_STYLE, f"{{%tr {code} %}}")
    return row(*(cell(w, first if i == 0 else paragraph(TAG_STYLE)) for i, w in enumerate(widths)))


def rows_when(condition: str | None, xml: str, widths: Sequence[int]) -> str:
    """Return rows ``xml`` shown only under ``condition`` (None: always)."""
    return xml if condition is None else tag_row(f"if {condition}", widths) + xml + tag_row("endif", widths)


def table(style: str, widths: Sequence[int], rows: str, *, name: str, first_row: bool, first_column: bool) -> str:
    """Return a table of fixed column ``widths``; ``name`` is its title for screen readers."""
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="04A0" w:firstRow="{int(first_row)}" w:lastRow="0" '
        f'w:firstColumn="{int(first_column)}" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={quoteattr(name)}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def field(code: str) -> str:
    """Return a field that Word and LibreOffice compute: PAGE, NUMPAGES."""
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def picture(relation: str, number: int, name: str, width: float, height: float, meaning: str = "") -> str:
    """Return a run with the picture of ``relation``; sizes in cm; ``meaning`` (else ``name``) is its alternative text.

    The program finds the pictures that it replaces by their ``name``.
    """
    meaning = meaning or name
    cx, cy = round(width * 360000), round(height * 360000)
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/>'
        f'<wp:docPr id="{number}" name="{name}" descr="{meaning}"/><wp:cNvGraphicFramePr>'
        '<a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="{name}" descr="{meaning}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
        f'<a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect">'
        f"<a:avLst/></a:prstGeom>"
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


_WORDART = (
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
    'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
    '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
    '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
    '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" '
    'o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
)


def watermark(words: str, number: int) -> str:
    """Return a run that lays ``words``, transparent, over the page; it belongs in a header.

    Its place is measured from the page: from the margins, LibreOffice loses paragraphs that are kept together.
    """
    return (
        f'<w:r><w:pict>{_WORDART}<v:shape id="Projet{number}" o:spid="_x0000_s{2048 + number}" '
        f'type="#_x0000_t136" '
        f"alt={quoteattr(words)} "
        'style="position:absolute;margin-left:0;margin-top:0;width:470pt;height:62pt;rotation:315;z-index:251659264;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:page;"
        'mso-position-vertical:center;mso-position-vertical-relative:page" o:allowincell="f" '
        f'fillcolor="#{RED}" stroked="f"><v:fill opacity=".18"/>'
        f'<v:textpath style="font-family:&quot;Calibri&quot;;font-size:1pt" string={quoteattr(words)}/>'
        '<w10:wrap anchorx="page" anchory="page"/></v:shape></w:pict></w:r>'
    )


def joined(pieces: Iterable[str], make: Callable[[str], str]) -> str:
    """Return ``make`` of each piece, one after the other."""
    return "".join(make(piece) for piece in pieces)
