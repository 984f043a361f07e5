"""Try every entry of the corpus of bad files alone, in its full size, and write ``docs/bad_files.md``.

``python -m tools.bad_files [KEY…]``: with keys, only these are tried and nothing is written.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console

import pipeline.run
from pipeline.report.phrases import count
from pipeline.report.progress import Progress
from pipeline.setup import ROOT, Setup, load_setup
from tests.hostile.bad_file import BadFile, Ground
from tests.hostile.parts import form_csv
from tests.hostile.places import reopen
from tests.hostile.registry import BAD_FILES, FAMILIES, build, faults, told_of

PAGE = ROOT / "docs" / "bad_files.md"
COMMAND = "python -m tools.bad_files"
_DAY = date(2026, 11, 21)
_HEAD = f"""# Bad files

<!-- Written by « {COMMAND} », which tries every entry; change tests/hostile/, then run it again. -->

What was dropped into an inbox, and what became of it: each entry alone, in the size that its title says, under the limits
of the shipped `conventions.toml`. `tests/hostile/test_bad_files.py` drops all of them at once beside good exports, the
heavy ones in a small version under smaller limits (in their full size with `HYPOTHESIS_PROFILE=nightly`): the night ends
with status 0, the good rows are done as when they are alone, nothing outside the inbox is read and no address is asked.

« lu » is read, « rejeté » refused, « en attente » read again the next night, « passé » left out in silence, as hidden files
are. The last column is what a manager reads in rapport.html, in run.json and on the terminal.
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one entry."""

    entry: BadFile
    outcome: str
    reason: str
    wrong: Sequence[str]
    seconds: float


def main(wanted: Sequence[str]) -> int:
    """Try the entries, write the page unless only some were asked for; return 1 when one is not as expected."""
    pipeline.run.load_setup = cache(load_setup)  # type: ignore[attr-defined]  # once for all the runs
    tried = []
    for entry in BAD_FILES:
        if wanted and entry.key not in wanted:
            continue
        tried.append(try_alone(entry))
        print(f"{tried[-1].seconds:6.1f} s  {entry.key:24} {tried[-1].outcome} {tried[-1].reason}")
        for text in tried[-1].wrong:
            print(f"  ✗ {text}")
    if not wanted:
        PAGE.write_text(page(tried), encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)}: {len(tried)} entries")
    return int(any(one.wrong for one in tried))


def try_alone(entry: BadFile) -> Tried:
    """Run a night over ``entry`` and nothing else, under the shipped limits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "inbox").mkdir()
        canary = folder / "secret.csv"
        canary.write_text(form_csv("canari"), encoding="utf-8")
        config = ROOT / "conventions.toml"
        ground = Ground(_setup(config).settings.limits, canary, "http://127.0.0.1:9/", full=True)
        if not build(entry, folder / "inbox", ground):
            return Tried(entry, "", f"not tried: {entry.impossible()}", (), 0.0)
        begun = time.monotonic()
        options = pipeline.run.Options(folder / "inbox", folder / "outbox", config, _DAY, 1, pdf=False)
        try:
            pipeline.run.run(options, Progress(Console(quiet=True)))
        finally:
            reopen(folder / "inbox")
        seconds = time.monotonic() - begun
        report = json.loads((folder / "outbox/rapports/dernier/run.json").read_text(encoding="utf-8"))
    return Tried(entry, *_told(entry, report), faults(entry, report, full=True), seconds)


@cache
def _setup(config: Path) -> Setup:
    return load_setup(config)


def _told(entry: BadFile, report: Mapping[str, Any]) -> tuple[str, str]:
    """Return the outcome and the reason of one entry in the words of run.json."""
    sources = told_of(entry, report)
    if not sources:
        return entry.state, ""
    states = Counter(source["state"] for source in sources)
    files = f" ({count(len(sources), 'entrée', 'entrées')})" if len(sources) > 1 else ""
    statuses = Counter(row["status"] for row in report["dossiers"])
    rows = ", ".join(f"{number} {status}" for status, number in statuses.items())
    unread = [one["reason"] for source in sources for one in source["unread"]]
    rows = ", ".join(filter(None, [rows, f"{len(unread)} non lue" if unread else ""]))
    outcome = f"{', '.join(states)}{files}" + (f" : {rows}" if rows else "")
    reasons = dict.fromkeys([source["reason"] for source in sources if source["reason"]] + unread)
    return outcome, " / ".join(reasons)


def page(tried: Sequence[Tried]) -> str:
    """Return the page: one table for each family, in the order of the registry."""
    states = Counter(one.entry.state for one in tried)
    told = ", ".join(f"{number} « {state} »" for state, number in states.items())
    parts = [f"{_HEAD}\n**{len(tried)} entries: {told}.**\n"]
    for family in FAMILIES:
        parts.append(f"\n## {family.name}\n\n| Key | Input | Outcome | Reason |\n| --- | --- | --- | --- |\n")
        parts += [_line(one) for one in tried if one.entry.family == family.name]
    return "".join(parts)


def _line(one: Tried) -> str:
    return f"| `{one.entry.key}` | {_safe(one.entry.title)} | {_safe(one.outcome)} | {_safe(one.reason)} |\n"


def _safe(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def table(text: str) -> dict[str, tuple[str, str, str]]:
    """Return what the page tells: key → input, outcome, reason."""
    return dict(_lines(text))


def _lines(text: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for line in text.splitlines():
        if line.startswith("| `"):
            key, title, outcome, reason = (part.strip() for part in re.split(r"(?<!\\)\|", line)[1:5])
            yield key.strip("`"), (title.replace("\\|", "|"), outcome, reason)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
