"""Files of the outbox appear whole, under their rights, in folders that are made when they are missing."""

from __future__ import annotations

import grp
import os
import shutil
from pathlib import Path

import pytest

from pipeline.errors import DiskError, SetupError
from pipeline.lock import hold
from pipeline.outbox import Outbox

NAME = "dossiers/2026-2027/C2026-000001_EXEMPLE/convention.docx"


def _rights(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_a_file_is_written_under_its_owner_s_rights_with_its_folders(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.write(NAME, b"un")
    outbox.write(NAME, b"deux")
    assert outbox.path(NAME).read_bytes() == b"deux"
    assert _rights(outbox.path(NAME)) == 0o600
    assert {_rights(parent) for parent in outbox.path(NAME).parents[:4]} == {0o700}
    assert [path.name for path in outbox.path(NAME).parent.iterdir()] == ["convention.docx"]


def test_a_group_gets_its_rights_whatever_the_mask_is(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        outbox = Outbox(tmp_path / "outbox", grp.getgrgid(os.getgid()).gr_name)
        outbox.write(NAME, b"un")
    finally:
        os.umask(before)
    assert _rights(outbox.path(NAME)) == 0o660
    assert {_rights(parent) for parent in outbox.path(NAME).parents[:4]} == {0o2770}


def test_a_folder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.write(NAME, b"un")
    shutil.rmtree(outbox.path("dossiers"))
    outbox.write(NAME, b"deux")
    assert outbox.path(NAME).read_bytes() == b"deux"


def test_a_file_that_cannot_be_finished_leaves_the_one_before_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.write(NAME, b"un")

    def full(self: Path, mode: int) -> None:
        raise OSError(28, "No space left on device", str(self), mode)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "chmod", full)
        with pytest.raises(DiskError, match="plus de place"):
            outbox.write(NAME, b"deux")
    assert [path.name for path in outbox.path(NAME).parent.iterdir()] == ["convention.docx"]
    assert outbox.path(NAME).read_bytes() == b"un"


def test_where_nothing_can_be_written_is_a_fault_of_the_setup(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with pytest.raises(SetupError, match="--outbox"):
        hold(tmp_path / "fichier" / "outbox")
