"""The texts of documents, and the texts expected of them that lie beside: ``make expected`` rewrites these."""

from __future__ import annotations

import email
import email.policy
import html
import io
import os
import re
from pathlib import Path

import docx
from docx.document import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

EXPECTED = Path(__file__).parent / "expected"


def compare(name: str, text: str) -> None:
    """Compare ``text`` with what is expected under ``name``; rewrite that first when REWRITE_EXPECTED is set."""
    path = EXPECTED / name
    if os.environ.get("REWRITE_EXPECTED"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def word_text(data: bytes) -> str:
    """Return the text of a .docx: paragraphs and tables in order, cells set apart by a bar."""
    document: Document = docx.Document(io.BytesIO(data))
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += [
                " | ".join(dict.fromkeys(cell.text.replace("\n", " / ") for cell in row.cells)) for row in block.rows
            ]
    return "\n".join(line for line in lines if line.strip()) + "\n"


def message_text(data: bytes) -> str:
    """Return the subject, the addressee, the plain body and the names of the attachments of an .eml."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    heads = [f"{name}: {message[name]}" for name in ("Subject", "To") if message[name]]
    heads += [f"Pièce jointe : {part.get_filename()}" for part in message.iter_attachments()]
    return f"{chr(10).join(heads)}\n\n{body.get_content()}".replace("\r\n", "\n")


def page_text(data: bytes) -> str:
    """Return the words of an HTML page, one line for each piece of text."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", "\n", data.decode(), flags=re.DOTALL)
    return re.sub(r"\n\s*\n+", "\n", html.unescape(bare)).strip() + "\n"
