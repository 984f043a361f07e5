"""Workbooks that are sound archives and strange workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.model import column_letters
from tests.hostile.bad_file import Family, Ground
from tests.hostile.parts import (
    HEAD,
    MAIN,
    RELATIONS,
    form_parts,
    form_rows,
    labels,
    relations,
    rows_xml,
    sheet_xml,
    workbook,
    zipped,
)

SHEETS = Family("Sheets and cells")
_SHEET = "xl/worksheets/sheet1.xml"
_EMPTY = "le fichier ne contient aucune donnée"
_DAMAGED = "le fichier est endommagé"


def _write(folder: Path, parts: Mapping[str, str | bytes]) -> None:
    (folder / "a.xlsx").write_bytes(zipped(parts))


def _with_cells(key: str, cells: Mapping[str, str], **around: str) -> dict[str, str | bytes]:
    """Return the workbook of one entry in which the cells of some fields are the XML ``cells`` (with {at})."""
    rows = form_rows(key, dict.fromkeys(cells))
    xml = rows_xml(rows)
    for field in cells:
        at = f"{column_letters(list(labels()).index(field))}2"
        xml = xml.replace("</row>", f"{cells[field].format(at=at)}</row>").replace(
            f"{cells[field].format(at=at)}</row>", "</row>", 1
        )
    return {**form_parts(key), _SHEET: sheet_xml(xml, **around)}


@SHEETS.entry("feuille-masquee", "a form on a hidden sheet", "lu")
def _hidden(folder: Path, _: Ground) -> None:
    sheet = sheet_xml(rows_xml(form_rows("feuille-masquee")))
    _write(folder, workbook({"Feuil1": sheet_xml(""), "Cachée": sheet}, {"Cachée": "hidden"}))


@SHEETS.entry("feuille-tres-masquee", "a form on a very hidden sheet", "lu")
def _very_hidden(folder: Path, _: Ground) -> None:
    sheet = sheet_xml(rows_xml(form_rows("feuille-tres-masquee")))
    _write(folder, workbook({"Feuil1": sheet_xml(""), "Cachée": sheet}, {"Cachée": "veryHidden"}))


def _other_sheet(key: str, kind: str, root: str) -> dict[str, str | bytes]:
    """Return a workbook whose one sheet is of another kind: a chart, a dialog, macros of Excel 4."""
    parts = form_parts(key)
    del parts[_SHEET]
    place = f"{kind}s/sheet1.xml"
    parts[f"xl/{place}"] = f'{HEAD}<{root} xmlns="{MAIN}" xmlns:r="{RELATIONS}"/>'
    parts["xl/_rels/workbook.xml.rels"] = relations([("rId1", kind, place)])
    return parts


@SHEETS.entry("feuille-graphique", "charts only", "rejeté", _EMPTY)
def _chart(folder: Path, _: Ground) -> None:
    _write(folder, _other_sheet("feuille-graphique", "chartsheet", "chartsheet"))


@SHEETS.entry("feuille-et-graphique", "a form beside a sheet of charts", "lu")
def _beside_chart(folder: Path, _: Ground) -> None:
    sheet = sheet_xml(rows_xml(form_rows("feuille-et-graphique")))
    parts = workbook({"Graphique": "", "Réponses": sheet})
    del parts[_SHEET]
    parts["xl/chartsheets/sheet1.xml"] = f'{HEAD}<chartsheet xmlns="{MAIN}"/>'
    links = [("rId1", "chartsheet", "chartsheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/sheet2.xml")]
    _write(folder, {**parts, "xl/_rels/workbook.xml.rels": relations(links)})


@SHEETS.entry("feuille-dialogue", "a dialog sheet only", "rejeté", _EMPTY)
def _dialog(folder: Path, _: Ground) -> None:
    _write(folder, _other_sheet("feuille-dialogue", "dialogsheet", "dialogsheet"))


@SHEETS.entry("feuille-xlm", "a sheet of Excel 4 macros only", "rejeté", _DAMAGED)
def _macro_sheet(folder: Path, _: Ground) -> None:
    parts = _other_sheet("feuille-xlm", "macrosheet", "macrosheet")
    parts["xl/macrosheets/sheet1.xml"] = (
        f'{HEAD}<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" xmlns="{MAIN}">'
        '<sheetData><row r="1"><c r="A1"><f>EXEC("calc")</f></c></row></sheetData></xm:macrosheet>'
    )
    links = str(parts["xl/_rels/workbook.xml.rels"])
    own = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
    parts["xl/_rels/workbook.xml.rels"] = links.replace(f"{RELATIONS}/macrosheet", own)
    _write(folder, parts)


@SHEETS.entry("feuille-aucune", "a workbook without any sheet", "rejeté", _EMPTY)
def _none(folder: Path, _: Ground) -> None:
    _write(folder, workbook({}))


@SHEETS.entry("feuille-vide", "a workbook whose sheets are all empty", "rejeté", _EMPTY)
def _blank(folder: Path, _: Ground) -> None:
    _write(folder, workbook({"Feuil1": sheet_xml(""), "Feuil2": sheet_xml("")}))


@SHEETS.entry("feuille-absente", "a list of sheets that names one that is not there", "rejeté", _DAMAGED)
def _absent(folder: Path, _: Ground) -> None:
    parts = form_parts("feuille-absente")
    del parts[_SHEET]
    _write(folder, parts)


@SHEETS.entry("feuille-homonymes", "two sheets of one name", "rejeté", "deux feuilles portent le même nom")
def _namesakes(folder: Path, _: Ground) -> None:
    sheets = [sheet_xml(rows_xml(form_rows(f"feuille-homonymes-{i}"))) for i in (1, 2)]
    parts = workbook(dict(zip(("Feuil1", "Feuil2"), sheets, strict=True)))
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("Feuil2", "Feuil1")
    _write(folder, parts)


@SHEETS.entry(
    "feuille-noms", "names of sheets with slashes, quotes, markup, controls and 300 letters", "lu", rows=3, files=3
)
def _names(folder: Path, _: Ground) -> None:
    names = ("../../etc/[a]:*?'\"", "<script>alert(1)</script>{{ 7*7 }}", "=1+1\u202e" + "é" * 300)
    sheets = {name: sheet_xml(rows_xml(form_rows(f"feuille-noms-{i}"))) for i, name in enumerate(names)}
    _write(folder, workbook(sheets))


@SHEETS.entry("feuille-500", "five hundred sheets, a form on the last one", "lu", heavy=True)
def _five_hundred(folder: Path, ground: Ground) -> None:
    sheets = {f"Feuil{i}": sheet_xml("") for i in range(499 if ground.full else 60)}
    _write(folder, workbook({**sheets, "Réponses": sheet_xml(rows_xml(form_rows("feuille-500")))}))


@SHEETS.entry("feuille-fusion", "one merged cell over the whole form", "lu")
def _merged(folder: Path, _: Ground) -> None:
    rows = rows_xml(form_rows("feuille-fusion"))
    merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    _write(folder, {**form_parts("feuille-fusion"), _SHEET: sheet_xml(rows, after=merged)})


@SHEETS.entry("feuille-strict", "strict Open XML, whose names are others", "lu")
def _strict(folder: Path, _: Ground) -> None:
    parts = form_parts("feuille-strict")
    pairs = (
        (MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (RELATIONS, "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    )
    for old, new in pairs:
        parts = {name: str(text).replace(old, new) for name, text in parts.items()}
    _write(folder, parts)


@SHEETS.entry("feuille-prefixes", "all elements under a prefix of their own", "lu")
def _prefixed(folder: Path, _: Ground) -> None:
    parts = form_parts("feuille-prefixes")
    text = str(parts[_SHEET]).removeprefix(HEAD).replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    for tag in ("worksheet", "sheetData", "row", "c", "is", "t", "v"):
        for mark in (" ", ">"):
            text = text.replace(f"<{tag}{mark}", f"<x:{tag}{mark}")
        text = text.replace(f"</{tag}>", f"</x:{tag}>")
    _write(folder, {**parts, _SHEET: HEAD + text})


@SHEETS.entry("cellule-formules", "circular, shared and array formulas, with and without their values", "lu")
def _formulas(folder: Path, _: Ground) -> None:
    cells = {
        "stage.sujet": '<c r="{at}" t="str"><f t="shared" ref="A2:A9" si="0">A1</f><v>Édition de récits de voyage</v></c>',
        "stage.duree_heures": '<c r="{at}"><f>{at}+1</f></c>',
        "stage.activites": '<c r="{at}" t="str"><f t="array" ref="A2:B3">A1:B2</f><v>Lecture de manuscrits</v></c>',
        "organisme.effectif": '<c r="{at}"><f>1+1</f><v/></c>',
    }
    _write(folder, _with_cells("cellule-formules", cells))


@SHEETS.entry("cellule-erreurs", "cells whose formula failed", "lu")
def _errors(folder: Path, _: Ground) -> None:
    names = ("#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!")
    fields = ("stage.sujet", "stage.duree_heures", "stage.date_debut", "etudiant.email", "organisme.siret")
    told = [f'<c r="{{at}}" t="e"><v>{name}</v></c>' for name in names]
    _write(folder, _with_cells("cellule-erreurs", dict(zip(fields, told, strict=True))))


@SHEETS.entry("cellule-nombres", "numbers that are none: NaN, infinity, 1e308, minus zero, forty digits", "lu")
def _numbers(folder: Path, _: Ground) -> None:
    values = ("NaN", "INF", "1e308", "-0", "1" * 40)
    fields = (
        "stage.duree_heures", "gratification.montant", "organisme.siret", "formation.ects", "stage.heures_hebdomadaires",
    )  # fmt: skip
    told = [f'<c r="{{at}}"><v>{value}</v></c>' for value in values]
    _write(folder, _with_cells("cellule-nombres", dict(zip(fields, told, strict=True))))


@SHEETS.entry("cellule-types", "booleans and dates in another notation where texts are asked", "lu")
def _types(folder: Path, _: Ground) -> None:
    cells = {
        "etudiant.nom": '<c r="{at}" t="b"><v>1</v></c>',
        "etudiant.prenom": '<c r="{at}" t="d"><v>2026-01-01T00:00:00</v></c>',
        "stage.date_fin": '<c r="{at}" t="d"><v>0000-99-99</v></c>',
    }
    _write(folder, _with_cells("cellule-types", cells))


@SHEETS.entry("cellule-booleen", "a boolean cell that is neither true nor false", "rejeté", _DAMAGED)
def _boolean(folder: Path, _: Ground) -> None:
    _write(folder, _with_cells("cellule-booleen", {"stage.sujet": '<c r="{at}" t="b"><v>peut-être</v></c>'}))


@SHEETS.entry("cellule-erreur-inconnue", "a failed formula whose code no Excel writes", "rejeté", _DAMAGED)
def _unknown_error(folder: Path, _: Ground) -> None:
    _write(folder, _with_cells("cellule-erreur-inconnue", {"stage.sujet": '<c r="{at}" t="e"><v>#NOM ?</v></c>'}))


@SHEETS.entry("cellule-type-inconnu", "a type of cell that does not exist", "rejeté", _DAMAGED)
def _unknown_type(folder: Path, _: Ground) -> None:
    _write(folder, _with_cells("cellule-type-inconnu", {"stage.sujet": '<c r="{at}" t="zz"><v>a</v></c>'}))


_STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>'
    '<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def _dated(key: str, serials: Mapping[str, str]) -> dict[str, str | bytes]:
    """Return the workbook of one entry in which some fields are date cells of these serial numbers."""
    parts = _with_cells(key, {field: f'<c r="{{at}}" s="1"><v>{n}</v></c>' for field, n in serials.items()})
    links = [("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml")]
    return {**parts, "xl/styles.xml": _STYLES, "xl/_rels/workbook.xml.rels": relations(links)}


@SHEETS.entry("date-lointaine", "dates beyond the year 9999 and before 1900", "lu")
def _far(folder: Path, _: Ground) -> None:
    serials = {"stage.date_debut": "99999999", "stage.date_fin": "-5", "etudiant.date_naissance": "0"}
    _write(folder, _dated("date-lointaine", {**serials, "formation.date_jury": "1e300", "assurance.rc_debut": "60"}))


@SHEETS.entry("date-1904", "the 1904 date system", "lu")
def _old_dates(folder: Path, _: Ground) -> None:
    # 44958 days after 1 January 1904: 2 February 2027; 45075: 30 May 2027
    parts = _dated("date-1904", {"stage.date_debut": "44957", "stage.date_fin": "45073"})
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<workbookPr/>", '<workbookPr date1904="1"/>')
    _write(folder, parts)


@SHEETS.entry("cellule-texte", "markup, templates, line ends of headers and escapes of Excel in texts", "lu")
def _markup(folder: Path, _: Ground) -> None:
    changes = {
        "stage.sujet": "<script>alert(1)</script> {{ 7*7 }} {% include '/etc/passwd' %}",
        "stage.activites": "Bcc: autre@example.org\r\n\r\n<img src=x onerror=alert(1)>",
        "stage.competences": "_x000D__x0007_ ]]> <!-- --> &amp; &#0;",
        "organisme.raison_sociale": "Éditions\nBcc: autre@example.org",
    }
    _write(folder, form_parts("cellule-texte", changes))


@SHEETS.entry("cellule-nom", "a name of ten thousand letters, slashes, dots and marks of direction", "lu")
def _long_name(folder: Path, _: Ground) -> None:
    changes = {"etudiant.nom": "../" * 3000 + "\u202eDURAND", "etudiant.prenom": "CON"}
    _write(folder, form_parts("cellule-nom", changes))


@SHEETS.entry("en-tetes-doubles", "every column twice", "lu")
def _twice(folder: Path, _: Ground) -> None:
    rows = [[*row, *row] for row in form_rows("en-tetes-doubles")]
    _write(folder, workbook({"Réponses": sheet_xml(rows_xml(rows))}))


@SHEETS.entry("en-tetes-seuls", "headers and no form", "lu", rows=0)
def _headers_only(folder: Path, _: Ground) -> None:
    _write(folder, workbook({"Réponses": sheet_xml(rows_xml(form_rows("en-tetes-seuls")[:1]))}))


@SHEETS.entry("en-tetes-inconnus", "a table of something else", "rejeté", "aucune ligne d’en-têtes connue")
def _unknown(folder: Path, _: Ground) -> None:
    _write(folder, workbook({"Feuil1": sheet_xml(rows_xml([["Article", "Prix"], ["Cahier", 2]]))}))
