"""One at a time: who holds the lock is named with its age, and a dead owner stops nobody."""

from __future__ import annotations

import fcntl
import grp
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.errors import LockedError, SetupError
from pipeline.lock import Owner, hold, lock_of, owner_of, told
from tests.conftest import ROOT, run_here
from tests.register.test_migrations import VERSIONS

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
HERE = socket.gethostname()

_OWNER = """
import sys, time
from pathlib import Path
from pipeline.lock import hold
lock = hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def _another(outbox: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of ``outbox`` until its input ends."""
    words = [sys.executable, "-c", _OWNER, str(outbox)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(30)


def test_the_lock_says_who_holds_it_and_a_killed_owner_stops_nobody(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    with _another(outbox) as other:
        with pytest.raises(LockedError, match=rf"processus {other.pid} sur {HERE}, compte .*Attendez") as refused:
            hold(outbox)
        assert refused.value.exit_code == 3
        other.send_signal(signal.SIGKILL)
        other.wait(30)
        left = owner_of(lock_of(outbox))
        assert left is not None
        assert left.pid == other.pid
        with hold(outbox):
            mine = owner_of(lock_of(outbox))
            assert mine is not None
            assert mine.pid == os.getpid()


def test_a_program_that_a_dead_owner_has_left_is_told_as_such(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    left = {"pid": 999_999_999, "host": HERE, "user": "nuit", "since": "2026-11-21T02:00:00+00:00"}
    lock_of(outbox).write_text(json.dumps(left))
    with lock_of(outbox).open() as inherited:
        fcntl.flock(inherited, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match=r"999999999.*n’existe plus.*un programme qu’il avait lancé"):
            hold(outbox)
    hold(outbox).release()


@pytest.mark.parametrize(
    "left", [b"", b"garbage", b'{"pid": 1}', b"\xff" * 9000, b'{"pid": 999999999, "host": "ailleurs", "user": "x"}']
)
def test_a_lock_file_that_somebody_left_stops_nobody_whatever_it_says(left: bytes, tmp_path: Path) -> None:
    path = lock_of(tmp_path / "outbox")
    path.write_bytes(left)
    assert owner_of(path) is None
    with hold(tmp_path / "outbox"):
        assert json.loads(path.read_bytes())["pid"] == os.getpid()


def _owner(since: datetime, pid: int = 0, host: str = HERE) -> Owner:
    return Owner(pid or os.getpid(), host, "nuit", since)


def test_a_long_work_is_named_with_its_age_and_never_put_aside() -> None:
    fresh = told(_owner(NOW - timedelta(hours=5, minutes=59)), NOW, HERE)
    assert "bloqué" not in fresh
    assert "Attendez" in fresh
    old = told(_owner(NOW - timedelta(hours=30)), NOW, HERE)
    assert "depuis 30 heures" in old
    assert "terminez ce processus" in old
    assert f"le {(NOW - timedelta(hours=30)).astimezone():%d/%m/%Y} à " in old


def test_a_clock_that_was_set_back_gives_no_negative_age() -> None:
    assert "heures" not in told(_owner(NOW + timedelta(days=365)), NOW, HERE)


def test_an_owner_on_another_machine_is_never_said_to_be_dead() -> None:
    assert "n’existe plus" not in told(_owner(NOW, 999_999_999, "ailleurs"), NOW, HERE)
    assert "n’existe plus" in told(_owner(NOW, 999_999_999), NOW, HERE)
    assert "n’a pas dit lequel" in told(None, NOW, HERE)


@pytest.mark.parametrize("umask", [0, 0o777])
def test_the_lock_file_is_for_its_owner_alone_whatever_the_umask_and_whatever_it_was(
    umask: int, tmp_path: Path
) -> None:
    before = os.umask(umask)
    try:
        hold(tmp_path / "new").release()
        hold(tmp_path / "team", group=_my_group()).release()
        lock_of(tmp_path / "old").touch()
        lock_of(tmp_path / "old").chmod(0o644)
        hold(tmp_path / "old").release()
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE(lock_of(tmp_path / name).stat().st_mode) for name in ("new", "team", "old")}
    assert modes == {"new": 0o600, "team": 0o660, "old": 0o600}


def _my_group() -> str:
    return grp.getgrgid(os.getgid()).gr_name


def test_the_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"mine")
    lock_of(tmp_path / "outbox").symlink_to(tmp_path / "precious")
    with pytest.raises(SetupError):
        hold(tmp_path / "outbox")
    assert (tmp_path / "precious").read_bytes() == b"mine"


def test_every_command_that_writes_into_an_outbox_waits_for_its_lock(tmp_path: Path) -> None:
    """Also those that only read the inbox: two of them at once are refused, and the first goes on unharmed."""
    outbox, config = tmp_path / "outbox", str(ROOT / "conventions.toml")
    (tmp_path / "inbox").mkdir()
    options = ["--outbox", str(outbox), "--config", config]
    with closing(sqlite3.connect(tmp_path / "outbox.sqlite3")) as register:
        register.executescript((VERSIONS / "version_4.sql").read_text(encoding="utf-8"))
    before = (tmp_path / "outbox.sqlite3").read_bytes()
    refused = {
        "generate": ["generate", "--inbox", str(tmp_path / "inbox"), "--no-pdf"],
        "check": ["check", "--inbox", str(tmp_path / "inbox")],
        "amend": ["amend", "C2026-000001"],
        "restore": ["register", "restore", "2026-11-20"],
        "purge": ["purge", "--dossier", "C2026-000001", "--oui", "--inbox", str(tmp_path / "inbox")],
    }
    with _another(outbox) as other:
        for name, words in refused.items():
            done = CliRunner().invoke(cli, [*words, *options])
            assert isinstance(done.exception, LockedError), name
        assert other.poll() is None
        assert not outbox.exists()
        assert (tmp_path / "outbox.sqlite3").read_bytes() == before
    (outbox / "dossiers").mkdir(parents=True)
    assert run_here(tmp_path / "inbox", outbox, "--no-pdf").status == 0
