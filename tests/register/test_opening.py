"""Registers that cannot be used: each is refused in one line, before anything is written, with the way back."""

from __future__ import annotations

import grp
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.register import Register, open_register, opening
from pipeline.register.backup import backups_of, damaged_of, folder_of, keep_daily
from pipeline.register.faults import said_plainly
from pipeline.register.opening import options_of
from pipeline.register.reading import open_copy
from tests.conftest import run_here
from tests.register.test_migrations import VERSIONS

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of some pages, with one backup."""
    path = tmp_path_factory.mktemp("sound") / "outbox.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((VERSIONS / "version_4.sql").read_text(encoding="utf-8"))
    open_register(path).close()
    for kept in backups_of(path):
        kept.unlink()
    assert keep_daily(path, 14, DAY) == ()
    return path


@pytest.fixture
def register(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / sound.name


def _spoil(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(data)


def _page_in_the_middle(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'version'").fetchone()
    _spoil(path, (root - 1) * 4096, b"\xff" * 4096)


def _another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE meta (key, value); INSERT INTO meta VALUES ('version', 'beta')")


def _tables_dropped(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE identity")


def _vacant(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA user_version = 1")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "header": lambda path: _spoil(path, 0, b"not a database!!"),
    "page size of the header": lambda path: _spoil(path, 16, b"\x00\x03"),
    "a page in the middle": _page_in_the_middle,
    "truncated": lambda path: os.truncate(path, 3 * 4096 + 17),
    "cut to some bytes": lambda path: os.truncate(path, 50),
    "text": lambda path: path.write_text("Bonjour,\n" * 500),
    "another program's": _another_program,
    "a table is gone": _tables_dropped,
    "empty": lambda path: path.write_bytes(b""),
    "no table": _vacant,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_register_is_refused_kept_once_and_the_way_back_is_told(damage: str, register: Path) -> None:
    DAMAGES[damage](register)
    before, kept_as = register.read_bytes(), set()
    for _ in range(2):
        with pytest.raises(SetupError) as refused:
            open_register(register, options="--outbox b")
        said = str(refused.value)
        assert str(register) in said
        assert "20/11/2026 (3 dossiers)" in said
        assert "conventions register restore 2026-11-20 --outbox b" in said
        assert "\n" not in said
        assert refused.value.exit_code == 2
        kept_as |= {path.stat().st_ino for path in damaged_of(register) if path.suffix == ".sqlite3"}
    assert len(kept_as) == bool(before)
    assert register.read_bytes() == before
    kept = [path for path in damaged_of(register) if path.suffix == ".sqlite3"]
    assert [path.read_bytes() for path in kept] == [before] * bool(before)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept)


def test_a_register_that_vanished_is_missed_by_readers_too_and_the_command_stands_last(register: Path) -> None:
    register.unlink()
    for opened in (open_copy, open_register):
        with pytest.raises(SetupError, match="n’est plus là") as refused:
            opened(register, options="--outbox b")
        assert str(refused.value).endswith("conventions register restore 2026-11-20 --outbox b")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_register_is_refused_to_readers_as_well(damage: str, register: Path) -> None:
    DAMAGES[damage](register)
    with pytest.raises(SetupError, match="register restore 2026-11-20"):
        open_copy(register).lives()


@pytest.mark.parametrize("journal", [b"", b"garbage" * 1000, None])
def test_a_journal_that_is_empty_or_garbage_changes_nothing(journal: bytes | None, register: Path) -> None:
    if journal is not None:
        register.with_name(f"{register.name}-wal").write_bytes(journal)
        register.with_name(f"{register.name}-shm").write_bytes(b"x" * 100)
    with closing(open_register(register)) as opened:
        assert len(opened.current()) == 3


def test_a_register_that_has_vanished_is_not_begun_anew_while_its_backups_are_there(register: Path) -> None:
    register.unlink()
    with pytest.raises(SetupError, match=r"n’est plus là.*mettez de côté.*restore 2026-11-20"):
        open_register(register)
    assert not register.exists()
    shutil.rmtree(folder_of(register))
    with closing(open_register(register)) as opened:
        assert opened.current() == {}


def test_what_a_killed_first_run_left_of_a_register_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    path.touch()
    open_register(path).close()
    _vacant(path)
    with closing(open_register(path)) as opened:
        assert opened.current() == {}


def test_a_register_of_a_newer_version_is_refused_with_the_backup_from_before(register: Path) -> None:
    with closing(sqlite3.connect(register)) as connection:
        connection.executescript("UPDATE meta SET value = '99' WHERE key = 'version'; DROP TABLE identity")
    before = register.read_bytes()
    for open_it in (open_register, open_copy):
        with pytest.raises(SetupError, match=r"plus récente \(99\).*restore 2026-11-20"):
            open_it(register)
    assert register.read_bytes() == before
    assert damaged_of(register) == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_PATIENCE", 0.05)


@pytest.fixture(params=["BEGIN IMMEDIATE", "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"])
def elsewhere(request: pytest.FixtureRequest, register: Path) -> Iterator[Path]:
    """The register, which another program has in a transaction."""
    with closing(sqlite3.connect(register, isolation_level=None)) as other:
        for statement in request.param.split(";"):
            other.execute(statement)
        yield register


@pytest.mark.usefixtures("impatient")
def test_a_register_that_another_program_holds_is_refused(elsewhere: Path) -> None:
    with pytest.raises(SetupError, match="un autre programme le garde ouvert"):
        open_register(elsewhere)
    assert damaged_of(elsewhere) == []


def test_a_folder_is_no_register(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite3").mkdir()
    with pytest.raises(SetupError, match="dossier"):
        open_register(tmp_path / "r.sqlite3")


def test_a_disk_that_takes_nothing_is_told_before_anything_is_written(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def read_only(path: str | Path, **more: float) -> sqlite3.Connection:
        return connect(f"file:{path}?mode=ro", uri=True, **more)  # type: ignore[call-overload,no-any-return]

    before = register.read_bytes()
    monkeypatch.setattr(sqlite3, "connect", read_only)
    with pytest.raises(SetupError, match="rien ne peut y être écrit"):
        open_register(register)
    assert register.read_bytes() == before


@pytest.mark.parametrize(("group", "mode"), [("", 0o600), (str(os.getgid()), 0o660)])
def test_a_register_has_its_rights_whatever_the_umask_and_whatever_it_had(
    group: str, mode: int, tmp_path: Path
) -> None:
    name = grp.getgrgid(int(group)).gr_name if group else ""
    path = tmp_path / "r.sqlite3"
    before = os.umask(0)
    try:
        with closing(open_register(path, group=name)):
            journal = path.with_name("r.sqlite3-wal")
            assert {stat.S_IMODE(one.stat().st_mode) for one in (path, journal)} == {mode}
        path.chmod(0o644)
        open_register(path, group=name).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_run_on_a_damaged_register_writes_nothing(register: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(VERSIONS / "fiches.csv", inbox)
    _spoil(register, 0, b"not a database!!")
    with pytest.raises(SetupError, match="register restore"):
        run_here(inbox, tmp_path / "outbox", "--no-pdf")
    assert not (tmp_path / "outbox").exists()


def test_a_disk_that_fills_up_in_the_middle_of_a_run_is_told_in_a_line_and_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(VERSIONS / "fiches.csv", inbox)
    end = Register.end

    def full(self: Register, *given: object) -> None:
        pages = self._db.execute("PRAGMA page_count").fetchone()[0]
        self._db.execute(f"PRAGMA max_page_count = {pages}")
        self._db.execute("INSERT INTO file VALUES ('x', '', zeroblob(99999))")
        end(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Register, "end", full)
        with pytest.raises(SetupError, match=r"disque est plein.*ce qui était fait est gardé") as stopped:
            run_here(inbox, tmp_path / "outbox", "--no-pdf")
    assert stopped.value.exit_code == 2
    made = {path.name for path in (tmp_path / "outbox/dossiers").rglob("*") if path.is_dir()}
    ran = run_here(inbox, tmp_path / "outbox", "--no-pdf")
    assert ran.status == 0
    assert {path.name for path in (tmp_path / "outbox/dossiers").rglob("*") if path.is_dir()} == made


def test_an_error_of_sqlite_that_nobody_foresaw_is_a_line_too(tmp_path: Path) -> None:
    closed = sqlite3.connect(":memory:")
    closed.close()
    with pytest.raises(SetupError, match="ProgrammingError"), said_plainly(tmp_path):
        closed.execute("SELECT 1")


def test_the_options_that_need_not_be_said_are_not() -> None:
    assert options_of(Path("outbox"), Path("conventions.toml")) == ""
    assert options_of(Path("ma boîte"), Path("c.toml")) == "--outbox 'ma boîte' --config c.toml"
