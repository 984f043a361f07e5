"""Real nights, killed outright again and again at moments drawn by chance, end like uninterrupted ones.

``KILLS`` is the number of kills (3), more of them in ``make test-nightly``, where nights with PDFs are killed too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import NIGHTLY, ROOT

_KILLS = int(os.environ.get("KILLS", "3"))
_ROWS = () if NIGHTLY else ("--rows", "6")


def _killed(kills: int, *more: str) -> str:
    """Return what the tool tells of so many kills."""
    words = [sys.executable, "-m", "tools.kill_nights", "--kills", str(kills), *more]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120 + 60 * kills)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_killed_nights_leave_whole_files_and_end_like_uninterrupted_ones() -> None:
    said = _killed(_KILLS, *_ROWS, "--copies", "0.8")
    assert "differences: none" in said
    (kills,) = map(int, re.findall(r"^kills: (\d+)$", said, re.MULTILINE))
    assert kills >= _KILLS


@pytest.mark.nightly
def test_killed_nights_with_pdfs_end_like_uninterrupted_ones() -> None:
    assert "differences: none" in _killed(_KILLS // 5, "--pdf")
