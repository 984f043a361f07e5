"""The whole pipeline, top to bottom: read, identify, complete, judge, plan, record, produce, record, report."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.completion import complete
from pipeline.corrections import corrected
from pipeline.desk.follow import Past
from pipeline.desk.night import Means, Night, steps
from pipeline.desk.overlay import lay_over
from pipeline.documents.cases import cases
from pipeline.dossiers import Snapshot, identify
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Crew
from pipeline.execution.opening import crew_of
from pipeline.intake.files import InboxFile, find_files
from pipeline.judging import judging_by
from pipeline.lock import hold
from pipeline.machine import find_tools
from pipeline.mail.digest import deliver
from pipeline.mail.posting import last_told, post, with_told
from pipeline.model import Entry, Outcome, Plan, Source, Verdict
from pipeline.outbox import Outbox, workshop
from pipeline.plan import outputs_of, plan_documents
from pipeline.produce import Produced, documents_by_place, produce
from pipeline.quiet import night_key, repeat_night, same_night
from pipeline.reading import Inbox, read_inbox
from pipeline.register import Register, open_register
from pipeline.register.values import Held, Stored, verdict_key
from pipeline.report.post import NO_POST, Post
from pipeline.report.progress import Progress
from pipeline.report.publish import publish_reports
from pipeline.report.run_json import totals
from pipeline.setup import Setup, load_setup
from pipeline.signed.after_signing import Desk, Later
from pipeline.signed.agreements import Agreements, agreements
from pipeline.takeover import take_over
from pipeline.verdicts import judge_entries

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    inbox: Path
    outbox: Path
    config: Path
    day: date
    workers: int = 0
    pdf: bool = True
    check_only: bool = False
    """Judge and report; write neither the register nor documents."""
    scheduler: str = ""
    """Address of the Dask scheduler whose workers do the work; "" for this machine."""


def run(options: Options, progress: Progress) -> Outcome:
    """Do a night's work and return what was done.

    Raises SetupError (status 2) before anything is read, LockedError (status 3) when another run is at work.
    """
    begun = time.monotonic()
    setup = load_setup(options.config)
    wanted = options.pdf and setup.settings.pdf and not options.check_only
    tools, notices = find_tools(setup.settings, options.workers, wanted=wanted)
    outbox = Outbox(options.outbox, setup.settings.group)
    with hold(options.outbox), workshop() as folder:
        bench = Bench(setup, outbox, tools, folder)
        bench.outbox.folder(".")
        path = None if options.check_only else setup.settings.register_of(options.outbox)
        with crew_of(bench, options.scheduler) as crew, closing(open_register(path)) as register:
            files = find_files(options.inbox, setup.settings.limits)
            work = _Work(options, bench, crew, register, progress, notices, begun)
            return _repeated(work, files) or _done(work, files)


@dataclass(frozen=True, slots=True)
class _Work:
    """What every step of a run works with."""

    options: Options
    bench: Bench
    crew: Crew
    register: Register
    progress: Progress
    notices: Sequence[str]
    begun: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    @property
    def all_notices(self) -> tuple[str, ...]:
        """What is missing on this machine, and what there is to say of the workers until now."""
        return *self.notices, *self.crew.notices

    @property
    def day(self) -> date:
        return self.options.day


def _repeated(work: _Work, files: Sequence[InboxFile]) -> Outcome | None:
    """Publish the last night again when nothing has changed since; None when there is something to do."""
    key = night_key(work.day, work.bench, files)
    report = None if work.options.check_only else same_night(key, work.bench, work.register)
    if report is None:
        return None
    run_id, _ = _run_id(work)
    work.register.record_quiet(run_id, work.day, report["totals"])
    outcome = repeat_night(report, run_id, work.day, work.bench, work.seconds, work.all_notices)
    work.register.remember_night(key, run_id)
    return outcome


def _done(work: _Work, files: Sequence[InboxFile]) -> Outcome:
    """Do the night's work, publish its reports and send its digest; a night that left nothing open may be repeated."""
    setup, outbox = work.bench.setup, work.bench.outbox
    outcome, mail = _night(work, files)
    outcome = dataclasses.replace(outcome, notices=work.all_notices, seconds=work.seconds)
    outcome = publish_reports(outcome, setup, outbox, work.bench.tools.wkhtmltopdf, mail=mail)
    if work.options.check_only:
        return outcome
    managers = {portfolio.name: portfolio.email for portfolio in setup.settings.portfolios}
    delivered = deliver(outcome, setup.settings.digest, managers, outbox, datetime.now(UTC))
    if not delivered.failures and delivered.notices == outcome.notices:
        work.register.remember_night(night_key(work.day, work.bench, files), outcome.run_id)
    return delivered


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is known once everything is judged, before anything is written."""

    run_id: str
    now: datetime
    inbox: Inbox
    known: Snapshot
    stored: Mapping[str, Stored]
    night: Night
    signed: Agreements
    verdicts: tuple[Verdict, ...]
    absent: Sequence[str]
    """The dossiers of the same years that no row of this run shows."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every file, the follow-up workbooks with what was taken of them."""
        found = (*self.inbox.sources, *(source for _, source in self.night.sources()))
        return tuple(sorted(found, key=lambda source: source.file))


