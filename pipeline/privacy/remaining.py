"""What the inbox still holds of the people who are erased: it is never changed, somebody has to take it out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from pipeline.model import Deposit, Place
from pipeline.outbox import LinkedError, Outbox
from pipeline.privacy.person import Needles
from pipeline.privacy.traces import below, search
from pipeline.report.shelf import LATEST


def rows_in(inbox: Path, outbox: Outbox, references: Collection[str], deposits: Iterable[Deposit]) -> tuple[Place, ...]:
    """Return the rows of the inbox that hold the dossiers, as the register and the latest report know them."""
    found = {deposit.place for deposit in deposits} | set(_reported(outbox, references))
    return tuple(sorted(place for place in found if place.file and (inbox / place.file).is_file()))


def files_in(inbox: Path, needles: Needles, known: Iterable[Place]) -> tuple[str, ...]:
    """Return the other files of the inbox that hold something of the people, as paths under it."""
    told = {place.file for place in known}
    traces = search(below(inbox), needles, [inbox]).traces
    return tuple(sorted({trace.path.relative_to(inbox).as_posix() for trace in traces} - told))


def _reported(outbox: Outbox, references: Collection[str]) -> Iterable[Place]:
    try:
        report: Any = outbox.read_json(f"{LATEST}/run.json")
        dossiers = report["dossiers"]
        return [Place(one["source"], one["sheet"], one["row"]) for one in dossiers if one["reference"] in references]
    except (OSError, ValueError, KeyError, TypeError, LinkedError):  # not as we wrote it
        return ()
