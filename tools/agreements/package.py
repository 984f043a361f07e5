"""The .docx container: parts in, bytes out, always the same bytes for the same parts."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import segno

from tools.agreements.styles import FONT, GREY_LABEL, GREY_LINE, GREY_TEXT, RED, TAG_STYLE, Scale, styles_xml
from tools.agreements.styling import BLUE, NUMBERING_XML, W

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{_R}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w10="urn:schemas-microsoft-com:office:word"'
)

FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
"""Zip members carry a time; a fixed one keeps the bytes the same."""

_END = '<w:p><w:pPr><w:pStyle w:val="Fin"/></w:pPr></w:p>'
"""A body ends in a paragraph; after a table this one takes a point of height."""

_GAP = '<w:p><w:pPr><w:pStyle w:val="Espace"/></w:pPr><w:r><w:t xml:space="preserve"></w:t></w:r></w:p>'

PAGE_WIDTH = 9638
"""Width between the margins, in twentieths of a point (17 cm)."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What one Word file holds: XML of the body and of the running parts, without their wrapping element.

    The reference follows ``title`` in the properties of the rendered document.
    """

    title: str
    scale: Scale
    body: str
    header_first: str
    header: str
    footer: str
    logo: Path


def docx_bytes(contents: Contents) -> bytes:
    """Return the .docx file of ``contents``: A4, margins of 2 cm, another header on the first page."""
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/>'
        '<w:headerReference w:type="first" r:id="rId5"/>'
        '<w:footerReference w:type="default" r:id="rId6"/><w:footerReference w:type="first" r:id="rId6"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1361" w:right="1134" w:bottom="1134" w:left="1134" w:header="397" '
        'w:footer="454" w:gutter="0"/>'
        "<w:titlePg/></w:sectPr>"
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _rels(
            ("rId1", f"{_R}/officeDocument", "word/document.xml"),
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ("rId3", f"{_R}/extended-properties", "docProps/app.xml"),
        ),
        "docProps/app.xml": (
            f'{_XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
            "<Application>Microsoft Office Word</Application></Properties>"
        ),
        "docProps/core.xml": _core(contents.title),
        "word/document.xml": f"{_XML}<w:document {NAMESPACES}><w:body>{_ended(contents.body)}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": _rels(
            ("rId1", f"{_R}/styles", "styles.xml"),
            ("rId2", f"{_R}/numbering", "numbering.xml"),
            ("rId3", f"{_R}/settings", "settings.xml"),
            ("rId4", f"{_R}/header", "header1.xml"),
            ("rId5", f"{_R}/header", "header2.xml"),
            ("rId6", f"{_R}/footer", "footer1.xml"),
            ("rId7", f"{_R}/fontTable", "fontTable.xml"),
            ("rId8", f"{_R}/theme", "theme/theme1.xml"),
        ),
        "word/header1.xml": f"{_XML}<w:hdr {NAMESPACES}>{contents.header}</w:hdr>",
        "word/header2.xml": f"{_XML}<w:hdr {NAMESPACES}>{contents.header_first}</w:hdr>",
        "word/_rels/header1.xml.rels": _rels(("rId2", f"{_R}/image", "media/code.png")),
        "word/_rels/header2.xml.rels": _rels(
            ("rId1", f"{_R}/image", "media/logo.png"), ("rId2", f"{_R}/image", "media/code.png")
        ),
        "word/footer1.xml": f"{_XML}<w:ftr {NAMESPACES}>{contents.footer}</w:ftr>",
        "word/styles.xml": styles_xml(contents.scale),
        "word/numbering.xml": NUMBERING_XML,
        "word/settings.xml": _SETTINGS,
        "word/fontTable.xml": (
            f'{_XML}<w:fonts xmlns:w="{W}"><w:font w:name="Calibri"><w:altName w:val="Carlito"/>'
            '<w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>'
        ),
        "word/theme/theme1.xml": _theme(),
        "word/media/logo.png": contents.logo.read_bytes(),
        "word/media/code.png": _code(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, FIRST_DAY_OF_ZIP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, part if isinstance(part, bytes) else part.encode())
    return out.getvalue()


def _ended(body: str) -> str:
    """Return ``body`` ending in a paragraph, as Word wants: after a table the lowest there is, else its own last one."""
    body = body.removesuffix(_GAP)
    last = body[body.rfind("<w:p>") :]
    return body + _END if body.endswith("</w:tbl>") or TAG_STYLE in last else body


def _code() -> bytes:
    """Return the picture that each document replaces by the code of its own reference and version."""
    buffer = io.BytesIO()
    segno.make_qr("C0000-000000/1", error="m").save(buffer, kind="png", scale=8, border=2)
    return buffer.getvalue()


def _rels(*links: tuple[str, str, str]) -> str:
    rows = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in links)
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _theme() -> str:
    """The smallest theme that Word accepts: the palette of the styles, one font, plain fills and lines."""
    colours = {
        "dk1": "000000",
        "lt1": "FFFFFF",
        "dk2": BLUE,
        "lt2": GREY_LABEL,
        "accent1": BLUE,
        "accent2": GREY_TEXT,
        "accent3": RED,
        "accent4": GREY_LINE,
        "accent5": BLUE,
        "accent6": GREY_TEXT,
        "hlink": BLUE,
        "folHlink": GREY_TEXT,
    }
    palette = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in colours.items())
    font = f'<a:latin typeface="{FONT}"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'{_XML}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Conventions">'
        f'<a:themeElements><a:clrScheme name="Conventions">{palette}</a:clrScheme>'
        f'<a:fontScheme name="Conventions">'
        f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Conventions"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}'
        f"</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}"
        "</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def _core(title: str) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)} – {{{{ convention.reference }}}}</dc:title>"
        "<dc:subject>Convention de stage</dc:subject><dc:creator>{{ universite.nom }}</dc:creator>"
        "<dc:language>fr-FR</dc:language>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2026-01-01T00:00:00Z</dcterms:created>'
        '<dcterms:modified xsi:type="dcterms:W3CDTF">2026-01-01T00:00:00Z</dcterms:modified>'
        "</cp:coreProperties>"
    )


_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="png" ContentType="image/png"/>'
    + "".join(
        f'<Override PartName="/{part}" ContentType="{kind}"/>'
        for part, kind in (
            ("word/document.xml", f"{_WORD}.document.main+xml"),
            ("word/styles.xml", f"{_WORD}.styles+xml"),
            ("word/numbering.xml", f"{_WORD}.numbering+xml"),
            ("word/settings.xml", f"{_WORD}.settings+xml"),
            ("word/fontTable.xml", f"{_WORD}.fontTable+xml"),
            ("word/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"),
            ("word/header1.xml", f"{_WORD}.header+xml"),
            ("word/header2.xml", f"{_WORD}.header+xml"),
            ("word/footer1.xml", f"{_WORD}.footer+xml"),
            ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
            ("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
        )
    )
    + "</Types>"
)

_SETTINGS = (
    f'{_XML}<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="709"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:doNotExpandShiftReturn/>'
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
    'w:val="15"/>'
    '<w:compatSetting w:name="overrideTableStyleFontSizeAndJustification" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="1"/>'
    '</w:compat><w:themeFontLang w:val="fr-FR"/><w:decimalSymbol w:val=","/>'
    '<w:listSeparator w:val=";"/></w:settings>'
)
