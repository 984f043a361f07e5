"""LibreOffice: many .docx → PDF in one process, believed by its files and not by its status.

``soffice`` exits 0 for a missing or damaged file, and two processes on one profile fail: each worker has its own
profile, used again from batch to batch. A batch is watched by the PDFs that appear; what hangs or dies is killed with
all its group, its suspect is tried again alone, and the others go on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.documents.batches import Done, Fault, Line, make_all
from pipeline.documents.confined import bare_environment
from pipeline.documents.office_profile import prepare_profile
from pipeline.documents.watched import Watch, run_watched

BATCH = 100
"""Documents per process: the start costs as much as two documents, so that more would bring less than 1 %."""

_REASONS = {
    Fault.FILE: "LibreOffice n’a pas pu convertir ce document",
    Fault.PROGRAM: "LibreOffice ne répond plus : ce document n’a pas été converti",
}

_EXPORT = json.dumps(
    {
        name: {"type": "boolean" if isinstance(value, bool) else "long", "value": value}
        for name, value in {
            "SelectPdfVersion": 2,  # PDF/A-2b, to be archived
            "PDFUACompliance": True,
            "UseTaggedPDF": True,
            "ExportBookmarks": True,
            "UseLosslessCompression": True,  # JPEG would blur the code
            "MaxImageResolution": 600,  # at 300, the code and the logo were scaled on each document: a tenth of its time
        }.items()
    }
)
"""Options of LibreOffice's PDF export (its « Filter Options », written as --convert-to reads them)."""


@dataclass(frozen=True, slots=True)
class Job:
    """A .docx to be converted; ``pdf`` is where its PDF is to stand, outside the outbox."""

    docx: Path
    pdf: Path


@dataclass(frozen=True, slots=True)
class Office:
    """LibreOffice as this machine has it."""

    program: str
    batch_timeout: float
    """Seconds for the start of a process."""
    document_timeout: float
    """Seconds from one document to the next."""


def find_program() -> str | None:
    """Return the path of soffice, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert(
    office: Office, jobs: Sequence[Job], workshop: Path, workers: int, done: Callable[[int], None] = lambda _: None
) -> list[tuple[Job, str]]:
    """Convert ``jobs`` with ``workers`` processes at a time; return those that failed, each with a French reason.

    ``workshop`` is a folder that no other call uses meanwhile: a later call finds its profiles there. ``done`` is told,
    in this thread, how many more documents stand or have failed. An interruption ends every process.
    """
    failed = make_all(jobs, partial(_run, office, workshop), workers, BATCH, done)
    return [(job, _REASONS[failed[job]]) for job in jobs if job in failed]


def _run(office: Office, workshop: Path, line: Line, jobs: Sequence[Job], done: Done) -> list[Job]:
    """Run one soffice over ``jobs``; return those that gave no whole PDF."""
    folder = workshop / f"office{line.number}"
    profile, output, temporary = folder / "profil", folder / "pdf", folder / "tmp"
    prepare_profile(profile)
    output.mkdir()
    temporary.mkdir()
    try:
        environment = bare_environment({"TMPDIR": str(temporary)})  # a killed process leaves its files there
        watch = Watch(office.batch_timeout, office.document_timeout, line.stop)
        arrivals = _Arrivals(output, done)
        command = _command(office, jobs, profile, output)
        if not run_watched(command, arrivals.count, watch, environment=environment, folder=temporary):
            shutil.rmtree(profile, ignore_errors=True)  # a killed process leaves locks in it
        missing = []
        for job in jobs:
            made = output / f"{job.docx.stem}.pdf"
            if is_whole_pdf(made):
                shutil.move(made, job.pdf)
            else:
                missing.append(job)
        return missing
    finally:
        shutil.rmtree(output, ignore_errors=True)
        shutil.rmtree(temporary, ignore_errors=True)


def _command(office: Office, jobs: Sequence[Job], profile: Path, output: Path) -> list[str]:
    return [
        str(Path(office.program).absolute()),
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        "--convert-to", f"pdf:writer_pdf_Export:{_EXPORT}",
        "--outdir", str(output.absolute()),
        *(str(job.docx.absolute()) for job in jobs),
    ]  # fmt: skip


class _Arrivals:
    """Counts the whole PDFs of a folder, and tells the new ones."""

    def __init__(self, folder: Path, done: Callable[[int], None]) -> None:
        self._folder = folder
        self._done = done
        self._seen: set[Path] = set()

    def count(self) -> int:
        """Return how many whole PDFs stand there now."""
        fresh = {path for path in self._folder.glob("*.pdf") if path not in self._seen and is_whole_pdf(path)}
        if fresh:
            self._seen |= fresh
            self._done(len(fresh))
        return len(self._seen)


def is_whole_pdf(path: Path) -> bool:
    """Tell whether ``path`` begins and ends as a PDF does."""
    try:
        with path.open("rb") as stream:
            head = stream.read(5)
            stream.seek(max(0, path.stat().st_size - 1024))
            return head == b"%PDF-" and b"%%EOF" in stream.read()
    except OSError:
        return False
