"""What an archive asks of our PDFs: PDF/A-2b, title, language, bookmarks, embedded fonts; tags for those from Word."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from lxml import etree
from PIL import Image, ImageCms

from pipeline.documents import office, pages
from pipeline.documents.archive import archive
from pipeline.documents.checklist import checklist_html, checklist_values, load_checklist
from pipeline.documents.colour import NAME, srgb_profile
from pipeline.documents.values import load_translations, template_values
from pipeline.documents.word import WordTemplate
from tests.pdfs import pictures_of
from tests.rules.forms import ROOT, entry, judge

_TOOLS = ("soffice", "wkhtmltopdf", "pdffonts", "pdftoppm", "pdftotext")
real = pytest.mark.skipif(any(shutil.which(tool) is None for tool in _TOOLS), reason="a PDF tool is missing")

ABROAD: Mapping[str, Any] = {"etranger": "États-Unis", "etudiant.date_naissance": "2009-06-01"}
REPORT = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Rapport d’essai &amp; de nuit</title>
<script>document.title = "jamais"</script></head><body><h1>Rapport <span lang="en">Report</span></h1>{}</body></html>"""
PARTS = [f"Partie {number} de l’année" for number in range(1, 7)]
WORD = ("convention_francais", "convention_bilingue", "annexe_etranger_bilingue", "attestation", "fiche_accident")
FROM_HTML = ("pieces_fr", "pieces_bilingue", "rapport")


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """PDFs of each kind, by name, as a night makes them."""
    folder = tmp_path_factory.mktemp("pdf")
    _from_html(folder)
    _from_word(folder, tmp_path_factory.mktemp("atelier"))
    return {name: folder / f"{name}.pdf" for name in (*FROM_HTML, *WORD)}


