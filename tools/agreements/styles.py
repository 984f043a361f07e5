"""The visual identity of the agreements: every look is a named Word style, changed in one place."""

from __future__ import annotations

from dataclasses import dataclass

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

BLUE = "1F3864"
GREY_LABEL = "EDF0F5"
GREY_LINE = "B8C0CE"
GREY_TEXT = "5A6272"
RED = "B00020"
FONT = "Calibri"
"""LibreOffice replaces it by Carlito, which has the same widths."""

TAG_STYLE = "Balise"
"""Style of the paragraphs that hold nothing but a Jinja tag; rendering removes them."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of one family of documents, in half-points (body, label, small) and twentieths of a point."""

    body: int = 20
    label: int = 18
    heading: int = 23
    subheading: int = 20
    after: int = 80
    justified: bool = True


SINGLE = Scale()
FACING = Scale(body=18, label=17, heading=20, subheading=18, after=50, justified=False)


def styles_xml(scale: Scale) -> str:
    """Return word/styles.xml: French by default, British English on the styles whose names say so."""
    body, label = scale.body, scale.label
    align = '<w:jc w:val="both"/>' if scale.justified else ""
    parts = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f'<w:styles xmlns:w="{W}">',
        "<w:docDefaults><w:rPrDefault><w:rPr>",
        f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>',
        f'<w:sz w:val="{body}"/><w:szCs w:val="{body}"/>',
        '<w:lang w:val="fr-FR" w:eastAsia="fr-FR" w:bidi="ar-SA"/>',
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>",
        _paragraph("Normal", "Normal", default=True),
        (
            '<w:style w:type="character" w:default="1" w:styleId="Policepardfaut">'
            '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        ),
        (
            '<w:style w:type="table" w:default="1" w:styleId="TableauNormal"><w:name w:val="Normal Table"/>'
            '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
            '<w:top w:w="0" w:type="dxa"/><w:left w:w="100" w:type="dxa"/>'
            '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            "</w:style>"
        ),
        (
            '<w:style w:type="numbering" w:default="1" w:styleId="Aucuneliste"><w:name w:val="No List"/>'
            '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
        ),
        _paragraph(
            "Titre",
            "Title",
            ppr='<w:keepNext/><w:spacing w:before="120" w:after="60"/><w:jc w:val="center"/><w:outlineLvl w:val="0"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="40"/>',
        ),
        _paragraph(
            "Titreanglais",
            "Titre anglais",
            based="Titre",
            ppr=_NO_OUTLINE,
            rpr='<w:b w:val="0"/><w:sz w:val="30"/>' + _ENGLISH,
        ),
        _paragraph(
            "Sous-titre",
            "Subtitle",
            ppr='<w:keepNext/><w:spacing w:after="40"/><w:jc w:val="center"/>',
            rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="20"/>',
        ),
        _paragraph("Sous-titreanglais", "Sous-titre anglais", based="Sous-titre", rpr="<w:i/>" + _ENGLISH),
        _paragraph(
            "Titre1",
            "heading 1",
            ppr='<w:keepNext/><w:keepLines/><w:spacing w:before="0" w:after="120"/><w:outlineLvl w:val="0"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="30"/>',
        ),
        _paragraph(
            "Titre2",
            "heading 2",
            ppr=f'<w:keepNext/><w:keepLines/><w:pBdr><w:bottom w:val="single" w:sz="6" w:space="1" '
            f'w:color="{BLUE}"/>'
            '</w:pBdr><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="1"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{scale.heading}"/>',
        ),
        _paragraph(
            "Titre3",
            "heading 3",
            ppr='<w:keepNext/><w:keepLines/><w:spacing w:before="120" w:after="40"/><w:outlineLvl w:val="2"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{scale.subheading}"/>',
        ),
        *(
            _paragraph(f"Titre{n}anglais", f"Titre {n} anglais", based=f"Titre{n}", ppr=_NO_OUTLINE, rpr=_ENGLISH)
            for n in (1, 2, 3)
        ),
        _paragraph(
            "Corps",
            "Body Text",
            ppr=f'<w:widowControl/><w:spacing w:after="{scale.after}" w:line="252" w:lineRule="auto"/>{align}',
        ),
        _paragraph("Corpsanglais", "Corps anglais", based="Corps", rpr=_ENGLISH),
        _paragraph("Corpslibre", "Corps libre", based="Corps", ppr='<w:jc w:val="left"/>'),
        _paragraph("Corpslibreanglais", "Corps libre anglais", based="Corpslibre", rpr=_ENGLISH),
        _paragraph("Corpssolidaire", "Corps solidaire", based="Corps", ppr="<w:keepNext/>"),
        _paragraph(
            "Corpssolidaireanglais",
            "Corps solidaire anglais",
            based="Corpssolidaire",
            rpr=_ENGLISH,
        ),
        _paragraph(
            "Puce",
            "List Bullet",
            ppr='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
            f'<w:spacing w:after="40" w:line="252" w:lineRule="auto"/>'
            f'<w:ind w:left="340" w:hanging="227"/>{align}',
        ),
        _paragraph("Puceanglaise", "Puce anglaise", based="Puce", rpr=_ENGLISH),
        _paragraph("Pucesolidaire", "Puce solidaire", based="Puce", ppr="<w:keepNext/>"),
        _paragraph("Pucesolidaireanglaise", "Puce solidaire anglaise", based="Pucesolidaire", rpr=_ENGLISH),
        _paragraph(
            "Titrecadre",
            "Titre de cadre",
            ppr='<w:keepNext/><w:spacing w:before="30" w:after="30"/><w:outlineLvl w:val="1"/>',
            rpr='<w:b/><w:color w:val="FFFFFF"/>' + f'<w:sz w:val="{label + 3}"/>',
        ),
        _paragraph(
            "Entetecolonne",
            "En-tête de colonne",
            ppr='<w:keepNext/><w:spacing w:before="30" w:after="30"/>',
            rpr='<w:b/><w:color w:val="FFFFFF"/>' + f'<w:sz w:val="{label}"/>',
        ),
        _paragraph(
            "Etiquette",
            "Étiquette",
            ppr='<w:keepNext/><w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{label}"/>',
        ),
        _paragraph(
            "Valeur",
            "Valeur",
            ppr='<w:keepNext/><w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:sz w:val="{label + 1 if scale.justified else label}"/>',
        ),
        _paragraph("Valeuranglaise", "Valeur anglaise", based="Valeur", rpr="<w:i/>" + _ENGLISH),
        _paragraph(
            "Cellule",
            "Cellule",
            ppr='<w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:sz w:val="{label}"/>',
        ),
        _paragraph(
            "Nombre",
            "Nombre",
            based="Cellule",
            ppr='<w:jc w:val="right"/>',
        ),
        _paragraph(
            "Signature",
            "Signature",
            ppr='<w:keepNext/><w:keepLines/><w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:sz w:val="{label}"/>',
        ),
        _paragraph(
            "Note",
            "Note",
            ppr='<w:spacing w:before="60" w:after="60"/>',
            rpr=f'<w:i/><w:color w:val="{GREY_TEXT}"/><w:sz w:val="17"/>',
        ),
        _paragraph("Noteanglaise", "Note anglaise", based="Note", rpr=_ENGLISH),
        _paragraph("En-tte", "header", rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="17"/>'),
        _paragraph(
            "Enttedroite",
            "En-tête droite",
            based="En-tte",
            ppr='<w:jc w:val="right"/>',
        ),
        _paragraph(
            "Enseigne",
            "Enseigne",
            based="En-tte",
            ppr='<w:spacing w:after="20"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="26"/>',
        ),
        _paragraph(
            "Pieddepage",
            "footer",
            ppr=f'<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="{GREY_LINE}"/></w:pBdr>'
            '<w:spacing w:before="60"/><w:jc w:val="center"/>',
            rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="17"/>',
        ),
        _paragraph(
            "Mentionprojet",
            "Mention projet",
            ppr='<w:spacing w:before="40" w:after="40"/><w:jc w:val="center"/>',
            rpr=f'<w:b/><w:color w:val="{RED}"/><w:sz w:val="22"/>',
        ),
        _paragraph("Espace", "Espace", ppr='<w:spacing w:line="140" w:lineRule="exact"/>', rpr='<w:sz w:val="8"/>'),
        _paragraph("Espacesolidaire", "Espace solidaire", based="Espace", ppr="<w:keepNext/>"),
        _paragraph(
            "Langue",
            "Langue de la colonne",
            ppr=f'<w:keepNext/><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="{GREY_LINE}"/></w:pBdr>'
            '<w:spacing w:after="40"/>',
            rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="16"/>',
        ),
        _paragraph("Langueanglais", "Langue de la colonne anglais", based="Langue", rpr="<w:i/>" + _ENGLISH),
        _paragraph(
            "Nouvellepage",
            "Nouvelle page",
            based="Titre1",
            ppr="<w:pageBreakBefore/>",
        ),
        _paragraph(
            "Nouvellepageanglais",
            "Sous-titre d’annexe anglais",
            based="Titre1anglais",
            rpr='<w:b w:val="0"/><w:sz w:val="24"/>',
        ),
        _paragraph(
            TAG_STYLE,
            TAG_STYLE,
            ppr="<w:keepNext/>",
            rpr='<w:color w:val="8A8F99"/><w:sz w:val="14"/><w:lang w:val="x-none"/>',
        ),
        (
            '<w:style w:type="character" w:customStyle="1" w:styleId="Anglais">'
            '<w:name w:val="Anglais"/><w:qFormat/>'
            f'<w:rPr><w:b w:val="0"/><w:i/>{_ENGLISH}</w:rPr></w:style>'
        ),
        _table(
            "Cadre",
            f"<w:tblBorders>{_borders('top left bottom right insideH insideV', GREY_LINE)}</w:tblBorders>",
            first_row=f'<w:shd w:val="clear" w:color="auto" w:fill="{BLUE}"/>',
            first_column=f'<w:shd w:val="clear" w:color="auto" w:fill="{GREY_LABEL}"/>',
        ),
        _table("Regard", f"<w:tblBorders>{_borders('insideV', GREY_LINE)}</w:tblBorders>"),
        _table(
            "Bandeau",
            '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>',
        ),
    ]
    return "".join([*parts, "</w:styles>"])


_ENGLISH = '<w:lang w:val="en-GB"/>'

_NO_OUTLINE = '<w:outlineLvl w:val="9"/>'
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


def _paragraph(
    style_id: str, name: str, *, based: str = "Normal", ppr: str = "", rpr: str = "", default: bool = False
) -> str:
    custom = "" if name in _BUILT_IN else ' w:customStyle="1"'
    basis = "" if default else f'<w:basedOn w:val="{based}"/>'
    flag = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="paragraph"{flag}{custom} w:styleId="{style_id}">'
        f'<w:name w:val="{name}"/>{basis}<w:qFormat/>'
        f"{f'<w:pPr>{ppr}</w:pPr>' if ppr else ''}{f'<w:rPr>{rpr}</w:rPr>' if rpr else ''}</w:style>"
    )


def _borders(sides: str, colour: str) -> str:
    return "".join(f'<w:{s} w:val="single" w:sz="4" w:space="0" w:color="{colour}"/>' for s in sides.split())


def _table(name: str, borders: str, *, first_row: str = "", first_column: str = "") -> str:
    conditions = "".join(
        f'<w:tblStylePr w:type="{kind}"><w:tcPr>{shade}</w:tcPr></w:tblStylePr>'
        for kind, shade in (("firstRow", first_row), ("firstCol", first_column))
        if shade
    )
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="TableauNormal"/><w:qFormat/><w:tblPr>{borders}</w:tblPr>{conditions}</w:style>'
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
