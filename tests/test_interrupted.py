"""Ctrl-C while documents are made: the run ends within seconds, and the next one finishes it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_here
from tools.examples.contact import perfect
from tools.shows.stage import Stage

_OFFICE = """#!{python}
# Stands for soffice: a document each half second.
import os, pathlib, sys, time
words = sys.argv[1:]
folder = pathlib.Path(words[words.index("--outdir") + 1])
(folder.parents[2] / "soffice.pid").write_text(str(os.getpid()))
for word in words:
    if word.endswith(".docx"):
        time.sleep(0.5)
        (folder / (pathlib.Path(word).stem + ".pdf")).write_bytes(b"%PDF-1.7 slow %%EOF")
"""


@pytest.fixture
def slow_office(tmp_path: Path) -> Path:
    """A folder of programs in which LibreOffice is slow and wkhtmltopdf absent."""
    programs = tmp_path / "programmes"
    programs.mkdir()
    office = programs / "soffice"
    office.write_text(_OFFICE.format(python=sys.executable), encoding="utf-8")
    office.chmod(0o700)
    return programs


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_ends_at_once_and_is_finished_later(
    tmp_path: Path, slow_office: Path, number: signal.Signals
) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(n) for n in range(6)])
    inbox, outbox, temporary = stage.inbox, tmp_path / "sortie", tmp_path / "tmp"
    temporary.mkdir()
    words = ["generate", "--inbox", str(inbox), "--outbox", str(outbox), "--date", "2026-11-21", "--workers", "2"]
    environment = {"PATH": str(slow_office), "TMPDIR": str(temporary), "HOME": os.environ.get("HOME", "")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *words], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    mark = temporary / "soffice.pid"
    while not (mark.is_file() and mark.read_text()) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (
        130,
        "\nInterrompu : ce qui est fait est gardé, le prochain passage finira le reste.\n",
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
    assert list(temporary.iterdir()) == [mark], "temporary files are left"
    assert not list(outbox.rglob("*.part"))
    with closing(sqlite3.connect(tmp_path / "sortie.sqlite3")) as register:
        assert register.execute("SELECT count(*) FROM dossier").fetchone() == (6,)
    whole = run_here(inbox, tmp_path / "d_une_traite", "--no-pdf")
    done = run_here(inbox, outbox, "--no-pdf")
    assert done.status == 0, done.said
    assert done.files() == whole.files()
