"""Compiled Word templates against docxtpl's own rendering; hostile values; faults of a template."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
import docxtpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.documents.jinja import word_environment
from pipeline.documents.values import load_translations, template_values
from pipeline.documents.word import WordTemplate
from pipeline.errors import SetupError
from tests.rules.forms import ROOT, facts, judge

TRANSLATIONS = load_translations(ROOT / "schemas", judge().tables.fields)
SHIPPED = sorted((ROOT / "templates_docx").glob("*.docx"))


def _values(changes: dict[str, Any], *, draft: bool = False) -> Mapping[str, Any]:
    return template_values(facts(changes), TRANSLATIONS, draft=draft)


def _docxtpl(path: Path, values: Mapping[str, Any]) -> bytes:
    document = docxtpl.DocxTemplate(str(path))
    document.render(values, jinja_env=word_environment(), autoescape=True)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _canonical(data: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read(part))
    for shape in root.iter("{*}docPr"):
        shape.attrib.pop("id", None)  # docxtpl numbers pictures anew
    written: bytes = etree.tostring(root, method="c14n")
    return written


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"etranger": "Italie", "stage.interruptions": "du 1er au 7 mars 2027"},
        {"stage.confidentiel": "oui", "etudiant.civilite": None},
    ],
)
def test_a_compiled_template_gives_the_xml_that_docxtpl_gives(path: Path, changes: dict[str, Any]) -> None:
    values = _values(changes, draft=True)
    ours, theirs = WordTemplate(path).render(values), _docxtpl(path, values)
    with zipfile.ZipFile(io.BytesIO(ours)) as archive:
        assert archive.testzip() is None
        parts = [
            n for n in archive.namelist() if n == "word/document.xml" or n.startswith(("word/header", "word/footer"))
        ]
    for part in parts:
        assert _canonical(ours, part) == _canonical(theirs, part), part


@pytest.fixture(scope="module")
def one_value(tmp_path_factory: pytest.TempPathFactory) -> WordTemplate:
    path = tmp_path_factory.mktemp("modele") / "texte.docx"
    document = docx.Document()
    document.add_paragraph("{{ texte }}")
    document.save(str(path))
    return WordTemplate(path)


@settings(max_examples=40, deadline=None)
@given(text=st.text(min_size=1, max_size=200))
def test_any_text_leaves_a_document_valid_and_whole(one_value: WordTemplate, text: str) -> None:
    document = docx.Document(io.BytesIO(one_value.render({"texte": text})))
    kept = "".join(c for c in text if c.isprintable())
    printed = "".join(c for c in document.paragraphs[0].text if c.isprintable())
    assert printed.replace(" ", "") == kept.replace(" ", "")


def test_the_same_values_give_the_same_bytes() -> None:
    template = WordTemplate(SHIPPED[0])
    assert template.render(_values({})) == template.render(_values({}))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 truncated"])
def test_a_damaged_template_is_a_fault_of_the_set_up(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.docx").write_bytes(content)
    with pytest.raises(SetupError):
        WordTemplate(tmp_path / "a.docx")


def test_a_tag_that_is_not_closed_is_a_fault_of_the_set_up(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("{% if x %}")
    document.save(str(tmp_path / "a.docx"))
    with pytest.raises(SetupError):
        WordTemplate(tmp_path / "a.docx")


_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _with_footnote(path: Path, text: str) -> Path:
    """Write a document whose one footnote says ``text``, as a manager's Word would."""
    plain = docx.Document()
    plain.add_paragraph("{{ etudiant.nom }}")
    buffer = io.BytesIO()
    plain.save(buffer)
    note = f'<w:footnotes xmlns:w="{_W}"><w:footnote w:id="2"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    relation = (
        '<Relationship Id="rIdNote" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
        ' Target="footnotes.xml"/></Relationships>'
    )
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name).decode() if name.endswith((".xml", ".rels")) else source.read(name)
            if name == "[Content_Types].xml":
                override = f'<Override PartName="/word/footnotes.xml" ContentType="{_FOOTNOTES}"/></Types>'
                data = str(data).replace("</Types>", override)
            elif name == "word/_rels/document.xml.rels":
                data = str(data).replace("</Relationships>", relation)
            target.writestr(name, data)
        target.writestr("word/footnotes.xml", note)
    return path


def test_a_placeholder_in_a_footnote_is_filled_and_asked_for(tmp_path: Path) -> None:
    template = WordTemplate(_with_footnote(tmp_path / "note.docx", "Selon {{ stage.sujet }}."))
    assert {"etudiant.nom", "stage.sujet"} <= template.names
    made = template.render({"etudiant": {"nom": "Durand"}, "stage": {"sujet": "<Récits> & lettres"}})
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        note = etree.fromstring(archive.read("word/footnotes.xml"))
    assert "".join(note.itertext()).strip() == "Selon <Récits> & lettres."


def test_a_name_in_brackets_is_asked_for_as_one_with_a_dot(tmp_path: Path) -> None:
    template = WordTemplate(_with_footnote(tmp_path / "note.docx", '{{ stage["sujt"] }}'))
    assert "stage.sujt" in template.names


def test_what_a_template_escapes_itself_is_escaped_once(tmp_path: Path) -> None:
    template = WordTemplate(_with_footnote(tmp_path / "note.docx", "{{ etudiant.nom|e }} {{ etudiant.nom|safe }}"))
    made = template.render({"etudiant": {"nom": "A & <B>"}})
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        note = etree.fromstring(archive.read("word/footnotes.xml"))
    assert "".join(note.itertext()).strip() == "A & <B> A & <B>"
