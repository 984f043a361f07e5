"""Where the time of a night goes, stage by stage, in one process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import night_in_stages
from benchmarks.forms import CONFIG, DAY, write_inbox
from benchmarks.tables import Table, seconds
from pipeline.setup import ROOT, load_setup

SIZES = (1_000,)


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001 – one night is enough
    """Lead a first night with PDFs and the night after it, and tell what each stage took."""
    for size in sizes:
        inbox, outbox = folder / f"profile{size}", folder / "profile_outbox"
        write_inbox(inbox, size, load_setup(CONFIG))
        for night in ("first", "second"):
            yield _table(night, size, _lead(inbox, outbox))
        shutil.rmtree(outbox)
        for register in folder.glob("profile_outbox.sqlite3*"):
            register.unlink()


def _lead(inbox: Path, outbox: Path) -> Mapping[str, Any]:
    """Lead the night in a process of its own, as the command would."""
    script = Path(night_in_stages.__file__)
    command = [sys.executable, "-P", str(script), str(inbox), str(outbox), str(DAY), "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr[-2000:])
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _table(night: str, size: int, told: Mapping[str, Any]) -> Table:
    """Return the stages in the order of their cost."""
    spent: Mapping[str, Sequence[float]] = told["spent"]
    whole = [sum(one[index] for one in spent.values()) for index in (0, 1)]
    rows = [
        [stage, seconds(wall), f"{wall / whole[0]:.0%}", seconds(cpu), f"{cpu / whole[1]:.0%}", seconds(cpu / size)]
        for stage, (wall, cpu) in sorted(spent.items(), key=lambda item: -item[1][1])
        if cpu / whole[1] >= 0.0005
    ]
    rows.append(["**together**", seconds(whole[0]), "", seconds(whole[1]), "", seconds(whole[1] / size)])
    columns = ("stage", "time", "share", "processor time", "share", "processor time, a dossier")
    notes = [f"Peak memory of the process: {told['peak']} MB. Documents that could not be made: {told['failures']}."]
    return Table(f"Profile of the {night} night over {size} dossiers, PDFs included, one process", columns, rows, notes)
