"""What a source does not ask is taken from the contact form of the same student and host.

An export of ESUP-Stage has neither insurance nor health cover: the student gave them in the contact form. A row takes
from another deposit of the same internship whatever its own source does not ask; from another internship of the
student with the same host, only what belongs to the student. Each value keeps the place where it comes from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from pipeline.config import AcademicYear
from pipeline.dossiers import Snapshot, academic_year_of, identity, student_of
from pipeline.model import Deposit, Entry, Loan

_OF_THE_STUDENT = ("etudiant.", "protection.", "assurance.")
_NEVER_LENT = ("formulaire.",)
_Lender: TypeAlias = tuple[str | None, Deposit]
"""(reference of its dossier, the deposit that may lend its values)."""


def complete(
    entries: Sequence[Entry],
    required: Collection[str],
    known: Snapshot,
    remembered: Callable[[Collection[str]], Iterable[tuple[str, Deposit]]],
    years: AcademicYear,
    today: date,
) -> list[Entry]:
    """Return the entries, those whose source does not ask all of ``required`` completed from other deposits.

    ``remembered`` returns (reference, deposit) for what the register holds of some dossiers; it is asked only about
    students who need it.
    """
    borrowers = {
        entry.place
        for entry in entries
        if entry.standing == "current" and not set(required) <= entry.deposit.form.layout.columns.keys()
    }
    if not borrowers:
        return list(entries)
    students = {student_of(entry.deposit) for entry in entries if entry.place in borrowers}
    references = {
        reference for key, reference in known.keys.items() if key[0] in "SH" and key.split("|")[1] in students
    }
    lenders: dict[str, list[_Lender]] = {}
    present = {entry.deposit.digest for entry in entries}
    candidates: list[_Lender] = [(entry.reference, entry.deposit) for entry in entries if entry.standing != "double"]
    candidates += [lender for lender in remembered(references) if lender[1].digest not in present]
    for lender in candidates:
        for key in _hosts(lender[1]):
            lenders.setdefault(key, []).append(lender)
    return [_completed(e, lenders, years, today) if e.place in borrowers else e for e in entries]


def _hosts(deposit: Deposit) -> Sequence[str]:
    """Return the keys of a student with a host, without the start date."""
    who = identity(deposit)
    return [key.rpartition("|")[0] for key in (who.siren, who.host) if key]


def _completed(entry: Entry, lenders: Mapping[str, list[_Lender]], years: AcademicYear, today: date) -> Entry:
    mine = entry.deposit
    start, year = mine.values.get("stage.date_debut"), academic_year_of(mine, today, years)
    found: dict[str, _Lender] = {}
    for key in _hosts(mine):
        for lender in lenders.get(key, ()):
            if lender[1].digest != mine.digest and academic_year_of(lender[1], today, years) == year:
                found.setdefault(lender[1].digest, lender)
    asked = mine.form.layout.columns
    values, cells, loans = dict(mine.values), dict(mine.form.cells), []
    for reference, theirs in sorted(found.values(), key=lambda x: _preference(x[1], start), reverse=True):
        same = theirs.values.get("stage.date_debut") == start
        lent = [
            key
            for key in theirs.values
            if key not in asked and key not in values and not key.startswith(_NEVER_LENT)
            and (same or key.startswith(_OF_THE_STUDENT))
        ]  # fmt: skip
        for key in lent:
            values[key] = theirs.values[key]
            if key in theirs.form.cells:
                cells[key] = theirs.form.cells[key]
        if lent:
            loans.append(Loan(tuple(sorted(lent)), theirs.place, reference))
    if not loans:
        return entry
    form = dataclasses.replace(mine.form, cells=cells)
    return dataclasses.replace(entry, deposit=dataclasses.replace(mine, form=form, values=values), loans=tuple(loans))


def _preference(deposit: Deposit, start: object) -> tuple[bool, str, str, int]:
    """Return what orders lenders: the same internship first, then the newest deposit, then the last file."""
    same = deposit.values.get("stage.date_debut") == start
    at = deposit.deposited_at
    return same, at.isoformat() if at else "", deposit.place.file, deposit.place.row