def _night(work: _Work, files: Sequence[InboxFile]) -> tuple[Outcome, Post]:
    """Read, judge, record, produce and record; the reports are written from what this returns."""
    judged = _judged(work, files)
    if work.options.check_only:
        nothing = documents_by_place([], Produced())
        return Outcome(judged.run_id, work.day, judged.sources, judged.verdicts, nothing), NO_POST
    return _made(work, judged)


def _judged(work: _Work, files: Sequence[InboxFile]) -> _Judged:
    """Read the inbox, find the dossiers, lay over them what the desk knows, and judge them."""
    setup, register, outbox = work.bench.setup, work.register, work.bench.outbox
    run_id, now = _run_id(work)
    day, years, recording = work.day, setup.settings.academic_year, not work.options.check_only
    untold = any(not outbox.path(f"rapports/{last.run_id}/run.json").is_file() for last in register.runs()[-1:])
    inbox = read_inbox(files, setup, register, day, now, work.progress, recording=recording, untold=untold)
    known, stored = register.snapshot(), register.current()
    versions = {reference: dossier.version for reference, dossier in known.dossiers.items()}
    means = Means(setup.judge, setup.checklist, setup.columns, day, now)
    night = Night(means, register, versions, known.deposits)
    night.take_back(inbox.follow_ups)
    entries = identify(inbox.deposits, known, day, years, numbered=recording)
    entries = complete(entries, setup.required, known, register.deposits, years, day)
    entries = take_over(entries, stored, setup.systems, setup.settings.takeover)
    entries = lay_over(entries, night.told, setup.columns)
    absent = _absent(entries, known, setup, day)
    held = register.held(absent)
    desk = Desk(setup, register, known, outbox, day, word_pdf=work.bench.tools.office is not None)
    signed = agreements(entries, held, stored, desk)
    verdicts = _judge(work, entries, held, stored, signed)
    if night.decide(verdicts):
        verdicts = _judge(work, entries, held, stored, signed)
    return _Judged(run_id, now, inbox, known, stored, night, signed, verdicts, absent)


def _made(work: _Work, judged: _Judged) -> tuple[Outcome, Post]:
    """Plan and record, produce and record; the register knows every reference before anything is written."""
    setup, outbox, register, day = work.bench.setup, work.bench.outbox, work.register, work.day
    run_id, night, verdicts = judged.run_id, judged.night, judged.verdicts
    past = _past(register, judged.stored)
    alone = register.absent(judged.absent)
    rest = [verdict for verdict, _ in alone]
    night.admit(verdicts, rest)
    later = judged.signed.later(verdicts)
    plans = _plan(judged, later, work.bench)
    back = {sha256: ((source,), ()) for sha256, source in night.sources()}
    told = (*later.events, *corrected(verdicts, judged.known))
    register.begin(run_id, day, setup.fingerprint, {**judged.inbox.fresh, **back}, verdicts, told)
    with work.progress.stage("Documents", sum(len(p.documents) for p in plans)) as advance:
        told_before = last_told(night.told)
        produced = produce(
            plans,
            work.bench,
            work.crew,
            lambda batch: register.made(_by_version(batch)),
            advance,
            told_before,
            later.fillings,
        )
    standing = {v.entry.reference or "": paths for v, paths in alone} | {
        plan.verdict.entry.reference or "": paths for plan, paths in zip(plans, produced.paths, strict=True)
    }
    amended = later.settled(lambda path: outbox.path(path).is_file())
    follow_ups = night.follow(verdicts, rest, past, standing, amended)
    moment = datetime.combine(day, judged.now.time())
    mail = post(produced.letters, _paths(plans), follow_ups, setup, outbox, run_id, moment)
    told = (*mail.events, *steps(follow_ups, past, moment))
    lives = {follow.reference: (follow.etape, follow.since) for follow in follow_ups}
    standing_now = _by_version(zip(plans, produced.paths, strict=True))
    register.end(run_id, standing_now, told, lives, totals(verdicts))
    outcome = Outcome(
        run_id,
        day,
        judged.sources,
        verdicts,
        documents_by_place(plans, produced),
        produced.made,
        tuple(produced.failures),
        follow_ups=with_told(follow_ups, mail.events),
        history=register.runs()[:-1],
        amended=amended,
    )
    return outcome, mail


