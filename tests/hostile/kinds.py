"""Files of another kind than their extension says, locked ones, and formats that are not read."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import xlwt
from xlwt.CompoundDoc import XlsDoc

from tests.hostile.bad_file import Family, Ground
from tests.hostile.parts import Parts, content_types, form_csv, form_parts, form_rows, form_xlsx, written, zipped

KINDS = Family("Kinds and extensions")
_TYPE = "ce type de fichier n’est pas lu"
_LOCKED = "le fichier est protégé par un mot de passe"
_DAMAGED = "le fichier est endommagé"
_OTHER = "ce n’est pas un classeur"


@KINDS.entry("genre-pdf", "a PDF", "rejeté", _TYPE)
def _pdf(folder: Path, _: Ground) -> None:
    (folder / "a.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")


@KINDS.entry("genre-docx", "a Word document renamed .xlsx", "rejeté", _OTHER)
def _docx(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(zipped({"[Content_Types].xml": content_types(), "word/document.xml": "<a/>"}))


@KINDS.entry("genre-xlsx-csv", "a workbook renamed .csv: read by its content", "lu")
def _xlsx_as_csv(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(form_xlsx("genre-xlsx-csv"))


@KINDS.entry("genre-csv-xlsx", "a CSV renamed .xlsx", "rejeté", "c’est un fichier texte renommé en .xlsx")
def _csv_as_xlsx(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(form_csv("genre-csv-xlsx").encode())


@KINDS.entry(
    "genre-texte-xlsx", "minutes of a meeting renamed .xlsx", "rejeté", "c’est un fichier texte renommé en .xlsx"
)
def _text_as_xlsx(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_text("Compte rendu de la réunion du 3 novembre.\n", encoding="utf-8")


@KINDS.entry("genre-html-xls", "a web page renamed .xls", "rejeté", "c’est une page web renommée en .xls")
def _html_as_xls(folder: Path, ground: Ground) -> None:
    page = f'<html><body><img src="{ground.url}pixel"><table><tr><td>21000001</td></tr></table></body></html>'
    (folder / "a.xls").write_text(page, encoding="utf-8")


@KINDS.entry("genre-xml-xls", "a workbook of Excel 2003 in XML renamed .xls", "rejeté", "c’est un fichier XML renommé")
def _xml_as_xls(folder: Path, _: Ground) -> None:
    page = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
    (folder / "a.xls").write_text(page, encoding="utf-8")


@KINDS.entry("genre-sans-extension", "a workbook without extension", "rejeté", _TYPE)
def _bare(folder: Path, _: Ground) -> None:
    (folder / "export").write_bytes(form_xlsx("genre-sans-extension"))


@KINDS.entry("genre-capitales", "an extension in capitals", "lu")
def _capitals(folder: Path, _: Ground) -> None:
    (folder / "EXPORT.XLSX").write_bytes(form_xlsx("genre-capitales"))


@KINDS.entry("genre-macros", "a workbook with macros: read, its macros never run", "lu")
def _macros(folder: Path, _: Ground) -> None:
    parts = form_parts("genre-macros")
    main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", main
    )
    project = b'Attribute VB_Name = "ThisWorkbook"\r\nSub Workbook_Open()\r\n  Shell "calc"\r\nEnd Sub\r\n'
    (folder / "a.xlsm").write_bytes(zipped({**parts, "xl/vbaProject.bin": _ole(project)}))


@KINDS.entry("genre-macros-nom", "macros in a workbook that calls itself .xlsx", "lu")
def _hidden_macros(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(zipped({**form_parts("genre-macros-nom"), "xl/vbaProject.bin": b"\xd0\xcf" * 99}))


@KINDS.entry("genre-xlsb", "a binary workbook (.xlsb) renamed .xlsx", "rejeté", _OTHER)
def _xlsb(folder: Path, _: Ground) -> None:
    members: Parts = {
        "[Content_Types].xml": content_types(),
        "xl/workbook.bin": b"\x83\x01\0",
        "xl/worksheets/sheet1.bin": b"\x81",
    }
    (folder / "a.xlsx").write_bytes(zipped(members))


@KINDS.entry("genre-xlsb-vrai", "a binary workbook under its own extension", "rejeté", _TYPE)
def _own_xlsb(folder: Path, _: Ground) -> None:
    (folder / "a.xlsb").write_bytes(zipped({"xl/workbook.bin": b"\x83\x01\0"}))


@KINDS.entry("genre-numbers", "a Numbers document renamed .xlsx", "rejeté", _OTHER)
def _numbers(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(zipped({"Index/Document.iwa": bytes(64), "Metadata/Properties.plist": b"bplist00"}))


@KINDS.entry("genre-google", "the shortcut to a sheet of Google", "rejeté", _TYPE)
def _google(folder: Path, ground: Ground) -> None:
    (folder / "a.gsheet").write_text(f'{{"url": "{ground.url}d/1"}}', encoding="utf-8")


@KINDS.entry("genre-image", "a picture renamed .ods", "rejeté", _DAMAGED)
def _picture(folder: Path, _: Ground) -> None:
    (folder / "a.ods").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 64)


@KINDS.entry("chiffre-xlsx", "a workbook locked with a password (.xlsx)", "rejeté", _LOCKED)
def _locked_xlsx(folder: Path, _: Ground) -> None:
    content = _ole(b"\0" * 5000)
    entry = content.index("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le")
    locked = bytearray(content)
    locked[entry : entry + 66] = name + bytes(64 - len(name)) + struct.pack("<H", len(name) + 2)
    (folder / "a.xlsx").write_bytes(bytes(locked))


@KINDS.entry("chiffre-xls", "a workbook locked with a password (.xls)", "rejeté", _LOCKED)
def _locked_xls(folder: Path, _: Ground) -> None:
    book = xlwt.Workbook()
    book.add_sheet("Feuil1").write(0, 0, "x")
    data = book.get_biff_data()
    begin = 4 + struct.unpack_from("<H", data, 2)[0]  # after the record that opens the stream
    record = struct.pack("<HHHHH", 0x2F, 6, 0, 0x1234, 0x5678)
    (folder / "a.xls").write_bytes(_ole(data[:begin] + record + data[begin:]))


@KINDS.entry("chiffre-ods", "a LibreOffice workbook locked with a password", "rejeté", _LOCKED)
def _locked_ods(folder: Path, _: Ground) -> None:
    members: Parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
        "</manifest:manifest>",
        "content.xml": bytes(range(256)),
    }
    (folder / "a.ods").write_bytes(zipped(members))


@KINDS.entry("xls-ancien", "a sound workbook of the old binary format", "lu")
def _old(folder: Path, _: Ground) -> None:
    (folder / "a.xls").write_bytes(old_workbook("xls-ancien"))


@KINDS.entry("xls-coupe", "an old workbook cut in its middle", "rejeté", _DAMAGED)
def _old_cut(folder: Path, _: Ground) -> None:
    content = old_workbook("xls-coupe")
    (folder / "a.xls").write_bytes(content[: len(content) // 2])


@KINDS.entry("xls-boucle", "an old workbook whose sectors form a loop", "rejeté", _DAMAGED)
def _old_loop(folder: Path, _: Ground) -> None:
    content = bytearray(old_workbook("xls-boucle"))
    table = 512 * (1 + struct.unpack_from("<I", content, 76)[0])  # the first sector of the allocation table
    struct.pack_into("<I", content, table + 4, 0)
    struct.pack_into("<I", content, table, 1)
    (folder / "a.xls").write_bytes(bytes(content))


def old_workbook(key: str) -> bytes:
    """Return the sound workbook of one entry in the old binary format (.xls), every cell a text."""
    book, stream = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    sheet = book.add_sheet("Données")
    for r, row in enumerate(form_rows(key)):
        for c, value in enumerate(row):
            sheet.write(r, c, written(value))
    book.save(stream)
    return stream.getvalue()


def _ole(content: bytes) -> bytes:
    """Return an OLE container that holds ``content`` as its one stream, called « Workbook »."""
    stream = io.BytesIO()
    XlsDoc().save(stream, content)
    return stream.getvalue()
