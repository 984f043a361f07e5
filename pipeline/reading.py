"""The inbox, read: exports become deposits, corrected workbooks are laid over them, follow-up workbooks wait for the desk."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.corrections import Knowledge, recalled, take_in
from pipeline.desk.night import FOLLOW_UP, met_before
from pipeline.intake import Reading, Returned, put_off, read_apart
from pipeline.intake.files import InboxFile
from pipeline.intake.returned import CORRECTIONS
from pipeline.model import Deposit, Source
from pipeline.normalise import normalise_all
from pipeline.privacy.passing_over import pass_over
from pipeline.register import Register
from pipeline.register.erasure import Marked
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
    marked: Marked,
    untold: bool = False,
) -> Inbox:
    """Read every one of ``files``; one met before comes from the register.

    Corrected workbooks come last: they are laid over what all else holds. Without ``recording`` (the command ``check``)
    workbooks of ours wait. ``marked`` tells the rows that were erased, which are passed over. ``untold``: the run before was
    killed before its report, what was refused is told again.
    """
    tables = setup.tables
    sources: list[Source] = []
    deposits: list[Deposit] = []
    fresh: dict[str, tuple[Sequence[Source], Sequence[Deposit]]] = {}
    returned: dict[str, list[Returned]] = {CORRECTIONS: [], FOLLOW_UP: []}
    with progress.stage("Lecture", len(files)) as advance:
        recorded = _recorded(files, setup, register, untold=untold)
        readings = _read([file for file in files if file.name not in recorded], setup)
        for file in files:
            known = recorded.get(file.name)
            if known is None:
                reading = next(readings)
                if recording and reading.returned is not None and reading.returned.kind in returned:
                    returned[reading.returned.kind].append(reading.returned)
                    advance(1)
                    continue
                known = pass_over(reading.sources, normalise_all(reading.forms, tables), marked)
                if known[1] or reading.lasting:
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


def _recorded(
    files: Sequence[InboxFile], setup: Setup, register: Register, *, untold: bool
) -> Mapping[str, tuple[Sequence[Source], Sequence[Deposit]]]:
    """Return what the register holds of the files that it has met, by their name here: they need not be opened."""
    found: dict[str, tuple[Sequence[Source], Sequence[Deposit]]] = {}
    met: dict[str, str] = {}
    for file in files:
        known = register.known_file(file.sha256, setup.fingerprint, file.name) if file.state == "à lire" else None
        if known is not None and known[0][0].profile == CORRECTIONS:
            known = recalled(known, met.setdefault(file.sha256, file.name), setup.tables)
        if known is not None and known[0][0].profile == FOLLOW_UP and not untold:
            known = (met_before(known[0][0]),), []
        if known is not None:
            found[file.name] = known
    return found


def _read(files: Sequence[InboxFile], setup: Setup) -> Iterator[Reading]:
    """Yield what each of ``files`` gives; beyond the number that one run reads, the last ones wait.

    Those that are refused, and looked at again by each run, leave their turn to another: none waits for ever.
    """
    limits = setup.settings.limits
    left, room = deque(files), limits.files
    while left and room:
        batch = [left.popleft() for _ in range(min(room, len(left)))]
        for reading in read_apart(batch, setup.systems, setup.tables.fields, limits):
            room -= bool(reading.forms or reading.returned or reading.lasting)
            yield reading
    for file in left:
        yield put_off(file, limits)


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
