"""Registers that earlier versions of the program wrote, as they wrote them, brought to this version."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.register import migrations, open_register
from pipeline.register.backup import examine_copy, folder_of
from pipeline.register.migrations import SCHEMA_VERSION
from tests.conftest import ROOT, run_here

VERSIONS = Path(__file__).parent / "versions"
"""``version_N.sql``: what version N made of fiches.csv on 2026-11-20 (sqlite3 outbox.sqlite3 .dump)."""
EARLIER = range(1, SCHEMA_VERSION)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.fixture(params=EARLIER)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A register of each earlier version, beside the outbox of the runs."""
    path = tmp_path / "outbox.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((VERSIONS / f"version_{request.param}.sql").read_text(encoding="utf-8"))
    return path


def _statements(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the columns of every table in their order, with types, defaults, keys; and what each index covers."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        kinds = {name: (wr, strict) for _, name, _, _, wr, strict in connection.execute("PRAGMA table_list")}
        return {
            name: [
                (kinds.get(name),),
                *connection.execute(f"PRAGMA table_info({name})"),
                *connection.execute(f"PRAGMA foreign_key_list({name})"),
                *connection.execute(f"PRAGMA index_info({name})"),
            ]
            for name in names
        }


def test_an_old_register_has_the_very_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.sqlite3"
    for path in (old, new):
        open_register(path).close()
    assert _statements(old) == _statements(new)


def test_an_old_register_is_copied_aside_before_it_is_changed(old: Path) -> None:
    before = _dump(old)
    version = int(re.search(r"'version','?(\d)", "".join(before).replace(" ", ""))[1])  # type: ignore[index]
    open_register(old).close()
    kept = folder_of(old) / f"version-{version}.sqlite3"
    assert _dump(kept) == before
    assert examine_copy(kept) == 3
    assert _dump(old) != before


@pytest.mark.parametrize("old", [1, SCHEMA_VERSION - 1], indirect=True)
def test_a_run_goes_on_with_an_old_register_under_the_same_references(old: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        known = dict(connection.execute("SELECT line, v.reference FROM version v"))
        folders = {folder for (folder,) in connection.execute("SELECT folder FROM dossier")}
    for folder in folders:
        (tmp_path / "outbox" / folder).mkdir(parents=True)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(VERSIONS / "fiches.csv", inbox / "pstage_export.csv")
    ran = run_here(inbox, tmp_path / "outbox", "--no-pdf")
    assert ran.status == 0, ran.said
    assert {dossier["row"]: dossier["reference"] for dossier in ran.report["dossiers"]} == known
    assert {str(Path(path).parent) for path in ran.files()} == folders
    assert all(dossier["documents"] for dossier in ran.report["dossiers"])


def test_a_migration_that_fails_at_its_last_step_leaves_the_old_register(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _dump(old)
    last = {**migrations.MIGRATIONS, SCHEMA_VERSION - 1: ("CREATE TABLE half (x TEXT) STRICT", "NONSENSE")}
    monkeypatch.setattr(migrations, "MIGRATIONS", last)
    with pytest.raises(SetupError):
        open_register(old)
    assert _dump(old) == before


_KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.register import migrations, open_register
migrations.stored_key = lambda *parts: os.kill(os.getpid(), signal.SIGKILL)
open_register(Path(sys.argv[1]))
"""


def test_a_program_killed_in_the_middle_of_a_migration_leaves_the_old_register(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((VERSIONS / "version_1.sql").read_text(encoding="utf-8"))
    before = _dump(path)
    words = [sys.executable, "-c", _KILLED, str(path)]
    done = subprocess.run(words, cwd=ROOT, check=False, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == -signal.SIGKILL
    assert _dump(path) == before
    with closing(open_register(path)) as register:
        assert len(register.current()) == 3


def test_where_no_copy_can_be_made_an_old_register_is_not_changed(old: Path) -> None:
    before = _dump(old)
    folder_of(old).write_bytes(b"")  # a file where the folder would stand
    with pytest.raises(SetupError, match="sauvegardes"):
        open_register(old)
    assert _dump(old) == before
