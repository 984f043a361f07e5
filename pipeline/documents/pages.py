"""wkhtmltopdf: many pages → PDF in one process fed by its standard input, its arguments written by pdfkit.

The Debian build has an unpatched Qt: no headers, no flexbox. It is believed by its files, not by its status; what
a batch did not give is tried again alone, through pdfkit itself.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pdfkit
import pikepdf

from pipeline.documents.archive import archive
from pipeline.documents.office import is_whole_pdf

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


def html_to_pdf(jobs: Sequence[PdfJob], program: str, timeout: float) -> list[tuple[PdfJob, str]]:
    """Convert ``jobs`` to PDF/A-2b, within ``timeout`` seconds; return those that failed, each with a French reason."""
    configuration = pdfkit.configuration(wkhtmltopdf=program)
    with _quiet_environment() as environment:
        lines = "".join(_line(job, configuration) for job in jobs)
        process = subprocess.Popen(
            [program, "--read-args-from-stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True, text=True, encoding="utf-8",
        )  # fmt: skip
        with contextlib.suppress(subprocess.TimeoutExpired, BrokenPipeError):
            process.communicate(lines, timeout=timeout)
        _end(process)
        failed = []
        for job in jobs:
            if not is_whole_pdf(job.pdf) and not _alone(job, configuration, environment):
                job.pdf.unlink(missing_ok=True)
                failed.append((job, "wkhtmltopdf n’a pas pu convertir cette page"))
            elif not _archived(job):
                job.pdf.unlink(missing_ok=True)
                failed.append((job, "ce PDF n’a pas pu être mis au format d’archive"))
    return failed


def _archived(job: PdfJob) -> bool:
    try:
        archive(job.pdf, job.html, job.title)
    except (pikepdf.PdfError, OSError):
        _LOG.exception("archive format of %s", job.pdf.name)
        return False
    return True


def _line(job: PdfJob, configuration: object) -> str:
    """Return the arguments of one job, quoted as wkhtmltopdf reads them: double quotes, backslash escapes."""
    command = pdfkit.PDFKit(
        str(job.html), "file", options={**_OPTIONS, "title": job.title}, configuration=configuration
    ).command(str(job.pdf))
    return " ".join(_quoted(part) for part in command[1:]) + "\n"


def _quoted(text: str) -> str:
    if text and not any(c in text for c in " \"'\\\n"):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _alone(job: PdfJob, configuration: object, environment: dict[str, str]) -> bool:
    """Convert one page by pdfkit; tell whether it gave a whole PDF."""
    with contextlib.suppress(OSError), _environment(environment):
        pdfkit.from_file(
            str(job.html), str(job.pdf), options={**_OPTIONS, "title": job.title}, configuration=configuration
        )
    return is_whole_pdf(job.pdf)


@contextlib.contextmanager
def _quiet_environment() -> Iterator[dict[str, str]]:
    """Lend an environment in which Qt needs neither a screen nor a session."""
    with tempfile.TemporaryDirectory(prefix="conventions-") as runtime:
        yield {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": runtime}


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
