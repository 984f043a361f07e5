"""The line that a command says at once: what is there, counted as the night counts it, and nothing that is not so."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from pipeline.announcement import announcement
from pipeline.intake.files import find_files
from tests.conftest import run_here

DAY = date(2026, 11, 21)


def _said(inbox: Path, *, check_only: bool = False) -> str:
    line = announcement(inbox, Path("outbox"), DAY, check_only=check_only)
    assert line is not None
    return line.replace("\u00a0", " ")


def _inbox(folder: Path, **sizes: int) -> Path:
    folder.mkdir()
    for name, size in sizes.items():
        (folder / f"{name}.csv").write_bytes(b"x" * size)
    return folder


def test_it_says_what_is_there_where_the_result_goes_and_the_day(tmp_path: Path) -> None:
    inbox = _inbox(tmp_path / "inbox", un=700_000, deux=499_999)
    assert _said(inbox) == f"2 fichiers dans {inbox} (1,2 Mo), à traiter à la date du 21/11/2026 ; sortie dans outbox."
    assert "à contrôler, sans produire de document, à la date" in _said(inbox, check_only=True)


@pytest.mark.parametrize(
    ("size", "told"), [(0, "0 octet"), (1, "1 octet"), (999, "999 octets"), (1_000, "1 Ko"), (998_001, "999 Ko")]
)
def test_a_small_file_is_told_in_its_own_unit(tmp_path: Path, size: int, told: str) -> None:
    assert f"1 fichier dans {tmp_path / 'inbox'} ({told})," in _said(_inbox(tmp_path / "inbox", un=size))


@pytest.mark.parametrize(("size", "told"), [(999_001, "1,0 Mo"), (1_250_000, "1,2 Mo"), (12_000_000, "12,0 Mo")])
def test_a_large_file_is_told_in_millions(tmp_path: Path, size: int, told: str) -> None:
    assert f"({told})" in _said(_inbox(tmp_path / "inbox", un=size))


def test_it_counts_the_files_that_the_night_will_name(tmp_path: Path) -> None:
    inbox = _inbox(tmp_path / "inbox", un=10)
    (inbox / "sous").mkdir()
    for name in ("README.md", ".cache", "~$un.xlsx", "note.txt", "sous/deux.xlsx", "sous/.reste"):
        (inbox / name).write_bytes(b"x")
    (inbox / ".hidden").mkdir()
    (inbox / ".hidden" / "trois.csv").write_bytes(b"x")
    (inbox / "lien.csv").symlink_to("/nowhere/at/all")
    assert _said(inbox).startswith(f"{len(find_files(inbox))} fichiers")


@pytest.mark.parametrize("make", [lambda _: None, lambda path: path.write_text("x")])
def test_nothing_is_said_of_an_inbox_that_is_no_folder(tmp_path: Path, make: object) -> None:
    inbox = tmp_path / "inbox"
    assert callable(make)
    make(inbox)
    assert announcement(inbox, Path("outbox"), DAY, check_only=False) is None


def test_an_empty_inbox_is_told_with_the_command_for_the_examples(tmp_path: Path) -> None:
    told = f"Rien à traiter dans {tmp_path}. Pour essayer : make generate INBOX=examples DATE=2026-11-21"
    assert _said(tmp_path) == told


def test_a_name_that_is_not_text_can_be_said(tmp_path: Path) -> None:
    inbox = Path(os.fsdecode(os.fsencode(tmp_path) + b"/in\xe9box"))
    _inbox(inbox, un=10)
    assert "in\ufffdbox" in _said(inbox)
    assert _said(inbox).encode("utf-8")


def test_the_command_says_it_first_and_an_empty_inbox_keeps_its_message(tmp_path: Path) -> None:
    inbox = _inbox(tmp_path / "inbox", un=10)
    first = run_here(inbox, tmp_path / "outbox", command="check").said.splitlines()[0]
    assert first == announcement(inbox, tmp_path / "outbox", DAY, check_only=True)
    (inbox / "un.csv").unlink()
    assert run_here(inbox, tmp_path / "outbox", command="check").said.startswith("Rien à traiter dans ")
