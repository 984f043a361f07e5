"""The terminal obeys no file name, no sheet, no header and no notice."""

from __future__ import annotations

import dataclasses
import io
import re
from pathlib import Path

from click.testing import CliRunner
from rich.console import Console

from pipeline.cli import cli
from pipeline.model import Source
from pipeline.report.terminal import summary
from pipeline.setup import ROOT
from tests.report.outcomes import full_outcome

_HOSTILE = "[red]r[/red][link=http://canary.test]l[/link]\x1b[31mE\x1b]8;;http://canary.test\x07\x9b2J\u202et\r"
_OBEYED = re.compile("[\x07\x0d\x80-\x9f\u202a-\u202e]|\x1b\\[31mE|\x1b\\]")


def test_a_summary_shows_hostile_names_as_they_are() -> None:
    outcome = full_outcome()
    hostile = [
        dataclasses.replace(outcome.sources[0], file=f"{_HOSTILE}.csv", sheet=_HOSTILE, state=state, reason=_HOSTILE)
        for state in ("lu", "rejeté", "en attente")
    ]
    assert all(isinstance(one, Source) for one in hostile)
    outcome = dataclasses.replace(outcome, sources=tuple(hostile), notices=(_HOSTILE,))
    for terminal in (True, False):
        stream = io.StringIO()
        summary(outcome, Console(file=stream, force_terminal=terminal, width=400), "outbox/rapports/dernier")
        assert not _OBEYED.search(stream.getvalue())
        assert stream.getvalue().count("[red]r[/red]") >= 3


def test_the_columns_of_a_hostile_file_are_shown_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "[red]x\x1b[31mE.csv"
    path.write_text(f'"{_HOSTILE}";"Nom de l’étudiant";"{_HOSTILE} Prénom"\r\na;b;c\r\n', "utf-8", newline="")
    done = CliRunner().invoke(cli, ["columns", str(path), "--config", str(ROOT / "conventions.toml")])
    assert done.exit_code == 0, done.output
    assert not _OBEYED.search(done.output)
    assert "[red]" in done.output
