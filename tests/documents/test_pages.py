"""wkhtmltopdf watched: a program that stands for it misbehaves by the names of the pages that it is given."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.documents import pages

_PROGRAM = """#!{python} -IS
import os, shlex, sys, time
from pathlib import Path
if sys.argv[1:] != ["--read-args-from-stdin"]:
    sys.exit(1)
folder = Path(__file__).parent
lines = [shlex.split(line) for line in sys.stdin]
with (folder / "journal").open("a") as stream:
    stream.write(" ".join(Path(line[-2]).stem for line in lines) + "\\n")
for line in lines:
    name = Path(line[-2]).stem
    if "hang" in name:
        time.sleep(60)
    if "die" in name:
        os.abort()
    if "damaged" not in name:
        whole = (folder / "whole.pdf").read_bytes()
        Path(line[-1]).write_bytes(whole[:100] if "half" in name else whole)
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "wkhtmltopdf"
    path.write_text(_PROGRAM.format(python=sys.executable), "utf-8")
    path.chmod(0o700)
    return str(path)


@pytest.fixture(autouse=True)
def _not_archived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The PDFs of this program are empty, and stay as they are."""
    (tmp_path / "whole.pdf").write_bytes(b"%PDF-1.4\n" + bytes(2000) + b"\n%%EOF\n")
    monkeypatch.setattr(pages, "_archived", lambda _: True)


def _converted(names: Sequence[str], program: str, folder: Path, workers: int = 1) -> list[str]:
    """Convert pages by names; return the names of those that failed, all others having their PDF."""
    (folder / "made").mkdir()
    for name in names:
        (folder / f"{name}.html").touch()
    jobs = [pages.PdfJob(folder / f"{name}.html", folder / "made" / f"{name}.pdf", "L’essai") for name in names]
    failed = [job.html.stem for job, _ in pages.html_to_pdf(jobs, program, 0.5, workers)]
    assert {path.stem for path in (folder / "made").iterdir()} == {*names} - {*failed}
    return failed


def _runs(folder: Path) -> list[list[str]]:
    return [line.split() for line in (folder / "journal").read_text("utf-8").splitlines()]


def test_what_is_sound_is_converted_in_one_process(program: str, tmp_path: Path) -> None:
    assert _converted(["a", "b", "c"], program, tmp_path) == []
    assert _runs(tmp_path) == [["a", "b", "c"]]


def test_more_pages_than_are_looked_at_together_all_come(program: str, tmp_path: Path) -> None:
    names = [f"p{number:03}" for number in range(75)]
    assert _converted(names, program, tmp_path) == []
    assert _runs(tmp_path) == [names]


@pytest.mark.parametrize("guilty", ["b_hang", "b_die", "b_half", "b_damaged"])
def test_the_guilty_is_reported_alone(program: str, tmp_path: Path, guilty: str) -> None:
    started = time.monotonic()
    assert _converted(["a", guilty, "c", "d"], program, tmp_path) == [guilty]
    assert [guilty] in _runs(tmp_path)[1:]
    assert time.monotonic() - started < 30


def test_several_workers_share_the_pages(program: str, tmp_path: Path) -> None:
    assert _converted(["a", "b", "c_die", "d"], program, tmp_path, workers=2) == ["c_die"]
    assert ["a", "b"] in _runs(tmp_path)


def test_a_pdf_of_before_is_not_taken_for_this_one(program: str, tmp_path: Path) -> None:
    job = pages.PdfJob(tmp_path / "a_damaged.html", tmp_path / "a.pdf", "Essai")
    job.html.touch()
    job.pdf.write_bytes((tmp_path / "whole.pdf").read_bytes())
    assert [failed for failed, _ in pages.html_to_pdf([job], program, 5)] == [job]
    assert not job.pdf.exists()
