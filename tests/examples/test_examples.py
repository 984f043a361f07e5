"""The examples against the texts that lie beside this file; ``make expected`` rewrites them, review reads them."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import Ran
from tests.examples.texts import compare, message_text, page_text, word_text
from tests.pdfs import pages_of


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
    compare("verdicts.txt", _verdicts(demo))


def test_the_agreement_with_hostile_cells_reads_as_expected(demo: Ran) -> None:
    (path,) = [p for p in demo.dossier(51)["documents"] if re.search(r"/convention_[^/]*\.docx$", p)]
    compare("convention_hostile.txt", word_text((demo.outbox / path).read_bytes()))


@pytest.mark.parametrize("row", [6, 7, 12, 17, 27, 31])
def test_the_message_reads_as_expected(demo: Ran, row: int) -> None:
    (path,) = [p for p in demo.dossier(row)["documents"] if p.endswith(".eml")]
    compare(f"message_ligne_{row}.txt", message_text((demo.outbox / path).read_bytes()))


@pytest.mark.parametrize("row", [6, 7, 10, 12, 16, 17])
def test_the_checklist_reads_as_expected_and_holds_on_one_page(demo: Ran, row: int) -> None:
    (path,) = [p for p in demo.dossier(row)["documents"] if re.search(r"/pieces_[^/]*\.pdf$", p)]
    pdf = demo.outbox / path
    assert "Pages:           1\n" in subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    words = " ".join("\n".join(pages_of(pdf)).split())
    assert "None" not in words
    compare(f"pieces_ligne_{row}.txt", page_text(pdf.with_suffix(".html").read_bytes()))
