"""Entries → verdicts: each judged alone, then in the light of the other rows; a stored verdict that still holds is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from pipeline.check.batch import Batch, Member
from pipeline.check.context import Context, contexts
from pipeline.check.judge import Judge
from pipeline.model import Entry, Place, Verdict
from pipeline.register.store import Held, Stored, stored_verdict

_OUT_OF_SUMS = ("refusé", "réorienté")


def judge_entries(
    entries: Sequence[Entry],
    held: Iterable[Held],
    stored: Mapping[str, Stored],
    judge: Judge,
    fingerprint: str,
    today: date,
    advance: Callable[[int], None],
) -> tuple[Verdict, ...]:
    """Return one verdict for each entry, in their order.

    ``held`` are the dossiers of the register that no file of this run shows: they count, and are not judged.
    ``stored`` maps references to current versions: a verdict of the same content, schemas and context is kept.
    """
    alone: list[Verdict | None] = []
    for entry in entries:
        before = stored.get(entry.reference or "")
        kept = before is not None and _same(entry, before, fingerprint)
        alone.append(None if kept else judge.judge(entry, _own_past(entry, before)))
        advance(1)
    around = _contexts(entries, alone, held, stored, judge, today)
    return tuple(
        _verdict(entry, verdict, around.get(entry.place, Context()), stored.get(entry.reference or ""), judge)
        for entry, verdict in zip(entries, alone, strict=True)
    )


def _verdict(entry: Entry, alone: Verdict | None, context: Context, before: Stored | None, judge: Judge) -> Verdict:
    """Return the verdict in the light of the other rows; ``alone`` is None when the stored one may still hold."""
    whole = dataclasses.replace(entry, cumulated_hours=context.cumulated_hours)
    digest = context.digest(entry.loans, entry.deposit.values)
    if alone is None and before is not None and before.context == digest:
        return stored_verdict(whole, before, context.others)
    if alone is None or not context.silent:
        past = _own_past(entry, before)
        alone = judge.judge(whole, dataclasses.replace(context, agreement_made=past.agreement_made))
    return dataclasses.replace(alone, context=digest)


def _same(entry: Entry, before: Stored, fingerprint: str) -> bool:
    return entry.standing == "current" and before.digest == entry.deposit.digest and before.fingerprint == fingerprint


def _own_past(entry: Entry, before: Stored | None) -> Context:
    """Return what the dossier's own past says: whether this very content has its agreement."""
    if before is None or before.digest != entry.deposit.digest:
        return Context()
    return Context(agreement_made=before.agreement_made)


def _contexts(
    entries: Sequence[Entry],
    alone: Sequence[Verdict | None],
    held: Iterable[Held],
    stored: Mapping[str, Stored],
    judge: Judge,
    today: date,
) -> Mapping[Place, Context]:
    members = []
    for entry, verdict in zip(entries, alone, strict=True):
        if entry.standing == "current":
            status = verdict.status if verdict is not None else stored[entry.reference or ""].verdict[0]
            members.append(Member(entry.deposit, entry.reference, status not in _OUT_OF_SUMS, judged=True))
    members += [Member(h.deposit, h.reference, h.status not in _OUT_OF_SUMS and h.active, judged=False) for h in held]
    batch = Batch(members, judge.tables.countries, judge.settings.academic_year, today)
    return contexts(batch, judge.catalogue)
