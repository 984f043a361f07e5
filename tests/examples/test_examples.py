"""The examples against the texts that lie beside this file; ``make expected`` rewrites them, review reads them."""

from __future__ import annotations

import email
import email.policy
import io
import os
import re
import subprocess
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from tests.conftest import Ran

EXPECTED = Path(__file__).parent / "expected"
ROWS = {"francais": 6, "bilingue": 7, "francophone": 8, "mineur": 49, "confidentiel": 50, "hostile": 51}


def _compare(name: str, text: str) -> None:
    path = EXPECTED / name
    if os.environ.get("REWRITE_EXPECTED"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def _verdicts(ran: Ran) -> str:
    lines = []
    for entry in ran.report["dossiers"]:
        head = f"{entry['source']} ligne {entry['row']} : {entry['reference']}, {entry['status']}, {entry['model']}"
        lines.append(f"{head}, {entry['zone']}")
        lines += [
            f"    {f['rule']} {f['severity']}{' (' + f['motif'] + ')' if f['motif'] else ''}, {f['jalon']},"
            f" {' '.join(f['cells']) or 'sans cellule'}\n        {f['message']}\n        → {f['fix']}"
            for f in entry["findings"]
        ]
    return "\n".join(lines) + "\n"


def test_the_verdicts_are_those_expected(demo: Ran) -> None:
    _compare("verdicts.txt", _verdicts(demo))


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


@pytest.mark.parametrize("name", ROWS)
def test_the_agreement_reads_as_expected(demo: Ran, name: str) -> None:
    (path,) = [p for p in demo.dossier(ROWS[name])["documents"] if re.search(r"/convention_[^/]*\.docx$", p)]
    _compare(f"convention_{name}.txt", word_text((demo.outbox / path).read_bytes()))


@pytest.mark.parametrize("row", [6, 7, 12, 17, 27, 31])
def test_the_message_reads_as_expected(demo: Ran, row: int) -> None:
    (path,) = [p for p in demo.dossier(row)["documents"] if p.endswith(".eml")]
    message = email.message_from_bytes((demo.outbox / path).read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    heads = "\n".join(f"{name}: {message[name]}" for name in ("Subject", "To") if message[name])
    _compare(f"message_ligne_{row}.txt", f"{heads}\n\n{body.get_content()}".replace("\r\n", "\n"))


@pytest.mark.parametrize("row", [6, 7, 10, 12, 16, 17])
def test_the_checklist_reads_as_expected_and_holds_on_one_page(demo: Ran, row: int) -> None:
    (path,) = [p for p in demo.dossier(row)["documents"] if re.search(r"/pieces_[^/]*\.pdf$", p)]
    pdf = demo.outbox / path
    assert "Pages:           1\n" in subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    words = " ".join(text.split())
    assert "None" not in words
    html = pdf.with_suffix(".html").read_text(encoding="utf-8")
    _compare(
        f"pieces_ligne_{row}.txt",
        re.sub(r"\n\s*\n+", "\n", re.sub(r"<style>.*?</style>|<[^>]+>", "\n", html, flags=re.DOTALL)),
    )
