"""Files of unknown origin are listed and opened without waiting, without following, and under names fit to be printed."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.intake.files import InboxFile, find_files, printable
from pipeline.intake.opening import NotAFileError, chunks, opened, read_whole
from pipeline.intake.reading import read_file
from pipeline.intake.systems import Systems
from pipeline.model import Limits
from pipeline.tables.fields import Fields

_DEEP = 1_100
"""Deeper than Python calls itself."""


def _only(inbox: Path) -> InboxFile:
    (file,) = find_files(inbox)
    return file


def test_a_pipe_is_neither_waited_for_nor_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube")
    for path in (tmp_path / "tube", Path("/dev/zero"), tmp_path):
        with pytest.raises(NotAFileError):
            read_whole(path, 10)


def test_a_link_is_not_followed_where_none_is_expected(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").symlink_to("a")
    assert read_whole(tmp_path / "b", 10) == b"x"
    with pytest.raises(OSError, match="symbolic"), opened(tmp_path / "b", follow=False):
        pass


def test_a_file_that_has_no_end_is_cut(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    assert read_whole(tmp_path / "a", 10) == b"x" * 11


def _swapped(monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]) -> None:
    """Have ``change`` done between the moment a file is looked at and the one at which it is opened."""

    @contextmanager
    def late(path: Path, *, follow: bool = True) -> Iterator[tuple[int, os.stat_result]]:
        change(path)
        with opened(path, follow=follow) as found:
            yield found

    monkeypatch.setattr("pipeline.intake.files.opened", late)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


@pytest.mark.parametrize(
    ("change", "state"),
    [(_pipe, "rejeté"), (_link, "rejeté"), (Path.unlink, "en attente")],
    ids=["pipe", "link", "gone"],
)
def test_what_takes_the_name_of_a_file_while_it_is_looked_at_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], state: str
) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    _swapped(monkeypatch, change)
    file = _only(tmp_path)
    assert (file.state, file.sha256) == (state, "")


@pytest.mark.parametrize("after", [b"xx", b"y" * 300, b"x" * 10], ids=["shrinks", "grows", "changes"])
def test_a_file_that_changes_while_it_is_hashed_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 10)
    os.utime(path, ns=(0, 0))

    def changing(number: int, most: int) -> Iterator[bytes]:
        yield from chunks(number, most)
        path.write_bytes(after)

    monkeypatch.setattr("pipeline.intake.files.chunks", changing)
    assert _only(tmp_path).state == "en attente"


@pytest.mark.parametrize(
    "change", [Path.unlink, _pipe, lambda path: path.write_bytes(b"other"), lambda path: path.write_bytes(b"")]
)
def test_a_file_that_changes_after_it_was_hashed_waits(
    tmp_path: Path, systems: Systems, fields: Fields, change: Callable[[Path], None]
) -> None:
    (tmp_path / "a.csv").write_bytes(b"a;b\n1;2\n")
    file = _only(tmp_path)
    change(file.path)
    (source,) = read_file(file, systems, fields, Limits()).sources
    assert source.state == "en attente"
    assert source.reason


def test_sockets_devices_and_circles_of_links_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "prise.csv"))
    (tmp_path / "a.csv").symlink_to("b.csv")
    (tmp_path / "b.csv").symlink_to("a.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "tout").symlink_to(".", target_is_directory=True)
    assert {file.name: file.state for file in find_files(tmp_path)} == dict.fromkeys(
        ("a.csv", "b.csv", "prise.csv", "tout", "zero.csv"), "rejeté"
    )


def test_folders_within_folders_without_end_are_listed(tmp_path: Path) -> None:
    here = os.getcwd()  # noqa: PTH109 (a path as long as this one can only be made step by step)
    try:
        os.chdir(tmp_path)
        for _ in range(_DEEP):
            os.mkdir("d")  # noqa: PTH102
            os.chdir("d")
        Path("a.csv").write_bytes(b"x")
    finally:
        os.chdir(here)
    try:
        assert _only(tmp_path).name == "d/" * _DEEP + "a.csv"
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # Python's own removal calls itself


def test_a_folder_whose_path_is_too_long_is_told(tmp_path: Path) -> None:
    here = os.getcwd()  # noqa: PTH109
    try:
        os.chdir(tmp_path)
        for _ in range(20):
            os.mkdir("d" * 250)  # noqa: PTH102
            os.chdir("d" * 250)
    finally:
        os.chdir(here)
    file = _only(tmp_path)
    assert (file.state, "chemin trop long" in (file.reason or "")) == ("rejeté", True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_and_folders_without_the_rights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "a.csv").chmod(0)
    for name, rights in (("muet", 0o400), ("clos", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "b.csv").write_bytes(b"x")
        (tmp_path / name).chmod(rights)
    found = {file.name: file.state for file in find_files(tmp_path)}
    for name in ("muet", "clos"):
        (tmp_path / name).chmod(0o700)
    assert found == {"a.csv": "rejeté", "clos": "rejeté", "muet/b.csv": "rejeté"}


@pytest.mark.parametrize(
    ("call", "name"), [("open", "a.csv"), ("stat", "a.csv"), ("scandir", "sous")], ids=["file", "search", "folder"]
)
def test_what_the_system_refuses_to_show_is_refused_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, name: str
) -> None:
    """As the test above, for root: the system's own refusal is made by hand."""
    if name == "sous":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_bytes(b"x")
    real = getattr(os, call)

    def denied(path: object, *given: object, **named: object) -> object:
        if os.fspath(path).endswith(name):  # type: ignore[call-overload]  # every path here is one
            raise PermissionError(13, "Permission denied")
        return real(path, *given, **named)

    monkeypatch.setattr(os, call, denied)
    file = _only(tmp_path)
    assert (file.state, "droit" in (file.reason or "")) == ("rejeté", True)


HOSTILE = (
    "ligne\nune.csv",
    "retour\r.csv",
    "\x1b[2Jefface.csv",
    "fact\u202evsc.xlsx.csv",
    "\u2066isole\u2069.csv",
    "vide\u200b.csv",
    "para\u2029graphe.csv",
    b"octet\xff.csv".decode("utf-8", "surrogateescape"),
    "é" * 125 + "a.csv",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_fit_to_be_printed_on_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    file = _only(tmp_path)
    assert file.state == "à lire"
    assert file.name.isprintable()
    assert file.name.encode("utf-8")
    assert file.name == printable(name)


def test_names_that_look_alike_stay_two_names() -> None:
    alike = [
        "a\u202eb",
        "a\u202db",
        "ab",
        "a‹U+202E›b",
        "a\udc80b",
        "a‹80›b",
        "a\ufffdb",
        "a\x80b",
        "a\u2039U+202E\u203ab.",
    ]
    assert len({printable(name) for name in alike}) == len(alike)
    assert printable("Stages d’été n° 1\u202f– reçus.xlsx") == "Stages d’été n° 1\u202f– reçus.xlsx"
