"""Workbooks whose XML explodes, fetches, points outside or goes beyond what a sheet may hold."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.hostile.bad_file import Family, Ground
from tests.hostile.parts import (
    HEAD,
    MAIN,
    RELATIONS,
    Parts,
    cell_xml,
    form_parts,
    form_rows,
    lines_xml,
    relations,
    rows_xml,
    sheet_xml,
    workbook,
    zipped,
)

XML = Family("XML and dimensions")
_DAMAGED = "le fichier est endommagé"
_TOO_MANY = "plus de "
_SHEET = "xl/worksheets/sheet1.xml"


def _with_entity(key: str, doctype: str, reference: str) -> bytes:
    """Return the workbook of one entry whose subject is an entity that ``doctype`` declares."""
    rows = rows_xml(form_rows(key, {"stage.sujet": "ICI"})).replace("ICI", reference)
    return zipped({**form_parts(key), _SHEET: sheet_xml(rows, doctype=doctype)})


@XML.entry("xml-rires", "an XML entity bomb (billion laughs)", "rejeté", _DAMAGED)
def _laughs(folder: Path, _: Ground) -> None:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY a0 "ha">{levels}]>'
    (folder / "a.xlsx").write_bytes(_with_entity("xml-rires", doctype, "&a9;"))


@XML.entry("xml-quadratique", "an XML entity of 100 kB repeated ten thousand times", "rejeté", _DAMAGED)
def _quadratic(folder: Path, _: Ground) -> None:
    doctype = f'<!DOCTYPE worksheet [<!ENTITY a "{"a" * 100_000}">]>'
    (folder / "a.xlsx").write_bytes(_with_entity("xml-quadratique", doctype, "&a;" * 10_000))


@XML.entry("xml-rires-classeur", "an entity bomb in the list of sheets", "rejeté", _DAMAGED)
def _laughs_in_book(folder: Path, _: Ground) -> None:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    parts = form_parts("xml-rires-classeur")
    book = str(parts["xl/workbook.xml"]).removeprefix(HEAD).replace('"Réponses"', '"&a9;"')
    parts["xl/workbook.xml"] = f'{HEAD}<!DOCTYPE workbook [<!ENTITY a0 "ha">{levels}]>{book}'
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("xml-fichier", "an external entity that names a file of this machine", "rejeté", _DAMAGED)
def _file_entity(folder: Path, ground: Ground) -> None:
    doctype = f'<!DOCTYPE worksheet [<!ENTITY a SYSTEM "{ground.canary.as_uri()}">]>'
    (folder / "a.xlsx").write_bytes(_with_entity("xml-fichier", doctype, "&a;"))


@XML.entry("xml-reseau", "an external entity that names an address", "rejeté", _DAMAGED)
def _net_entity(folder: Path, ground: Ground) -> None:
    doctype = f'<!DOCTYPE worksheet [<!ENTITY a SYSTEM "{ground.url}entite">]>'
    (folder / "a.xlsx").write_bytes(_with_entity("xml-reseau", doctype, "&a;"))


@XML.entry("xml-parametre", "a parameter entity that brings a DTD from elsewhere", "lu")
def _parameter_entity(folder: Path, ground: Ground) -> None:
    doctype = f'<!DOCTYPE worksheet [<!ENTITY % a SYSTEM "{ground.url}dtd"> %a;]>'
    (folder / "a.xlsx").write_bytes(_with_entity("xml-parametre", doctype, "Édition"))


@XML.entry("xml-dtd", "an outside DTD in the sheet, the list of sheets and the relations", "lu")
def _dtd(folder: Path, ground: Ground) -> None:
    parts = form_parts("xml-dtd")
    for name in (_SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        root = "worksheet" if name == _SHEET else "workbook" if name == "xl/workbook.xml" else "Relationships"
        text = str(parts[name]).removeprefix(HEAD)
        parts[name] = f'{HEAD}<!DOCTYPE {root} SYSTEM "{ground.url}{root}.dtd">{text}'
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("xml-inclusion", "XInclude and a style sheet that name files of this machine", "lu")
def _include(folder: Path, ground: Ground) -> None:
    parts, here = form_parts("xml-inclusion"), ground.canary.as_uri()
    sheet = str(parts[_SHEET]).removeprefix(HEAD)
    sheet = sheet.replace(
        "</worksheet>",
        f'<extLst><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{here}" parse="text"/></extLst></worksheet>',
    )
    parts[_SHEET] = f'{HEAD}<?xml-stylesheet type="text/xsl" href="{here}"?>{sheet}'
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("xml-profond", "elements nested a hundred thousand deep", "rejeté", _DAMAGED)
def _deep(folder: Path, _: Ground) -> None:
    parts = form_parts("xml-profond")
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", "<a>" * 100_000 + "<sheets>")
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("xml-ferme", "a sheet whose XML is never closed", "rejeté", _DAMAGED)
def _unclosed(folder: Path, _: Ground) -> None:
    parts = form_parts("xml-ferme")
    parts[_SHEET] = str(parts[_SHEET])[:-300]
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("xml-codage", "XML that says UTF-7 and is none", "rejeté", _DAMAGED)
def _encoding(folder: Path, _: Ground) -> None:
    parts = form_parts("xml-codage")
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("UTF-8", "UTF-7")
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("lien-relation", "a relation that points outside the archive", "rejeté", _DAMAGED)
def _outside(folder: Path, ground: Ground) -> None:
    parts = form_parts("lien-relation")
    climb = "../" * 12 + str(ground.canary).lstrip("/")
    parts["xl/_rels/workbook.xml.rels"] = relations([("rId1", "worksheet", climb)])
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("lien-classeur", "links to other workbooks and an outside data source: never followed", "lu")
def _external(folder: Path, ground: Ground) -> None:
    parts = form_parts("lien-classeur")
    link = f'{HEAD}<externalLink xmlns="{MAIN}" xmlns:r="{RELATIONS}"><externalBook r:id="rId1"/></externalLink>'
    mode = f'<Relationship Id="rId1" Type="{RELATIONS}/externalLinkPath" Target="{ground.url}b.xlsx" TargetMode="External"/>'
    connection = (
        f'{HEAD}<connections xmlns="{MAIN}"><connection id="1" name="a" type="4" refreshOnLoad="1">'
        f'<webPr url="{ground.url}donnees"/></connection></connections>'
    )
    parts |= {
        "xl/externalLinks/externalLink1.xml": link,
        "xl/externalLinks/_rels/externalLink1.xml.rels": relations([], mode),
        "xl/connections.xml": connection,
    }
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("lien-dde", "a DDE call and a web query as formulas", "lu")
def _dde(folder: Path, ground: Ground) -> None:
    parts = form_parts("lien-dde", {"stage.sujet": "ICI", "stage.competences": "LÀ"})
    sheet = str(parts[_SHEET])
    for word, formula in (("ICI", "cmd|'/C calc'!A0"), ("LÀ", f'WEBSERVICE("{ground.url}x")')):
        begin = sheet.index(f">{word}<")
        start = sheet.rindex("<c ", 0, begin)
        end = sheet.index("</c>", begin) + 4
        name = sheet[start:end].split('"')[1]
        told = formula.replace('"', "&quot;")
        sheet = f'{sheet[:start]}<c r="{name}" t="str"><f>{told}</f><v>Édition de récits</v></c>{sheet[end:]}'
    parts[_SHEET] = sheet
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("lien-hypertexte", "hyperlinks with scripts and files as their targets", "lu")
def _hyperlinks(folder: Path, ground: Ground) -> None:
    parts = form_parts("lien-hypertexte")
    links = '<hyperlinks><hyperlink ref="A2" r:id="rId1"/><hyperlink ref="B2" r:id="rId2"/></hyperlinks>'
    parts[_SHEET] = str(parts[_SHEET]).replace("</worksheet>", f"{links}</worksheet>")
    told = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/hyperlink" Target="{target}" TargetMode="External"/>'
        for i, target in enumerate(("javascript:alert(1)", ground.canary.as_uri()), 1)
    )
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations([], told)
    (folder / "a.xlsx").write_bytes(zipped(parts))


@XML.entry("taille-declaree", "a sheet that declares A1:XFD1048576 and holds one form", "lu")
def _declared(folder: Path, _: Ground) -> None:
    rows = rows_xml(form_rows("taille-declaree"))
    sheet = sheet_xml(rows, before='<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" width="9"/></cols>')
    (folder / "a.xlsx").write_bytes(zipped({**form_parts("taille-declaree"), _SHEET: sheet}))


@XML.entry("taille-coin", "one cell at XFD1048576", "rejeté", _TOO_MANY)
def _corner(folder: Path, _: Ground) -> None:
    rows = rows_xml(form_rows("taille-coin")) + f'<row r="1048576">{cell_xml("XFD1048576", 1)}</row>'
    (folder / "a.xlsx").write_bytes(zipped({**form_parts("taille-coin"), _SHEET: sheet_xml(rows)}))


@XML.entry("taille-hors", "a cell beyond the last one that a sheet has (ZZZ9999999)", "rejeté", _TOO_MANY)
def _beyond(folder: Path, _: Ground) -> None:
    rows = rows_xml(form_rows("taille-hors")) + f'<row r="9999999">{cell_xml("ZZZ9999999", 1)}</row>'
    (folder / "a.xlsx").write_bytes(zipped({**form_parts("taille-hors"), _SHEET: sheet_xml(rows)}))


@XML.entry("taille-sans-adresse", "two million cells without an address in one row", "rejeté", _TOO_MANY, heavy=True)
def _unaddressed(folder: Path, ground: Ground) -> None:
    cells = "<c><v>1</v></c>" * (2_000_000 if ground.full else 20_000)
    rows = rows_xml(form_rows("taille-sans-adresse")) + f"<row>{cells}</row>"
    (folder / "a.xlsx").write_bytes(zipped({**form_parts("taille-sans-adresse"), _SHEET: sheet_xml(rows)}))


@XML.entry("taille-colonnes", "16 384 columns", "rejeté", _TOO_MANY)
def _columns(folder: Path, _: Ground) -> None:
    sheet = sheet_xml("".join(lines_xml(1, 16_384)))
    (folder / "a.xlsx").write_bytes(zipped(workbook({"Feuil1": sheet})))


@XML.entry("taille-lignes", "two million rows", "rejeté", _TOO_MANY, heavy=True)
def _rows(folder: Path, ground: Ground) -> None:
    _stream(folder / "a.xlsx", lines_xml(2_000_000 if ground.full else 20_000))


@XML.entry("taille-cellule", "a cell of a million characters: its row is told", "lu", rows=0, unread=1, heavy=True)
def _cell(folder: Path, ground: Ground) -> None:
    size = 1_000_000 if ground.full else 60_000
    (folder / "a.xlsx").write_bytes(zipped(form_parts("taille-cellule", {"stage.activites": "mot " * (size // 4)})))


@XML.entry("taille-textes", "three million shared texts that no cell uses", "lu", heavy=True)
def _strings(folder: Path, ground: Ground) -> None:
    parts = form_parts("taille-textes")
    count = 3_000_000 if ground.full else 30_000
    texts = "".join(f"<si><t>{number}</t></si>" for number in range(count))
    parts["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{MAIN}" count="{count}">{texts}</sst>'
    parts["xl/_rels/workbook.xml.rels"] = relations(
        [("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml")]
    )
    (folder / "a.xlsx").write_bytes(zipped(parts, 1))


@XML.entry("taille-renvoi", "a shared text that is not there", "rejeté", _DAMAGED)
def _dangling(folder: Path, _: Ground) -> None:
    parts = form_parts("taille-renvoi")
    rows = rows_xml(form_rows("taille-renvoi")) + '<row r="3"><c r="A3" t="s"><v>4000000000</v></c></row>'
    parts[_SHEET] = sheet_xml(rows)
    (folder / "a.xlsx").write_bytes(zipped(parts))


def _stream(path: Path, rows: Iterable[str]) -> None:
    """Write a workbook of many rows, never all of them in memory."""
    parts: Parts = workbook({"Feuil1": ""})
    begin, _, end = sheet_xml("\0").partition("\0")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            if name != _SHEET:
                archive.writestr(name, content)
        with archive.open(_SHEET, "w") as stream:
            stream.write(begin.encode())
            for text in rows:
                stream.write(text.encode())
            stream.write(end.encode())
