"""What returned follow-up workbooks bring in one night: told to the register before anything is judged, or refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.check.judge import Judge
from pipeline.desk.columns import Columns
from pipeline.desk.discreet import MASKED, discreet
from pipeline.desk.follow import Known, Past, follow_ups
from pipeline.desk.gates import admit, is_late
from pipeline.desk.merging import merge
from pipeline.desk.model import Decision, DecisionEdit, Edit, Event, FollowUp, Refusal, Told
from pipeline.desk.returned_follow_up import read_follow_up
from pipeline.desk.taking import take
from pipeline.documents.checklist import Checklist
from pipeline.dossiers import KnownDeposit
from pipeline.intake.returned import Returned
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import Amended, Source, Verdict
from pipeline.register import Register
from pipeline.report.phrases import count

FOLLOW_UP = "suivi"
"""Kind of the workbook, and profile of its source."""


_ELSEWHERE = (
    "{}\u00a0: ce classeur montre sous cette référence la fiche d’un autre dossier, il vient d’une autre boîte de "
    "sortie. Répondez dans le suivi.xlsx de celle-ci."
)


@dataclass(frozen=True, slots=True)
class Means:
    """What the desk needs of the set-up and of the run."""

    judge: Judge
    checklist: Checklist
    columns: Columns
    today: date
    now: datetime
    """Moment of the run (naive, local): that of a workbook which does not say when it was saved."""


@dataclass(slots=True)
class Night:
    """The answers of one night: what was taken, what waits for the verdicts, what is refused."""

    means: Means
    register: Register
    versions: Mapping[str, int]
    """Current version of each dossier before this run."""
    deposits: Mapping[str, KnownDeposit] = field(default_factory=dict)
    """By digest, every deposit that the register has met."""
    told: Mapping[str, Told] = field(default_factory=dict)
    late: list[Edit] = field(default_factory=list)
    decisions: list[DecisionEdit] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    """File → number of answers taken."""
    books: list[Returned] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)
    """File → why it could not be read, in French."""
    masked: set[str] = field(default_factory=set)
    """Files in whose texts a personal detail was masked."""

    # ── before judging ────────────────────────────────────────────────────────────────────────────

    def take_back(self, books: Iterable[Returned]) -> None:
        """Read the workbooks, and tell the register whatever does not wait for a verdict."""
        self.told = self.register.told()
        edits: list[Edit] = []
        for book in sorted(books, key=lambda b: (self._moment(b), b.file)):
            self.books.append(book)
            try:
                found = read_follow_up(book.tables, book.file, self.means.columns, self._moment(book), book.saved.who)
            except UnreadableFile as error:
                self.rejected[book.file] = error.reason
                continue
            found, masked = discreet(found, self.means.judge.tables)
            if masked:
                self.masked.add(book.file)
            foreign = self._foreign(found.forms)
            edits += [edit for edit in found.edits if edit.reference not in foreign]
            self.decisions += [decision for decision in found.decisions if decision.reference not in foreign]
            self.refusals += found.refusals
            asked = [(e.place, e.reference) for e in found.edits] + [(d.place, d.reference) for d in found.decisions]
            elsewhere = {(place, reference) for place, reference in asked if reference in foreign}
            self.refusals += [Refusal(place, _ELSEWHERE.format(reference)) for place, reference in sorted(elsewhere)]
        self.late = [edit for edit in edits if is_late(edit)]
        early = [edit for edit in edits if not is_late(edit)]
        admitted, refusals = admit(early, self._as_before(early), self.means.today)
        self.refusals += refusals
        self._merge(admitted)

    def _foreign(self, forms: Mapping[str, str]) -> frozenset[str]:
        """Return the references whose row showed a form that this register never held under them."""
        known = self.deposits
        return frozenset(
            reference
            for reference, digest in forms.items()
            if reference in self.versions and (digest not in known or known[digest].reference != reference)
        )

    def _moment(self, book: Returned) -> datetime:
        """Return when the workbook was saved; a clock that is ahead does not make it newer than the run."""
        return min(book.saved.at or self.means.now, self.means.now)

    def _as_before(self, edits: Iterable[Edit]) -> Mapping[str, FollowUp]:
        """Return the dossiers of ``edits`` as the register held them when the workbooks were written."""
        references = {edit.reference for edit in edits} & self.versions.keys()
        verdicts = [verdict for verdict, _ in self.register.absent(references)]
        known = Known(self.told, {}, {}, {})
        m = self.means
        found = follow_ups([], verdicts, known, m.judge, m.checklist, m.columns, m.today)
        return {follow.reference: follow for follow in found}

    def _merge(self, edits: Iterable[Edit]) -> None:
        merged = merge(edits, self.told, self.versions, self.means.columns)
        self.told = merged.told
        self.refusals += merged.refusals
        self.register.tell(merged.events, kept=False)  # with the files that told it, or not at all
        for event in merged.events:
            if event.place is not None:
                self.taken[event.place.file] = self.taken.get(event.place.file, 0) + 1

    # ── once everything is judged ─────────────────────────────────────────────────────────────────

    def decide(self, verdicts: Iterable[Verdict]) -> tuple[Decision, ...]:
        """Take the decisions that the workbooks ask for, tell them to the register and return them."""
        if not self.decisions:
            return ()
        current = {v.entry.reference: v for v in verdicts if v.entry.reference and v.entry.standing == "current"}
        titles = {rule.id: rule.title for rule in self.means.judge.catalogue.values()}
        made, refusals = take(self.decisions, current, self.register.decisions(), self.means.judge.tables, titles)
        self.refusals += refusals
        self.register.decide(made, kept=False)
        for edit in self.decisions:
            if any(decision.reference == edit.reference and decision.rule == edit.rule for decision in made):
                self.taken[edit.place.file] = self.taken.get(edit.place.file, 0) + 1
        self.decisions = []
        return made

    def admit(self, shown: Sequence[Verdict], absent: Sequence[Verdict]) -> None:
        """Take the university's signatures that may be, in the light of the night's verdicts."""
        if self.late:
            follows = {follow.reference: follow for follow in self.follow(shown, absent, {}, {}, ())}
            admitted, refusals = admit(self.late, follows, self.means.today)
            self.refusals += refusals
            self.late = []
            self._merge(admitted)

    def hear(self, events: Iterable[Event]) -> None:
        """Know what the register was told besides of what managers answered: a night that is cut finds it there."""
        told = {reference: dict(events) for reference, events in self.told.items()}
        for event in events:
            told.setdefault(event.reference, {})[event.what] = event
            if event.value is None:
                del told[event.reference][event.what]
        self.told = told

    def follow(
        self,
        shown: Iterable[Verdict],
        absent: Iterable[Verdict],
        past: Mapping[str, Past],
        documents: Mapping[str, Sequence[str]],
        amended: Iterable[Amended],
    ) -> tuple[FollowUp, ...]:
        """Return every dossier as the desk sees it now; ``documents`` are the paths that stand, by reference."""
        m = self.means
        known = Known(self.told, past, documents, {one.reference: one for one in amended})
        return follow_ups(shown, absent, known, m.judge, m.checklist, m.columns, m.today)

    # ── what is told of the workbooks ─────────────────────────────────────────────────────────────

    def sources(self) -> Sequence[tuple[str, Source]]:
        """Return, for each workbook, its hash and its source: what was taken, and each refusal on its row."""
        return [(book.sha256, self._source(book)) for book in self.books]

    def _source(self, book: Returned) -> Source:
        if book.file in self.rejected:
            return Source(book.file, "", book.sha256, None, "rejeté", self.rejected[book.file])
        refused = [refusal for refusal in self.refusals if refusal.place.file == book.file]
        note = count(self.taken.get(book.file, 0), "réponse prise en compte", "réponses prises en compte")
        return Source(
            book.file,
            "",
            book.sha256,
            FOLLOW_UP,
            "lu",
            unread=tuple((refusal.place.row, _with_sheet(refusal)) for refusal in refused),
            notes=(f"Classeur de suivi : {note}.", *((MASKED,) if book.file in self.masked else ())),
        )


def met_before(source: Source) -> Source:
    """Return what is told of a follow-up workbook on later nights: its refusals were told when it was read."""
    if not source.unread:
        return source
    told = count(len(source.unread), "réponse refusée", "réponses refusées")
    note = f"{told} la nuit de sa lecture, dont le rapport donne les raisons."
    return dataclasses.replace(source, unread=(), notes=(*source.notes, note))


def _with_sheet(refusal: Refusal) -> str:
    return f"feuille « {refusal.place.sheet} » : {refusal.reason}" if refusal.place.sheet else refusal.reason


def steps(follows: Iterable[FollowUp], past: Mapping[str, Past], now: datetime) -> tuple[Event, ...]:
    """Return an event for each dossier that has come into another étape."""
    return tuple(
        Event(follow.reference, "étape", follow.etape, now, "", follow.verdict.entry.version)
        for follow in follows
        if follow.reference not in past or past[follow.reference].etape != follow.etape
    )
