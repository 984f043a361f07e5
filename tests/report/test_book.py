"""Workbooks written row by row: what goes in comes out, of any kind and however long, and the bytes are always the same."""

# ruff: noqa: DTZ001 (the cells of a spreadsheet have no time zone)

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.model import CellValue, ErrorCell
from pipeline.report import book as books
from pipeline.report.book import Book, Link
from pipeline.report.looks import Looks, clean
from pipeline.report.notes import note

DAY = date(2026, 11, 21)
VALUES: tuple[CellValue, ...] = (
    "Élodie & <b>", "=1+1", "-12", "", " deux  espaces ", "fin\nde\rligne", "🎭 שלום", 12, 12345678900012, 1.5, True, False,
    date(2026, 1, 31), datetime(2026, 1, 31, 8, 30), time(8, 30), timedelta(hours=35), ErrorCell("#REF!"), None,
)  # fmt: skip


def small(path: Path) -> Path:
    """Write a workbook with a comment, links, an empty cell and a hidden sheet at ``path``."""
    book = Book(DAY, "Suivi des conventions", "Essai")
    sheet = book.add("Feuille")
    looks = Looks(sheet)
    sheet.set_widths((20, 12))
    sheet.append([looks.cell("Nom", "head"), looks.cell("Réf.", "head")], 30)
    told = {1: note("À corriger : <vide> & à compléter.")}
    sheet.append([looks.cell("LAMBERTIN"), looks.cell(None, "correct")], 44.5, told, {0: Link("dossiers/a%20b/", "C1")})
    sheet.append([None, looks.cell("C2")], links={1: Link("rapport.html")})
    hidden = book.add("_conventions", hidden=True)
    hidden.append([Looks(hidden).cell("format")])
    book.store(path)
    return path


def test_a_sheet_comes_back_with_its_cells_sizes_comments_and_links(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(small(tmp_path / "essai.xlsx"))
    sheet: Any = book["Feuille"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Nom", "Réf."],
        ["LAMBERTIN", None],
        [None, "C2"],
    ]
    assert [sheet.row_dimensions[number].height for number in (1, 2, 3)] == [30, 44.5, None]
    assert [sheet.column_dimensions[letter].width for letter in "AB"] == [20, 12]
    assert sheet["B2"].comment.text == "À corriger : <vide> & à compléter."
    assert sheet["B2"].comment.author == "Suivi des conventions"
    assert (sheet["A2"].hyperlink.target, sheet["A2"].hyperlink.location) == ("dossiers/a%20b/", "C1")
    assert (sheet["B3"].hyperlink.target, sheet["B3"].hyperlink.location) == ("rapport.html", None)
    assert book["_conventions"].sheet_state == "hidden"
    assert book.properties.modified == datetime(2026, 11, 21)


def test_a_comment_is_drawn_beside_its_cell_at_its_own_size(tmp_path: Path) -> None:
    with zipfile.ZipFile(small(tmp_path / "essai.xlsx")) as archive:
        drawing = etree.fromstring(archive.read("xl/drawings/commentsDrawing1.vml"))
    shape = drawing.find("{*}shape")
    assert shape is not None
    assert "width:380px;height:35px" in shape.get("style", "")
    place = [shape.findtext(f"{{*}}ClientData/{{*}}{name}") for name in ("Row", "Column")]
    assert place == ["1", "1"]
    # Column C begins right of the cell; the first 145 and 89 pixels are those of A and B.
    assert shape.findtext("{*}ClientData/{*}Anchor") == "2, 14, 1, 2, 8, 10, 1, 37"


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = small(tmp_path / "1.xlsx"), small(tmp_path / "2.xlsx")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}


def test_a_value_of_any_kind_comes_back(tmp_path: Path) -> None:
    book = Book(DAY, "", "")
    sheet = book.add("Feuille")
    looks = Looks(sheet)
    sheet.append([looks.cell(value, "bare") for value in VALUES])
    book.store(tmp_path / "valeurs.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "valeurs.xlsx")["Feuille"][1]
    found = {given: cell.value for given, cell in zip(VALUES, cells, strict=True)}
    assert found.pop("") is None
    assert found.pop(ErrorCell("#REF!")) == "#REF!"
    assert found.pop(date(2026, 1, 31)) == datetime(2026, 1, 31)
    assert all(given == value and type(given) is type(value) for given, value in found.items())
    assert "f" not in {cell.data_type for cell in cells}


@given(st.text(max_size=60))
def test_every_text_is_sound_xml_and_reads_as_it_was(text: str) -> None:
    cell = Looks(openpyxl.Workbook().active).cell(text)
    found = etree.fromstring(f"<c{cell}".encode("ascii", "xmlcharrefreplace"))
    assert (found.findtext("is/t") or "") == clean(text)


def test_long_sheets_wait_on_the_disk_and_come_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "_IN_MEMORY", 1_000)
    book = Book(DAY, "", "")
    sheet = book.add("Feuille")
    looks = Looks(sheet)
    for number in range(200):
        sheet.append([looks.cell(f"ligne {number}"), None, looks.cell(number)])
    book.store(tmp_path / "longue.xlsx")
    rows = openpyxl.load_workbook(tmp_path / "longue.xlsx")["Feuille"].values
    assert list(rows) == [(f"ligne {number}", None, number) for number in range(200)]


def test_a_sheet_without_rows_is_a_sheet(tmp_path: Path) -> None:
    book = Book(DAY, "", "")
    book.add("Vide")
    book.store(tmp_path / "vide.xlsx")
    assert list(openpyxl.load_workbook(tmp_path / "vide.xlsx")["Vide"].values) == []


def test_no_sheet_has_more_links_than_excel_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MOST_LINKS", 5)
    book = Book(DAY, "Suivi des conventions", "Essai")
    sheet = book.add("Feuille")
    for _ in range(4):
        sheet.append([Looks(sheet).cell("a"), Looks(sheet).cell("b")], links={0: Link("a.html"), 1: Link("b.html")})
    book.store(tmp_path / "essai.xlsx")
    read: Any = openpyxl.load_workbook(tmp_path / "essai.xlsx")["Feuille"]
    assert [cell.coordinate for row in read.iter_rows() for cell in row if cell.hyperlink] == ["A1", "B1", "A2", "B2"]
