"""Entries → verdicts: each judged alone, then in the light of the other rows; a stored verdict that still holds is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from pipeline.check.batch import Batch, Member
from pipeline.check.context import Context, contexts
from pipeline.check.judge import Judge
from pipeline.desk.decisions import applying, by_target, relevant
from pipeline.desk.model import Decision
from pipeline.model import Deposit, Entry, Place, Verdict
from pipeline.register.values import Held, Stored, stored_verdict

_OUT_OF_SUMS = ("refusé", "réorienté")
_SIGNABLE = ("prêt", "à vérifier")
_NOBODY = Context()


@dataclasses.dataclass(frozen=True, slots=True)
class InForce:
    """What counts of a dossier in sums and overlaps, where it is not its current version."""

    deposit: Deposit | None
    """None: nothing counts."""
    pending: bool = False
    """The current version asks for an amendment; it is itself judged by what it asks for."""
    amendable: bool = False
    """The law allows that amendment: the current version counts as soon as the rules let it pass."""


Judging: TypeAlias = Callable[[Sequence[tuple[Entry, Context]]], Iterable[Verdict]]
"""What judges entries, each by itself in its context, and gives the verdicts in their order."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    """An entry on its way to its verdict."""

    entry: Entry
    before: Stored | None
    past: Context
    """What the dossier's own past and the managers say of it."""
    is_keepable: bool
    """The stored verdict may still hold."""

    @property
    def is_asked(self) -> bool:
        """Whether it has to be judged alone: a row whose verdict is kept, when it may be refused.

        Refused for what others say of it, it would else leave the sums, silence them, and come back the night after.
        """
        refused = self.before is not None and self.before.verdict[0] in _OUT_OF_SUMS
        return not self.is_keepable or refused or any(d.choice == "refusé" for d in self.past.decisions)


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
    judging: Judging | None = None,
) -> tuple[Verdict, ...]:
    """Return one verdict for each entry, in their order.

    ``held`` are the dossiers of the register that no file of this run shows: they count, and are not judged.
    ``stored`` maps references to current versions: a verdict of the same content, schemas, context and decisions is
    kept. ``decisions`` are the managers' decisions in force. ``issued`` are the references of the dossiers whose
    agreement has been sent or signed, ``in_force`` the dossiers that count in sums otherwise than by their current
    version. ``judging`` judges many rows at once, elsewhere for example; without it ``judge`` does, one by one.
    """
    ask: Judging = judging or (lambda pairs: (judge.judge(*pair) for pair in pairs))
    decided = by_target(decisions)
    rows = [_row(entry, stored, relevant(decided, entry, judge.tables), issued, fingerprint) for entry in entries]
    asked = [(row.entry, row.past) for row in rows if row.is_asked]
    advance(len(rows) - len(asked))
    answers = iter(_advancing(ask(asked), advance))
    alone = [next(answers) if row.is_asked else None for row in rows]
    statuses = [_stored_status(row) if one is None else one.status for row, one in zip(rows, alone, strict=True)]
    around = _contexts(entries, statuses, held, judge, today, in_force)
    seen = [_seen(row, around.get(row.entry.place, _NOBODY)) for row in rows]
    standing = [_standing(row, context, one, judge) for row, context, one in zip(rows, seen, alone, strict=True)]
    again = [
        (_whole(row.entry, context), context)
        for row, context, verdict in zip(rows, seen, standing, strict=True)
        if verdict is None
    ]
    answers = iter(ask(again))
    return tuple(
        _bearing(context, next(answers)) if verdict is None else verdict
        for context, verdict in zip(seen, standing, strict=True)
    )


def _row(
    entry: Entry,
    stored: Mapping[str, Stored],
    decisions: tuple[Decision, ...],
    issued: Collection[str],
    fingerprint: str,
) -> _Row:
    before = stored.get(entry.reference or "")
    same = before is not None and before.digest == entry.deposit.digest
    made, out = before is not None and same and before.agreement_made, entry.reference in issued
    past = Context(agreement_made=made, issued=out, decisions=decisions) if made or out or decisions else _NOBODY
    keepable = before is not None and same and before.fingerprint == fingerprint and entry.standing == "current"
    return _Row(entry, before, past, keepable)


def _advancing(verdicts: Iterable[Verdict], advance: Callable[[int], None]) -> Iterator[Verdict]:
    for verdict in verdicts:
        advance(1)
        yield verdict


def _stored_status(row: _Row) -> str:
    return row.before.verdict[0] if row.before is not None else ""


def _seen(row: _Row, around: Context) -> Context:
    """Return what the other rows, the dossier's own past and the managers say of the row."""
    past = row.past
    if around is _NOBODY:
        return past
    return dataclasses.replace(around, agreement_made=past.agreement_made, issued=past.issued, decisions=past.decisions)


def _standing(row: _Row, context: Context, alone: Verdict | None, judge: Judge) -> Verdict | None:
    """Return the stored verdict, or that of the row alone, where it holds beside the other rows; else None."""
    if row.is_keepable and row.before is not None:
        kept = stored_verdict(_whole(row.entry, context), row.before, context.others)
        return kept if row.before.context in _digests(context, kept, judge) else None
    return _bearing(context, alone) if alone is not None and context.silent else None


def _whole(entry: Entry, context: Context) -> Entry:
    if entry.cumulated_hours == context.cumulated_hours:
        return entry
    return dataclasses.replace(entry, cumulated_hours=context.cumulated_hours)


def _bearing(context: Context, verdict: Verdict) -> Verdict:
    """Return the verdict with the hash of what it depends on besides its row."""
    digest = _digest(context, verdict)
    return verdict if verdict.context == digest else dataclasses.replace(verdict, context=digest)


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
    if len(applied) < len(context.decisions):
        context = dataclasses.replace(context, decisions=applied)
    return context.digest(entry.loans, entry.deposit.values)


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
