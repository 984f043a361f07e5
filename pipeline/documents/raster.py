"""pdftoppm (poppler): the pages of a PDF as pictures, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from pipeline.documents.confined import bare_environment, confined

_TIMEOUT = 120


def find_pdftoppm() -> str | None:
    """Return the path of pdftoppm, or None."""
    return shutil.which("pdftoppm")


def pages_to_png(program: str, pdf: Path, resolution: int = 80) -> list[Path]:
    """Write ``name-01.png`` … beside ``pdf``, one a page, and return them; none when the PDF cannot be read."""
    stem = pdf.with_suffix("")
    for old in pdf.parent.glob(f"{stem.name}-*.png"):
        old.unlink()
    command = [program, "-png", "-r", str(resolution), str(pdf), str(stem)]
    try:
        subprocess.run(confined(command), check=True, capture_output=True, timeout=_TIMEOUT, env=bare_environment({}))
    except (OSError, subprocess.SubprocessError):
        return []
    return sorted(pdf.parent.glob(f"{stem.name}-*.png"))
