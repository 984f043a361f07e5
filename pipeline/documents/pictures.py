"""The pictures of a template that are replaced: found by the name that the picture has in Word, whatever its file."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lxml import etree

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_MAIN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def named_pictures(docx: Path | BinaryIO, name: str) -> tuple[str, ...]:
    """Return the zip members that show the pictures called ``name`` in the .docx, sorted.

    Word gives the files of pictures new names when it saves, and keeps the name of the picture itself.
    """
    found = set()
    with zipfile.ZipFile(docx) as archive:
        members = archive.namelist()
        found |= {member for member in members if re.fullmatch(rf"word/media/{name}\.\w+", member)}
        for member in members:
            if re.fullmatch(r"word/(document|header|footer)\d*\.xml", member):
                found.update(_shown(archive, member, name))
    return tuple(sorted(found & set(members)))


def _shown(archive: zipfile.ZipFile, member: str, name: str) -> Iterator[str]:
    root = etree.fromstring(archive.read(member), _PARSER)
    relations = posixpath.join("word/_rels", f"{posixpath.basename(member)}.rels")
    for drawing in root.iter(f"{_DRAWING}inline", f"{_DRAWING}anchor"):
        properties = drawing.find(f"{_DRAWING}docPr")
        if properties is None or (properties.get("name") or "").strip().casefold() != name:
            continue
        for blip in drawing.iter(f"{_MAIN}blip"):
            relation = blip.get(f"{_RELATION}embed")
            for entry in etree.fromstring(archive.read(relations), _PARSER):
                if entry.get("Id") == relation:
                    yield posixpath.normpath(posixpath.join("word", entry.get("Target", "")))


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
