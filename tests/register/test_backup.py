"""Daily copies of the register, and a register that is put back: no reference is ever given twice."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline import begin_night as night
from pipeline.cli import cli
from pipeline.dossiers import Snapshot
from pipeline.errors import SetupError
from pipeline.numbers import beside, given
from pipeline.outbox import Outbox
from pipeline.register import backup, open_register, restoring
from pipeline.register.backup import aside, backups_of, daily_backups, damaged_of, examine_copy, folder_of, keep_daily
from pipeline.register.faults import RegisterDamagedError
from pipeline.register.restoring import restore
from tests.conftest import ROOT, run_here
from tests.register.test_migrations import VERSIONS

DAY = date(2026, 11, 20)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register of three dossiers, without a copy."""
    path = tmp_path / "outbox.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((VERSIONS / "version_4.sql").read_text(encoding="utf-8"))
    open_register(path).close()
    shutil.rmtree(folder_of(path), ignore_errors=True)
    return path


def _names(register: Path) -> list[str]:
    return sorted(path.name for path in folder_of(register).iterdir())


def test_the_first_run_of_a_day_copies_the_register_and_the_others_do_not(register: Path) -> None:
    register.chmod(0o660)
    with closing(open_register(register, group="")) as opened:
        assert keep_daily(register, 14, DAY) == ()
        (kept,) = backups_of(register)
        first = kept.read_bytes()
        opened.record_quiet("20261121T020000Z", DAY, {})
        assert keep_daily(register, 14, DAY) == ()
    assert kept.read_bytes() == first
    assert first[18:20] == b"\x01\x01", "no journal of its own is asked for when it is opened"
    assert _names(register) == ["2026-11-20.sqlite3"]
    assert examine_copy(kept) == 3
    assert _names(register) == ["2026-11-20.sqlite3"], "a copy is one file, also after it was read"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_a_copy_holds_what_stands_in_the_journal_alone(register: Path) -> None:
    with closing(open_register(register)) as opened:
        opened.record_quiet("20261121T020000Z", DAY, {"rows": 7})
        assert register.with_name(f"{register.name}-wal").stat().st_size
        keep_daily(register, 14, DAY)
    with closing(open_register(backups_of(register)[0])) as copy:
        assert copy.runs()[-1].totals == {"rows": 7}


@pytest.mark.parametrize(("days", "kept"), [(0, 0), (1, 1), (3, 3)])
def test_as_many_copies_are_kept_as_the_configuration_says(days: int, kept: int, register: Path) -> None:
    for offset in range(5):
        assert keep_daily(register, days, DAY + timedelta(offset)) == ()
    found = [copy.day for copy in daily_backups(register)]
    assert found == [DAY + timedelta(offset) for offset in range(4, 4 - kept, -1)]


def test_a_clock_that_was_set_back_does_not_remove_the_copy_just_made(register: Path) -> None:
    for offset in (365, 366, 0):
        keep_daily(register, 2, DAY + timedelta(offset))
    assert [copy.day for copy in daily_backups(register)] == [DAY + timedelta(366), DAY]


def test_a_copy_from_before_a_change_of_version_leaves_with_the_daily_ones_that_are_older(register: Path) -> None:
    keep_daily(register, 2, DAY)
    before = folder_of(register) / "version-3.sqlite3"
    shutil.copy(register, before)
    os.utime(before, (0, 0))
    keep_daily(register, 2, DAY + timedelta(1))
    assert before.exists()
    keep_daily(register, 2, DAY + timedelta(2))
    assert not before.exists()


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def _not_sound(_: object) -> None:
    raise RegisterDamagedError("le registre est endommagé")


@pytest.mark.parametrize(("name", "fails"), [("_flush", _full), ("examine", _not_sound)])
def test_a_copy_that_fails_is_told_and_leaves_nothing_behind(
    name: str, fails: Callable[..., None], register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, name, fails)
    (notice,) = keep_daily(register, 14, DAY)
    assert "sauvegarde quotidienne" in notice
    assert ("plus de place" if fails is _full else "endommagé") in notice
    assert _names(register) == []


