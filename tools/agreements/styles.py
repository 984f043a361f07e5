"""The visual identity of the agreements: every look is a named Word style, changed in one place."""

from __future__ import annotations

from dataclasses import dataclass

from tools.agreements.styling import BLUE, ENGLISH, NO_OUTLINE, W, border, paragraph_style, table_style

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

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
    groups = (_defaults, _headings, _texts, _cells, _running, _spaces, _tables)
    return "".join(
        [_XML, f'<w:styles xmlns:w="{W}">', *(xml for group in groups for xml in group(scale)), "</w:styles>"]
    )


def _defaults(scale: Scale) -> tuple[str, ...]:
    """Return the styles of what every document starts from: French, the body size."""
    return (
        "<w:docDefaults><w:rPrDefault><w:rPr>",
        f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>',
        f'<w:sz w:val="{scale.body}"/><w:szCs w:val="{scale.body}"/>',
        '<w:lang w:val="fr-FR" w:eastAsia="fr-FR" w:bidi="ar-SA"/>',
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>",
        paragraph_style("Normal", "Normal", default=True),
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
    )


def _headings(scale: Scale) -> tuple[str, ...]:
    """Return the styles of titles and headings; articles stand below the title of the document."""
    return (
        paragraph_style(
            "Titre",
            "Title",
            ppr='<w:keepNext/><w:spacing w:before="120" w:after="60"/><w:jc w:val="center"/><w:outlineLvl w:val="0"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="40"/>',
        ),
        paragraph_style(
            "Titreanglais",
            "Titre anglais",
            based="Titre",
            ppr=NO_OUTLINE,
            rpr='<w:b w:val="0"/><w:sz w:val="30"/>' + ENGLISH,
        ),
        paragraph_style(
            "Sous-titre",
            "Subtitle",
            ppr='<w:keepNext/><w:spacing w:after="40"/><w:jc w:val="center"/>',
            rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="20"/>',
        ),
        paragraph_style("Sous-titreanglais", "Sous-titre anglais", based="Sous-titre", rpr="<w:i/>" + ENGLISH),
        paragraph_style(
            "Titre1",
            "heading 1",
            ppr='<w:keepNext/><w:keepLines/><w:spacing w:before="0" w:after="120"/><w:outlineLvl w:val="0"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="30"/>',
        ),
        paragraph_style(
            "Titre2",
            "heading 2",
            ppr=f'<w:keepNext/><w:keepLines/><w:pBdr><w:bottom w:val="single" w:sz="6" w:space="1" '
            f'w:color="{BLUE}"/>'
            '</w:pBdr><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="1"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{scale.heading}"/>',
        ),
        paragraph_style(
            "Titre3",
            "heading 3",
            ppr='<w:keepNext/><w:keepLines/><w:spacing w:before="120" w:after="40"/><w:outlineLvl w:val="2"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{scale.subheading}"/>',
        ),
        *(
            paragraph_style(f"Titre{n}anglais", f"Titre {n} anglais", based=f"Titre{n}", ppr=NO_OUTLINE, rpr=ENGLISH)
            for n in (1, 2, 3)
        ),
        paragraph_style("Intertitre", "Intertitre", based="Titre3", ppr='<w:outlineLvl w:val="1"/>'),
        paragraph_style("Intertitreanglais", "Intertitre anglais", based="Intertitre", ppr=NO_OUTLINE, rpr=ENGLISH),
    )


def _texts(scale: Scale) -> tuple[str, ...]:
    """Return the styles of running text and bullets."""
    align = '<w:jc w:val="both"/>' if scale.justified else ""
    return (
        paragraph_style(
            "Corps",
            "Body Text",
            ppr=f'<w:widowControl/><w:spacing w:after="{scale.after}" w:line="252" w:lineRule="auto"/>{align}',
        ),
        paragraph_style("Corpsanglais", "Corps anglais", based="Corps", rpr=ENGLISH),
        paragraph_style("Corpslibre", "Corps libre", based="Corps", ppr='<w:jc w:val="left"/>'),
        paragraph_style("Corpslibreanglais", "Corps libre anglais", based="Corpslibre", rpr=ENGLISH),
        paragraph_style("Corpssolidaire", "Corps solidaire", based="Corps", ppr="<w:keepNext/>"),
        paragraph_style(
            "Corpssolidaireanglais",
            "Corps solidaire anglais",
            based="Corpssolidaire",
            rpr=ENGLISH,
        ),
        paragraph_style(
            "Puce",
            "List Bullet",
            ppr='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
            f'<w:spacing w:after="40" w:line="252" w:lineRule="auto"/>'
            f'<w:ind w:left="340" w:hanging="227"/>{align}',
        ),
        paragraph_style("Puceanglaise", "Puce anglaise", based="Puce", rpr=ENGLISH),
        paragraph_style("Pucesolidaire", "Puce solidaire", based="Puce", ppr="<w:keepNext/>"),
        paragraph_style("Pucesolidaireanglaise", "Puce solidaire anglaise", based="Pucesolidaire", rpr=ENGLISH),
    )


