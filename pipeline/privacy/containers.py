"""What a file says, whatever it is wrapped in: archives, workbooks, letters, PDFs, databases."""

from __future__ import annotations

import email
import email.policy
import io
import subprocess
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from functools import cache, lru_cache
from pathlib import Path
from shutil import which
from typing import Any

from pipeline.register.contents import NOT_A_DATABASE, texts_of

_DEPTH = 5
"""Archives in archives are opened so far."""
_LARGEST = 300_000_000
"""Bytes of one member of an archive; a larger one is told as not read."""
_GRAPHIC = ("/Image", "/Type1C", "/CIDFontType0C", "/OpenType")
_FONT = ("/Length1", "/Length2")
"""What the streams of a PDF bear that hold pictures and fonts."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How a text in UTF-16 begins."""
_HEAD = 4096
_AT_HAND = 32
"""PDFs of which the words are kept."""
_SQLITE = b"SQLite format 3\x00"


class UnsearchableError(Exception):
    """A file that is wrapped in what cannot be opened; its bytes are searched all the same."""


def texts(name: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (where inside the file, text) for all that ``data``, a file called ``name``, says.

    Raises UnsearchableError, after what could be read, when a part cannot be.
    """
    if depth > _DEPTH:
        raise UnsearchableError(name)
    if data.startswith(b"PK"):
        yield from _archive(name, data, depth)
    elif data.startswith(b"%PDF"):
        yield from _pdf(name, data, depth)
    elif name.lower().endswith(".eml") and data:
        yield from _letter(data, depth)
    else:
        yield from _plain(data)


def is_text(path: Path) -> bool:
    """Tell whether a file is plain text, of which :func:`texts` yields every word."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith((b"PK", b"%PDF", _SQLITE)):
        return False
    return head[:2] in _WIDE or b"\x00" not in head


def database(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (table, text) of a SQLite file; nothing for another one. Raises UnsearchableError when it is damaged."""
    with path.open("rb") as stream:
        if stream.read(len(_SQLITE)) != _SQLITE:
            return
    try:
        yield from texts_of(path)
    except NOT_A_DATABASE as error:
        raise UnsearchableError(str(path)) from error


def _plain(data: bytes) -> Iterator[tuple[str, str]]:
    text = _decoded(data)
    if text is None:
        return
    yield "", text


def _decoded(data: bytes) -> str | None:
    """Return the text, None for what is none: its bytes are searched as they are."""
    if data[:2] in _WIDE:
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None if b"\x00" in data[:_HEAD] else data.decode("latin-1")


def _archive(name: str, data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "", "\n".join(archive.namelist()) + archive.comment.decode("utf-8", errors="replace")
            for info in archive.infolist():
                if info.file_size > _LARGEST:
                    raise UnsearchableError(name)
                content = archive.read(info)
                for inner, text in texts(info.filename, content, depth + 1):
                    yield "/".join(part for part in (info.filename, inner) if part), text
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise UnsearchableError(name) from error
    if name.lower().endswith((".xlsx", ".xlsm")):
        yield from _rows(name, data)


def _rows(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yield each row of a workbook in one text: a name and a given name stand in two cells."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheet_names:
            rows = book.get_sheet_by_name(sheet).to_python()
            yield sheet, "\n".join(" ".join(str(cell) for cell in row) for row in rows)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnsearchableError(name) from error


def _letter(data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    message = email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.default)
    for part in message.walk():
        yield "", "\n".join(f"{key}: {value}" for key, value in part.items())
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            inner = part.get_filename() or ""
            for where, text in texts(inner, payload, depth + 1):
                yield "/".join(piece for piece in (inner, where) if piece), text


def _pdf(name: str, data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            yield "", "\n".join(f"{key} {value}" for key, value in document.docinfo.items())
            for thing in document.objects:
                if isinstance(thing, pikepdf.Stream):
                    yield from texts("", _stream(thing), depth + 1)
    except (pikepdf.PdfError, ValueError, OSError) as error:
        raise UnsearchableError(name) from error
    yield "", _words_of_pdf(data)


def _stream(stream: Any) -> bytes:
    """Return the decoded bytes of one stream of a PDF: metadata, a page, a file within; none of a font or a picture."""
    import pikepdf

    if stream.get("/Subtype") in _GRAPHIC or any(key in stream for key in _FONT):
        return b""
    try:
        data: bytes = stream.read_bytes()
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return b""
    return data


@lru_cache(maxsize=_AT_HAND)
def _words_of_pdf(data: bytes) -> str:
    """Return what a reader of a PDF sees, "" without the program; a letter carries the PDFs of its folder once more."""
    program = _pdftotext()
    if program is None:
        return ""
    done = subprocess.run([program, "-q", "-", "-"], input=data, capture_output=True, timeout=60, check=False)
    return done.stdout.decode("utf-8", errors="replace")


@cache
def _pdftotext() -> str | None:
    return which("pdftotext")
