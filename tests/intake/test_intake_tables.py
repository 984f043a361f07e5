"""Files of every format are read to the same cells, or refused in one line."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet  # odfpy has no types
from odf.table import Table as OdfTable  # as above
from odf.table import TableCell, TableRow
from odf.text import P  # as above

from pipeline.intake.files import InboxFile
from pipeline.intake.tables import Table, read_tables
from pipeline.intake.unreadable import ChangedFile, UnreadableFile
from pipeline.model import ErrorCell, Limits
from tests.intake.intake_workbooks import Rows, write_xlsx

DAY = datetime.fromisoformat("2027-02-03")


def _tables(path: Path, limits: Limits | None = None) -> list[Table]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return read_tables(InboxFile(path.name, path, digest, "à lire"), limits or Limits())


def _bytes(tmp_path: Path, name: str, content: bytes, limits: Limits | None = None) -> list[Table]:
    (tmp_path / name).write_bytes(content)
    return _tables(tmp_path / name, limits)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_text_is_read_in_each_encoding_with_each_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(
        [["Prénom", "Ville", "Sujet"], ["Zoé", "Nîmes", "l’œuvre\nen deux lignes"], [], ["Léa", "", "a;b,c"]]
    )
    (table,) = _bytes(tmp_path, "a.csv", stream.getvalue().encode(encoding))
    assert table.rows == (
        ("Prénom", "Ville", "Sujet"),
        ("Zoé", "Nîmes", "l’œuvre\nen deux lignes"),
        (),
        ("Léa", None, "a;b,c"),
    )


def test_the_line_that_names_the_separator_is_not_a_row(tmp_path: Path) -> None:
    (table,) = _bytes(tmp_path, "a.csv", b"sep=;\r\na;b\r\n1;2\r\n")
    assert table.rows == (("a", "b"), ("1", "2"))


def test_a_quotation_mark_left_open_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        _bytes(tmp_path, "a.csv", b'a;b\r\n"1;2\r\n3;4\r\n')


def test_a_workbook_keeps_its_addresses_numbers_dates_and_errors(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["B3"], sheet["C3"], sheet["D4"] = 613456789.0, DAY, "é\nb"
    sheet["E5"] = "#REF!"
    book.save(tmp_path / "a.xlsx")
    (table,) = _tables(tmp_path / "a.xlsx")
    assert table.rows[2][1] == 613456789
    assert type(table.rows[2][1]) is int
    assert table.rows[2][2] == DAY
    assert table.rows[3][3] == "é\nb"
    assert table.rows[4][4] == ErrorCell("#REF!")


def test_the_old_format_keeps_its_addresses_numbers_dates_and_errors(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Données stage")
    sheet.write(2, 1, 613456789.0)
    sheet.write(2, 2, DAY, xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.write(3, 0, "é\nb")
    sheet.row(4).set_cell_error(0, "#DIV/0!")
    book.save(str(tmp_path / "a.xls"))
    (table,) = _tables(tmp_path / "a.xls")
    assert table.sheet == "Données stage"
    assert table.rows[2][1:3] == (613456789, DAY)
    assert table.rows[3][0] == "é\nb"
    assert table.rows[4][0] == ErrorCell("#DIV/0!")


def test_libreoffice_sheets_are_read_with_their_errors(tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    sheet = OdfTable(name="Feuille")
    for values in (["a", "b"], ["1", "#N/A"]):
        row = TableRow()
        for value in values:
            formula = {"formula": "of:=NA()"} if value == "#N/A" else {}
            cell = TableCell(valuetype="string", **formula)
            cell.addElement(P(text=value))
            row.addElement(cell)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    document.save(str(tmp_path / "a.ods"))
    (table,) = _tables(tmp_path / "a.ods")
    assert table.rows == (("a", "b"), ("1", ErrorCell("#N/A")))


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.xlsx", b"a;b\n1;2\n", "texte"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "page web"),
        ("a.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        ("a.xls", OLE + b"\0" * 2000, "endommagé"),
        ("a.xlsx", b"PK\x03\x04 tronque", "endommagé"),
        ("a.xlsx", _zip({"word/document.xml": b"<a/>"}), "classeur"),
        (
            "a.ods",
            _zip({"META-INF/manifest.xml": b"<encryption-data/>", "content.xml": b"?"}),
            "mot de passe",
        ),
        ("a.csv", b"\x00\x01\x02\xff" * 50, "texte"),
    ],
)
def test_what_is_no_table_is_refused_in_one_clear_line(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        _bytes(tmp_path, name, content)
    assert word in refusal.value.reason
    assert "\n" not in refusal.value.reason


def test_a_truncated_workbook_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [["a", "b"]])
    whole = (tmp_path / "a.xlsx").read_bytes()
    for cut in range(8, len(whole) - 1, len(whole) // 12):
        with pytest.raises(UnreadableFile):
            _bytes(tmp_path, "b.xlsx", whole[:cut])


@pytest.mark.parametrize(
    "limits",
    [Limits(unpacked_bytes=1000), Limits(rows=2), Limits(columns=2)],
    ids=["octets", "lignes", "colonnes"],
)
def test_a_workbook_beyond_the_limits_is_refused(tmp_path: Path, limits: Limits) -> None:
    write_xlsx(tmp_path / "a.xlsx", [["a", "b", "c"]] * 3)
    with pytest.raises(UnreadableFile):
        _tables(tmp_path / "a.xlsx", limits)
    assert len(_tables(tmp_path / "a.xlsx")[0].rows) == 3


def test_a_stray_cell_at_the_far_corner_is_refused_without_reserving_its_rectangle(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["XFD1048576"] = 1
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFile):
        _tables(tmp_path / "a.xlsx")


def test_a_file_that_changed_since_it_was_hashed_waits(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a;b")
    with pytest.raises(ChangedFile):
        read_tables(InboxFile("a.csv", tmp_path / "a.csv", "0" * 64, "à lire"), Limits())


_TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=8
).filter(lambda text: text.strip() == text and not text.startswith("#"))
_GRID = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(_TEXT, min_size=width, max_size=width), min_size=1, max_size=4)
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_GRID)
def test_any_printable_table_comes_back_with_its_addresses(tmp_path: Path, grid: Rows) -> None:
    write_xlsx(tmp_path / "p.xlsx", grid)
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL).writerows(grid)
    expected = tuple(tuple(row) for row in grid)
    assert _tables(tmp_path / "p.xlsx")[0].rows == expected
    assert _bytes(tmp_path, "p.csv", stream.getvalue().encode())[0].rows == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([b"", b"PK\x03\x04", OLE, b"\xff\xfe", b"sep=;\n"]),
    st.binary(max_size=400),
    st.sampled_from(["a.xlsx", "a.xls", "a.ods", "a.csv", "a.tsv"]),
)
def test_any_bytes_are_a_table_or_a_reason(tmp_path: Path, head: bytes, rest: bytes, name: str) -> None:
    try:
        tables = _bytes(tmp_path, name, head + rest)
    except UnreadableFile:
        return
    assert isinstance(tables, list)
