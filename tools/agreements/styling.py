"""The XML of one Word style, of a paragraph or of a table, and of the bullets."""

from __future__ import annotations

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

BLUE = "1F3864"

ENGLISH = '<w:lang w:val="en-GB"/>'

NO_OUTLINE = '<w:outlineLvl w:val="9"/>'
"""An English heading faces a French one: the outline and the bookmarks of the PDF name each article once."""

_BUILT_IN = {
    "Normal",
    "Title",
    "Subtitle",
    "heading 1",
    "heading 2",
    "heading 3",
    "Body Text",
    "List Bullet",
    "Signature",
    "header",
    "footer",
}


def paragraph_style(
    style_id: str, name: str, *, based: str = "Normal", ppr: str = "", rpr: str = "", default: bool = False
) -> str:
    """Return a paragraph style ``style_id``, called ``name`` in Word, of properties ``ppr`` and ``rpr`` (XML)."""
    custom = "" if name in _BUILT_IN else ' w:customStyle="1"'
    basis = "" if default else f'<w:basedOn w:val="{based}"/>'
    flag = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="paragraph"{flag}{custom} w:styleId="{style_id}">'
        f'<w:name w:val="{name}"/>{basis}<w:qFormat/>'
        f"{f'<w:pPr>{ppr}</w:pPr>' if ppr else ''}{f'<w:rPr>{rpr}</w:rPr>' if rpr else ''}</w:style>"
    )


def border(side: str, colour: str, width: int = 4) -> str:
    """Return one border, ``width`` in eighths of a point."""
    return f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="{colour}"/>'


def table_style(name: str, look: str, *, first_row: str = "") -> str:
    """Return a table style without shading: what is shaded hides the mark of a draft in LibreOffice."""
    condition = f'<w:tblStylePr w:type="firstRow"><w:tcPr>{first_row}</w:tcPr></w:tblStylePr>' if first_row else ""
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="TableauNormal"/><w:qFormat/><w:tblPr>{look}</w:tblPr>{condition}</w:style>'
    )


NUMBERING_XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
    f'<w:multiLevelType w:val="hybridMultilevel"/>'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:pStyle w:val="Puce"/>'
    '<w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="340" w:hanging="227"/></w:pPr>'
    f'<w:rPr><w:color w:val="{BLUE}"/></w:rPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