def test_what_a_killed_copy_left_is_cleared_by_the_next_one(register: Path) -> None:
    keep_daily(register, 14, DAY)
    (folder_of(register) / ".2026-11-21.sqlite3.abc.part").write_bytes(b"half")
    (folder_of(register) / ".2026-11-21.sqlite3.abc.part-journal").write_bytes(b"half")
    keep_daily(register, 14, DAY + timedelta(1))
    assert _names(register) == ["2026-11-20.sqlite3", "2026-11-21.sqlite3"]


def test_a_register_without_a_run_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    open_register(path).close()
    assert keep_daily(path, 14, DAY) == ()
    assert backups_of(path) == []


# ── putting one back ──────────────────────────────────────────────────────────────────────────────


def test_a_register_that_is_replaced_is_put_aside_whole(register: Path) -> None:
    keep_daily(register, 14, DAY)
    with closing(open_register(register)) as opened:
        opened.record_quiet("20261121T020000Z", DAY, {"rows": 7})
    for suffix in ("", "-2"):
        done = restore(register, DAY, DAY)
        assert done.put_aside == folder_of(register) / f"remplace_2026-11-20{suffix}.sqlite3"
    with closing(open_register(folder_of(register) / "remplace_2026-11-20.sqlite3")) as aside:
        assert aside.runs()[-1].totals == {"rows": 7}
    with closing(open_register(register)) as back:
        assert "20261121T020000Z" not in {run.run_id for run in back.runs()}
    assert stat.S_IMODE(register.stat().st_mode) == 0o600


def test_the_journal_of_a_damaged_register_is_not_taken_for_that_of_the_backup(register: Path) -> None:
    keep_daily(register, 14, DAY)
    journal = register.with_name(f"{register.name}-wal")
    opened = open_register(register)
    opened.record_quiet("20261121T020000Z", DAY, {})
    told = journal.read_bytes()
    opened.close()
    register.write_bytes(b"broken" * 1000)
    journal.write_bytes(told)
    done = restore(register, DAY, DAY)
    assert done.put_aside is not None
    assert done.put_aside.read_bytes() == b"broken" * 1000
    assert not journal.exists()
    assert [path.name for path in damaged_of(register)] == [
        "endommage_2026-11-20.sqlite3",
        "endommage_2026-11-20.sqlite3-wal",
    ]
    with closing(open_register(register)) as back:
        assert len(back.runs()) == 1


