"""A real run, killed outright at five moments that tell: nothing read, register begun, documents half made, all made, reports."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import ROOT, run, run_here


@pytest.mark.nightly  # its shorter sister: test_kill.py
def test_a_run_killed_at_any_moment_is_finished_by_the_next_one(tmp_path: Path) -> None:
    """Same references and same bytes as a run that nothing interrupted."""
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    inbox.mkdir()
    book = openpyxl.load_workbook(ROOT / "examples" / "imprime_contact_2026-11.xlsx")
    book.worksheets[0].delete_rows(16, 100)
    book.save(inbox / "a.xlsx")
    whole = run_here(inbox, tmp_path / "d_une_traite", "--no-pdf")
    agreements = len(_written(whole.outbox))
    words = [sys.executable, "-m", "pipeline", "generate", "--inbox", str(inbox), "--outbox", str(outbox)]
    moments: list[Callable[[], bool]] = [
        outbox.exists,  # nothing is read yet
        (tmp_path / "outbox.sqlite3").exists,
        lambda: len(_written(outbox)) >= agreements // 2,
        lambda: len(_written(outbox)) == agreements,
        lambda: any(outbox.glob("rapports/*/*")),
    ]
    for has_come in moments:
        process = subprocess.Popen([*words, "--date", "2026-11-21", "--no-pdf"], cwd=ROOT, stdout=subprocess.DEVNULL)
        while not has_come() and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        assert process.wait() == -signal.SIGKILL, "the run had ended before it was killed"
        assert all(zipfile.ZipFile(p).testzip() is None for p in _written(outbox))
    done = run(inbox, outbox, "--no-pdf")
    assert done.status == 0, done.said
    assert done.files() == whole.files()


def _written(outbox: Path) -> list[Path]:
    """Return the Word documents that stand under their final names."""
    return [path for path in (outbox / "dossiers").rglob("*.docx") if not path.name.startswith(".")]
