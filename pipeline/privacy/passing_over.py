"""Rows that come again after they were erased: they are no dossier, and their file says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pipeline.model import Deposit, Source
from pipeline.register.erasure import REASON, Marked


def pass_over(
    sources: Sequence[Source], deposits: Sequence[Deposit], marked: Marked
) -> tuple[tuple[Source, ...], list[Deposit]]:
    """Return what one file holds without the rows that were erased; each is told as not read, with its row alone."""
    gone = [deposit.place for deposit in deposits if marked.knows(deposit)]
    if not gone:
        return tuple(sources), list(deposits)
    told = []
    for source in sources:
        rows = [(place.row, REASON) for place in gone if place.sheet == source.sheet]
        unread = tuple(sorted((*source.unread, *rows)))
        told.append(dataclasses.replace(source, rows=source.rows - len(rows), unread=unread))
    places = frozenset(gone)
    return tuple(told), [deposit for deposit in deposits if deposit.place not in places]