def _cells(scale: Scale) -> tuple[str, ...]:
    """Return the styles of what stands in tables."""
    return (
        paragraph_style(
            "Titrecadre",
            "Titre de cadre",
            ppr='<w:keepNext/><w:spacing w:before="30" w:after="30"/><w:outlineLvl w:val="1"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{scale.label + 4}"/>',
        ),
        paragraph_style(
            "Entetecolonne",
            "En-tête de colonne",
            ppr='<w:keepNext/><w:spacing w:before="30" w:after="30"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{scale.label}"/>',
        ),
        paragraph_style(
            "Etiquette",
            "Étiquette",
            ppr='<w:keepNext/><w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="{scale.label}"/>',
        ),
        paragraph_style(
            "Valeur",
            "Valeur",
            ppr='<w:keepNext/><w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:sz w:val="{scale.label + 1 if scale.justified else scale.label}"/>',
        ),
        paragraph_style("Valeuranglaise", "Valeur anglaise", based="Valeur", rpr="<w:i/>" + ENGLISH),
        paragraph_style(
            "Cellule",
            "Cellule",
            ppr='<w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:sz w:val="{scale.label}"/>',
        ),
        paragraph_style("Celluleanglaise", "Cellule anglaise", based="Cellule", rpr="<w:i/>" + ENGLISH),
        paragraph_style(
            "Nombre",
            "Nombre",
            based="Cellule",
            ppr='<w:jc w:val="right"/>',
        ),
        paragraph_style(
            "Signature",
            "Signature",
            ppr='<w:keepNext/><w:keepLines/><w:spacing w:before="20" w:after="20"/>',
            rpr=f'<w:sz w:val="{scale.label}"/>',
        ),
        paragraph_style(
            "Note",
            "Note",
            ppr='<w:spacing w:before="60" w:after="60"/>',
            rpr=f'<w:i/><w:color w:val="{GREY_TEXT}"/><w:sz w:val="17"/>',
        ),
        paragraph_style("Noteanglaise", "Note anglaise", based="Note", rpr=ENGLISH),
    )


def _running(_scale: Scale) -> tuple[str, ...]:
    """Return the styles of headers, footer, mark of a draft."""
    return (
        paragraph_style("En-tte", "header", rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="17"/>'),
        paragraph_style(
            "Enttedroite",
            "En-tête droite",
            based="En-tte",
            ppr='<w:jc w:val="right"/>',
        ),
        paragraph_style(
            "Enseigne",
            "Enseigne",
            based="En-tte",
            ppr='<w:spacing w:after="20"/>',
            rpr=f'<w:b/><w:color w:val="{BLUE}"/><w:sz w:val="26"/>',
        ),
        paragraph_style(
            "Pieddepage",
            "footer",
            ppr=f'<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="{GREY_LINE}"/></w:pBdr>'
            '<w:spacing w:before="60"/><w:jc w:val="center"/>',
            rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="17"/>',
        ),
        paragraph_style(
            "Mentionprojet",
            "Mention projet",
            ppr='<w:spacing w:before="40" w:after="40"/><w:jc w:val="center"/>',
            rpr=f'<w:b/><w:color w:val="{RED}"/><w:sz w:val="22"/>',
        ),
    )


def _spaces(_scale: Scale) -> tuple[str, ...]:
    """Return the styles of gaps, page starts, tags, English words inside a French paragraph."""
    return (
        paragraph_style(
            "Espace", "Espace", ppr='<w:spacing w:line="140" w:lineRule="exact"/>', rpr='<w:sz w:val="8"/>'
        ),
        paragraph_style("Fin", "Fin", ppr='<w:spacing w:line="20" w:lineRule="exact"/>', rpr='<w:sz w:val="2"/>'),
        paragraph_style("Espacesolidaire", "Espace solidaire", based="Espace", ppr="<w:keepNext/>"),
        paragraph_style(
            "Langue",
            "Langue de la colonne",
            ppr=f'<w:keepNext/><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="{GREY_LINE}"/></w:pBdr>'
            '<w:spacing w:after="40"/>',
            rpr=f'<w:color w:val="{GREY_TEXT}"/><w:sz w:val="16"/>',
        ),
        paragraph_style("Langueanglais", "Langue de la colonne anglais", based="Langue", rpr="<w:i/>" + ENGLISH),
        paragraph_style(
            "Nouvellepage",
            "Nouvelle page",
            based="Titre1",
            ppr="<w:pageBreakBefore/>",
        ),
        paragraph_style(
            "Nouvellepageanglais",
            "Sous-titre d’annexe anglais",
            based="Titre1anglais",
            rpr='<w:b w:val="0"/><w:sz w:val="24"/>',
        ),
        paragraph_style(
            TAG_STYLE,
            TAG_STYLE,
            ppr="<w:keepNext/>",
            rpr='<w:color w:val="8A8F99"/><w:sz w:val="14"/><w:lang w:val="x-none"/>',
        ),
        (
            '<w:style w:type="character" w:customStyle="1" w:styleId="Anglais">'
            '<w:name w:val="Anglais"/><w:qFormat/>'
            f'<w:rPr><w:b w:val="0"/><w:i/>{ENGLISH}</w:rPr></w:style>'
        ),
    )


def _tables(_scale: Scale) -> tuple[str, ...]:
    """Return the styles of tables."""
    return (
        table_style(
            "Cadre",
            "<w:tblBorders>"
            f"{border('top', BLUE, 12)}{border('left', GREY_LINE)}{border('bottom', GREY_LINE)}"
            f"{border('right', GREY_LINE)}{border('insideH', GREY_LINE)}{border('insideV', GREY_LINE)}"
            "</w:tblBorders>",
            first_row=f"<w:tcBorders>{border('top', BLUE, 12)}{border('bottom', BLUE, 8)}</w:tcBorders>",
        ),
        table_style("Regard", f"<w:tblBorders>{border('insideV', GREY_LINE)}</w:tblBorders>"),
        table_style(
            "Bandeau",
            '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>',
        ),
    )
