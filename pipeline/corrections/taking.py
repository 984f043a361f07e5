"""Returned workbooks of corrections → deposits: three ways, what was shown, what stands now, what came back.

A changed cell is laid over the dossier's current version, whose row is then read again by the very steps of its source
system. When that version already has another value there than the workbook showed, the whole row is refused and both
values are told: nothing is applied in silence, nothing is lost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.corrections.knowledge import Knowledge
from pipeline.corrections.merging import Merge, fed_by, read_merged, stale
from pipeline.desk.model import Event
from pipeline.dossiers import Snapshot, identify
from pipeline.intake.returned import CORRECTIONS, Returned, RowEdit, TabEdits, quoted
from pipeline.intake.rows import Unread
from pipeline.intake.systems import System, Systems
from pipeline.intake.typography import typeset
from pipeline.language import short_date
from pipeline.model import CellValue, Correction, Deposit, Form, Place, Source, Verdict
from pipeline.normalise import masked_cell, masked_remark, normalise
from pipeline.tables import Tables

_MOMENT = timedelta(seconds=1)
_UNKNOWN = (
    "ce dossier n’est pas au registre : déposez aussi l’export d’origine, ou corrigez dans le classeur "
    "du dernier rapport."
)
_ELSEWHERE = (
    "ce classeur montre sous cette référence la fiche d’un autre dossier : il vient d’une autre boîte de sortie. "
    "Corrigez dans le classeur du dernier rapport de celle-ci."
)
_NOT_KEPT = (
    "les colonnes d’origine de ce dossier ne sont plus connues : déposez de nouveau l’export d’origine, "
    "puis corrigez dans le classeur du rapport suivant."
)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What one returned workbook gave."""

    sha256: str
    sources: tuple[Source, ...]
    deposits: tuple[Deposit, ...]


def take_in(returned: Sequence[Returned], deposits: Sequence[Deposit], known: Knowledge) -> list[TakenIn]:
    """Return what each workbook gives, in the order of their saving; ``deposits`` is all else that the run has read.

    The same file under a second name counts once.
    """
    if not returned:
        return []
    ordered = sorted(returned, key=lambda book: (_saved(book, known.now), book.file))
    desk = _Desk(ordered, deposits, known)
    taken: dict[str, str] = {}
    found = []
    for book in ordered:
        if book.sha256 in taken:
            found.append(TakenIn(book.sha256, (_same_file(book.file, book.sha256, taken[book.sha256]),), ()))
            continue
        taken[book.sha256] = book.file
        found.append(desk.take(book))
    return found


def recalled(
    known: tuple[tuple[Source, ...], list[Deposit]], first: str, tables: Tables
) -> tuple[tuple[Source, ...], list[Deposit]]:
    """Return what a workbook gave when it was taken in, its cells read by the schemas of today.

    ``first`` is the name under which this run meets its content first: under a second one it counts for nothing.
    """
    sources, deposits = known
    if sources[0].file != first:
        return (dataclasses.replace(_same_file(sources[0].file, sources[0].sha256, first), state="inchangé"),), []
    return sources, [_read_again(deposit, tables) for deposit in deposits]


def _same_file(name: str, sha256: str, first: str) -> Source:
    note = typeset(f"Même fichier que « {first} », déjà pris en compte.")
    return Source(name, "", sha256, CORRECTIONS, "lu", notes=(note,))


def _read_again(deposit: Deposit, tables: Tables) -> Deposit:
    cells = {key: value for key, value in deposit.form.cells.items() if key in tables.fields}
    return normalise(dataclasses.replace(deposit.form, cells=cells), tables)


def told(correction: Correction) -> str:
    """Return « Durée : 300 → 308 ; Ville : une cellule vide → Aix » of what was corrected."""
    parts = [f"{c.label} : {_bare(c.before)} → {_bare(c.after)}" for c in correction.changes]
    return typeset(" ; ".join(parts))


def corrected(verdicts: Iterable[Verdict], known: Snapshot) -> tuple[Event, ...]:
    """Return an event for each correction that this run meets first."""
    found = []
    for verdict in verdicts:
        entry, made = verdict.entry, verdict.entry.deposit.form.correction
        if made is not None and entry.reference and entry.deposit.digest not in known.deposits:
            found.append(
                Event(entry.reference, "correction", told(made), made.at, made.who, entry.version, entry.place)
            )
    return tuple(found)


def _bare(value: CellValue) -> str:
    text = quoted(value)
    return text.removeprefix("« ").removesuffix(" »") if value is not None else text


def _saved(book: Returned, now: datetime) -> datetime:
    """Return when the workbook was saved; a clock that is ahead does not make it newer than the run."""
    return min(book.saved.at or now, now)


