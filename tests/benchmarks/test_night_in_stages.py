"""A night is timed from outside: every stage still has its functions, and what is inside another counts once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import night_in_stages
from benchmarks.night_in_stages import REST, START, Clock, timed
from pipeline.setup import ROOT


def test_what_is_inside_a_stage_counts_for_the_inner_one_only() -> None:
    clock = Clock()

    def inner() -> None:
        time.sleep(0.05)

    outer = timed(timed(inner, "inner", clock), "outer", clock)
    outer()
    clock.settle()
    assert clock.spent["inner"][0] >= 0.05
    assert clock.spent["outer"][0] < clock.spent["inner"][0]
    assert clock.calls == {"outer": 1, "inner": 1}


def test_every_stage_is_found_in_the_code_and_the_night_is_told(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    command = [sys.executable, "-P", night_in_stages.__file__, str(tmp_path / "inbox"), str(tmp_path / "outbox")]
    done = subprocess.run([*command, "2026-11-21", "0"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["dossiers"], told["failures"]) == (0, 0)
    assert {START, REST, "set-up: schemas, settings, templates", "report: run.json"} <= set(told["spent"])
