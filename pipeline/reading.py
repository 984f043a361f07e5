"""The inbox, read: exports become deposits, corrected workbooks are laid over them, follow-up workbooks wait for the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.corrections import Knowledge, recalled, take_in
from pipeline.desk.night import FOLLOW_UP, met_before
from pipeline.intake import Returned, read_file
from pipeline.intake.files import InboxFile
from pipeline.intake.returned import CORRECTIONS
from pipeline.model import Deposit, Source
from pipeline.normalise import normalise_all
from pipeline.register import Register
from pipeline.report.progress import Progress
from pipeline.setup import Setup


@dataclass(frozen=True, slots=True)
class Inbox:
    """What the inbox holds."""

    sources: tuple[Source, ...]
    deposits: tuple[Deposit, ...]
    fresh: Mapping[str, tuple[Sequence[Source], Sequence[Deposit]]]
    """What each file that was new held, by its hash."""
    follow_ups: tuple[Returned, ...]
    """The follow-up workbooks that were new; they have no source yet."""


def read_inbox(
    files: Sequence[InboxFile],
    setup: Setup,
    register: Register,
    day: date,
    now: datetime,
    progress: Progress,
    *,
    recording: bool,
    untold: bool = False,
) -> Inbox:
    """Read every one of ``files``; one met before comes from the register.

    Corrected workbooks come last: they are laid over what all else holds. Without ``recording`` (the command ``check``)
    workbooks of ours wait. ``untold``: the run before was killed before its report, what was refused is told again.
    """
    tables, limits = setup.tables, setup.settings.limits
    sources: list[Source] = []
    deposits: list[Deposit] = []
    fresh: dict[str, tuple[Sequence[Source], Sequence[Deposit]]] = {}
    returned: dict[str, list[Returned]] = {CORRECTIONS: [], FOLLOW_UP: []}
    met: dict[str, str] = {}
    with progress.stage("Lecture", len(files)) as advance:
        for file in files:
            known = register.known_file(file.sha256, setup.fingerprint, file.name) if file.state == "à lire" else None
            if known is not None and known[0][0].profile == CORRECTIONS:
                known = recalled(known, met.setdefault(file.sha256, file.name), tables)
            if known is not None and known[0][0].profile == FOLLOW_UP and not untold:
                known = (met_before(known[0][0]),), []
            if known is None:
                reading = read_file(file, setup.systems, tables.fields, limits)
                if recording and reading.returned is not None and reading.returned.kind in returned:
                    returned[reading.returned.kind].append(reading.returned)
                    advance(1)
                    continue
                found = normalise_all(reading.forms, tables)
                known = reading.sources, found
                if found:
                    fresh[file.sha256] = known
            sources += known[0]
            deposits += known[1]
            advance(1)
    corrected = returned[CORRECTIONS]
    for taken in take_in(corrected, deposits, _knowledge(setup, register, day, now)) if corrected else ():
        fresh.setdefault(taken.sha256, (taken.sources, taken.deposits))
        sources += taken.sources
        deposits += taken.deposits
    return Inbox(tuple(sources), tuple(deposits), fresh, tuple(returned[FOLLOW_UP]))


def _knowledge(setup: Setup, register: Register, day: date, now: datetime) -> Knowledge:
    return Knowledge(
        register.snapshot(),
        register.whole,
        setup.systems,
        setup.tables,
        setup.settings.limits,
        setup.settings.academic_year,
        day,
        now,
    )
