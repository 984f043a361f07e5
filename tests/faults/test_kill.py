"""Real nights, killed outright again and again at moments drawn by chance, end like uninterrupted ones.

``KILLS`` is the number of kills (6), more of them in ``make test-nightly``, where nights with PDFs are killed too.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

_KILLS = int(os.environ.get("KILLS", "6"))
_MANY = 50


def _killed(kills: int, *more: str) -> str:
    """Return what the tool tells of so many kills."""
    words = [sys.executable, "-m", "tools.kill_nights", "--kills", str(kills), *more]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120 + 60 * kills)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_killed_nights_leave_whole_files_and_end_like_uninterrupted_ones() -> None:
    said = _killed(_KILLS, "--copies", "0.8")
    assert "differences: none" in said
    assert f"kills: {_KILLS}" in said or _KILLS < _MANY


@pytest.mark.skipif(_KILLS < _MANY, reason="each night takes half a minute: in make test-nightly")
def test_killed_nights_with_pdfs_end_like_uninterrupted_ones() -> None:
    assert "differences: none" in _killed(_KILLS // 5, "--pdf")
