"""The pictures that each dossier or university brings: found by their name in Word, read back by a scanner."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import segno
import zxingcpp
from docx import Document
from PIL import Image

from pipeline.documents.code import code_png
from pipeline.documents.pictures import named_pictures
from pipeline.documents.word import WordTemplate


def _read(png: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


@pytest.mark.parametrize("text", ["C2026-000001/1", "C2026-999999/12", "SANS-REFERENCE/1"])
def test_the_code_is_read_back_as_its_text(text: str) -> None:
    assert _read(code_png(text)) == [text]


@pytest.mark.parametrize("text", ["C2026-000001/1", "SANS-REFERENCE/1/A3", "x" * 200])
def test_the_picture_is_the_one_that_segno_draws(text: str) -> None:
    drawn = io.BytesIO()
    segno.make_qr(text, error="m", mask=3).save(drawn, kind="png", scale=8, border=2)
    assert code_png(text) == drawn.getvalue()


def test_the_same_text_gives_the_same_picture() -> None:
    first = code_png("C2026-000001/1")
    code_png.cache_clear()
    assert code_png("C2026-000001/1") == first


def _saved_by_word(path: Path, *names: str) -> Path:
    """A template whose pictures have the names that Word gives their files: image1.png, image2.png."""
    document = Document()
    header = document.sections[0].header.paragraphs[0]
    for number, name in enumerate(names):
        picture = io.BytesIO()
        Image.new("L", (8 + number, 8)).save(picture, "PNG")
        picture.seek(0)
        header.add_run().add_picture(picture)
        drawing = header._p.xpath(".//wp:docPr")[-1]
        drawing.set("name", name)
    document.save(str(path))
    return path


def test_pictures_are_found_by_their_name_whatever_their_file(tmp_path: Path) -> None:
    path = _saved_by_word(tmp_path / "a.docx", "Logo", "code", "Photo")
    (logo,), (code,) = named_pictures(path, "logo"), named_pictures(path, "code")
    assert logo != code
    assert Path(logo).name.startswith("image")
    assert named_pictures(path, "cachet") == ()


def test_each_dossier_has_its_own_code_and_each_university_its_logo(tmp_path: Path) -> None:
    path = _saved_by_word(tmp_path / "a.docx", "logo", "code")
    template = WordTemplate(path, logo=b"\x89PNG of the university")
    for reference in ("C2026-000001/1", "C2026-000002/3"):
        content = template.render({"convention": {"code": reference}})
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            assert _read(archive.read(named_pictures(path, "code")[0])) == [reference]
            assert archive.read(named_pictures(path, "logo")[0]) == b"\x89PNG of the university"
