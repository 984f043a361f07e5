"""Which hours of a dossier count in sums: as signed until its amendment is made, and what was done of one given up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pipeline.check.facts import Facts
from pipeline.check.presence import presence, working_days
from pipeline.model import Deposit, Entry
from pipeline.register.values import Held, Stored
from pipeline.signed.after_signing import Desk, Pending, past_version
from pipeline.signed.issued import Issued
from pipeline.verdicts import InForce


def in_force(
    found: Mapping[str, Pending],
    issued: Mapping[str, Issued],
    given_up: Mapping[str, date | None],
    entries: Iterable[Entry],
    held: Iterable[Held],
    stored: Mapping[str, Stored],
    desk: Desk,
) -> Mapping[str, InForce]:
    """Return, by reference, the dossiers that count in sums otherwise than by their current version.

    A signed dossier counts as it was signed until its amendment is made; one given up (``given_up``: its last day, None
    when it was not told) counts what was done of it.
    """
    counts: dict[str, InForce] = {}
    for reference, pending in found.items():
        version = past_version(desk, reference, pending.issued.in_force) if pending.reasons else None
        if version is not None:
            counts[reference] = InForce(version.deposit, pending=True, amendable=not pending.barred)
    deposits: dict[str, Deposit] = {}
    for kept in held:
        one = issued.get(kept.reference)
        deposits[kept.reference] = kept.deposit
        if one is not None and one.binding and not one.abandoned and stored[kept.reference].number != one.in_force:
            version = past_version(desk, kept.reference, one.in_force)
            counts |= {kept.reference: InForce(version.deposit)} if version is not None else {}
    deposits |= {e.reference: e.deposit for e in entries if e.reference and e.standing == "current"}
    for reference in given_up.keys() & deposits.keys():
        one, last = issued.get(reference), given_up[reference]
        signed = one is not None and one.signed
        counts[reference] = InForce(_done_part(deposits[reference], last, desk) if signed else None)
    return counts


def _done_part(deposit: Deposit, last: date | None, desk: Desk) -> Deposit | None:
    """Return the deposit up to the day on which the internship was given up; None when nothing was done, or known."""
    facts = _facts(deposit, desk)
    if last is None or facts.start is None or last < facts.start:
        return None
    if facts.end is None or last >= facts.end:
        return deposit
    short = dataclasses.replace(deposit, values={**deposit.values, "stage.date_fin": last})
    share = _part(_facts(short, desk), facts)
    hours = facts.hours
    if hours is not None and share is not None:
        done = (hours * share).quantize(Decimal(1), ROUND_HALF_UP)
        short = dataclasses.replace(short, values={**short.values, "stage.duree_heures": done})
    return short


def _part(short: Facts, whole: Facts) -> Decimal | None:
    """Return which part of the presence falls in the shorter internship, by its hours or else by its days."""
    done, all_of_it = presence(short), presence(whole)
    if done is not None and all_of_it is not None and all_of_it.net:
        return min(done.net / all_of_it.net, Decimal(1))
    days, every_day = working_days(short), working_days(whole)
    return Decimal(days) / Decimal(every_day) if days is not None and every_day else None


def _facts(deposit: Deposit, desk: Desk) -> Facts:
    return desk.setup.judge.facts(Entry(deposit, None, "current", None, desk.day))