def _from_html(folder: Path) -> None:
    checklist = load_checklist(ROOT / "schemas", judge().tables.fields)
    verdict = judge().judge(entry(ABROAD))
    page = checklist_values(judge().facts(verdict.entry), verdict, checklist)
    words = "<p>Les fichiers lus cette nuit, à l’œuvre.</p>" * 25
    texts = {
        "pieces_fr": checklist_html(page, "fr"),
        "pieces_bilingue": checklist_html(page, "bilingue"),
        "rapport": REPORT.format("".join(f"<h2>{part}</h2>{words}" for part in PARTS)),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    jobs = [pages.PdfJob(folder / f"{name}.html", folder / f"{name}.pdf", "Sans titre") for name in texts]
    assert pages.html_to_pdf(jobs, pages.find_wkhtmltopdf() or "", 60) == []


def _from_word(folder: Path, workshop: Path) -> None:
    values = template_values(
        judge().facts(entry(ABROAD)), load_translations(ROOT / "schemas", judge().tables.fields), draft=False
    )
    for name in WORD:
        (folder / f"{name}.docx").write_bytes(_template(name).render(values))
    program = office.find_program()
    assert program is not None
    jobs = [office.Job(folder / f"{name}.docx", folder / f"{name}.pdf") for name in WORD]
    assert office.convert(office.Office(program, 90, 20), jobs, workshop, 1) == []


def _template(name: str) -> WordTemplate:
    return WordTemplate(ROOT / "templates_docx" / f"{name}.docx")


everything = pytest.mark.parametrize("name", [*FROM_HTML, *WORD])


@real
@everything
def test_a_pdf_says_that_it_is_pdf_a_2b_with_title_and_language(pdfs: Mapping[str, Path], name: str) -> None:
    with pikepdf.open(pdfs[name]) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert metadata["dc:title"] == str(pdf.docinfo["/Title"])
        assert str(pdf.Root.Lang) == "fr-FR"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        if name in FROM_HTML:
            title = (
                "Rapport d’essai & de nuit" if name == "rapport" else "Pièces à réunir pour votre convention de stage"
            )
            assert metadata["dc:title"].startswith(title)
            assert metadata["dc:language"] == {"fr-FR"}


@real
@everything
def test_a_pdf_holds_nothing_that_an_archive_refuses(pdfs: Mapping[str, Path], name: str) -> None:
    with pikepdf.open(pdfs[name]) as pdf:
        assert not pdf.is_encrypted
        assert len(pdf.trailer.ID) == 2
        (intent,) = pdf.Root.OutputIntents
        assert (str(intent.S), int(intent.DestOutputProfile.N)) == ("/GTS_PDFA1", 3)
        assert "/AA" not in pdf.Root
        assert isinstance(pdf.Root.get("/OpenAction", pikepdf.Array()), pikepdf.Array)  # a view, not an action
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        for item in pdf.objects:
            for part in _dictionaries(item):
                assert part.get("/S") not in ("/JavaScript", "/Launch", "/Sound", "/Movie"), part
                assert part.get("/Filter") != "/LZWDecode"
                assert part.get("/ColorSpace") != "/DeviceCMYK"
                assert not part.get("/Interpolate", False)
                assert "/CIDSet" not in part or name in WORD


def _dictionaries(item: Any) -> Iterator[pikepdf.Object]:
    if isinstance(item, pikepdf.Stream | pikepdf.Dictionary):
        yield item


@real
@everything
def test_every_font_is_embedded_and_its_letters_can_be_copied(pdfs: Mapping[str, Path], name: str) -> None:
    told = subprocess.run(["pdffonts", pdfs[name]], capture_output=True, text=True, check=True).stdout
    fonts = [line.split()[-5:-2] for line in told.splitlines()[2:]]
    assert fonts
    assert all(font == ["yes", "yes", "yes"] for font in fonts), told
    text = subprocess.run(["pdftotext", pdfs[name], "-"], capture_output=True, text=True, check=True).stdout
    assert "\ufffd" not in text
    assert "\t" not in text


@real
@everything
def test_the_bookmarks_lead_to_their_headings(pdfs: Mapping[str, Path], name: str) -> None:
    with pikepdf.open(pdfs[name]) as pdf, pdf.open_outline() as outline:
        titles = [item.title for top in outline.root for item in (top, *top.children)]
    assert titles
    assert all(title.strip() for title in titles)
    if name == "rapport":
        assert titles == ["Rapport", *PARTS]


@real
def test_a_bookmark_points_to_the_sheet_and_the_height_of_its_heading(pdfs: Mapping[str, Path]) -> None:
    boxes = subprocess.run(
        ["pdftotext", "-bbox", pdfs["rapport"], "-"], capture_output=True, text=True, check=True
    ).stdout.split("<page ")[1:]
    with pikepdf.open(pdfs["rapport"]) as pdf:
        sheets = [page.obj.objgen for page in pdf.pages]
        assert len(sheets) > 1
        with pdf.open_outline() as outline:
            (root,) = outline.root
            for number, item in enumerate(root.children, 1):
                assert item.destination is not None
                assert isinstance(item.destination, pikepdf.Array)
                sheet, _, _, top, _ = list(item.destination)
                box = boxes[sheets.index(sheet.objgen)]
                found = re.search(rf'yMin="([\d.]+)"[^>]*>Partie</word>\s*<word[^>]*>{number}</word>', box)
                assert found is not None
                assert 0 <= float(top) - (842 - float(found[1])) < 20


@real
@pytest.mark.parametrize("name", WORD)
def test_a_pdf_from_word_is_tagged(pdfs: Mapping[str, Path], name: str) -> None:
    with pikepdf.open(pdfs[name]) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert pdf.Root.StructTreeRoot.K is not None
        metadata = pdf.open_metadata()
        assert metadata["pdfuaid:part"] == "1"


@real
@pytest.mark.parametrize("name", ["pieces_fr", "pieces_bilingue", *WORD])
def test_a_printed_page_is_recognised_by_its_code(pdfs: Mapping[str, Path], name: str) -> None:
    (picture,) = pictures_of(pdfs[name], 150, 1)
    assert {code.text for code in zxingcpp.read_barcodes(picture)} == {"C2026-000001/1"}


@real
def test_the_same_page_on_the_same_day_gives_the_same_file(pdfs: Mapping[str, Path], tmp_path: Path) -> None:
    html = pdfs["rapport"].with_suffix(".html")
    for number in (1, 2):
        (tmp_path / f"{number}.pdf").write_bytes(pdfs["rapport"].read_bytes())
        archive(tmp_path / f"{number}.pdf", html, "Rapport", datetime(2026, 11, 21, tzinfo=UTC))
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"1.pdf", "2.pdf"}


def test_a_pdf_that_cannot_be_read_fails_alone_and_is_removed(tmp_path: Path) -> None:
    job = pages.PdfJob(tmp_path / "a.html", tmp_path / "a.pdf", "Essai")
    job.html.write_text(REPORT.format(""), "utf-8")
    job.pdf.write_bytes(b"%PDF-1.4\nnothing at all\n%%EOF\n")
    with pytest.raises(pikepdf.PdfError):
        archive(job.pdf, job.html, job.title)


def test_the_colour_profile_is_that_of_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert ImageCms.getProfileDescription(profile).strip() == NAME
    same = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    picture = Image.frombytes("RGB", (16, 16), bytes(range(256)) * 3)
    seen = ImageCms.applyTransform(picture, same)
    assert seen is not None
    assert max(abs(a - b) for a, b in zip(picture.tobytes(), seen.tobytes(), strict=True)) <= 1


@real
def test_the_description_is_sound_xml_whatever_the_title(pdfs: Mapping[str, Path]) -> None:
    with pikepdf.open(pdfs["rapport"]) as pdf:
        root = etree.fromstring(pdf.Root.Metadata.read_bytes())
    assert "Rapport d’essai & de nuit" in "".join(root.itertext())
