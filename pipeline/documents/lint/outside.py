"""What a template would fetch, run or carry besides its text, when LibreOffice or the reader's Word opens the document."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from pipeline.documents.lint.faults import Fault

Element: TypeAlias = Any
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAK_LINK = "Dans Word : Fichier › Informations › Modifier les liens d’accès aux fichiers › Rompre la liaison."
_LINKED = {
    "attachedTemplate": (
        "le modèle est attaché à un autre modèle, que Word irait chercher",
        "Dans Word : Développeur › Modèle de document, et choisissez Normal.",
    ),
    "image": ("une image est liée à un fichier ou à un site au lieu d’être dans le modèle", _BREAK_LINK),
    "oleObject": ("un objet est lié à un autre fichier", _BREAK_LINK),
}
_OTHER_LINK = ("le modèle renvoie à un autre fichier ou à un site, que Word ou LibreOffice irait chercher", _BREAK_LINK)
_PARTS = (
    (re.compile(r"(^|/)(vbaProject|vbaData)[^/]*$", re.IGNORECASE),
     ("le modèle contient des macros", "Dans Word : Enregistrer sous › Document Word (.docx), sans macros.")),
    (re.compile(r"/(activeX|embeddings)/", re.IGNORECASE),
     ("le modèle contient un objet incorporé (classeur, contrôle ou programme)", "Supprimez-le, ou collez-le comme image.")),
)  # fmt: skip
_FIELDS = frozenset(
    {"DATABASE", "DDE", "DDEAUTO", "EMBED", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "MACROBUTTON"}
)
_INSERTED = (
    "un autre fichier est inséré tel quel dans le modèle",
    "Ouvrez-le dans Word et copiez son texte dans le modèle.",
)
_PICTURE = (
    "une image SVG va chercher autre chose qu’elle-même",
    "Remplacez-la par une image PNG (dans Word : Enregistrer en tant qu’image, puis Insertion › Images).",
)
_DECLARED = ("le modèle déclare des entités XML, ce que Word ne fait jamais", "Enregistrez-le de nouveau depuis Word.")
_GZIP = b"\x1f\x8b"
_OWN_DATA = re.compile(r"#|data:image/(png|jpeg|gif);base64,", re.IGNORECASE)
_STYLED = re.compile(r"url\(\s*['\"]?(?!#)|@import|image\(", re.IGNORECASE)


def reaches(archive: zipfile.ZipFile) -> tuple[tuple[str, str], ...]:
    """Return (problem, mend) in French for each way in which the document reaches outside itself, once each."""
    return tuple(dict.fromkeys(_reaches(archive)))


def lint_outside(name: str, found: tuple[tuple[str, str], ...]) -> Iterator[Fault]:
    """Yield the faults of the template ``name`` that :func:`reaches` ``found``."""
    yield from (Fault(name, "", problem, mend) for problem, mend in found)


def _reaches(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    for name in sorted(archive.namelist()):
        yield from (told for pattern, told in _PARTS if pattern.search(name))
        if name.endswith((".rels", ".xml")):
            root = etree.fromstring(archive.read(name), _PARSER)
            if root.getroottree().docinfo.internalDTD is not None:
                yield _DECLARED
            yield from _linked(root)
            yield from _fields(root)
        if _is_svg(name, archive):
            yield from _drawn(archive.read(name))


def _linked(root: Element) -> Iterator[tuple[str, str]]:
    for relation in root.iter("{*}Relationship"):
        kind = str(relation.get("Type")).rpartition("/")[2]
        if kind in ("aFChunk", "subDocument"):
            yield _INSERTED
        elif str(relation.get("TargetMode")).casefold() == "external" and kind != "hyperlink":
            yield _LINKED.get(kind, _OTHER_LINK)


def _fields(root: Element) -> Iterator[tuple[str, str]]:
    """Yield the fields that fetch, whose words Word may write in several pieces."""
    told = [str(one.get(f"{_W}instr")) for one in root.iter(f"{_W}fldSimple")]
    for paragraph in root.iter(f"{_W}p"):
        told += "".join(_instruction(one) for one in paragraph.iter(f"{_W}fldChar", f"{_W}instrText")).split("\0")
    for words in (text.split() for text in told):
        if words and words[0].upper() in _FIELDS:
            mend = "Affichez les champs (Alt+F9) et supprimez-le."
            yield f"un champ {words[0].upper()} irait chercher autre chose que le modèle", mend


def _instruction(node: Element) -> str:
    return "\0" if node.tag == f"{_W}fldChar" else node.text or ""


def _is_svg(name: str, archive: zipfile.ZipFile) -> bool:
    """Tell whether a picture is an SVG, whatever its name says: LibreOffice looks at what it holds."""
    with archive.open(name) as stream:
        head = stream.read(4096)
    return (
        name.casefold().endswith((".svg", ".svgz")) or b"<svg" in head.replace(b"\0", b"").lower() or head[:2] == _GZIP
    )


def _drawn(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:  # compressed, or no XML: nobody can tell what it asks for
        yield _PICTURE
        return
    if root.getroottree().docinfo.internalDTD is not None:
        yield _PICTURE
    for element in root.iter("*"):
        texts = [str(value) for value in element.attrib.values()] + [element.text or ""]
        hrefs = [str(v) for k, v in element.attrib.items() if etree.QName(k).localname in ("href", "src")]
        kind = etree.QName(element).localname
        link = kind == "a"  # a text that can be clicked fetches nothing
        if (
            kind in ("script", "foreignObject")
            or any(map(_STYLED.search, texts))
            or (not link and any(not _OWN_DATA.match(href.strip()) for href in hrefs))
        ):
            yield _PICTURE
