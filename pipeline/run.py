"""The whole pipeline, top to bottom: read, identify, complete, judge, plan, record, produce, record, report."""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.after_signing import Desk, Later
from pipeline.agreements import Agreements, agreements
from pipeline.codec import pack_findings
from pipeline.completion import complete
from pipeline.corrections import corrected
from pipeline.desk.follow import Past
from pipeline.desk.model import Decision
from pipeline.desk.night import Means, Night, steps
from pipeline.desk.overlay import lay_over
from pipeline.digest import deliver
from pipeline.documents import office, pages
from pipeline.documents.cases import cases
from pipeline.dossiers import Snapshot, identify
from pipeline.lock import hold
from pipeline.model import Entry, Outcome, Plan, Source, Verdict
from pipeline.outbox import Outbox
from pipeline.plan import outputs_of, plan_documents
from pipeline.posting import last_told, post, with_told
from pipeline.produce import Produced, Tools, documents_by_place, produce
from pipeline.reading import read_inbox
from pipeline.register import Register, open_register
from pipeline.register.store import Held, Stored
from pipeline.report.post import NO_POST, Post
from pipeline.report.publish import publish_reports
from pipeline.report.run_json import totals
from pipeline.report.terminal import Progress
from pipeline.setup import Setup, load_setup
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
    tools, notices = _tools(options, setup)
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


def _night(
    options: Options, setup: Setup, register: Register, outbox: Outbox, tools: Tools, progress: Progress
) -> tuple[Outcome, Post]:
    """Read, judge, record, produce and record; the reports are written from what this returns."""
    run_id, now = _run_id(outbox, register)
    day, years, recording = options.day, setup.settings.academic_year, not options.check_only
    untold = any(not outbox.path(f"rapports/{last.run_id}/run.json").is_file() for last in register.runs()[-1:])
    inbox = read_inbox(options.inbox, setup, register, day, now, progress, recording=recording, untold=untold)
    known, stored = register.snapshot(), register.current()
    versions = {reference: dossier.version for reference, dossier in known.dossiers.items()}
    means = Means(setup.judge, setup.checklist, setup.columns, day, now, run_id)
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
    sources = (*inbox.sources, *(source for _, source in night.sources()))
    if not recording:
        outcome = Outcome(run_id, day, _sorted(sources), verdicts, documents_by_place([], Produced()))
        return outcome, NO_POST

    past = {
        reference: Past(etape, since, stored[reference].number, stored[reference].verdict[0])
        for reference, (etape, since) in register.lives().items()
        if reference in stored
    }
    alone = register.absent(absent)
    night.admit(verdicts, [verdict for verdict, _ in alone])
    later = signed.later(verdicts)
    plans = _plan(verdicts, stored, signed, later, setup, outbox, tools)
    sources = (*inbox.sources, *(source for _, source in night.sources()))
    back = {sha256: ((source,), ()) for sha256, source in night.sources()}
    told = (*later.events, *corrected(verdicts, known))
    register.begin(run_id, day, setup.fingerprint, {**inbox.fresh, **back}, verdicts, told)
    with progress.stage("Documents", sum(len(p.documents) for p in plans)) as advance:
        produced = produce(plans, setup, outbox, tools, advance, last_told(night.told), later.fillings)
    documents = documents_by_place(plans, produced)
    standing = {v.entry.reference or "": paths for v, paths in alone} | {
        plan.verdict.entry.reference or "": paths for plan, paths in zip(plans, produced.paths, strict=True)
    }
    amended = later.settled(lambda path: outbox.path(path).is_file())
    follow_ups = night.follow(verdicts, (verdict for verdict, _ in alone), past, standing, amended)
    made = [path for plan in plans for document in plan.documents for path in outputs_of(document)]
    moment = datetime.combine(day, now.time())
    mail = post(produced.letters, made, follow_ups, setup, outbox, run_id, moment)
    told = (*mail.events, *steps(follow_ups, past, moment))
    lives = {follow.reference: (follow.etape, follow.since) for follow in follow_ups}
    register.end(run_id, _standing(plans, produced), told, lives, totals(verdicts))
    outcome = Outcome(
        run_id,
        day,
        _sorted(sources),
        verdicts,
        documents,
        produced.made,
        tuple(produced.failures),
        follow_ups=with_told(follow_ups, mail.events),
        history=register.runs()[:-1],
        amended=amended,
    )
    return outcome, mail


def _sorted(sources: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(sorted(sources, key=lambda source: source.file))


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


def _plan(
    verdicts: Sequence[Verdict],
    stored: Mapping[str, Stored],
    signed: Agreements,
    later: Later,
    setup: Setup,
    outbox: Outbox,
    tools: Tools,
) -> list[Plan]:
    made = {}
    for verdict in verdicts:
        before = stored.get(verdict.entry.reference or "")
        if before is not None and verdict.entry.standing == "current":
            told = (verdict.status, verdict.model, verdict.zone, pack_findings(verdict.findings))
            same = before.digest == verdict.entry.deposit.digest and before.verdict == told
            same = same and before.context == verdict.context
            made[verdict.entry.reference or ""] = (same, before.documents)
    return plan_documents(
        verdicts,
        setup.kinds,
        lambda verdict: cases(setup.judge.facts(verdict.entry)),
        made,
        lambda path: outbox.path(path).is_file(),
        setup.letters.enclosed,
        word_pdf=tools.office is not None,
        page_pdf=tools.wkhtmltopdf is not None,
        issued=signed.held,
        added=later.documents,
    )


def _standing(plans: Sequence[Plan], produced: Produced) -> Mapping[tuple[str, int], Sequence[str]]:
    return {
        (plan.verdict.entry.reference or "", plan.verdict.entry.version): paths
        for plan, paths in zip(plans, produced.paths, strict=True)
    }


def _tools(options: Options, setup: Setup) -> tuple[Tools, tuple[str, ...]]:
    """Find the outside programs; return them and one French line for each that is missing."""
    settings = setup.settings
    workers = options.workers or settings.workers or os.cpu_count() or 1
    if not (options.pdf and settings.pdf) or options.check_only:
        return Tools(None, None, workers), ()
    soffice, wkhtmltopdf = office.find_program(), pages.find_wkhtmltopdf()
    notices = []
    if soffice is None:
        notices.append("LibreOffice est absent : les conventions sont faites en .docx, sans PDF.")
    if wkhtmltopdf is None:
        notices.append("wkhtmltopdf est absent : les listes de pièces et le rapport sont faits en .html, sans PDF.")
    found = soffice and office.Office(soffice, settings.batch_timeout, settings.document_timeout)
    return Tools(found or None, wkhtmltopdf, workers), tuple(notices)


def _run_id(outbox: Outbox, register: Register) -> tuple[str, datetime]:
    """Return the run's name, its UTC time, later by a second while a run has that name already; and the local time."""
    now = datetime.now(UTC)
    known = {run.run_id for run in register.runs()}  # also those that were killed before they had a folder
    while f"{now:%Y%m%dT%H%M%SZ}" in known or outbox.path(f"rapports/{now:%Y%m%dT%H%M%SZ}").exists():
        now = datetime.fromtimestamp(now.timestamp() + 1, UTC)
    return f"{now:%Y%m%dT%H%M%SZ}", now.astimezone().replace(tzinfo=None)
