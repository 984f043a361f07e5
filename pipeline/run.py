"""The whole pipeline, top to bottom: begin, read, identify, complete, judge, plan, record, produce, record, report."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from pipeline.begin_night import begin_night
from pipeline.endings import at_once
from pipeline.intake.files import InboxFile, find_files
from pipeline.judge_night import judge_night
from pipeline.mail.digest import deliver
from pipeline.make_night import make_night
from pipeline.model import Outcome
from pipeline.produce import Produced, documents_by_place
from pipeline.quiet import night_key, repeat_night, same_night
from pipeline.report.post import NO_POST, Post
from pipeline.report.progress import Progress
from pipeline.report.publish import publish_reports
from pipeline.setup import load_setup
from pipeline.work import Options, Work

__all__ = ["Options", "Progress", "run"]


def run(options: Options, progress: Progress) -> Outcome:
    """Do a night's work and return what was done.

    Raises SetupError (status 2) before anything is read, LockedError (status 3) when another run is at work.
    """
    begun = time.monotonic()
    with at_once():
        setup = load_setup(options.config)
    with begin_night(options, setup, progress, begun) as work:
        files = find_files(options.inbox, setup.settings.limits)
        return _repeated(work, files) or _done(work, files)


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