class _Desk:
    """Lays corrections over the dossiers, one workbook after the other."""

    def __init__(self, returned: Sequence[Returned], deposits: Sequence[Deposit], known: Knowledge) -> None:
        self._known = known
        snapshot = known.snapshot
        entries = identify(deposits, snapshot, known.day, known.years)
        self._current = {e.reference: e.deposit for e in entries if e.standing == "current"}
        self._references = {e.deposit.digest: e.reference for e in entries}
        self._doubles = {e.deposit.digest for e in entries if e.standing == "double"}
        self._deposits = {e.deposit.digest: e.deposit for e in entries}
        edits = [edit for book in returned for tab in book.tabs for edit in tab.edits]
        asked = {edit.digest for edit in edits}
        absent = {e.reference for e in edits if e.reference not in self._current and e.reference in snapshot.dossiers}
        asked |= {snapshot.dossiers[reference].digest for reference in absent}
        if missing := asked - self._deposits.keys():
            self._deposits |= known.whole(missing)
        for reference in absent:
            if current := self._deposits.get(snapshot.dossiers[reference].digest):
                self._current[reference] = current

    def take(self, book: Returned) -> TakenIn:
        sources, found = [], []
        for tab in book.tabs:
            refused = [(row, masked_remark(reason, self._known.tables)) for row, reason in tab.refused]
            made: list[Deposit] = []
            same = 0
            for edit in tab.edits:
                given = self._correct(book, tab, edit)
                if isinstance(given, str):
                    refused.append((edit.row, given))
                elif given is None:
                    same += 1
                else:
                    made.append(given)
            sources.append(
                Source(
                    book.file, tab.title, book.sha256, CORRECTIONS, "lu", None, len(made), tuple(sorted(refused)),
                    self._notes(book, tab, len(made), same, len(refused)),
                )
            )  # fmt: skip
            found += made
        if not sources:
            note = "Classeur de retour sans onglet de dossiers : rien n’a changé."
            sources.append(Source(book.file, "", book.sha256, CORRECTIONS, "lu", notes=(note,)))
        return TakenIn(book.sha256, tuple(sources), tuple(found))

    def _notes(self, book: Returned, tab: TabEdits, made: int, same: int, refused: int) -> tuple[str, ...]:
        if not (made or same or refused) and any(other.edits or other.refused for other in book.tabs):
            return tab.notes  # what happened is told of the other tabs
        by = f" par {book.saved.who}" if book.saved.who else ""
        on = short_date(_saved(book, self._known.now).date())
        parts = [
            _count(number, one, many)
            for number, one, many in (
                (made, "fiche corrigée", "fiches corrigées"),
                (same, "fiche déjà à jour", "fiches déjà à jour"),
                (tab.unchanged, "fiche sans changement", "fiches sans changement"),
                (refused, "ligne refusée", "lignes refusées"),
            )
            if number
        ]
        told = f"Classeur corrigé, enregistré{by} le {on} : {', '.join(parts) or 'aucune fiche'}."
        return (typeset(told), *tab.notes)

    def _correct(self, book: Returned, tab: TabEdits, edit: RowEdit) -> Deposit | str | None:
        """Return the corrected deposit, the French reason why there is none, or None when nothing is left to do."""
        base = self._deposits.get(edit.digest)
        reference = edit.reference or self._references.get(edit.digest)
        if not reference or not (reference in self._known.snapshot.dossiers or reference in self._current):
            return typeset(_UNKNOWN)
        if edit.reference and self._shown_under(edit.digest) != edit.reference:
            return typeset(_ELSEWHERE)
        current = self._current.get(reference)
        system = _system(current.form.layout.system if current else "", self._known.systems)
        if base is None or current is None or system is None or not current.form.layout.named:
            return typeset(_NOT_KEPT)
        if edit.digest in self._doubles:
            return typeset("cette ligne en répète une autre de l’export : c’est l’autre qui est traitée, corrigez-la.")
        merged = Merge(base, current, tab, self._masked(edit, base))
        if merged.conflicts:
            return stale(merged.conflicts)
        if not merged.changes:
            return None
        saved = _saved(book, self._known.now)
        before = current.deposited_at
        at = saved if before is None or before < saved else before + _MOMENT
        form = read_merged(merged, system, Place(book.file, tab.title, edit.row), self._known)
        if isinstance(form, Unread):
            return form.reason
        made = Correction(reference, base.form.home, current.digest, saved, at, book.saved.who, merged.changes)
        deposit = self._normalised(dataclasses.replace(form, correction=made))
        if deposit.digest == current.digest:
            return None
        if deposit.digest in self._deposits or deposit.digest in self._known.snapshot.deposits:
            deposit = self._normalised(dataclasses.replace(form, correction=dataclasses.replace(made, again=True)))
        self._current[reference] = self._deposits[deposit.digest] = deposit
        return deposit

    def _masked(self, edit: RowEdit, base: Deposit) -> RowEdit:
        """Return ``edit`` with what should not have been typed masked: refusals and the history quote it."""
        cells = []
        for cell in edit.cells:
            keys = (cell.key,) if cell.key else fed_by(base.form.layout, cell.column)
            cells.append(dataclasses.replace(cell, value=masked_cell(cell.value, keys, cell.label, self._known.tables)))
        return dataclasses.replace(edit, cells=tuple(cells))

    def _shown_under(self, digest: str) -> str | None:
        """Return the reference of the dossier to which the deposit ``digest`` belongs; None when it was never met."""
        known = self._known.snapshot.deposits.get(digest)
        return known.reference if known else self._references.get(digest)

    def _normalised(self, form: Form) -> Deposit:
        return normalise(form, self._known.tables)


def _system(name: str, systems: Systems) -> System | None:
    return next((system for system in systems if system.name == name), None)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"
