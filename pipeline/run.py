"""The whole pipeline, top to bottom: read, identify, complete, judge, plan, record, produce, record, report."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pipeline.clock import doubt_of, run_name
from pipeline.config import Settings
from pipeline.endings import at_once
from pipeline.execution.bench import Bench
from pipeline.execution.opening import crew_of
from pipeline.intake.files import InboxFile, find_files
from pipeline.judge_night import judge_night
from pipeline.leftovers import tidied
from pipeline.lock import hold
from pipeline.machine import find_tools, missing_fonts
from pipeline.mail.digest import deliver
from pipeline.make_night import make_night
from pipeline.model import Outcome
from pipeline.outbox import Outbox, workshop
from pipeline.privacy.retention import apply_retention
from pipeline.produce import Produced, documents_by_place
from pipeline.quiet import night_key, repeat_night, same_night
from pipeline.register import Register, open_register
from pipeline.register.backup import keep_daily
from pipeline.register.faults import said_plainly
from pipeline.register.opening import options_of
from pipeline.report.post import NO_POST, Post
from pipeline.report.progress import Progress
from pipeline.report.publish import publish_reports
from pipeline.resuming import check_place, resume
from pipeline.setup import ROOT, load_setup
from pipeline.work import Options, Work

__all__ = ["Options", "Progress", "run"]


def run(options: Options, progress: Progress) -> Outcome:
    """Do a night's work and return what was done.

    Raises SetupError (status 2) before anything is read, LockedError (status 3) when another run is at work.
    """
    begun = time.monotonic()
    with at_once():
        setup = load_setup(options.config)
    wanted = options.pdf and setup.settings.pdf and not options.check_only
    tools, missing = find_tools(setup.settings, options.workers, wanted=wanted)
    missing = (*missing, *missing_fonts(tools, ROOT / "templates_docx", setup.settings.templates))
    outbox = Outbox(options.outbox, setup.settings.group)
    path = None if options.check_only else setup.settings.register_of(options.outbox)
    with (
        hold(options.outbox, setup.settings.group),
        said_plainly(path),
        closing(_opened(path, options, setup.settings)) as register,
        workshop() as folder,
    ):
        run_id, now = _run_id(outbox, register)
        missing = (*missing, *keep_daily(path, setup.settings.backups, now.date()))
        doubt = doubt_of(options.day, [run.day for run in register.runs()]) if options.by_clock else ""
        check_place(outbox, register)
        outbox.try_out()
        erased: Mapping[str, int] = {}
        if path is not None:
            kept = apply_retention(setup, options.inbox, options.outbox, options.day)
            missing, erased = (*missing, *kept.notices), kept.counts
        bench = Bench(setup, outbox, tools, folder)
        with tidied(outbox), crew_of(bench, options.scheduler) as crew:
            files = find_files(options.inbox, setup.settings.limits)
            if not options.check_only:
                resume(outbox, register, options.day)
            work = Work(options, run_id, now, bench, crew, register, progress, missing, begun, doubt, erased)
            return _repeated(work, files) or _done(work, files)


def _opened(path: Path | None, options: Options, settings: Settings) -> Register:
    return open_register(path, group=settings.group, options=options_of(options.outbox, options.config))


def _repeated(work: Work, files: Sequence[InboxFile]) -> Outcome | None:
    """Publish the last night again when nothing has changed since; None when there is something to do."""
    key = night_key(work.day, work.bench, files)
    report = None if work.options.check_only else same_night(key, work.bench, work.register)
    if report is None:
        return None
    work.register.record_quiet(work.run_id, work.day, report["totals"])
    outcome = repeat_night(report, work.run_id, work.day, work.bench, work.seconds, work.notices)
    work.register.remember_night(key, work.run_id)
    return outcome


def _done(work: Work, files: Sequence[InboxFile]) -> Outcome:
    """Do the night's work, publish its reports and send its digest; a night that left nothing open may be repeated."""
    setup, outbox = work.bench.setup, work.bench.outbox
    outcome, mail = _night(work, files)
    outcome = dataclasses.replace(outcome, notices=work.notices, seconds=work.seconds, erased=work.erased)
    outcome = publish_reports(outcome, setup, outbox, work.bench.tools.wkhtmltopdf, mail=mail)
    if work.options.check_only:
        return outcome
    outbox.settle()
    work.register.published()
    managers = {portfolio.name: portfolio.email for portfolio in setup.settings.portfolios}
    delivered = deliver(outcome, setup.settings.digest, managers, outbox, datetime.now(UTC))
    waits = any(source.state == "en attente" for source in delivered.sources)
    # A notice of its own: a workbook stands beside an open one, or the digest has not left.
    if not delivered.failures and not waits and delivered.notices == work.notices:
        work.register.remember_night(night_key(work.day, work.bench, files), outcome.run_id)
    return delivered


def _night(work: Work, files: Sequence[InboxFile]) -> tuple[Outcome, Post]:
    """Read, judge, record, produce and record; the reports are written from what this returns."""
    judged = judge_night(work, files)
    if work.options.check_only:
        nothing = documents_by_place([], Produced())
        return Outcome(work.run_id, work.day, judged.sources, judged.verdicts, nothing), NO_POST
    return make_night(work, judged)


def _run_id(outbox: Outbox, register: Register) -> tuple[str, datetime]:
    """Return the run's name, later than that of every run of the register and of no other report; and the local time."""
    now = datetime.now(UTC)
    known = {run.run_id for run in register.runs()}  # also those that were killed before they had a folder
    while outbox.path(f"rapports/{(name := run_name(now, known))}").exists():
        known.add(name)
    return name, now.astimezone().replace(tzinfo=None)
