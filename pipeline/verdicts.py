"""Entries → verdicts: each judged alone, then in the light of the other rows; a stored verdict that still holds is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from pipeline.check.batch import Batch, Member
from pipeline.check.context import Context, contexts
from pipeline.check.judge import Judge
from pipeline.desk.decisions import applying, by_target, relevant
from pipeline.desk.model import Decision
from pipeline.model import Deposit, Entry, Place, Verdict
from pipeline.register.store import Held, Stored, stored_verdict

_OUT_OF_SUMS = ("refusé", "réorienté")
_SIGNABLE = ("prêt", "à vérifier")


@dataclasses.dataclass(frozen=True, slots=True)
class InForce:
    """What counts of a dossier in sums and overlaps, where it is not its current version."""

    deposit: Deposit | None
    """None: nothing counts."""
    pending: bool = False
    """The current version asks for an amendment; it is itself judged by what it asks for."""
    amendable: bool = False
    """The law allows that amendment: the current version counts as soon as the rules let it pass."""


def judge_entries(
    entries: Sequence[Entry],
    held: Iterable[Held],
    stored: Mapping[str, Stored],
    judge: Judge,
    fingerprint: str,
    today: date,
    advance: Callable[[int], None],
    decisions: Iterable[Decision] = (),
    issued: Collection[str] = (),
    in_force: Mapping[str, InForce] = MappingProxyType({}),
) -> tuple[Verdict, ...]:
    """Return one verdict for each entry, in their order.

    ``held`` are the dossiers of the register that no file of this run shows: they count, and are not judged.
    ``stored`` maps references to current versions: a verdict of the same content, schemas, context and decisions is
    kept. ``decisions`` are the managers' decisions in force. ``issued`` are the references of the dossiers whose
    agreement has been sent or signed, ``in_force`` the dossiers that count in sums otherwise than by their current
    version.
    """
    decided = by_target(decisions)
    alone: list[Verdict | None] = []
    statuses: list[str] = []
    settled: list[tuple[Decision, ...]] = []
    for entry in entries:
        before = stored.get(entry.reference or "")
        settled.append(relevant(decided, entry, judge.tables))
        past = dataclasses.replace(_own_past(entry, before), decisions=settled[-1], issued=entry.reference in issued)
        if before is not None and _same(entry, before, fingerprint):
            alone.append(None)
            statuses.append(_status_alone(entry, before, past, judge))
        else:
            verdict = judge.judge(entry, past)
            alone.append(verdict)
            statuses.append(verdict.status)
        advance(1)
    around = _contexts(entries, statuses, held, judge, today, in_force)
    return tuple(
        _verdict(
            entry,
            verdict,
            dataclasses.replace(around.get(entry.place, Context()), decisions=mine, issued=entry.reference in issued),
            stored.get(entry.reference or ""),
            judge,
        )
        for entry, verdict, mine in zip(entries, alone, settled, strict=True)
    )


def _verdict(entry: Entry, alone: Verdict | None, context: Context, before: Stored | None, judge: Judge) -> Verdict:
    """Return the verdict in the light of the other rows; ``alone`` is None when the stored one may still hold."""
    whole = dataclasses.replace(entry, cumulated_hours=context.cumulated_hours)
    if alone is None and before is not None:
        kept = stored_verdict(whole, before, context.others)
        if before.context in _digests(context, kept, judge):
            return kept
    if alone is None or not context.silent:
        past = _own_past(entry, before)
        alone = judge.judge(whole, dataclasses.replace(context, agreement_made=past.agreement_made))
    return dataclasses.replace(alone, context=_digest(context, alone))


def _digests(context: Context, kept: Verdict, judge: Judge) -> Collection[str]:
    """Return the hashes under which a stored verdict still holds: the issue changes nothing when it silences nothing."""
    found = [_digest(context, kept)]
    if context.issued and not any(judge.minds_issue(finding) for finding in kept.findings):
        found.append(_digest(dataclasses.replace(context, issued=False), kept))
    return found


def _digest(context: Context, verdict: Verdict) -> str:
    """Return the hash of what ``verdict`` depends on besides its row; a decision that judged nothing in it is no part."""
    entry = verdict.entry
    applied = applying(context.decisions, verdict.findings, entry)
    return dataclasses.replace(context, decisions=applied).digest(entry.loans, entry.deposit.values)


def _same(entry: Entry, before: Stored, fingerprint: str) -> bool:
    return entry.standing == "current" and before.digest == entry.deposit.digest and before.fingerprint == fingerprint


def _status_alone(entry: Entry, before: Stored, past: Context, judge: Judge) -> str:
    """Return what a row whose verdict is kept counts as for the others: refused only by itself or by tonight's decisions.

    A row refused for what others say of it would else leave the sums, silence them, and come back the night after.
    """
    refusable = before.verdict[0] in _OUT_OF_SUMS or any(d.choice == "refusé" for d in past.decisions)
    return judge.judge(entry, past).status if refusable else before.verdict[0]


def _own_past(entry: Entry, before: Stored | None) -> Context:
    """Return what the dossier's own past says: whether this very content has its agreement."""
    if before is None or before.digest != entry.deposit.digest:
        return Context()
    return Context(agreement_made=before.agreement_made)


def _contexts(
    entries: Sequence[Entry],
    statuses: Sequence[str],
    held: Iterable[Held],
    judge: Judge,
    today: date,
    in_force: Mapping[str, InForce],
) -> Mapping[Place, Context]:
    members, waiting = [], set[str]()
    for entry, status in zip(entries, statuses, strict=True):
        if entry.standing == "current":
            members.append(Member(entry.deposit, entry.reference, status not in _OUT_OF_SUMS, judged=True))
            one = in_force.get(entry.reference or "")
            if one is not None and one.pending and not (one.amendable and status in _SIGNABLE):
                waiting.add(entry.reference or "")
    members += [Member(h.deposit, h.reference, h.status not in _OUT_OF_SUMS and h.active, judged=False) for h in held]

    def around(counted: Sequence[Member]) -> Mapping[Place, Context]:
        batch = Batch(counted, judge.tables.countries, judge.settings.academic_year, today)
        return contexts(batch, judge.catalogue)

    found = dict(around([_counting(member, in_force, waiting) for member in members]))
    if waiting:  # a change that waits is judged by what it asks for; the others by what is in force
        own, places = around(members), {m.deposit.place for m in members if m.reference in waiting}
        found = {place: c for place, c in found.items() if place not in places}
        found |= {place: own[place] for place in places if place in own}
    return found


def _counting(member: Member, in_force: Mapping[str, InForce], waiting: Collection[str]) -> Member:
    """Return the member as it counts for the others, at the place where its row stands now."""
    one = in_force.get(member.reference or "")
    if one is None or (one.pending and member.judged and member.reference not in waiting):
        return member
    if one.deposit is None:
        return dataclasses.replace(member, counted=False)
    form = dataclasses.replace(one.deposit.form, place=member.deposit.place)
    return dataclasses.replace(member, deposit=dataclasses.replace(one.deposit, form=form), counted=True)
