"""Word templates: prepared once by docxtpl, compiled once by Jinja, rendered as often as needed.

docxtpl alone loads, renders and saves the whole file for each document. Here it only cleans the XML of the
template's parts (``patch_xml``); each document is then one Jinja render per part and one entry appended to a copy
of the prepared zip. The canonical XML is the one docxtpl would have made (tests/documents/test_word.py).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Template, TemplateError, TemplateSyntaxError, meta, nodes
from lxml import etree

from pipeline.documents.code import code_png
from pipeline.documents.jinja import word_environment
from pipeline.documents.pictures import named_pictures
from pipeline.documents.tag_language import beyond
from pipeline.errors import SetupError

if TYPE_CHECKING:
    import docxtpl
    from docx.opc.part import Part

_NOTES = re.compile(r"application/vnd\.openxmlformats-officedocument\.wordprocessingml\.(?:footnotes|endnotes)\+xml")
_UNREADABLE = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, KeyError, ValueError, etree.XMLSyntaxError,
)  # fmt: skip
"""What a damaged, truncated or encrypted file makes zipfile (RuntimeError too), lxml and :func:`_opened` raise."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENVIRONMENT = word_environment()


@dataclass(frozen=True, slots=True)
class _Part:
    """One rendered part: its XML before and after the body that docxtpl renders."""

    name: str
    template: Template


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What filling a template takes."""

    parts: tuple[_Part, ...]
    codes: tuple[str, ...]
    """The pictures that show the code of the dossier."""
    prepared: _Prepared
    names: frozenset[str] | None
    """None when nobody has asked for them yet: finding them takes as long as compiling."""


class WordTemplate:
    """One .docx template, compiled: at once, or when it is first filled for one that is known to be ``sound``.

    ``content`` is what stands at ``path``, for who has read it already. Raises SetupError when it cannot be used.
    """

    def __init__(
        self, path: Path, logo: bytes | None = None, content: bytes | None = None, *, sound: bool = False
    ) -> None:
        self.path = path
        self._logo = logo
        try:
            self._content = path.read_bytes() if content is None else content
        except OSError as error:
            raise _unusable(path, error) from error
        self._ready = None if sound else self._compile(names=True)

    @property
    def names(self) -> frozenset[str]:
        """The values that it asks for, as dotted paths (``etudiant.nom``)."""
        if self._ready is None or self._ready.names is None:
            self._ready = self._compile(names=True)
        return self._ready.names or frozenset()

    @property
    def rendered(self) -> tuple[str, ...]:
        """Names of the parts that are filled for each document."""
        return tuple(part.name for part in self._compiled().parts)

    def render(self, values: Mapping[str, Any]) -> bytes:
        """Return the .docx for ``values``; the same values give the same bytes.

        Raises jinja2.UndefinedError when the template asks for a value that does not exist.
        """
        ready = self._compiled()
        parts = [(part.name, part.template.render(values).encode()) for part in ready.parts]
        if ready.codes:
            code = code_png(values["convention"]["code"])
            parts += [(name, code) for name in ready.codes]
        return ready.prepared.with_parts(parts)

    def _compiled(self) -> _Compiled:
        if self._ready is None:
            self._ready = self._compile(names=False)
        return self._ready

    def _compile(self, *, names: bool) -> _Compiled:
        try:
            return _compile(self._content, self._logo, names=names)
        except _UNREADABLE as error:
            raise _unusable(self.path, error) from error
        except TemplateError as error:
            raise SetupError(
                str(self.path), getattr(error, "message", "") or "", "balise incorrecte", "Corrigez-la dans Word."
            ) from error


def _unusable(path: Path, error: Exception) -> SetupError:
    return SetupError(
        str(path), "", f"modèle Word illisible ({error})", "Rétablissez le fichier ou enregistrez-le en .docx."
    )


def _compile(content: bytes, logo: bytes | None, *, names: bool) -> _Compiled:
    template = _opened(content)
    trees = {name: _parsed(xml) for name, xml in _sources(template)}
    parts = tuple(_Part(name, _code_of(tree)) for name, tree in trees.items())
    logos, codes = (named_pictures(io.BytesIO(content), name) for name in ("logo", "code"))
    fixed = dict.fromkeys(logos, logo) if logo is not None else {}
    prepared = _Prepared.of(content, {*trees, *codes}, fixed)
    asked = frozenset(name for tree in trees.values() for name in _asked(tree)) if names else None
    return _Compiled(parts, codes, prepared, asked)


def _parsed(xml: str) -> nodes.Template:
    """Parse one part. Raises TemplateSyntaxError when it asks for more than a template may."""
    tree = _ENVIRONMENT.parse(xml)
    if problem := beyond(tree):
        raise TemplateSyntaxError(problem, 1)
    return tree


def _opened(content: bytes) -> docxtpl.DocxTemplate:
    """Return docxtpl's template. Raises ValueError when python-docx finds no document in it."""
    # Imported here: docxtpl takes as long as the whole set-up, and a process that fills no template does without.
    import docxtpl
    from docx.opc.exceptions import OpcError

    template = docxtpl.DocxTemplate(io.BytesIO(content))
    try:
        template.render_init()
    except OpcError as error:
        raise ValueError(str(error)) from error
    return template


