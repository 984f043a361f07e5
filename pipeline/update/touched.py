"""Which dossiers under way a new table touches: each judged with the table in place, then with the new one."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

from pipeline.check.batch import BATCH_RULES
from pipeline.check.context import Context
from pipeline.completion import complete
from pipeline.dossiers import Snapshot, identify
from pipeline.intake import find_files, read_apart
from pipeline.model import Deposit, Entry, Severity, Verdict
from pipeline.normalise import normalise_all
from pipeline.register import Register, open_register
from pipeline.register.reading import open_copy
from pipeline.register.values import Held
from pipeline.setup import Setup
from pipeline.tables import Tables
from pipeline.update.change import Touched
from pipeline.verdicts import judge_entries

_ANEW = ""
"""A fingerprint that no run has: every verdict is given anew."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """What a new table does to the dossiers under way."""

    touched: tuple[Touched, ...] = ()
    """Their status or their findings change; those of the inbox first, by place."""
    reworded: int = 0
    """Dossiers of which only a message is worded anew (the date of an advice, a region)."""
    judged: int = 0
    """Dossiers of the inbox, which the next night judges again."""


def reach_of(setup: Setup, tables: Tables, inbox: Path, register: Path, day: date) -> Reach:
    """Judge every dossier of the inbox and of the register under ``setup`` and under ``tables``.

    No dossier is changed. Internships that have ended by ``day`` are no longer under way.
    """
    opened = open_copy(register) if register.is_file() else open_register(None)
    try:
        known, stored = opened.snapshot(), opened.current()
        entries = _entries(setup, known, opened, inbox, day)
        present = {entry.reference for entry in entries if entry.standing == "current"}
        held = opened.held([reference for reference in stored if reference not in present])
    finally:
        opened.close()
    judges = (setup.judge, dataclasses.replace(setup.judge, tables=tables))
    before, after = (judge_entries(entries, held, stored, judge, _ANEW, day, lambda _: None) for judge in judges)
    rows = zip(entries, before, after, strict=True)
    pairs = [_Pair(entry, old, new) for entry, old, new in rows if entry.standing == "current"]
    for one in held:
        if one.active:
            past = Context(agreement_made=stored[one.reference].agreement_made)
            entry = _remembered(one, known, day)
            pairs.append(_Pair(entry, judges[0].judge(entry, past), judges[1].judge(entry, past), one.status))
    under_way = [pair for pair in pairs if not pair.over(day)]
    touched = [_touched(pair, setup, pair.entry.reference in stored) for pair in under_way if pair.differs]
    reworded = sum(not pair.differs and _messages(pair.before) != _messages(pair.after) for pair in under_way)
    return Reach(tuple(touched), reworded, sum(entry.standing == "current" for entry in entries))


@dataclasses.dataclass(frozen=True, slots=True)
class _Pair:
    """One dossier under both tables."""

    entry: Entry
    before: Verdict
    after: Verdict
    remembered: str | None = None
    """The status that the register recorded, when no file of the inbox shows the dossier."""

    @property
    def differs(self) -> bool:
        return self.before.status != self.after.status or _rules(self.before) != _rules(self.after)

    def over(self, day: date) -> bool:
        """Tell whether the internship has ended by ``day``."""
        end = self.entry.deposit.values.get("stage.date_fin")
        return isinstance(end, date) and end < day


def _entries(setup: Setup, known: Snapshot, register: Register, inbox: Path, day: date) -> list[Entry]:
    """Read the inbox as a night does; a row that has no reference yet gets none."""
    deposits: list[Deposit] = []
    limits = setup.settings.limits
    for reading in read_apart(find_files(inbox, limits), setup.systems, setup.tables.fields, limits):
        deposits += normalise_all(reading.forms, setup.tables)
    years = setup.settings.academic_year
    entries = identify(deposits, known, day, years)
    return complete(entries, setup.required, known, register.deposits, years, day)


def _remembered(held: Held, known: Snapshot, day: date) -> Entry:
    """Return the entry of a dossier that no file of the inbox shows any more."""
    seen = known.deposits.get(held.deposit.digest)
    return Entry(held.deposit, held.reference, "current", None, seen.first_day if seen else day)


def _rules(verdict: Verdict) -> frozenset[tuple[str, Severity]]:
    return frozenset((finding.rule, finding.severity) for finding in verdict.findings)


def _messages(verdict: Verdict) -> list[str]:
    """Return what the row's own findings say; those across rows count rows, which a table does not name."""
    return [finding.message for finding in verdict.findings if finding.rule not in BATCH_RULES]


def _touched(pair: _Pair, setup: Setup, known: bool) -> Touched:
    """Return what is told of a dossier; one that the register does not know yet has no reference to show."""
    entry = pair.entry
    before: str = pair.before.status
    after: str = pair.after.status
    country = setup.judge.facts(entry).country
    came = _rules(pair.after) - _rules(pair.before)
    went = _rules(pair.before) - _rules(pair.after)
    start = entry.deposit.values.get("stage.date_debut")
    if pair.remembered is not None:
        # The register keeps no columns: the form looks emptier than it was, and the recorded status is the true one.
        before, after = pair.remembered, pair.remembered if before == after else after
    return Touched(
        reference=entry.reference if known else None,
        file=entry.place.file,
        row=entry.place.row,
        country=country.name if country else "",
        start=start if isinstance(start, date) else None,
        before=before,
        after=after,
        appear=tuple(sorted(came, key=lambda said: setup.judge.catalogue.rank(said[0]))),
        disappear=tuple(sorted(went, key=lambda said: setup.judge.catalogue.rank(said[0]))),
        in_inbox=pair.remembered is None,
    )
