"""LibreOffice workbooks (.ods) that are broken, locked or immense."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from tests.hostile.bad_file import Family, Ground
from tests.hostile.parts import HEAD, form_rows, written, zipped

ODS = Family("LibreOffice workbooks")
_DAMAGED = "le fichier est endommagé"
_TOO_MANY = "plus de "
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def _rows(key: str) -> str:
    lines = []
    for row in form_rows(key):
        cells = "".join(_cell(written(value)) for value in row)
        lines.append(f"<table:table-row>{cells}</table:table-row>")
    return "".join(lines)


def _cell(text: str, attributes: str = "") -> str:
    told = f"<text:p>{escape(text)}</text:p>" if text else ""
    return f'<table:table-cell office:value-type="string"{attributes}>{told}</table:table-cell>'


def _book(rows: str, doctype: str = "", after: str = "") -> bytes:
    content = (
        f"{HEAD}{doctype}<office:document-content {_SPACES}><office:body><office:spreadsheet>"
        f'<table:table table:name="Réponses">{rows}</table:table>{after}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": _MIME, "content.xml": content, "META-INF/manifest.xml": f"{HEAD}<manifest/>"})


@ODS.entry("ods-sain", "a sound workbook of LibreOffice", "lu")
def _sound(folder: Path, _: Ground) -> None:
    (folder / "a.ods").write_bytes(sound_ods("ods-sain"))


@ODS.entry("ods-plein", "rows and columns said to be repeated to the far corner, all empty", "lu")
def _padded(folder: Path, _: Ground) -> None:
    empty = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    (folder / "a.ods").write_bytes(_book(_rows("ods-plein") + empty))


@ODS.entry("ods-lignes-repetees", "one filled row repeated a million times", "rejeté", _TOO_MANY)
def _repeated_rows(folder: Path, _: Ground) -> None:
    row = f'<table:table-row table:number-rows-repeated="1000000">{_cell("21000001")}</table:table-row>'
    (folder / "a.ods").write_bytes(_book(_rows("ods-lignes-repetees") + row))


@ODS.entry("ods-colonnes-repetees", "one filled cell repeated in 16 384 columns", "rejeté", _TOO_MANY)
def _repeated_columns(folder: Path, _: Ground) -> None:
    cell = _cell("21000001", ' table:number-columns-repeated="16384"')
    (folder / "a.ods").write_bytes(_book(_rows("ods-colonnes-repetees") + f"<table:table-row>{cell}</table:table-row>"))


@ODS.entry("ods-repetition-fausse", "a filled cell repeated 10^40 times, and minus once", "rejeté", _DAMAGED)
def _false_count(folder: Path, _: Ground) -> None:
    cells = _cell("x", f' table:number-columns-repeated="{10**40}"') + _cell("y", ' table:number-columns-repeated="-1"')
    (folder / "a.ods").write_bytes(
        _book(_rows("ods-repetition-fausse") + f"<table:table-row>{cells}</table:table-row>")
    )


@ODS.entry("ods-rires", "an XML entity bomb in a workbook of LibreOffice", "rejeté", _DAMAGED)
def _laughs(folder: Path, _: Ground) -> None:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    doctype = f'<!DOCTYPE a [<!ENTITY a0 "ha">{levels}]>'
    row = "<table:table-row><table:table-cell><text:p>&a9;</text:p></table:table-cell></table:table-row>"
    (folder / "a.ods").write_bytes(_book(_rows("ods-rires") + row, doctype))


@ODS.entry("ods-fichier", "an external entity of LibreOffice that names a file of this machine", "lu")
def _file_entity(folder: Path, ground: Ground) -> None:
    doctype = f'<!DOCTYPE a [<!ENTITY a SYSTEM "{ground.canary.as_uri()}">]>'
    row = "<table:table-row><table:table-cell><text:p>&a;</text:p></table:table-cell></table:table-row>"
    (folder / "a.ods").write_bytes(_book(_rows("ods-fichier") + row, doctype))


@ODS.entry(
    "ods-homonymes",
    "two sheets of one name in a workbook of LibreOffice",
    "rejeté",
    "deux feuilles portent le même nom",
)
def _namesakes(folder: Path, _: Ground) -> None:
    other = f'<table:table table:name="Réponses">{_rows("ods-homonymes-2")}</table:table>'
    (folder / "a.ods").write_bytes(_book(_rows("ods-homonymes"), after=other))


@ODS.entry("ods-liens", "links to other documents and scripts", "lu")
def _links(folder: Path, ground: Ground) -> None:
    links = (
        f'<table:dde-links><table:dde-link><office:dde-source office:dde-application="soffice" '
        f'office:dde-topic="{ground.canary}" office:dde-item="A1"/></table:dde-link></table:dde-links>'
    )
    (folder / "a.ods").write_bytes(_book(_rows("ods-liens"), after=links))


@ODS.entry("ods-sans-contenu", "an archive of LibreOffice without its content", "rejeté", "ce n’est pas un classeur")
def _hollow(folder: Path, _: Ground) -> None:
    (folder / "a.ods").write_bytes(zipped({"mimetype": _MIME}))


@ODS.entry("ods-texte", "a text of LibreOffice renamed .ods", "rejeté", "ce n’est pas un classeur")
def _text(folder: Path, _: Ground) -> None:
    (folder / "a.ods").write_bytes(
        zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"})
    )


def sound_ods(key: str) -> bytes:
    """Return the sound workbook of one entry in LibreOffice's format."""
    return _book(_rows(key))
