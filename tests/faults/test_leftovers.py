"""What a killed run has left goes with the next one; what anybody else has left stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.leftovers import tidied
from pipeline.outbox import Outbox
from pipeline.workshops import process_mark, sweep_workshops, workshop
from tests.conftest import ROOT

_LENT = """
import os, signal
from pipeline.workshops import workshop
with workshop() as folder:
    (folder / "personnel.pdf").write_bytes(b"%PDF")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which temporary folders are made."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_live_one_stays(temporary: Path) -> None:
    subprocess.run([sys.executable, "-c", _LENT], cwd=ROOT, env={**os.environ, "TMPDIR": str(temporary)}, check=False)
    (left,) = temporary.iterdir()
    assert (left / "personnel.pdf").exists()
    with workshop() as mine:
        assert sweep_workshops() == 1
        assert list(temporary.iterdir()) == [mine]


def test_a_number_that_another_process_has_now_keeps_no_folder(temporary: Path) -> None:
    space, pid, begun = process_mark(os.getpid())
    reused = temporary / f"conventions-{space}-{pid}-{begun - 1}-abcdefgh"
    reused.mkdir(mode=0o700)
    assert sweep_workshops() == 1
    assert not reused.exists()


def test_what_is_not_surely_ours_stays(temporary: Path, tmp_path: Path) -> None:
    space, _, _ = process_mark(os.getpid())
    dead = f"{space}-{2**22 + 1}-1-abcdefg"  # no machine has so many processes
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "précieux").touch()
    (temporary / f"conventions-{dead}1").symlink_to(elsewhere)
    (temporary / f"conventions-{dead}2").write_text("un fichier")
    (temporary / f"conventions-{dead}3").mkdir()
    (temporary / f"conventions-{dead}3").chmod(0o755)
    (temporary / f"conventions-{space + 1}-{2**22 + 1}-1-abcdefg4").mkdir(mode=0o700)
    (temporary / "conventions-de-stage").mkdir(mode=0o700)
    before = sorted(temporary.iterdir())
    assert sweep_workshops() == 0
    assert sorted(temporary.iterdir()) == before
    assert (elsewhere / "précieux").exists()


@pytest.mark.usefixtures("temporary")
def test_unfinished_files_go_with_the_run_after_one_that_did_not_end(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.write("dossiers/2026-2027/C2026-000001_EXEMPLE/convention.docx", b"entier")
    folder = outbox.path("dossiers/2026-2027/C2026-000001_EXEMPLE")
    with pytest.raises(KeyboardInterrupt):
        _cut_while_writing(outbox, folder)
    with tidied(outbox):
        assert not list(outbox.root.rglob("*.part"))
        assert (folder / "convention.docx").read_bytes() == b"entier"
    (folder / ".de quelqu’un.part").touch()
    with tidied(outbox):  # the run before came to its end: nothing is looked for
        assert (folder / ".de quelqu’un.part").exists()


def _cut_while_writing(outbox: Outbox, folder: Path) -> None:
    with tidied(outbox):
        (folder / ".abc.part").write_bytes(b"la moiti")
        outbox.folder("rapports/dernier")
        outbox.path("rapports/dernier/.run.json.part").write_bytes(b"{")
        raise KeyboardInterrupt
