"""What the inbox gives to be read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.intake.files import find_files
from pipeline.model import Limits


def _states(inbox: Path, limits: Limits | None = None) -> dict[str, str]:
    return {file.name: file.state for file in find_files(inbox, limits)}


def test_files_are_sorted_by_path_and_subfolders_are_read(tmp_path: Path) -> None:
    for name in ("b.csv", "a/c.xlsx", "a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    files = find_files(tmp_path)
    assert [file.name for file in files] == ["a.csv", "a/c.xlsx", "b.csv"]
    assert {file.sha256 for file in files} == {hashlib.sha256(b"x").hexdigest()}


def test_hidden_files_and_readme_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".cache").mkdir()
    for name in (".cache/a.csv", ".b.csv", "README.md", "readme.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert _states(tmp_path) == {}


@pytest.mark.parametrize("name", ["~$a.xlsx", "a.xlsx.part", "a.csv.crdownload", "a.tmp"])
def test_a_temporary_file_waits(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert _states(tmp_path) == {name: "en attente"}


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"x"), ("a.csv", b""), ("a.xlsx", b"x" * 11)])
def test_another_type_an_empty_and_an_oversized_file_are_refused_with_a_reason(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    (file,) = find_files(tmp_path, Limits(file_bytes=10))
    assert file.state == "rejeté"
    assert file.reason


def test_links_that_leave_the_inbox_and_pipes_are_refused(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret.csv").write_bytes(b"x")
    (inbox / "dedans.csv").write_bytes(b"x")
    (inbox / "dehors.csv").symlink_to(tmp_path / "secret.csv")
    (inbox / "casse.csv").symlink_to(inbox / "absent.csv")
    (inbox / "dossier").symlink_to(tmp_path, target_is_directory=True)
    (inbox / "lien.csv").symlink_to(inbox / "dedans.csv")
    os.mkfifo(inbox / "tube.csv")
    assert _states(inbox) == {
        "casse.csv": "rejeté",
        "dedans.csv": "à lire",
        "dehors.csv": "rejeté",
        "dossier": "rejeté",
        "lien.csv": "à lire",
        "tube.csv": "rejeté",
    }


def test_an_inbox_that_is_not_there_is_a_broken_set_up(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        find_files(tmp_path / "absent")
