"""Second half of a night: plan and record, produce and record, follow up and record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pipeline.corrections import corrected
from pipeline.desk.follow import Past
from pipeline.desk.night import steps
from pipeline.documents.cases import cases
from pipeline.execution.bench import Bench
from pipeline.judge_night import Judged
from pipeline.mail.posting import last_told, post, with_told
from pipeline.model import Outcome, Plan
from pipeline.plan import outputs_of, plan_documents
from pipeline.produce import documents_by_place, produce
from pipeline.register import Register
from pipeline.register.values import Stored, verdict_key
from pipeline.report.post import Post
from pipeline.report.run_json import totals
from pipeline.signed.after_signing import Later
from pipeline.work import Work


def make_night(work: Work, judged: Judged) -> tuple[Outcome, Post]:
    """Plan and record, produce and record; the register knows every reference before anything is written."""
    setup, outbox, register, day = work.bench.setup, work.bench.outbox, work.register, work.day
    run_id, night, verdicts = work.run_id, judged.night, judged.verdicts
    past = _past(register, judged.stored)
    alone = register.absent(judged.absent)
    rest = [verdict for verdict, _ in alone]
    night.admit(verdicts, rest)
    later = judged.signed.later(verdicts)
    plans = _plan(judged, later, work.bench)
    back = {sha256: ((source,), ()) for sha256, source in night.sources()}
    told = (*later.events, *corrected(verdicts, judged.known))
    register.begin(run_id, day, setup.fingerprint, {**judged.inbox.fresh, **back}, verdicts, told)
    night.hear(told)
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
    amended = later.settled(outbox.holds)
    follow_ups = night.follow(verdicts, rest, past, standing, amended)
    moment = datetime.combine(day, work.now.time())
    mail = post(produced.letters, _paths(plans), follow_ups, setup, outbox, run_id, moment, reminding=not work.doubt)
    told = (*mail.events, *steps(follow_ups, past, moment))
    lives = {follow.reference: (follow.etape, follow.since) for follow in follow_ups}
    standing_now = _by_version(zip(plans, produced.paths, strict=True))
    unfinished = register.unfinished_runs()
    outbox.settle()
    messages = [path for path in _paths(plans) if path.endswith(".eml")]
    register.end(run_id, standing_now, told, lives, totals(verdicts), messages)
    outcome = Outcome(
        run_id,
        day,
        judged.sources,
        verdicts,
        documents_by_place(plans, produced),
        produced.made,
        tuple(produced.failures),
        follow_ups=with_told(follow_ups, mail.events),
        history=tuple(run for run in register.runs() if run.run_id not in unfinished),
        amended=amended,
    )
    return outcome, mail


def _past(register: Register, stored: Mapping[str, Stored]) -> Mapping[str, Past]:
    """Return what the register knew of each dossier when reports were last published."""
    past = {
        reference: Past(etape, since, stored[reference].number, stored[reference].verdict[0])
        for reference, (etape, since) in register.lives().items()
        if reference in stored
    }
    untold = register.untold()  # what a night that was cut has changed is news still
    before = untold.past if untold is not None else {}
    return {ref: one for ref, one in past.items() if ref not in before} | {
        ref: Past(*life) for ref, life in before.items() if life is not None
    }


def _paths(plans: Iterable[Plan]) -> list[str]:
    return [path for plan in plans for document in plan.documents for path in outputs_of(document)]


def _plan(judged: Judged, later: Later, bench: Bench) -> list[Plan]:
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
        outbox.holds,
        setup.letters.enclosed,
        word_pdf=tools.office is not None,
        page_pdf=tools.wkhtmltopdf is not None,
        issued=judged.signed.held,
        added=later.documents,
    )


def _by_version(plans: Iterable[tuple[Plan, Sequence[str]]]) -> Mapping[tuple[str, int], Sequence[str]]:
    """Return the paths of each plan by reference and version."""
    return {(plan.verdict.entry.reference or "", plan.verdict.entry.version): paths for plan, paths in plans}
