"""A machine's clock that jumps: runs keep their order, and no dossier ages for it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipeline import run as night
from pipeline.cli import cli
from pipeline.clock import doubt_of, run_name
from pipeline.report.progress import Progress
from pipeline.run import Options
from tests.conftest import ROOT
from tests.register.test_migrations import VERSIONS

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


def test_a_run_is_named_by_its_utc_time() -> None:
    assert run_name(NOW, ()) == "20261121T020000Z"
    assert run_name(NOW.astimezone(timezone(timedelta(hours=-10))), ["20261120T020000Z"]) == "20261121T020000Z"


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8))
def test_the_names_of_runs_go_up_whatever_the_clock_says(jumps: list[int]) -> None:
    names: list[str] = []
    for seconds in jumps:
        names.append(run_name(NOW + timedelta(seconds=seconds), names))
    assert names == sorted(set(names))


def test_two_runs_in_one_hour_that_is_struck_twice_keep_their_order() -> None:
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    first = run_name(datetime(2026, 10, 25, 2, 30, tzinfo=summer), ())
    assert run_name(datetime(2026, 10, 25, 2, 10, tzinfo=winter), [first]) == "20261025T011000Z"
    assert first == "20261025T003000Z"


def test_a_name_that_is_no_moment_orders_nothing() -> None:
    assert run_name(NOW, ["essai", "99999999T999999Z"]) == "20261121T020000Z"


def _nights(number: int, last: date = DAY) -> list[date]:
    return [last - timedelta(number - 1 - offset) for offset in range(number)]


def test_nights_that_follow_one_another_are_not_doubted() -> None:
    assert doubt_of(DAY, []) == ""
    assert doubt_of(DAY, _nights(30)) == ""
    assert doubt_of(DAY + timedelta(60), [DAY]) == "", "the summer"
    assert doubt_of(DAY - timedelta(1), [DAY]) == "", "a change of time zone"


@pytest.mark.parametrize("jump", [61, 365, 3650, -2, -365])
def test_a_jump_is_doubted_until_seven_days_of_work_have_confirmed_it(jump: int) -> None:
    after = DAY + timedelta(jump)
    nights = _nights(30)
    for offset in range(6):
        told = doubt_of(after + timedelta(offset), nights)
        assert f"{after:%d/%m/%Y}" in told
        assert f"{abs(jump)} jours" in told
        nights += [after + timedelta(offset)] * 3  # three runs a day make no day more
    assert doubt_of(after + timedelta(6), nights) == ""


def test_a_clock_that_comes_back_is_doubted_as_well() -> None:
    assert "365 jours avant" in doubt_of(DAY, [DAY, DAY + timedelta(365)])


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a register whose last run was on 2026-11-20."""
    folder = tmp_path_factory.mktemp("clock")
    with closing(sqlite3.connect(folder / "outbox.sqlite3")) as connection:
        connection.executescript((VERSIONS / "version_4.sql").read_text(encoding="utf-8"))
        folders = [folder for (folder,) in connection.execute("SELECT folder FROM dossier")]
    for name in folders:
        (folder / "outbox" / name).mkdir(parents=True)
    (folder / "inbox").mkdir()
    shutil.copy(VERSIONS / "fiches.csv", folder / "inbox/pstage_export.csv")
    return folder


@pytest.mark.parametrize("by_clock", [False, True])
def test_nobody_is_reminded_by_a_clock_that_has_jumped(by_clock: bool, begun: Path, tmp_path: Path) -> None:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    day = date(2027, 1, 25)
    options = Options(
        tmp_path / "inbox", tmp_path / "outbox", ROOT / "conventions.toml", day, 1, pdf=False, by_clock=by_clock
    )
    outcome = night.run(options, Progress(Console(quiet=True)))
    with closing(sqlite3.connect(tmp_path / "outbox.sqlite3")) as connection:
        (reminded,) = connection.execute("SELECT count(*) FROM event WHERE what = 'relance'").fetchone()
    doubted = [notice for notice in outcome.notices if "horloge" in notice]
    assert (len(doubted), bool(reminded)) == ((1, False) if by_clock else (0, True))


@pytest.mark.parametrize(("given_day", "by_clock"), [([], True), (["--date", "2026-11-21"], False)])
def test_a_day_that_somebody_gives_is_not_doubted(
    given_day: list[str], by_clock: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Options] = []

    def look(options: Options, _: Progress) -> None:
        seen.append(options)
        raise SystemExit(0)

    monkeypatch.setattr(night, "run", look)
    CliRunner().invoke(cli, ["generate", "--inbox", str(tmp_path), "--outbox", str(tmp_path / "o"), *given_day])
    assert [options.by_clock for options in seen] == [by_clock]