def test_a_restore_that_is_cut_short_leaves_no_register_and_is_done_again(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_daily(register, 14, DAY)

    def cut(path: Path, today: date) -> None:
        aside(path, today, damaged=False).write_bytes(b"")
        path.unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_put_aside", cut)
        with pytest.raises(KeyboardInterrupt):
            restore(register, DAY, DAY)
    with pytest.raises(SetupError, match="restore 2026-11-20"):
        open_register(register)
    assert restore(register, DAY, DAY).put_aside is None
    with closing(open_register(register)) as back:
        assert len(back.current()) == 3


def test_a_day_without_a_sound_backup_is_refused_and_nothing_is_touched(register: Path) -> None:
    keep_daily(register, 14, DAY)
    bad = folder_of(register) / "2026-11-19.sqlite3"
    bad.write_bytes(b"x" * 5000)
    before = register.read_bytes()
    with pytest.raises(SetupError, match=r"pas de sauvegarde du 01/01/2026.*2026-11-20\.$"):
        restore(register, date(2026, 1, 1), DAY)
    with pytest.raises(SetupError, match="n’est pas un registre"):
        restore(register, date(2026, 11, 19), DAY)
    assert register.read_bytes() == before
    assert _names(register) == ["2026-11-19.sqlite3", "2026-11-20.sqlite3"]


def _command(outbox: Path, *words: str) -> Result:
    config = str(ROOT / "conventions.toml")
    return CliRunner().invoke(cli, ["register", *words, "--outbox", str(outbox), "--config", config])


def test_the_state_of_the_register_and_of_its_backups_is_told(register: Path) -> None:
    keep_daily(register, 14, DAY)
    (folder_of(register) / "2026-11-19.sqlite3").write_bytes(b"x" * 5000)
    done = _command(register.with_suffix(""), "verify")
    assert done.exit_code == 0, done.output
    assert "sauvegarde du 20/11/2026 : saine, 3 dossiers" in done.output
    assert "sauvegarde du 19/11/2026 : ce fichier n’est pas un registre" in done.output
    assert "outbox.sqlite3 : sain, 3 dossiers" in done.output.replace("\n", "")


def test_a_reference_given_since_the_backup_is_given_to_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header, *rows = (VERSIONS / "fiches.csv").read_bytes().splitlines(keepends=True)
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    inbox.mkdir()

    def references(day: int, *shown: int) -> dict[str, str]:
        """Return the reference of each row after a night over some of them, by the row's folder without it."""
        for number in shown:
            (inbox / f"fiche_{number}.csv").write_bytes(header + rows[number])
        today = date(2026, 11, day)
        monkeypatch.setattr(night, "keep_daily", lambda path, days, _: keep_daily(path, days, today))
        ran = run_here(inbox, outbox, "--no-pdf", "--date", f"2026-11-{day}")
        assert ran.status == 0, ran.said
        return {dossier["source"]: dossier["reference"] for dossier in ran.report["dossiers"]}

    references(20, 0)
    assert references(21, 1, 2) == {f"fiche_{number}.csv": f"C2026-00000{number + 1}" for number in range(3)}
    (inbox / "fiche_1.csv").unlink()
    (inbox / "fiche_2.csv").rename(inbox / "a_fiche_2.csv")
    (inbox / "b_fiche.csv").write_bytes(header + rows[1].replace(b"21700001", b"21700009").replace(b"8801", b"8809"))
    done = _command(outbox, "restore", "2026-11-21")
    assert done.exit_code == 0, done.output
    assert "C2026-000002, C2026-000003" in done.output
    for name, text in (
        ("20991231T000000Z", "[]"),
        ("20991231T000001Z", '{"sources": [{}]}'),
        ("20991231T000002Z", "{"),
    ):
        (outbox / "rapports" / name).mkdir()
        (outbox / "rapports" / name / "run.json").write_text(text)
    folders = {path.name for path in (outbox / "dossiers/2026-2027").iterdir()}
    assert references(22) == {
        "fiche_0.csv": "C2026-000001",
        "a_fiche_2.csv": "C2026-000003",  # made again under its own, its file being as it was
        "b_fiche.csv": "C2026-000004",  # new, and never C2026-000002, whose file is no longer there
    }
    assert {path.name for path in (outbox / "dossiers/2026-2027").iterdir()} > folders
    assert len(given(Outbox(outbox))) == 4
    journal = (outbox / "rapports/dernier/journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line) for line in journal)


def test_the_numbers_of_the_outbox_are_read_from_folders_that_are_dossiers_alone(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    assert beside(Snapshot(last_numbers={2026: 5}), outbox).last_numbers == {2026: 5}
    for name in (
        "C2026-000009_DURAND_Elodie",
        "C2026-000003",
        "C2027-1000000_É\n",
        "C2026-12_X",
        "brouillon",
        "C2026-000077X",
    ):
        (tmp_path / "dossiers/2026-2027" / name).mkdir(parents=True)
    (tmp_path / "dossiers/anciens/C2026-000099").mkdir(parents=True)
    (tmp_path / "dossiers/2025-2026").write_bytes(b"")
    assert beside(Snapshot(last_numbers={2026: 5}), outbox).last_numbers == {2026: 9, 2027: 1000000}
    assert beside(Snapshot(last_numbers={2026: 50}), outbox).last_numbers[2026] == 50
