"""A night that repeats the last one: nothing has changed since, so that all but run.json and the journal stays.

A person who opens the page in the morning still finds in it what the night brought, however often the command is run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from pipeline.execution.bench import Bench
from pipeline.intake.files import InboxFile
from pipeline.model import Outcome, Source, SourceState
from pipeline.outbox import LinkedError
from pipeline.register import Register
from pipeline.report.journal import Journal
from pipeline.report.publish import shelves
from pipeline.report.run_json import run_json_text
from pipeline.report.shelf import LATEST
from pipeline.workshops import workshop

_OF_THE_RUN = ("run.json", "journal.jsonl")


def night_key(day: date, bench: Bench, files: Sequence[InboxFile]) -> str:
    """Return the hash of what a night depends on besides the register and the outbox; "" when it depends on the hour."""
    if any(file.state == "en attente" for file in files):
        return ""
    setup, tools = bench.setup, bench.tools
    programs = [tools.office is not None, tools.wkhtmltopdf is not None]
    found = [[file.name, file.sha256, file.state, file.reason] for file in files]
    told = json.dumps([day.isoformat(), setup.fingerprint, setup.papers, programs, found])
    return hashlib.sha256(told.encode()).hexdigest()


def same_night(key: str, bench: Bench, register: Register) -> Mapping[str, Any] | None:
    """Return the run.json of the last night when tonight would only repeat it, else None.

    It does when ``key`` and the register are what that night left, every document of it stands, and its reports are the
    latest ones (``check`` writes some too), which nobody has touched.
    """
    last = register.last_night()
    if not key or last is None or (last.key, last.revision) != (key, register.revision()):
        return None
    try:
        report: Any = bench.outbox.read_json(f"rapports/{last.run_id}/run.json")
        documents = [path for dossier in report["dossiers"] for path in dossier["documents"]]
        for source in report["sources"]:
            _source(source)
        if report["run_id"] != last.run_id or report["failures"]:
            return None
        if not all(bench.outbox.holds(path) for path in documents):
            return None
    except (OSError, ValueError, KeyError, TypeError, LinkedError):  # not as we wrote it
        return None
    latest, desk = shelves(bench.outbox)
    same = latest.is_untouched(["run.json"], f"rapports/{last.run_id}") and desk.is_untouched()
    return report if same else None


def repeat_night(
    report: Mapping[str, Any], run_id: str, day: date, bench: Bench, seconds: float, notices: Sequence[str]
) -> Outcome:
    """Publish the night of ``report`` again under another name: run.json and the journal; the others are linked."""
    outbox = bench.outbox
    before, after = f"rapports/{report['run_id']}", f"rapports/{run_id}"
    sources = tuple(map(_source, report["sources"]))
    outcome = Outcome(run_id, day, sources, (), {}, seconds=seconds, notices=tuple(notices), repeated=report["totals"])
    told = {
        **report,
        "run_id": run_id,
        "sources": [{**one, "state": source.state} for one, source in zip(report["sources"], sources, strict=True)],
        "notices": list(notices),
        "timings": {"seconds": round(seconds, 3), "made": 0},
    }
    for name in _reports(bench, report["run_id"]):
        outbox.link(f"{before}/{name}", f"{after}/{name}")
    with workshop() as folder:
        journal = folder / "journal.jsonl"
        Journal(journal, lambda: datetime.now(UTC)).outcome(outcome)
        files = {"run.json": run_json_text(told).encode(), "journal.jsonl": journal.read_bytes()}
    for name, data in files.items():
        outbox.write(f"{after}/{name}", data)
    shelves(outbox)[0].renew(files, after)
    return outcome


def _reports(bench: Bench, run_id: str) -> list[str]:
    """Return the reports of a run that are the latest ones still; its letters stay where they are, to be sent once."""
    folder, latest = bench.outbox.path(f"rapports/{run_id}"), bench.outbox.path(LATEST)
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in names if name not in _OF_THE_RUN and (latest / name).is_file())


def _source(told: Mapping[str, Any]) -> Source:
    unread = tuple((one["row"], one["reason"]) for one in told["unread"])
    state: SourceState = "inchangé" if told["state"] == "lu" else told["state"]
    notes = tuple(told["notes"])
    return Source(
        told["file"], told["sheet"], told["sha256"], told["profile"], state, told["reason"], told["rows"], unread, notes
    )
