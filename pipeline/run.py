"""The whole pipeline, top to bottom: read, identify, complete, judge, plan, record, produce, record, report."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.codec import pack_findings
from pipeline.completion import complete
from pipeline.corrections import corrected
from pipeline.desk.follow import Past
from pipeline.desk.model import Decision
from pipeline.desk.night import Means, Night, steps
from pipeline.desk.overlay import lay_over
from pipeline.documents.cases import cases
from pipeline.dossiers import Snapshot, identify
from pipeline.lock import hold
from pipeline.machine import Tools, find_tools
from pipeline.mail.digest import deliver
from pipeline.mail.posting import last_told, post, with_told
from pipeline.model import Entry, Outcome, Plan, Source, Verdict
from pipeline.outbox import Outbox
from pipeline.plan import outputs_of, plan_documents
from pipeline.produce import Produced, documents_by_place, produce
from pipeline.reading import Inbox, read_inbox
from pipeline.register import Register, open_register
from pipeline.register.store import Held, Stored
from pipeline.report.post import NO_POST, Post
from pipeline.report.publish import publish_reports
from pipeline.report.run_json import totals
from pipeline.report.terminal import Progress
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


def run(options: Options, progress: Progress) -> Outcome:
    """Do a night's work and return what was done.

    Raises SetupError (status 2) before anything is read, LockedError (status 3) when another run is at work.
    """
    begun = time.monotonic()
    setup = load_setup(options.config)
    wanted = options.pdf and setup.settings.pdf and not options.check_only
    tools, notices = find_tools(setup.settings, options.workers, wanted=wanted)
    outbox = Outbox(options.outbox, setup.settings.group)
    with hold(options.outbox):
        outbox.folder(".")
        register = open_register(None if options.check_only else setup.settings.register_of(options.outbox))
        try:
            outcome, mail = _night(options, setup, register, outbox, tools, progress)
        finally:
            register.close()
        outcome = dataclasses.replace(outcome, notices=notices, seconds=time.monotonic() - begun)
        outcome = publish_reports(outcome, setup, outbox, tools.wkhtmltopdf, mail=mail)
        if options.check_only:
            return outcome
        managers = {portfolio.name: portfolio.email for portfolio in setup.settings.portfolios}
        return deliver(outcome, setup.settings.digest, managers, outbox, datetime.now(UTC))


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


def _night(
    options: Options, setup: Setup, register: Register, outbox: Outbox, tools: Tools, progress: Progress
) -> tuple[Outcome, Post]:
    """Read, judge, record, produce and record; the reports are written from what this returns."""
    judged = _judged(options, setup, register, outbox, tools, progress)
    if options.check_only:
        nothing = documents_by_place([], Produced())
        return Outcome(judged.run_id, options.day, judged.sources, judged.verdicts, nothing), NO_POST
    return _made(judged, options.day, setup, register, outbox, tools, progress)


def _judged(
    options: Options, setup: Setup, register: Register, outbox: Outbox, tools: Tools, progress: Progress
) -> _Judged:
    """Read the inbox, find the dossiers, lay over them what the desk knows, and judge them."""
    run_id, now = _run_id(outbox, register)
    day, years, recording = options.day, setup.settings.academic_year, not options.check_only
    untold = any(not outbox.path(f"rapports/{last.run_id}/run.json").is_file() for last in register.runs()[-1:])
    inbox = read_inbox(options.inbox, setup, register, day, now, progress, recording=recording, untold=untold)
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
    desk = Desk(setup, register, known, outbox, day, word_pdf=tools.office is not None)
    signed = agreements(entries, held, stored, desk)
    verdicts = _judge(entries, held, stored, signed, register.decisions(), setup, progress)
    if night.decide(verdicts):
        verdicts = _judge(entries, held, stored, signed, register.decisions(), setup, progress)
    return _Judged(run_id, now, inbox, known, stored, night, signed, verdicts, absent)


def _made(
    judged: _Judged, day: date, setup: Setup, register: Register, outbox: Outbox, tools: Tools, progress: Progress
) -> tuple[Outcome, Post]:
    """Plan and record, produce and record; the register knows every reference before anything is written."""
    run_id, night, verdicts = judged.run_id, judged.night, judged.verdicts
    past = _past(register, judged.stored)
    alone = register.absent(judged.absent)
    rest = [verdict for verdict, _ in alone]
    night.admit(verdicts, rest)
    later = judged.signed.later(verdicts)
    plans = _plan(judged, later, setup, outbox, tools)
    back = {sha256: ((source,), ()) for sha256, source in night.sources()}
    told = (*later.events, *corrected(verdicts, judged.known))
    register.begin(run_id, day, setup.fingerprint, {**judged.inbox.fresh, **back}, verdicts, told)
    with progress.stage("Documents", sum(len(p.documents) for p in plans)) as advance:
        produced = produce(plans, setup, outbox, tools, advance, last_told(night.told), later.fillings)
    standing = {v.entry.reference or "": paths for v, paths in alone} | {
        plan.verdict.entry.reference or "": paths for plan, paths in zip(plans, produced.paths, strict=True)
    }
    amended = later.settled(lambda path: outbox.path(path).is_file())
    follow_ups = night.follow(verdicts, rest, past, standing, amended)
    moment = datetime.combine(day, judged.now.time())
    mail = post(produced.letters, _paths(plans), follow_ups, setup, outbox, run_id, moment)
    told = (*mail.events, *steps(follow_ups, past, moment))
    lives = {follow.reference: (follow.etape, follow.since) for follow in follow_ups}
    register.end(run_id, _standing(plans, produced), told, lives, totals(verdicts))
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
    entries: Sequence[Entry],
    held: Sequence[Held],
    stored: Mapping[str, Stored],
    signed: Agreements,
    decisions: Sequence[Decision],
    setup: Setup,
    progress: Progress,
) -> tuple[Verdict, ...]:
    """Judge every entry beside the others and beside what the register holds of the same academic years."""
    day, issued, counts = signed.desk.day, signed.issued, signed.in_force
    with progress.stage("Contrôles", len(entries)) as advance:
        return judge_entries(
            entries, held, stored, setup.judge, setup.fingerprint, day, advance, decisions, issued, counts
        )


def _plan(judged: _Judged, later: Later, setup: Setup, outbox: Outbox, tools: Tools) -> list[Plan]:
    made = {}
    for verdict in judged.verdicts:
        before = judged.stored.get(verdict.entry.reference or "")
        if before is not None and verdict.entry.standing == "current":
            told = (verdict.status, verdict.model, verdict.zone, pack_findings(verdict.findings))
            same = before.digest == verdict.entry.deposit.digest and before.verdict == told
            same = same and before.context == verdict.context
            made[verdict.entry.reference or ""] = (same, before.documents)
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


def _standing(plans: Sequence[Plan], produced: Produced) -> Mapping[tuple[str, int], Sequence[str]]:
    return {
        (plan.verdict.entry.reference or "", plan.verdict.entry.version): paths
        for plan, paths in zip(plans, produced.paths, strict=True)
    }


def _run_id(outbox: Outbox, register: Register) -> tuple[str, datetime]:
    """Return the run's name, its UTC time, later by a second while a run has that name already; and the local time."""
    now = datetime.now(UTC)
    known = {run.run_id for run in register.runs()}  # also those that were killed before they had a folder
    while f"{now:%Y%m%dT%H%M%SZ}" in known or outbox.path(f"rapports/{now:%Y%m%dT%H%M%SZ}").exists():
        now = datetime.fromtimestamp(now.timestamp() + 1, UTC)
    return f"{now:%Y%m%dT%H%M%SZ}", now.astimezone().replace(tzinfo=None)
