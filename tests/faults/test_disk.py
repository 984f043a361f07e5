"""The disk under the outbox fills, closes or goes away: one French line, status 2, and the next night does the rest."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.disk import refusal
from pipeline.errors import DiskError, SetupError
from pipeline.outbox import Outbox
from pipeline.register.store import Register
from tests.conftest import NIGHTLY, ROOT
from tools.examples.contact import perfect
from tools.shows.stage import Stage

FORMS = 3
ONE = "convention_C2026-000002.docx"


def staged(folder: Path) -> Stage:
    stage = Stage(folder, quiet=True)
    stage.deposit([perfect(number) for number in range(FORMS)])
    return stage


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a night makes whose disk takes everything."""
    stage = staged(tmp_path_factory.mktemp("calme"))
    stage.night()
    return same(stage)


def same(stage: Stage) -> dict[str, bytes]:
    """Return the documents that are the same to the byte from night to night: a message tells when it was written."""
    return {path: data for path, data in stage.documents().items() if not path.endswith(".eml")}


def _full_after(files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk take so many files more."""
    named: Callable[[Outbox, Path, Path], None] = Outbox._name
    left = iter(range(files))

    def full(outbox: Outbox, temporary: Path, target: Path) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        named(outbox, temporary, target)

    monkeypatch.setattr(Outbox, "_name", full)


@pytest.mark.parametrize("files", [0, *(pytest.param(n, marks=pytest.mark.nightly) for n in (1, 8, 15)), 18, 22])
def test_a_disk_that_fills_at_any_file_ends_the_night_and_the_next_one_finishes_it(
    files: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    stage = staged(tmp_path)
    with monkeypatch.context() as patched:
        _full_after(files, patched)
        with pytest.raises(DiskError, match="plus de place") as told:
            stage.night()
    assert told.value.exit_code == 2
    assert "relancez" in str(told.value)
    assert not list(stage.outbox.rglob("*.part"))
    stage.night()
    assert same(stage) == undisturbed
    assert [d["reference"] for d in stage.report["dossiers"]] == [f"C2026-{n:06d}" for n in range(1, FORMS + 1)]


def test_what_one_file_is_refused_costs_that_document_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = staged(tmp_path)
    named: Callable[[Outbox, Path, Path], None] = Outbox._name

    def refused(outbox: Outbox, temporary: Path, target: Path) -> None:
        if target.name == ONE:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        named(outbox, temporary, target)

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "_name", refused)
        failures = stage.night().failures
    assert [failure.path.rpartition("/")[2] for failure in failures] == [ONE]
    assert not stage.night().failures


def test_an_outbox_that_vanishes_is_not_made_anew_on_the_disk_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    stage = staged(tmp_path)
    share = tmp_path / "partage"
    begin = Register.begin

    def unmounted(*words: Any, **more: Any) -> None:
        begin(*words, **more)
        stage.outbox.rename(share)
        stage.outbox.mkdir()  # the empty folder on which the share was mounted

    with monkeypatch.context() as patched:
        patched.setattr(Register, "begin", unmounted)
        with pytest.raises(DiskError, match="a disparu"):
            stage.night()
    assert list(stage.outbox.iterdir()) == []
    stage.outbox.rmdir()
    share.rename(stage.outbox)
    stage.night()
    assert same(stage) == undisturbed


def test_a_share_that_is_not_mounted_ends_the_night_before_it_begins(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.night()
    shutil.rmtree(stage.outbox)
    with pytest.raises(SetupError, match="partage est monté"):
        stage.night()
    assert not list(stage.outbox.glob("*")), "nothing was written in its place"
    (stage.outbox / "dossiers").mkdir(parents=True)
    assert stage.night().made == 6 * FORMS, "whoever emptied it on purpose gets everything again"


def test_where_no_file_can_be_made_the_night_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox(tmp_path / "outbox")

    def refused(target: Path) -> tuple[int, Path]:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(target))

    monkeypatch.setattr("pipeline.outbox._unfinished", refused)
    with pytest.raises(SetupError, match="--outbox") as told:
        outbox.try_out()
    assert told.value.exit_code == 2


def test_only_what_concerns_the_whole_disk_is_said_of_it(tmp_path: Path) -> None:
    said = {
        number: refusal(OSError(number, ""), tmp_path) for number in (errno.EROFS, errno.ENAMETOOLONG, errno.EACCES)
    }
    assert "que lu" in str(said[errno.EROFS])
    assert said[errno.ENAMETOOLONG] is None
    assert said[errno.EACCES] is None, "the folder may be written: one file was refused"


# ── the same with a real disk of a few hundred kilobytes ──────────────────────────────────────────

_SCRIPT = """
set -u
disk=$1; inbox=$2; python=$3
mount -t tmpfs -o size=48k tmpfs "$disk" || exit 77
run() {
    "$python" -m pipeline generate --inbox "$inbox" --outbox "$disk/outbox" --date 2026-11-21 --no-pdf --workers 1 \\
        >"$4" 2>"$5"
    echo "$6 $?"
}
for size in $7; do
    mount -o remount,size=$size "$disk"
    run "$disk" "$inbox" "$python" /dev/null "$4.$size" "$size"
    find "$disk" -name '*.docx' -exec cp {} "$5" ';'
done
mount -o remount,size=50m "$disk"
run "$disk" "$inbox" "$python" /dev/null "$4.large" large
cp -r "$disk/outbox" "$6"
mount -o remount,ro "$disk"
run "$disk" "$inbox" "$python" /dev/null "$4.closed" closed
"""


def test_a_real_disk_that_is_full_then_large_then_closed(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not here: no disk can be mounted")
    stage = staged(tmp_path)
    disk, docx = tmp_path / "disque", tmp_path / "docx"
    disk.mkdir()
    docx.mkdir()
    sizes = ("48k", "300k", "700k") if NIGHTLY else ("300k",)
    places = (disk, stage.inbox, sys.executable, tmp_path / "dit", docx, tmp_path / "copie")
    words = [*map(str, places), " ".join(sizes)]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", _SCRIPT, "sh", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this machine lets nobody mount a disk")
    statuses = dict(line.split() for line in done.stdout.splitlines())
    said = {path.suffix[1:]: path.read_text(encoding="utf-8") for path in tmp_path.glob("dit.*")}
    assert statuses == {**dict.fromkeys(sizes, "2"), "large": "0", "closed": "2"}
    assert "Traceback" not in "".join(said.values())
    assert all(text.startswith("Erreur : ") and text.count("\n") == 1 for text in said.values() if text)
    assert all(zipfile.ZipFile(path).testzip() is None for path in docx.iterdir()), "no file was torn"
    copy = Stage(tmp_path / "après", quiet=True)
    shutil.move(tmp_path / "copie", copy.outbox)
    assert same(copy) == undisturbed
    assert copy.report["date"] == str(date(2026, 11, 21))
