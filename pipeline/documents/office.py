"""LibreOffice: many .docx → PDF in one process, believed by its files and not by its status.

``soffice`` exits 0 for a missing or damaged file, and two processes on one profile fail: each process has its own
profile, each batch a time limit, and what a batch did not give is tried again alone before it is reported.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

BATCH = 40
"""Documents per process: the start (about 2 s) is spread over as many, and a hung one holds back no more."""

_EXPORT = json.dumps(
    {
        name: {"type": "long" if name == "SelectPdfVersion" else "boolean", "value": value}
        for name, value in {
            "SelectPdfVersion": 2,  # PDF/A-2b, to be archived
            "PDFUACompliance": True,
            "UseTaggedPDF": True,
            "ExportBookmarks": True,
            "UseLosslessCompression": True,  # JPEG would blur the code
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
    batch_timeout: int
    """Seconds for a batch, whatever its size."""
    document_timeout: int
    """Seconds more for each document."""


def find_program() -> str | None:
    """Return the path of soffice, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert(
    office: Office, jobs: Sequence[Job], workshop: Path, workers: int, done: Callable[[int], None] = lambda _: None
) -> list[tuple[Job, str]]:
    """Convert ``jobs`` with ``workers`` processes at a time; return those that failed, each with a French reason.

    ``workshop`` is a temporary folder; ``done`` is told the number of documents of each batch that ends.
    """
    size = max(1, min(BATCH, -(-len(jobs) // max(1, workers))))
    failed: list[tuple[Job, str]] = []
    with ThreadPoolExecutor(max(1, workers)) as pool:
        batches = list(_batched(jobs, size))
        for index, missing in enumerate(
            pool.map(lambda pair: _run(office, pair[1], workshop / f"lot{pair[0]}"), enumerate(batches))
        ):
            done(len(batches[index]))
            for job in missing:
                alone = _run(office, [job], workshop / f"seul_{job.docx.stem}")
                if alone:
                    failed.append((job, "LibreOffice n’a pas pu convertir ce document"))
    return failed


def _batched(jobs: Sequence[Job], size: int) -> list[list[Job]]:
    return [list(jobs[i : i + size]) for i in range(0, len(jobs), size)]


def _run(office: Office, jobs: Sequence[Job], folder: Path) -> list[Job]:
    """Run one soffice over ``jobs``; return those that gave no whole PDF."""
    output = folder / "pdf"
    output.mkdir(parents=True)
    command = [
        office.program,
        f"-env:UserInstallation={(folder / 'profil').as_uri()}",
        "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        "--convert-to", f"pdf:writer_pdf_Export:{_EXPORT}",
        "--outdir", str(output),
        *(str(job.docx) for job in jobs),
    ]  # fmt: skip
    limit = office.batch_timeout + office.document_timeout * len(jobs)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    missing = []
    for job in jobs:
        made = output / f"{job.docx.stem}.pdf"
        if is_whole_pdf(made):
            shutil.move(made, job.pdf)
        else:
            missing.append(job)
    shutil.rmtree(folder, ignore_errors=True)
    return missing


def is_whole_pdf(path: Path) -> bool:
    """Tell whether ``path`` begins and ends as a PDF does."""
    try:
        with path.open("rb") as stream:
            head = stream.read(5)
            stream.seek(max(0, path.stat().st_size - 1024))
            return head == b"%PDF-" and b"%%EOF" in stream.read()
    except OSError:
        return False
