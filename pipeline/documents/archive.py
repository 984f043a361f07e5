"""wkhtmltopdf's PDFs made fit for an archive: PDF/A-2b (ISO 19005-2), with title, language and bookmarks.

What Qt leaves out is added: description, colour profile, identifier, names of the embedded subsets. The text is not
tagged, which PDF/A-2b does not ask: the .html beside it is the accessible version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from lxml import html as markup
from pikepdf import Array, Dictionary, Name, String

from pipeline.documents.colour import NAME, srgb_profile
from pipeline.documents.outline import Bookmark, bookmarks, fonts

_PRODUCER = "wkhtmltopdf, pikepdf"


def archive(pdf: Path, html: Path, title: str, now: datetime | None = None) -> None:
    """Rewrite ``pdf``, which wkhtmltopdf made of ``html``, as PDF/A-2b.

    Title and language are those of the page, ``title`` where it has none; ``now`` is the day that the file tells.
    Raises pikepdf.PdfError when ``pdf`` cannot be read.
    """
    source = markup.fromstring(html.read_bytes(), parser=markup.HTMLParser(encoding="utf-8"))
    said = " ".join((source.findtext(".//title") or title).split())
    language = source.get("lang") or "fr"
    temporary = pdf.with_name(f".{pdf.name}.part")
    with pikepdf.open(pdf) as document:
        _describe(document, said, language, now or datetime.now(UTC))
        _mend_fonts(document)
        _bookmark(document, bookmarks(document, source))
        document.save(
            temporary,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            fix_metadata_version=False,  # the description, which says no version, is not read again
        )
    temporary.replace(pdf)


def _describe(pdf: pikepdf.Pdf, title: str, language: str, now: datetime) -> None:
    day = String(f"D:{now:%Y%m%d%H%M%SZ}")
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(title),
            Creator=String("conventions"),
            Producer=String(_PRODUCER),
            CreationDate=day,
            ModDate=day,
        )
    )
    description = pdf.make_stream(_xmp(title, language, now).encode(), Type=Name.Metadata, Subtype=Name.XML)
    profile = pdf.make_stream(srgb_profile(), N=3, Alternate=Name.DeviceRGB)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String(NAME),
        Info=String(NAME),
        DestOutputProfile=profile,
    )
    pdf.Root.Metadata = description
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
    pdf.Root.Lang = String(_locale(language))
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _locale(language: str) -> str:
    return "fr-FR" if language == "fr" else language


def _xmp(title: str, language: str, now: datetime) -> str:
    day = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{escape(_locale(language))}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{_PRODUCER}</pdf:Producer>
<xmp:CreatorTool>conventions</xmp:CreatorTool>
<xmp:CreateDate>{day}</xmp:CreateDate>
<xmp:ModifyDate>{day}</xmp:ModifyDate>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def _mend_fonts(pdf: pikepdf.Pdf) -> None:
    """Give each font the name of its subset, a space for its space, and no list of glyphs, which may be wrong."""
    seen: set[tuple[int, int]] = set()
    for page in pdf.pages:
        for _, font in fonts(page):
            if font.objgen in seen or "/DescendantFonts" not in font:
                continue
            seen.add(font.objgen)
            _mend(font)


def _mend(font: Any) -> None:
    below = font.DescendantFonts[0]
    descriptor = below.FontDescriptor
    font.BaseFont = below.BaseFont = descriptor.FontName
    if "/CIDSet" in descriptor:
        del descriptor["/CIDSet"]
    if "/ToUnicode" in font:
        letters = font.ToUnicode.read_bytes()
        # Qt writes that the glyph of the space is a tabulation.
        font.ToUnicode.write(letters.replace(b"<0009>", b"<0020>"))


def _bookmark(pdf: pikepdf.Pdf, found: list[Bookmark]) -> None:
    with pdf.open_outline() as outline:
        under: pikepdf.OutlineItem | None = None
        for mark in found:
            item = pikepdf.OutlineItem(mark.text, mark.page, "XYZ", left=0, top=mark.top)
            if mark.level == 1 or under is None:
                outline.root.append(item)
                under = item if mark.level == 1 else under
            else:
                under.children.append(item)