def _sources(template: docxtpl.DocxTemplate) -> list[tuple[str, str]]:
    """Return (part name, Jinja source) of the body, headers, footers, notes and title, as docxtpl would render them."""
    from docx.opc.constants import CONTENT_TYPE

    document = template.docx.part
    root = template.xml_to_string(document.element)
    body = template.get_xml()
    start, end = root.index("<w:body"), root.rindex("</w:body>") + len("</w:body>")
    # get_xml repeats the namespace declarations on the body: they stand on the root already.
    patched = re.sub(r"<w:body[^>]*>", "<w:body>", template.patch_xml(body), count=1)
    # Word online names the body word/document2.xml.
    found = [(_name(document), _declared(root[:start] + patched + root[end:]))]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for relation, part in template.get_headers_footers(uri):
            del relation
            xml = template.patch_xml(template.get_part_xml(part))
            found.append((_name(part), _declared(xml)))
    for part in document.package.parts:
        if _NOTES.fullmatch(part.content_type):
            xml = template.patch_xml(template.get_part_xml(part))
            found.append((_name(part), _declared(xml)))
        elif part.content_type == CONTENT_TYPE.OPC_CORE_PROPERTIES:
            found.append((_name(part), part.blob.decode("utf-8-sig")))
    return found


def _name(part: Part) -> str:
    """Return the name of ``part`` in the zip."""
    return str(part.partname).lstrip("/")


def _declared(xml: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'


def _code_of(tree: nodes.Template) -> Template:
    """Compile what is parsed already: parsing is a third of the work."""
    return Template.from_code(_ENVIRONMENT, _ENVIRONMENT.compile(tree), _ENVIRONMENT.make_globals(None))


def _asked(tree: nodes.Template) -> set[str]:
    """Return the dotted names that a template asks for; those of loop variables are left out."""
    free = meta.find_undeclared_variables(tree)
    names: set[str] = set()
    for node in tree.find_all((nodes.Getattr, nodes.Getitem, nodes.Name)):
        parts: list[str] = []
        inner: nodes.Node = node
        while (step := _step(inner)) is not None:
            inner, name = step
            parts.append(name)
        if isinstance(inner, nodes.Name) and inner.name in free:
            names.add(".".join([inner.name, *reversed(parts)]))
    return {name for name in names if not any(other.startswith(f"{name}.") for other in names)}


def _step(node: nodes.Node) -> tuple[nodes.Node, str] | None:
    """Split ``stage.sujet`` or ``stage["sujet"]`` into what stands before and the last name; None for anything else."""
    if isinstance(node, nodes.Getattr):
        return node.node, node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.node, node.arg.value
    return None


def _deflated(data: bytes) -> bytes:
    return zlib.compress(data, 1, wbits=-15)


_SMALL = 8192
"""Bytes up to which a part is worth remembering: headers, footers and codes are the same in several documents."""
_deflated_before = lru_cache(maxsize=512)(_deflated)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A zip whose unchanging members are already compressed; rendered parts are appended to it.

    Written by hand because zipfile would copy every member again: a local header, the data, and the central
    directory are all that a zip is (PKWARE APPNOTE 4.3).
    """

    body: bytes
    """Local headers and data of the unchanging members."""
    directory: bytes
    """Their central directory entries."""
    count: int

    @classmethod
    def of(cls, content: bytes, left_out: Collection[str], fixed: Mapping[str, bytes]) -> _Prepared:
        """Take the zip ``content`` without the members in ``left_out``, those of ``fixed`` in the place of its own."""
        buffer = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(content)) as source,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
        ):
            for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
                if name in left_out:
                    continue
                data = fixed[name] if name in fixed else source.read(name)
                info = zipfile.ZipInfo(name, _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, data)
            count = len(target.namelist())
        whole = buffer.getvalue()
        size, start = struct.unpack("<II", whole[-10:-2])
        return cls(whole[:start], whole[start : start + size], count)

    def with_parts(self, parts: list[tuple[str, bytes]]) -> bytes:
        """Return the whole zip with ``parts`` (name, bytes) added."""
        body, directory, offset = [self.body], [self.directory], len(self.body)
        for name, data in parts:
            packed = _deflated_before(data) if len(data) <= _SMALL else _deflated(data)
            label = name.encode()
            # version 20, no flags, deflate, time 0, date 1980-01-01 (0x0021)
            common = struct.pack(
                "<HHHHHIIIHH", 20, 0, 8, 0, 0x21, zlib.crc32(data), len(packed), len(data), len(label), 0
            )
            body += [b"PK\x03\x04", common, label, packed]
            directory += [
                b"PK\x01\x02",
                struct.pack("<H", 20),
                common,
                struct.pack("<HHHII", 0, 0, 0, 0, offset),
                label,
            ]
            offset += 4 + len(common) + len(label) + len(packed)
        count = self.count + len(parts)
        index = b"".join(directory)
        end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(index), offset, 0)
        return b"".join([*body, index, end])