def _past(register: Register, stored: Mapping[str, Stored]) -> Mapping[str, Past]:
    """Return what the register knew of each dossier before this run."""
    return {
        reference: Past(etape, since, stored[reference].number, stored[reference].verdict[0])
        for reference, (etape, since) in register.lives().items()
        if reference in stored
    }


def _paths(plans: Iterable[Plan]) -> list[str]:
    return [path for plan in plans for document in plan.documents for path in outputs_of(document)]


def _absent(entries: Sequence[Entry], known: Snapshot, setup: Setup, day: date) -> list[str]:
    """Return the dossiers of the same academic years, and of the running one, that no row of this run shows."""
    years = {entry.reference[:5] for entry in entries if entry.reference}
    years |= {f"C{year}" for year in setup.settings.academic_year.years_containing(day, day)}
    present = {entry.reference for entry in entries if entry.standing == "current"}
    return [reference for reference in known.dossiers if reference[:5] in years and reference not in present]


def _judge(
    work: _Work,
    entries: Sequence[Entry],
    held: Sequence[Held],
    stored: Mapping[str, Stored],
    signed: Agreements,
) -> tuple[Verdict, ...]:
    """Judge every entry beside the others and beside what the register holds of the same academic years."""
    setup, decisions, issued, counts = work.bench.setup, work.register.decisions(), signed.issued, signed.in_force
    judging = judging_by(work.crew, work.bench)
    with work.progress.stage("Contrôles", len(entries)) as advance:
        return judge_entries(
            entries, held, stored, setup.judge, setup.fingerprint, work.day, advance, decisions, issued, counts, judging
        )


def _plan(judged: _Judged, later: Later, bench: Bench) -> list[Plan]:
    setup, outbox, tools = bench.setup, bench.outbox, bench.tools
    made = {}
    for verdict in judged.verdicts:
        before = judged.stored.get(verdict.entry.reference or "")
        if before is not None and verdict.entry.standing == "current":
            made[verdict.entry.reference or ""] = (before.made_from == verdict_key(verdict), before.documents)
    return plan_documents(
        judged.verdicts,
        setup.kinds,
        lambda verdict: cases(setup.judge.facts(verdict.entry)),
        made,
        lambda path: outbox.path(path).is_file(),
        setup.letters.enclosed,
        word_pdf=tools.office is not None,
        page_pdf=tools.wkhtmltopdf is not None,
        issued=judged.signed.held,
        added=later.documents,
    )


def _by_version(plans: Iterable[tuple[Plan, Sequence[str]]]) -> Mapping[tuple[str, int], Sequence[str]]:
    """Return the paths of each plan by reference and version."""
    return {(plan.verdict.entry.reference or "", plan.verdict.entry.version): paths for plan, paths in plans}


def _run_id(work: _Work) -> tuple[str, datetime]:
    """Return the run's name, its UTC time, later by a second while a run has that name already; and the local time."""
    now = datetime.now(UTC)
    known = {run.run_id for run in work.register.runs()}  # also those that were killed before they had a folder
    while f"{now:%Y%m%dT%H%M%SZ}" in known or work.bench.outbox.path(f"rapports/{now:%Y%m%dT%H%M%SZ}").exists():
        now = datetime.fromtimestamp(now.timestamp() + 1, UTC)
    return f"{now:%Y%m%dT%H%M%SZ}", now.astimezone().replace(tzinfo=None)
