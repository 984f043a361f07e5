"""What every command shares, as it is typed and read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli import cli
from pipeline.commands.options import Day
from pipeline.commands.purge import _tell
from pipeline.privacy.traces import Proof, Trace
from tests.conftest import ROOT


def _commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield command
        if isinstance(command, click.Group):
            yield from _commands(command)


def test_a_day_is_asked_for_and_refused_in_one_way_everywhere() -> None:
    options = [
        (command, option) for command in _commands(cli) for option in command.params if option.name in ("day", "until")
    ]
    assert len(options) > 8
    for command, option in options:
        assert isinstance(option.type, Day), (command.name, option.name)


def test_a_purge_shows_hostile_names_of_files_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    proof = Proof(1, (Trace(Path("/o/\x1b[31mrouge\udcff.xlsx")),))
    with pytest.raises(SystemExit):
        _tell(proof)
    assert "‹U+001B›[31mrouge‹FF›.xlsx" in capsys.readouterr().out


def test_a_log_or_a_terminal_without_accents_ends_no_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "purge", "--help"],
        cwd=ROOT, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Efface des dossiers" in done.stdout
