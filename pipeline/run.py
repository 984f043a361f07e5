"""The whole pipeline, top to bottom: read, identify, complete, judge, plan, record, produce, record, report."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.codec import pack_findings
from pipeline.completion import complete
from pipeline.documents import office, pages
from pipeline.documents.cases import cases
from pipeline.dossiers import Snapshot, identify
from pipeline.intake import find_files, read_file
from pipeline.lock import hold
from pipeline.model import Deposit, Entry, Outcome, Plan, Source, Verdict
from pipeline.normalise import normalise
from pipeline.outbox import Outbox
from pipeline.plan import plan_documents
from pipeline.produce import Produced, Tools, documents_by_place, produce
from pipeline.register import Register, open_register
from pipeline.register.store import Stored
from pipeline.report.publish import publish_reports
from pipeline.report.terminal import Progress
from pipeline.setup import Setup, load_setup
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
            run_id = _run_id(outbox)
            sources, deposits, fresh = _read(options, setup, register, progress)
            known, stored = register.snapshot(), register.current()
            entries = identify(
                deposits, known, options.day, setup.settings.academic_year, numbered=not options.check_only
            )
            entries = complete(
                entries, setup.required, known, register.deposits, setup.settings.academic_year, options.day
            )
            verdicts = _judge(entries, known, stored, register, options.day, setup, progress)
            plans = [] if options.check_only else _plan(verdicts, stored, setup, outbox, tools)
            if not options.check_only:
                register.begin(run_id, options.day, setup.fingerprint, fresh, verdicts)
            with progress.stage("Documents", sum(len(p.documents) for p in plans)) as advance:
                produced = produce(plans, setup, outbox, tools, advance)
            if not options.check_only:
                register.made(_standing(plans, produced))
        finally:
            register.close()
        outcome = Outcome(
            run_id,
            options.day,
            sources,
            verdicts,
            documents_by_place(plans, produced),
            produced.made,
            tuple(produced.failures),
            notices,
            time.monotonic() - begun,
        )
        return publish_reports(outcome, setup, outbox, tools.wkhtmltopdf)


def _read(
    options: Options, setup: Setup, register: Register, progress: Progress
) -> tuple[tuple[Source, ...], list[Deposit], Mapping[str, tuple[Sequence[Source], Sequence[Deposit]]]]:
    """Return the sources, every deposit, and what each file that was new held, by its hash."""
    tables, limits = setup.tables, setup.settings.limits
    sources: list[Source] = []
    deposits: list[Deposit] = []
    fresh: dict[str, tuple[Sequence[Source], Sequence[Deposit]]] = {}
    files = find_files(options.inbox, limits)
    with progress.stage("Lecture", len(files)) as advance:
        for file in files:
            known = register.known_file(file.sha256, setup.fingerprint, file.name) if file.state == "à lire" else None
            if known is None:
                reading = read_file(file, setup.systems, tables.fields, limits)
                found = [normalise(form, tables) for form in reading.forms]
                known = reading.sources, found
                if found:
                    fresh[file.sha256] = known
            sources += known[0]
            deposits += known[1]
            advance(1)
    return tuple(sources), deposits, fresh


def _judge(
    entries: Sequence[Entry],
    known: Snapshot,
    stored: Mapping[str, Stored],
    register: Register,
    day: date,
    setup: Setup,
    progress: Progress,
) -> tuple[Verdict, ...]:
    """Judge every entry beside the others and beside what the register holds of the same academic years."""
    years = {entry.reference[:5] for entry in entries if entry.reference}
    present = {entry.reference for entry in entries if entry.standing == "current"}
    absent = [reference for reference in known.dossiers if reference[:5] in years and reference not in present]
    with progress.stage("Contrôles", len(entries)) as advance:
        held = register.held(absent)
        return judge_entries(entries, held, stored, setup.judge, setup.fingerprint, day, advance)


def _plan(
    verdicts: Sequence[Verdict], stored: Mapping[str, Stored], setup: Setup, outbox: Outbox, tools: Tools
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


def _run_id(outbox: Outbox) -> str:
    """Return the UTC time, later by a second for as long as a run has that name already."""
    now = datetime.now(UTC)
    while outbox.path(f"rapports/{now:%Y%m%dT%H%M%SZ}").exists():
        now = datetime.fromtimestamp(now.timestamp() + 1, UTC)
    return f"{now:%Y%m%dT%H%M%SZ}"
