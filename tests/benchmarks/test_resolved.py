"""The peers' templates ask for the same values at the same places as ours."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import docx
import docxtpl
import pytest

from benchmarks.resolved import rendered, resolve, texts
from pipeline.documents.jinja import word_environment

VALUES: dict[str, Any] = {"nom": "Élodie <&> D’Artigues", "adresse": "1 rue\n13100 Aix", "vide": None, "oui": True}


def template(
    body: str = "Nom : {{ nom }}, puis {{ nom }}{% if oui %} ({{ adresse }}){% else %}{{ perdu }}{% endif %}.",
) -> bytes:
    document = docx.Document()
    document.add_paragraph(body).runs[0].bold = True
    document.add_paragraph("Rien : {{ vide }}")
    document.sections[0].header.paragraphs[0].text = "En-tête {{ nom }}"
    document.core_properties.title = "Convention de {{ nom }}"
    return saved(document)


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name).decode()


def test_every_value_that_is_printed_has_its_tag_in_the_order_of_the_text() -> None:
    found = resolve(template(), VALUES)
    assert sorted(found.values.values()) == sorted(["", VALUES["adresse"], *[VALUES["nom"]] * 4])
    lines = [line.partition(": ")[2] for line in texts(found.with_braces())]
    first = next(line for line in lines if line.startswith("Nom"))
    assert [found.values[tag] for tag in re.findall(r"\{(f\d+)\}", first)] == [
        VALUES["nom"], VALUES["nom"], VALUES["adresse"],
    ]  # fmt: skip
    assert "perdu" not in first


def test_the_tags_filled_in_give_the_text_of_docxtpl() -> None:
    found = resolve(template(), VALUES)
    ours = rendered(docxtpl.DocxTemplate(io.BytesIO(template())), VALUES, word_environment())
    filled = [re.sub(r"\{(f\d+)\}", lambda tag: found.values[tag[1]], line) for line in texts(found.with_braces())]
    assert filled == texts(ours)


def test_the_title_of_the_file_is_given() -> None:
    assert "Convention de Élodie &lt;&amp;&gt; D’Artigues" in part(
        resolve(template(), VALUES).content, "docProps/core.xml"
    )


def test_a_merge_field_keeps_the_looks_of_its_run() -> None:
    xml = part(resolve(template(), VALUES).with_merge_fields(), "word/document.xml")
    fields = re.findall(r"<w:fldSimple w:instr=\" MERGEFIELD (f\d+) \">(.*?)</w:fldSimple>", xml)
    assert len(fields) == 4
    assert all("<w:b/>" in inside and f"«{name}»" in inside for name, inside in fields[:3])
    assert "\ue000" not in xml


def test_a_template_with_braces_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="braces"):
        resolve(template("Un {ensemble} et {{ nom }}"), VALUES).with_braces()


def test_another_text_in_the_header_is_seen() -> None:
    other = resolve(template(), VALUES | {"nom": "Autre"}).values
    assert sum(value == "Autre" for value in other.values()) == 4
    changed = docx.Document(io.BytesIO(template()))
    changed.sections[0].header.paragraphs[0].text = "Autre en-tête"
    assert texts(saved(changed)) != texts(template())
