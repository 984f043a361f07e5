"""First half of a night: read, identify, complete, lay over, judge. Nothing is written but what managers answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.completion import complete
from pipeline.desk.night import Means, Night
from pipeline.desk.overlay import lay_over
from pipeline.dossiers import Snapshot, identify
from pipeline.intake.files import InboxFile
from pipeline.judging import judging_by
from pipeline.model import Entry, Source, Verdict
from pipeline.numbers import beside
from pipeline.reading import Inbox, read_inbox
from pipeline.register.reading import marks_beside
from pipeline.register.values import Held, Stored
from pipeline.setup import Setup
from pipeline.signed.after_signing import Desk
from pipeline.signed.agreements import Agreements, agreements
from pipeline.takeover import take_over
from pipeline.verdicts import judge_entries
from pipeline.work import Work


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known once everything is judged, before anything is written."""

    inbox: Inbox
    known: Snapshot
    stored: Mapping[str, Stored]
    night: Night
    signed: Agreements
    verdicts: tuple[Verdict, ...]
    absent: Sequence[str]
    """The dossiers of the same years that no row of this run shows."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every file, the follow-up workbooks with what was taken of them."""
        found = (*self.inbox.sources, *(source for _, source in self.night.sources()))
        return tuple(sorted(found, key=lambda source: source.file))


def judge_night(work: Work, files: Sequence[InboxFile]) -> Judged:
    """Read the inbox, find the dossiers, lay over them what the desk knows, and judge them."""
    setup, register, outbox = work.bench.setup, work.register, work.bench.outbox
    day, now, years = work.day, work.now, setup.settings.academic_year
    recording = not work.options.check_only
    untold = any(not outbox.holds(f"rapports/{last.run_id}/run.json") for last in register.runs()[-1:])
    marked = register.marked() if recording else marks_beside(setup.settings.register_of(work.options.outbox))
    inbox = read_inbox(
        files, setup, register, day, now, work.progress, recording=recording, marked=marked, untold=untold
    )
    known, stored = beside(register.snapshot(), outbox, files), register.current()
    versions = {reference: dossier.version for reference, dossier in known.dossiers.items()}
    means = Means(setup.judge, setup.checklist, setup.columns, day, now)
    night = Night(means, register, versions, known.deposits)
    night.take_back(inbox.follow_ups)
    entries = identify(inbox.deposits, known, day, years, numbered=recording)
    entries = complete(entries, setup.required, known, register.deposits, years, day)
    entries = take_over(entries, stored, setup.systems, setup.settings.takeover)
    entries = lay_over(entries, night.told, setup.columns)
    absent = _absent(entries, known, setup, day)
    held = register.held(absent)
    desk = Desk(setup, register, known, outbox, day, word_pdf=work.bench.tools.office is not None)
    signed = agreements(entries, held, stored, desk)
    verdicts = _judge(work, entries, held, stored, signed)
    if night.decide(verdicts):
        verdicts = _judge(work, entries, held, stored, signed)
    return Judged(inbox, known, stored, night, signed, verdicts, absent)


def _absent(entries: Sequence[Entry], known: Snapshot, setup: Setup, day: date) -> list[str]:
    """Return the dossiers of the same academic years, and of the running one, that no row of this run shows."""
    years = {entry.reference[:5] for entry in entries if entry.reference}
    years |= {f"C{year}" for year in setup.settings.academic_year.years_containing(day, day)}
    present = {entry.reference for entry in entries if entry.standing == "current"}
    return [reference for reference in known.dossiers if reference[:5] in years and reference not in present]


def _judge(
    work: Work,
    entries: Sequence[Entry],
    held: Sequence[Held],
    stored: Mapping[str, Stored],
    signed: Agreements,
) -> tuple[Verdict, ...]:
    """Judge every entry beside the others and beside what the register holds of the same academic years."""
    setup, decisions, issued, counts = work.bench.setup, work.register.decisions(), signed.issued, signed.in_force
    judging = judging_by(work.crew, work.bench)
    with work.progress.stage("Contrôles", len(entries)) as advance:
        return judge_entries(
            entries, held, stored, setup.judge, setup.fingerprint, work.day, advance, decisions, issued, counts, judging
        )
