"""The look of the Word templates: sound for Word and for screen readers, whole on paper whatever a form holds."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from lxml import etree
from openxml_audit import OpenXmlValidator
from PIL import Image

from pipeline.documents import office
from pipeline.documents.word import WordTemplate
from tests.pdfs import pages_of, pictures_of
from tests.templates import extremes
from tests.templates.contexts import Context
from tools.agreements.build import documents
from tools.agreements.styles import TAG_STYLE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BUILT = documents()
ALL = sorted(name.removesuffix(".docx") for name in BUILT)
AGREEMENTS = [name for name in ALL if name.startswith("convention_")]

KINDS: dict[str, Callable[[str], Context]] = {
    "net": extremes.plain,
    "projet": lambda name: extremes.crowded(name, "projet"),
    "vide": extremes.emptiest,
    "long": lambda name: extremes.longest(name, "projet"),
    "hostile": extremes.hostile,
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, WordTemplate]:
    folder = tmp_path_factory.mktemp("modeles")
    for file, content in BUILT.items():
        (folder / file).write_bytes(content)
    return {name: WordTemplate(folder / f"{name}.docx") for name in ALL}


def part(content: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def words_of(element: Any) -> str:
    return "".join(node.text or "" for node in element.iter(f"{W}t"))


def style_of(paragraph: Any) -> str:
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return str(found.get(f"{W}val")) if found is not None else ""


class Styles:
    """The styles of one document, with what they inherit."""

    def __init__(self, content: bytes) -> None:
        self.xml = part(content, "word/styles.xml")
        self.by_id = {s.get(f"{W}styleId"): s for s in self.xml.iter(f"{W}style")}

    def find(self, style: str, path: str) -> Any:
        """Return the property at ``path`` of ``style`` or of the nearest style that it is based on."""
        while (element := self.by_id[style]).find(path) is None:
            basis = element.find(f"{W}basedOn")
            if basis is None:
                return None
            style = basis.get(f"{W}val")
        return element.find(path)


# ---- as a file


@pytest.mark.parametrize("name", ALL)
def test_the_validator_finds_no_error_whatever_the_values(
    name: str, compiled: dict[str, WordTemplate], tmp_path: Path
) -> None:
    validator = OpenXmlValidator()
    (tmp_path / "modele.docx").write_bytes(BUILT[f"{name}.docx"])
    for kind, values in KINDS.items():
        (tmp_path / f"{kind}.docx").write_bytes(compiled[name].render(values(name)))
    for path in sorted(tmp_path.glob("*.docx")):
        assert [str(error) for error in validator.validate(path).errors] == [], path.stem


@pytest.mark.parametrize("name", ALL)
def test_every_page_carries_the_code_and_the_first_the_logo(name: str) -> None:
    content = BUILT[f"{name}.docx"]
    for header, expected in (("word/header1.xml", {"code"}), ("word/header2.xml", {"logo", "code"})):
        pictures = {e.get("name"): e.get("descr") for e in part(content, header).iter() if e.tag.endswith("}docPr")}
        assert set(pictures) == expected
        assert pictures["code"] == "Code de la référence"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        placeholder = zxingcpp.read_barcodes(Image.open(io.BytesIO(archive.read("word/media/code.png"))))
    assert [code.text for code in placeholder] == ["C0000-000000/1"]


@pytest.mark.parametrize("name", ALL)
def test_the_document_names_its_reference_and_its_language(name: str, compiled: dict[str, WordTemplate]) -> None:
    properties = part(compiled[name].render(extremes.plain(name)), "docProps/core.xml")
    told = {etree.QName(e).localname: e.text for e in properties}
    assert str(told["title"]).endswith(" – C2026-000123")
    assert told["language"] == "fr-FR"


@pytest.mark.parametrize("name", ALL)
def test_every_style_says_its_language(name: str) -> None:
    styles = Styles(BUILT[f"{name}.docx"])
    assert styles.xml.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang").get(f"{W}val") == "fr-FR"
    for style in styles.by_id:
        language = styles.find(style, f"{W}rPr/{W}lang")
        if style == TAG_STYLE:
            continue
        if re.search("anglaise?$", style, re.IGNORECASE):
            assert language is not None
            assert language.get(f"{W}val") == "en-GB", style
        else:
            assert language is None, style


@pytest.mark.parametrize("name", ALL)
def test_headings_make_one_outline_in_french_that_skips_no_level(name: str, compiled: dict[str, WordTemplate]) -> None:
    content = compiled[name].render(extremes.plain(name))
    styles = Styles(content)
    levels = []
    for paragraph in part(content, "word/document.xml").iter(f"{W}p"):
        outline = styles.find(style_of(paragraph), f"{W}pPr/{W}outlineLvl")
        if outline is None or (level := int(outline.get(f"{W}val"))) == 9:
            continue
        assert not style_of(paragraph).endswith("anglais")
        assert words_of(paragraph).strip()
        assert styles.find(style_of(paragraph), f"{W}pPr/{W}keepNext") is not None
        levels.append(level)
    assert levels[0] == 0
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", ALL)
def test_tables_have_a_title_and_repeat_their_header(name: str) -> None:
    content = BUILT[f"{name}.docx"]
    for table in part(content, "word/document.xml").iter(f"{W}tbl"):
        assert table.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val")
        if table.find(f"{W}tblPr/{W}tblLook").get(f"{W}firstRow") == "1":
            assert table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None
    assert not list(part(content, "word/styles.xml").iter(f"{W}shd")), "what is shaded hides the mark of a draft"


def before_signatures(content: bytes) -> Iterator[str]:
    """Styles of the paragraphs before the table of signatures, the nearest first, while they are kept with it."""
    children = list(part(content, "word/document.xml").find(f"{W}body"))
    at = next(
        i
        for i, child in enumerate(children)
        if any(b.get(f"{W}name") == "signature_universite" for b in child.iter(f"{W}bookmarkStart"))
    )
    styles = Styles(content)
    for child in reversed(children[:at]):
        kept = [styles.find(style_of(p), f"{W}pPr/{W}keepNext") is not None for p in child.iter(f"{W}p")]
        if not all(kept):
            return
        yield from (style_of(p) for p in child.iter(f"{W}p"))


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_end_of_the_last_article_stands_with_the_signatures(name: str, compiled: dict[str, WordTemplate]) -> None:
    chain = list(before_signatures(compiled[name].render(extremes.plain(name))))
    assert "Titre2" in chain, "the heading of the signatures"
    assert chain.count("Corpssolidaire") >= 2, "their instructions, and text of the last article"


@pytest.mark.parametrize("name", AGREEMENTS)
def test_with_the_host_s_own_agreement_the_host_signs_that_one(name: str, compiled: dict[str, WordTemplate]) -> None:
    def signed(values: Context) -> list[str]:
        body = part(compiled[name].render(values), "word/document.xml")
        names = [str(b.get(f"{W}name")) for b in body.iter(f"{W}bookmarkStart")]
        return [n.removeprefix("signature_") for n in names if re.fullmatch(r"signature_[a-z]+2?", n)]

    everyone = ["organisme", "tuteur", "tuteur2", "enseignant", "stagiaire", "representant", "universite"]
    assert signed(extremes.crowded(name))[:7] == everyone
    assert signed(extremes.crowded(name, "double_convention"))[:4] == [
        "enseignant",
        "stagiaire",
        "representant",
        "universite",
    ]


# ---- on paper

needs_paper = pytest.mark.skipif(
    any(shutil.which(program) is None for program in ("soffice", "pdftotext", "pdftoppm")),
    reason="LibreOffice or poppler is not installed",
)

PAGES = {
    "convention_francais": {"net": (7, 8), "projet": (7, 9), "vide": (6, 8), "long": (12, 17)},
    "convention_francophone": {"net": (7, 9), "projet": (8, 10), "vide": (6, 8), "long": (12, 17)},
    "convention_bilingue": {"net": (9, 11), "projet": (10, 12), "vide": (8, 10), "long": (18, 24)},
    "annexe_confidentielle": {"long": (4, 7)},
    "annexe_confidentielle_bilingue": {"long": (6, 9)},
}
"""Fewest and most pages of each template for each kind of dossier."""

USUAL_PAGES = {"net": (1, 2), "projet": (1, 2), "vide": (1, 2), "long": (1, 9)}
"""The same for the templates that are not named above."""


@dataclass(frozen=True)
class Paper:
    """One printed dossier: its PDF and the text of each page."""

    name: str
    kind: str
    pdf: Path
    pages: list[str]

    def coloured(self) -> list[Image.Image]:
        """Return the pages in their colours, small: 40 dots an inch."""
        stem = self.pdf.with_suffix("")
        subprocess.run(["pdftoppm", "-r", "40", str(self.pdf), str(stem)], check=True, timeout=120)
        return [Image.open(path).convert("RGB") for path in sorted(stem.parent.glob(f"{stem.name}-*.ppm"))]


@pytest.fixture(scope="module")
def papers(compiled: dict[str, WordTemplate], tmp_path_factory: pytest.TempPathFactory) -> list[Paper]:
    """Every template in one run of LibreOffice, for each kind of dossier but the hostile one."""
    folder = tmp_path_factory.mktemp("papier")
    jobs = []
    for name in ALL:
        for kind in _kinds(name):
            docx = folder / f"{name}.{kind}.docx"
            docx.write_bytes(compiled[name].render(KINDS[kind](name)))
            jobs.append(office.Job(docx, docx.with_suffix(".pdf")))
    program = office.find_program()
    assert program is not None
    assert office.convert(office.Office(program, 60, 20), jobs, tmp_path_factory.mktemp("atelier"), 1) == []
    return [_paper(job.pdf) for job in jobs]


def _kinds(name: str) -> list[str]:
    """A draft differs by its mark only: printing the longest of each and the drafts of what is signed is enough."""
    return [kind for kind in USUAL_PAGES if kind != "projet" or name in (*AGREEMENTS, "annexe_etranger")]


def _paper(pdf: Path) -> Paper:
    name, kind, _ = pdf.name.split(".")
    return Paper(name, kind, pdf, pages_of(pdf))


@needs_paper
def test_each_document_has_the_pages_it_is_meant_to_have(papers: list[Paper]) -> None:
    for paper in papers:
        fewest, most = PAGES.get(paper.name, {}).get(paper.kind, USUAL_PAGES[paper.kind])
        assert fewest <= len(paper.pages) <= most, f"{paper.pdf.name}: {len(paper.pages)}"


@needs_paper
def test_every_page_tells_its_reference_version_and_number_and_has_words(papers: list[Paper]) -> None:
    for paper in papers:
        for number, page in enumerate(paper.pages, 1):
            where = f"{paper.pdf.name}, page {number}"
            assert f"C2026-000123 – version 1 – page {number} / {len(paper.pages)}" in page, where
            assert ("PROJET – ne pas signer" in page) is (paper.kind in ("projet", "long")), where
            assert not re.search(r"\bNone\b|\{\{|\{%|%\}|\}\}", page), where
            assert len(page.split()) > 25, f"{where} is nearly empty"


@needs_paper
def test_signatures_stand_whole_on_one_page_under_words(papers: list[Paper]) -> None:
    for paper in papers:
        last = [n for n, page in enumerate(paper.pages) if "d’enseignement, en dernier" in page]
        if not last:
            continue
        (number,) = last
        above, _, table = paper.pages[number].partition("Nom et qualité")
        assert table, f"{paper.pdf.name}: the head of the table is on another page"
        assert "Signatures" in above
        fewest = 60 if paper.name in AGREEMENTS else 25
        assert len(above.split()) > fewest, f"{paper.pdf.name}: the signatures are alone"
        if paper.kind == "net":
            assert all(who in table for who in ("FICTIF", "PROTOTYPE", "ESSAI", "DURAND", "EXEMPLE"))


@needs_paper
def test_long_texts_are_printed_to_their_last_word(papers: list[Paper]) -> None:
    for paper in papers:
        if paper.kind != "long" or paper.name not in (*AGREEMENTS, "annexe_confidentielle"):
            continue
        shown = re.sub(r"\s+", "", "".join(re.sub(r"\n.*page \d+ / \d+\s*$", "", page) for page in paper.pages))
        assert shown.count(re.sub(r"\s+", "", extremes.SENTENCE)[-20:]) >= (250 if paper.name in AGREEMENTS else 270), (
            paper.pdf.name
        )


@needs_paper
def test_the_code_of_every_page_is_read_at_100_dots_an_inch(papers: list[Paper]) -> None:
    for paper in papers:
        if paper.kind != "net":
            continue
        for number, picture in enumerate(pictures_of(paper.pdf, 100), 1):
            found = [code.text for code in zxingcpp.read_barcodes(picture)]
            assert found == ["C2026-000123/1"], f"{paper.pdf.name}, page {number}"


@needs_paper
def test_nothing_hides_the_mark_of_a_draft(papers: list[Paper]) -> None:
    for paper in papers:
        if paper.kind not in ("projet", "net") or paper.name not in ("convention_francais", "annexe_etranger"):
            continue
        inked = [_pink(picture) for picture in paper.coloured()]
        if paper.kind == "net":
            assert max(inked) < 20
        else:
            assert min(inked) > 0.7 * max(inked), inked


def _pink(picture: Image.Image) -> int:
    """Return how many pixels have the colour of the mark on white paper."""
    red, green, blue = (channel.tobytes() for channel in picture.split())
    return sum(r > 230 and 190 < g < 225 and 190 < b < 230 for r, g, b in zip(red, green, blue, strict=True))
