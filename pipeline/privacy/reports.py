"""What the outbox holds of some dossiers besides their folders: reports, lists and workbooks, and what becomes of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.outbox import Outbox
from pipeline.privacy.person import Needles
from pipeline.privacy.traces import below, holds
from pipeline.register.erasure import ERASED, scrub
from pipeline.report.publish import shelves
from pipeline.report.run_json import run_json_text
from pipeline.report.shelf import LATEST

_REPORT, _JOURNAL = "run.json", "journal.jsonl"
_OF_THE_NIGHT = ("suivi", "a_corriger")
_MADE_OF_CELLS = ("message", "fix")
"""What of a finding may quote a cell."""


@dataclass(frozen=True, slots=True)
class Found:
    """Paths under the outbox, by what becomes of them."""

    removed: tuple[str, ...] = ()
    """The next night makes again those that are still of use."""
    rewritten: tuple[str, ...] = ()
    """run.json: it keeps counts, statuses and rules."""
    blocked: tuple[tuple[str, str], ...] = ()
    """(workbook, reason in French) that somebody has changed or holds open: what she wrote would be lost."""


def find(outbox: Outbox, references: Collection[str], needles: Needles, taken_in: Collection[str]) -> Found:
    """Return what the reports and the workbooks at the root hold of the dossiers.

    ``taken_in`` are the hashes of the workbooks that came back through the inbox: what was dropped there is no longer
    hers alone.
    """
    named = needles.with_also(references)
    removed, rewritten, blocked = list[str](), list[str](), list[tuple[str, str]]()
    known: dict[tuple[int, int], bool] = {}
    for path in _candidates(outbox.root):
        wanted = needles if path.name == _JOURNAL else named
        if not _holds(path, wanted, known):
            continue
        name = path.relative_to(outbox.root).as_posix()
        if path.name == _REPORT:
            rewritten.append(name)
        elif reason := _why_kept(outbox, name, taken_in):
            blocked.append((name, reason))
        else:
            removed.append(name)
    return Found(tuple(removed), tuple(rewritten), tuple(blocked))


def _candidates(root: Path) -> Iterable[Path]:
    """Yield the files of the root and of the reports; what others have written beside them is no candidate."""
    if root.is_dir():
        workbooks = sorted(path for path in root.iterdir() if path.is_file() and path.name.startswith(_OF_THE_NIGHT))
        yield from (path for path in workbooks if not path.is_symlink())
    yield from (path for path in below(root / "rapports") if path.is_file() and not path.is_symlink())


def _holds(path: Path, needles: Needles, known: dict[tuple[int, int], bool]) -> bool:
    """Tell whether a file holds one of the phrases; a file of two names is read once."""
    state = path.stat()
    key = (state.st_dev, state.st_ino)
    if key not in known:
        known[key] = holds(path, needles)
    return known[key]


def _why_kept(outbox: Outbox, name: str, taken_in: Collection[str]) -> str:
    latest, desk = shelves(outbox, taken_in)
    if not name.endswith(".xlsx"):
        return ""
    if name.startswith(f"{LATEST}/"):
        return latest.why_kept(name.removeprefix(f"{LATEST}/"))
    return desk.why_kept(name) if "/" not in name else ""


def rewrite(outbox: Outbox, names: Iterable[str], references: Collection[str], hold: Callable[[str], bool]) -> None:
    """Write each run.json again without what it says of the dossiers besides counts, statuses and rules."""
    for name in names:
        path = outbox.path(name)
        try:
            report = json.loads(path.read_bytes())
        except FileNotFoundError:
            continue
        except ValueError:
            outbox.remove(name)  # no report that anybody could read
            continue
        outbox.write(name, run_json_text(_without(report, references, hold)).encode())


def settle(outbox: Outbox, names: Iterable[str]) -> None:
    """Let the shelves know what was written again or removed, so that it is not taken for somebody's own work."""
    latest, desk = shelves(outbox)
    changed = list(names)
    latest.settle([name.removeprefix(f"{LATEST}/") for name in changed if name.startswith(f"{LATEST}/")])
    desk.settle([name for name in changed if "/" not in name])


def _without(report: Mapping[str, Any], references: Collection[str], hold: Callable[[str], bool]) -> Mapping[str, Any]:
    dossiers = [_blank(one) if one.get("reference") in references else one for one in report.get("dossiers", ())]
    whole: dict[str, Any] = scrub({**report, "dossiers": dossiers}, hold)
    for one in whole["dossiers"]:
        one["documents"] = [path for path in one["documents"] if path != ERASED]
    return whole


def _blank(dossier: Mapping[str, Any]) -> dict[str, Any]:
    findings = [{**one, **dict.fromkeys(_MADE_OF_CELLS, ERASED), "decision": None} for one in dossier["findings"]]
    return {**dossier, "documents": [], "borrowed": [], "findings": findings}
