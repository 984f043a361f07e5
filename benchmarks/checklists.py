"""Checklists, HTML → PDF: the project's one wkhtmltopdf against one for each page, as pdfkit is used."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pdfkit

from benchmarks.forms import CONFIG, DAY, deposits, entries
from benchmarks.measuring import alternate, clocked
from benchmarks.tables import Table, comparison
from pipeline.documents import pages
from pipeline.documents.checklist import checklist_html, checklist_values
from pipeline.setup import load_setup
from pipeline.verdicts import judge_entries

SIZES = (40,)
_FEW = 5
_OURS = "the project: one wkhtmltopdf, PDF/A included"
_MISSING = "wkhtmltopdf is not there: nothing was measured."


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:
    """Convert the same checklists in every way."""
    program = pages.find_wkhtmltopdf()
    if program is None:
        yield Table("Checklists → PDF", ("",), (), (_MISSING,))
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # pdfkit's own way asks for a screen
    for size in sizes:
        files = _checklists(size, folder / f"checklists{size}")
        contestants = {
            _OURS: clocked(partial(_project, files, program, folder), len(files)),
            "pdfkit.from_file for each page, its defaults": clocked(partial(_pdfkit, files, {}, folder), _FEW),
            "pdfkit.from_file for each page, without JavaScript nor its delay": clocked(
                partial(_pdfkit, files, {"disable-javascript": "", "javascript-delay": "0"}, folder), _FEW
            ),
        }
        yield comparison(f"{size} checklists → PDF", alternate(contestants, rounds), _OURS, "a page")


def _project(files: Sequence[Path], program: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        jobs = [pages.PdfJob(path, Path(name) / f"{path.stem}.pdf", path.stem) for path in files]
        if failed := pages.html_to_pdf(jobs, program, 60 + len(jobs)):
            raise ValueError(f"{len(failed)} checklists were not made")


def _pdfkit(files: Sequence[Path], options: dict[str, str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        for path in files[:_FEW]:
            pdfkit.from_file(str(path), str(Path(name) / f"{path.stem}.pdf"), options={"quiet": "", **options})


def _checklists(count: int, folder: Path) -> list[Path]:
    """Write the checklists of ``count`` dossiers as pages."""
    setup = load_setup(CONFIG)
    folder.mkdir(parents=True, exist_ok=True)
    found = judge_entries(entries(deposits(count, setup), setup), [], {}, setup.judge, "", DAY, lambda _: None)
    paths = []
    for verdict in found:
        paths.append(folder / f"pieces_{verdict.entry.reference}.html")
        page = checklist_values(setup.judge.facts(verdict.entry), verdict, setup.checklist)
        paths[-1].write_text(checklist_html(page, "fr"), "utf-8")
    return paths
