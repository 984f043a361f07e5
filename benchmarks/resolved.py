"""A template of the project as the template of another engine: conditions settled for one dossier, its values as tags.

The engines have other tags than docxtpl. Every condition and loop is settled in their favour, by rendering the template
for one dossier; only the values stay to be filled in, each at its place in the text.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import docxtpl
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup

from pipeline.documents.jinja import word_environment

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FILLED = re.compile(r"word/(?:document|header|footer|footnotes|endnotes)\d*\.xml")
_MARK = re.compile("\ue000(\\d+)\ue001")
"""Characters of the private use area: no text has them."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A .docx in which marks stand for values, and the values by the name of their tag."""

    content: bytes
    values: Mapping[str, str]

    def with_braces(self) -> bytes:
        """Return it with ``{f1}`` where a value goes. Raises ValueError when its text has braces already."""
        if any("{" in text or "}" in text for text in texts(self.content)):
            raise ValueError("the text of the template has braces")
        return _rewritten(self.content, lambda data: _MARK.sub(r"{f\1}", data.decode()).encode())

    def with_merge_fields(self) -> bytes:
        """Return it with a MERGEFIELD where a value goes."""
        return _rewritten(self.content, _merge_fields)


def resolve(content: bytes, values: Mapping[str, Any]) -> Resolved:
    """Render the template ``content`` with a mark for every value that it prints."""
    plain = word_environment()
    printed: dict[str, str] = {}

    def mark(value: Any) -> Markup:
        number = len(printed) + 1
        printed[f"f{number}"] = "" if value is None else str(value)
        return Markup(f"\ue000{number}\ue001")  # noqa: S704 (two characters and a number)

    environment = SandboxedEnvironment(autoescape=True, undefined=plain.undefined, finalize=mark)
    made = rendered(docxtpl.DocxTemplate(io.BytesIO(content)), values, environment)
    # Not every engine fills the properties of the file: its title is given.
    return Resolved(_rewritten(made, lambda data: _settled(data, printed), re.compile("docProps/core.xml")), printed)


def rendered(template: docxtpl.DocxTemplate, values: Mapping[str, Any], environment: SandboxedEnvironment) -> bytes:
    """Render and save as docxtpl's own documentation does."""
    template.render(dict(values), jinja_env=environment, autoescape=True)
    buffer = io.BytesIO()
    template.save(buffer)
    return buffer.getvalue()


def texts(content: bytes) -> list[str]:
    """Return the text of every paragraph of a .docx, part by part: body, headers, footers and notes."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in sorted(filter(_FILLED.fullmatch, package.namelist())):
            root = etree.fromstring(package.read(name))
            found += [f"{name}: {_text(paragraph)}" for paragraph in root.iter(f"{_W}p")]
    return found


def _text(paragraph: etree._Element) -> str:
    signs = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": "\t"}
    return "".join((node.text or "") if node.tag == f"{_W}t" else signs.get(node.tag, "") for node in paragraph.iter())


def _settled(data: bytes, printed: Mapping[str, str]) -> bytes:
    return _MARK.sub(lambda found: str(Markup.escape(printed[f"f{found[1]}"])), data.decode()).encode()


def _rewritten(content: bytes, change: Callable[[bytes], bytes], which: re.Pattern[str] = _FILLED) -> bytes:
    """Return the zip ``content`` with the members named as ``which`` changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(data) if which.fullmatch(name) else data)
    return buffer.getvalue()


def _merge_fields(data: bytes) -> bytes:
    root = etree.fromstring(data)
    for run in [run for run in root.iter(f"{_W}r") if any(_MARK.search(t.text or "") for t in run.iter(f"{_W}t"))]:
        parent = run.getparent()
        place = parent.index(run)
        parent[place : place + 1] = list(_pieces(run))
    whole: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return whole


def _pieces(run: etree._Element) -> Iterable[etree._Element]:
    """Cut a run at its marks: a run of its looks for each stretch, a simple field for each mark."""
    looks = run.find(f"{_W}rPr")
    for node in run:
        if node.tag == f"{_W}rPr":
            continue
        if node.tag != f"{_W}t":
            yield _run(looks, node)
            continue
        for number, part in enumerate(_MARK.split(node.text or "")):
            if number % 2:
                field = etree.Element(f"{_W}fldSimple", {f"{_W}instr": f" MERGEFIELD f{part} "})
                field.append(_run(looks, _words(f"«f{part}»")))
                yield field
            elif part:
                yield _run(looks, _words(part))


def _run(looks: etree._Element | None, content: etree._Element) -> etree._Element:
    run = etree.Element(f"{_W}r")
    if looks is not None:
        run.append(copy.deepcopy(looks))
    run.append(content)
    return run


def _words(text: str) -> etree._Element:
    node = etree.Element(f"{_W}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    node.text = text
    return node
