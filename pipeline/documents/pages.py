"""wkhtmltopdf: many pages → PDF in one process fed by its standard input, its arguments written by pdfkit.

The Debian build has an unpatched Qt: no headers, no flexbox. It is believed by its files, not by its status; when no
page comes in time it is killed with all its group, and what a batch did not give is tried again alone.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pdfkit

from pipeline.documents.batches import Done, Line, make_all
from pipeline.documents.confined import bare_environment
from pipeline.documents.office import is_whole_pdf
from pipeline.documents.watched import Watch, run_watched
from pipeline.workshops import workshop

_MOST = 200
"""Pages per process: its start (some 0.1 s) is then nothing, and looking for the pages that came stays cheap."""
_NEXT = 20

_NO_META = "no-page-sets-an-option-"
"""pdfkit would take options from the meta tags of a page."""
_PLAIN = re.compile(r"[\w./:=@%+-]+")
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
"""What could end an argument or a line."""

_LOG = logging.getLogger(__name__)

_OPTIONS = {
    "quiet": "",
    "encoding": "utf-8",
    "page-size": "A4",
    "margin-top": "7mm",
    "margin-bottom": "7mm",
    "margin-left": "10mm",
    "margin-right": "10mm",
    "disable-javascript": "",
    "javascript-delay": "0",
    "disable-plugins": "",
    "disable-local-file-access": "",
    # No network: a page asks for nothing, and a cell that smuggled an address in would reach no one.
    "proxy": "http://127.0.0.1:9",
    "load-error-handling": "ignore",
    "load-media-error-handling": "ignore",
}


@dataclass(frozen=True, slots=True)
class PdfJob:
    """A page to be converted; ``pdf`` is where its PDF is to stand, ``title`` what it is called where it does not say."""

    html: Path
    pdf: Path
    title: str


def find_wkhtmltopdf() -> str | None:
    """Return the path of wkhtmltopdf, or None."""
    return shutil.which("wkhtmltopdf")


def html_to_pdf(jobs: Sequence[PdfJob], program: str, timeout: float, workers: int = 1) -> list[tuple[PdfJob, str]]:
    """Convert ``jobs`` to PDF/A-2b by ``workers`` processes; return those that failed, each with a French reason.

    ``timeout``: seconds that may pass without a page.
    """
    with workshop() as folder:
        run = partial(_run, program, timeout, folder)
        unmade = make_all(jobs, run, workers, _MOST, lambda _: None)
    failed = []
    for job in jobs:
        if job in unmade:
            failed.append((job, "wkhtmltopdf n’a pas pu convertir cette page"))
        elif not _archived(job):
            failed.append((job, "ce PDF n’a pas pu être mis au format d’archive"))
    for job, _ in failed:
        job.pdf.unlink(missing_ok=True)
    return failed


def _run(program: str, timeout: float, folder: Path, line: Line, jobs: Sequence[PdfJob], _: Done) -> list[PdfJob]:
    """Run one wkhtmltopdf over ``jobs``; return those that gave no whole PDF."""
    configuration = pdfkit.configuration(wkhtmltopdf=program, meta_tag_prefix=_NO_META)
    for job in jobs:
        job.pdf.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as words:
        words.write("".join(_line(job, configuration) for job in jobs).encode())
        words.seek(0)
        watch = Watch(0, timeout, line.stop)
        awaited = list(jobs)

        def came() -> int:
            # Pages come in order: looking at the next few is enough, and costs nothing when there are many.
            awaited[:_NEXT] = [job for job in awaited[:_NEXT] if not is_whole_pdf(job.pdf)]
            return len(jobs) - len(awaited)

        command = [str(Path(program).absolute()), "--read-args-from-stdin"]
        run_watched(command, came, watch, words, environment=_quiet(folder), folder=folder)
    return [job for job in jobs if not is_whole_pdf(job.pdf)]


def _archived(job: PdfJob) -> bool:
    # Imported here: who makes no PDF does not load the library that rewrites them.
    import pikepdf

    from pipeline.documents.archive import archive

    try:
        archive(job.pdf, job.html, job.title)
    except (pikepdf.PdfError, OSError):
        _LOG.exception("archive format of %s", job.pdf.name)
        return False
    return True


def _line(job: PdfJob, configuration: object) -> str:
    """Return the arguments of one job, quoted as wkhtmltopdf reads them: double quotes, backslash escapes."""
    command = pdfkit.PDFKit(
        str(job.html.absolute()), "file", options={**_OPTIONS, "title": job.title}, configuration=configuration
    ).command(str(job.pdf.absolute()))
    return " ".join(_quoted(part) for part in command[1:]) + "\n"


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    escaped = _CONTROL.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _quiet(folder: Path) -> dict[str, str]:
    """Return an environment in which Qt needs neither a screen nor a session: ``folder`` stands for the latter."""
    return bare_environment({"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder), "TMPDIR": str(folder)})
