"""One night in this process, timed stage by stage: ``night_in_stages.py INBOX OUTBOX DAY WITH_PDF`` prints JSON.

The functions of the stages are found by their names and timed from outside; what one of them spends inside another
counts for the inner one only. It imports nothing of the benchmarks, so that it can be run over any version of the code.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

STAGES: Mapping[str, Sequence[str]] = {
    "set-up: schemas, settings, templates": ["pipeline.setup:load_setup"],
    "inbox: find, hash, read, understand the columns": [
        "pipeline.intake.files:find_files", "pipeline.intake:read_file", "pipeline.reading:read_inbox",
    ],
    "normalise the cells": ["pipeline.normalise:normalise_all", "pipeline.normalise:normalise"],
    "find the dossiers, complete them": [
        "pipeline.dossiers:identify", "pipeline.completion:complete", "pipeline.takeover:take_over",
        "pipeline.desk.overlay:lay_over", "pipeline.signed.agreements:agreements",
    ],
    "judge by all rules": ["pipeline.verdicts:judge_entries"],
    "plan": ["pipeline.plan:plan_documents"],
    "register": ["pipeline.register:Register.*", "pipeline.register:open_register"],
    "agreements and annexes: texts and .docx": [
        "pipeline.documents.values:template_values", "pipeline.documents.word:WordTemplate.render",
    ],
    "checklists: HTML": ["pipeline.documents.checklist:checklist_values", "pipeline.documents.checklist:checklist_html"],
    "agreements and annexes: PDF (LibreOffice)": ["pipeline.documents.office:convert"],
    "checklists and report: PDF (wkhtmltopdf)": ["pipeline.documents.pages:html_to_pdf"],
    "messages": [
        "pipeline.documents.message:compose", "pipeline.documents.message:enclose", "pipeline.documents.message:written",
    ],
    "writing the files of the outbox": ["pipeline.outbox:Outbox.*"],
    "mail": ["pipeline.mail.posting:post", "pipeline.mail.posting:with_told", "pipeline.mail.digest:deliver"],
    "desk: what is still to be done": ["pipeline.desk.night:Night.*"],
    "making, the rest": ["pipeline.produce:produce"],
    "report: a_corriger.xlsx": ["pipeline.report.workbook:write_workbook"],
    "report: suivi.xlsx": ["pipeline.report.follow_up:write_follow_up"],
    "report: lists and extracts": [
        "pipeline.report.departures:fill", "pipeline.report.listing_workbook:write_listing",
        "pipeline.report.extracts:write_extracts", "pipeline.report.mailing:write_mailing",
    ],
    "report: pages": ["pipeline.report.page:report_html", "pipeline.report.meeting:meeting_html"],
    "report: run.json": ["pipeline.report.run_json:run_json"],
    "report: the rest": ["pipeline.report.publish:publish_reports"],
}  # fmt: skip
"""What each stage is made of; « Class.* » are all the methods of a class."""
START = "start: imports"
REST = "the rest of run.py"


class Clock:
    """Knows what the stage now under way has spent, and which stages wait for it."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}
        self.calls: dict[str, int] = {}
        self._under_way = [REST]
        self._last = _now()
        self._thread = threading.get_ident()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count for ``name`` what is spent meanwhile; other threads count for whoever waits for them."""
        if threading.get_ident() != self._thread:
            yield
            return
        self.calls[name] = self.calls.get(name, 0) + (self._under_way[-1] != name)
        self.settle()
        self._under_way.append(name)
        try:
            yield
        finally:
            self.settle()
            self._under_way.pop()

    def settle(self) -> None:
        """Add what was spent since the last change to the stage that is under way."""
        now = _now()
        known = self.spent.setdefault(self._under_way[-1], [0.0, 0.0])
        for index in (0, 1):
            known[index] += now[index] - self._last[index]
        self._last = now


def _now() -> tuple[float, float]:
    """Return seconds on the clock and of the processors, those of ended child processes included."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(function: Callable[..., Any], stage: str, clock: Clock) -> Callable[..., Any]:
    """Return ``function``, which counts for ``stage``."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with clock.stage(stage):
            return function(*args, **kwargs)

    return run


def put_clocks(clock: Clock, stages: Mapping[str, Sequence[str]] = STAGES) -> None:
    """Time the functions of ``stages`` wherever the pipeline has imported them.

    Raises LookupError when a stage has none of its functions: the table would be silently wrong.
    """
    for stage, names in stages.items():
        if not [name for name in names if _put_clock(name, stage, clock)]:
            raise LookupError(f"nothing to time for « {stage} »: {', '.join(names)}")


def _put_clock(name: str, stage: str, clock: Clock) -> bool:
    module, _, path = name.partition(":")
    try:
        owner: Any = importlib.import_module(module)
    except ModuleNotFoundError:
        return False
    if "." not in path:
        function = getattr(owner, path, None)
        return function is not None and _replace(function, timed(function, stage, clock))
    owner, method = getattr(owner, path.partition(".")[0], None), path.partition(".")[2]
    methods = [
        key
        for kind in getattr(owner, "__mro__", ())
        for key, value in vars(kind).items()
        if inspect.isfunction(value) and (key == method or (method == "*" and not key.startswith("_")))
    ]
    for key in methods:
        setattr(owner, key, timed(getattr(owner, key), stage, clock))
    return bool(methods)


def _replace(function: Callable[..., Any], instead: Callable[..., Any]) -> bool:
    """Put ``instead`` in the place of ``function`` in every module that has it."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "pipeline":
            for key, value in list(vars(module).items()):
                if value is function:
                    setattr(module, key, instead)
    return True


def lead(inbox: Path, outbox: Path, day: date, *, pdf: bool) -> dict[str, Any]:
    """Lead one night in this process alone; return seconds (clock, processors) and calls by stage."""
    clock = Clock()
    with clock.stage(START):
        night, console = importlib.import_module("pipeline.run"), importlib.import_module("rich.console")
    put_clocks(clock)
    options = night.Options(inbox, outbox, Path("conventions.toml"), day, workers=1, pdf=pdf)
    outcome = night.run(options, night.Progress(console.Console(quiet=True)))
    clock.settle()
    return {
        "dossiers": len(outcome.verdicts),
        "failures": len(outcome.failures),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "spent": clock.spent,
        "calls": clock.calls,
    }


if __name__ == "__main__":
    told = lead(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]), pdf=sys.argv[4] == "1")
    print(json.dumps(told))
