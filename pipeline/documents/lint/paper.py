"""A template as the person who edits it sees it: its paragraphs, each with its heading, its table and its runs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree

from pipeline.documents.lint.faults import quoted
from pipeline.documents.lint.outside import reaches

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_PARTS = re.compile(r"word/(document|header|footer|footnotes|endnotes)\d*\.xml")
_PART_NAMES = {
    "document": "", "header": "en-tête de page", "footer": "pied de page",
    "footnotes": "note de bas de page", "endnotes": "note de fin",
}  # fmt: skip
_HEADING_LEVELS = {str(level) for level in range(9)}
_CODE = re.compile(r"\{%.*?%\}|\{#.*?#\}")

Element: TypeAlias = Any
"""An element of lxml, which ships no types."""


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph or character style, with what it inherits."""

    name: str
    based: str
    english: bool
    heading: bool


@dataclass(slots=True)
class Paragraph:
    """One paragraph of one part."""

    element: Element
    part: str
    """Member of the zip."""
    text: str
    texts: tuple[tuple[int, Element], ...]
    """Where the text of each ``w:t`` begins in ``text``, and the element."""
    style: str
    heading: str
    """Text of the heading above it."""
    cell: str
    """« tableau « Le stage », ligne 3, colonne 2 », or nothing."""

    @property
    def shown(self) -> str:
        """Its text without statements and comments: blank when it holds nothing but tags."""
        return _CODE.sub("", self.text).strip()

    @property
    def place(self) -> str:
        """Where a reader finds it, in words."""
        part = _PART_NAMES[re.sub(r"\d|word/|\.xml", "", self.part)]
        known = self.heading and self.heading != self.shown and not part
        under = f"sous {quoted(self.heading)}" if known else ""
        words = f"paragraphe {quoted(self.text)}"
        return ", ".join(piece for piece in (part, under, self.cell, words) if piece)


class Paper:
    """The paragraphs and styles of the template at ``path``; raises what zipfile and lxml raise when it is damaged.

    ``content`` is what stands there, for who has read it already.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        self.path = path
        with zipfile.ZipFile(io.BytesIO(content) if content is not None else path) as archive:
            names = archive.namelist()
            self.reaches = reaches(archive)
            self.styles = _styles(archive.read("word/styles.xml")) if "word/styles.xml" in names else {}
            self.roots = {
                name: etree.fromstring(archive.read(name), _PARSER) for name in sorted(names) if _PARTS.fullmatch(name)
            }
        self.paragraphs = [p for name, root in self.roots.items() for p in self._read(name, root)]

    def _read(self, part: str, root: Element) -> Iterator[Paragraph]:
        heading = ""
        places: dict[Element, str] = {}
        for element in root.iter(f"{W}p", f"{W}tbl"):
            if element.tag == f"{W}tbl":
                places |= _cells(element)
                continue
            paragraph = self._paragraph(part, element, heading, _cell_of(element, places))
            style = self.styles.get(paragraph.style)
            if style and style.heading and not style.english and paragraph.shown:
                heading = paragraph.heading = paragraph.shown
            yield paragraph

    def _paragraph(self, part: str, element: Element, heading: str, cell: str) -> Paragraph:
        words: list[str] = []
        texts: list[tuple[int, Element]] = []
        length = 0
        nested = element.find(f".//{W}p") is not None
        for node in element.iter(f"{W}t", f"{W}br", f"{W}tab"):
            if nested and next(node.iterancestors(f"{W}p")) is not element:
                continue  # a text box holds paragraphs of its own
            if node.tag == f"{W}t":
                texts.append((length, node))
                words.append(node.text or "")
            elif node.getparent().tag == f"{W}r":
                words.append("\n" if node.tag == f"{W}br" else "\t")
            else:
                continue
            length += len(words[-1])
        found = element.find(f"{W}pPr/{W}pStyle")
        style = found.get(f"{W}val") if found is not None else ""
        return Paragraph(element, part, "".join(words), tuple(texts), style, heading, cell)

    def is_english(self, paragraph: Paragraph, text: Element) -> bool:
        """Tell whether the run of ``text`` is in English: by itself, by its style or by its paragraph's."""
        run = text.getparent()
        lang = run.find(f"{W}rPr/{W}lang")
        if lang is not None and lang.get(f"{W}val"):
            return bool(str(lang.get(f"{W}val")).startswith("en"))
        own = run.find(f"{W}rPr/{W}rStyle")
        style = self.styles.get(own.get(f"{W}val")) if own is not None else None
        above = self.styles.get(paragraph.style)
        return (style is not None and style.english) or (above is not None and above.english)


def _cells(table: Element) -> dict[Element, str]:
    """Return the words for each cell of ``table``; rows that hold nothing but a tag count too, as in Word."""
    caption = table.find(f"{W}tblPr/{W}tblCaption")
    name = f"tableau {quoted(caption.get(f'{W}val'))}" if caption is not None else "tableau"
    return {
        cell: f"{name}, ligne {r}, colonne {c}"
        for r, row in enumerate(table.findall(f"{W}tr"), 1)
        for c, cell in enumerate(row.findall(f"{W}tc"), 1)
    }


def _cell_of(element: Element, places: dict[Element, str]) -> str:
    cell = next(element.iterancestors(f"{W}tc"), None)
    return places.get(cell, "") if cell is not None else ""


def _styles(xml: bytes) -> dict[str, Style]:
    root = etree.fromstring(xml, _PARSER)
    raw: dict[str, tuple[str, str, str | None, str | None]] = {}
    for style in root.iter(f"{W}style"):
        name, based, lang, level = (
            style.find(path) for path in (f"{W}name", f"{W}basedOn", f"{W}rPr/{W}lang", f"{W}pPr/{W}outlineLvl")
        )
        raw[style.get(f"{W}styleId")] = (
            name.get(f"{W}val") if name is not None else "",
            based.get(f"{W}val") if based is not None else "",
            lang.get(f"{W}val") if lang is not None else None,
            level.get(f"{W}val") if level is not None else None,
        )
    return {
        key: Style(
            value[0],
            value[1],
            str(_inherited(raw, key, 2)).startswith("en"),
            _inherited(raw, key, 3) in _HEADING_LEVELS or value[0].lower().startswith(("heading", "title")),
        )
        for key, value in raw.items()
    }


def _inherited(raw: dict[str, tuple[str, str, str | None, str | None]], key: str, what: int) -> str | None:
    for _ in range(20):  # a style based on itself must not hang the check
        if key not in raw:
            return None
        if raw[key][what] is not None:
            return raw[key][what]
        key = raw[key][1]
    return None
