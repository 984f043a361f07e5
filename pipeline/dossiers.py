"""Rows → dossiers: which rows are one internship, which of them is current, under which reference.

Pure: what the register knows comes in as a :class:`Snapshot`, what it has to learn goes out with the entries.
Definitions of deposit, form, dossier and version: ``docs/architecture.md``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.config import AcademicYear
from pipeline.model import Change, Deposit, Entry, Place, Standing
from pipeline.tables.words import fold, without_accents


@dataclass(frozen=True, slots=True)
class KnownDeposit:
    """A deposit that an earlier run met."""

    reference: str
    first_run: int
    """Rank of the run that first met it."""
    first_day: date
    """Processing date of that run."""


@dataclass(frozen=True, slots=True)
class KnownDossier:
    """A dossier that the register holds, and its current version."""

    reference: str
    folder: str
    digest: str
    version: int
    place: Place
    deposited_at: datetime | None
    sirens: frozenset[str] = frozenset()
    """The SIREN under which its host is known."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the register knows when the run begins."""

    deposits: Mapping[str, KnownDeposit] = field(default_factory=dict)
    """By digest."""
    dossiers: Mapping[str, KnownDossier] = field(default_factory=dict)
    """By reference."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Identity key → reference."""
    last_numbers: Mapping[int, int] = field(default_factory=dict)
    """Academic year → the highest number given."""
    next_run: int = 1
    lost: Mapping[Place, tuple[str, str]] = field(default_factory=dict)
    """Row → reference and folder of the dossier that was made of it before an older register was put back."""


def identify(
    deposits: Sequence[Deposit], known: Snapshot, today: date, years: AcademicYear, *, numbered: bool = True
) -> list[Entry]:
    """Return one entry for each deposit, in the order of their places.

    ``numbered=False`` (the command ``check``) gives no reference.
    """
    ordered = sorted(deposits, key=lambda d: d.place)
    groups = _group(ordered, known)
    numbers, again = dict(known.last_numbers), set[tuple[str, str]]()
    entries: list[Entry] = []
    for reference, rows in groups:
        dossier = known.dossiers.get(reference) if reference else None
        current, others = _current(rows, known, dossier)
        if dossier is not None:
            name, folder = dossier.reference, dossier.folder
            version = dossier.version + (current is not None and current.digest != dossier.digest)
        else:
            found = next((known.lost[row.place] for row in rows if row.place in known.lost), None)
            if found is None or found in again:
                found = _number(rows[0] if current is None else current, numbers, today, years)
            again.add(found)
            name, folder, version = (*found, 1)
        if not numbered:
            name, folder = "", ""
        for row in rows:
            standing, other = others.get(row.place, ("current", None))
            seen = known.deposits.get(row.digest)
            first = seen.first_day if seen else today
            overwritten = _overwritten(row, current) if standing == "replaced" else ()
            entries.append(Entry(row, name or None, standing, other, first, version, folder, overwritten=overwritten))
    return sorted(entries, key=lambda e: e.place)


# ── which rows are one dossier ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys by which a row's dossier is found again."""

    form: str | None
    """Same system and same form identifier."""
    siren: str | None
    """Same student, same SIREN, same start."""
    host: str | None
    """Same student, same host name and country, same start."""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key in (self.form, self.siren, self.host) if key)


def identity(deposit: Deposit) -> Identity:
    """Return the keys of ``deposit``; what it does not tell gives none."""
    values = deposit.values
    form_id, start = values.get("formulaire.identifiant"), values.get("stage.date_debut")
    student = student_of(deposit)
    form = f"F|{deposit.form.layout.system}|{fold(str(form_id))}" if form_id else None
    if not (student and start):
        return Identity(form, None, None)
    siren = siren_of(values.get("organisme.siret"))
    name = fold(str(values.get("organisme.raison_sociale") or ""))
    country = values.get("organisme.pays") or values.get("stage.pays") or ""
    return Identity(
        form,
        f"S|{student}|{siren}|{start}" if siren else None,
        f"H|{student}|{name}|{country}|{start}" if name else None,
    )


def student_of(deposit: Deposit) -> str | None:
    """Return the key of the student: the number, else names and birth date; None when the form gives neither."""
    return student_number(deposit) or student_by_names(deposit)


def student_number(deposit: Deposit) -> str | None:
    """Return the student's number as it is compared, without the zeros that spreadsheets lose; None for words alone."""
    number = fold(str(deposit.values.get("etudiant.numero") or "")).lstrip("0")
    return number if any(sign.isdigit() for sign in number) else None


def student_by_names(deposit: Deposit) -> str | None:
    """Return « nom+prenom+naissance » as they are compared; None when one of them is not known."""
    parts = [deposit.values.get(f"etudiant.{part}") for part in ("nom", "prenom", "date_naissance")]
    # A name in another script has no ASCII words: compared as it stands, or all such names would be the same.
    return "+".join(fold(str(part)) or str(part).casefold() for part in parts) if all(parts) else None


def siren_of(siret: object) -> str | None:
    """Return the nine digits of the SIREN of a fourteen-digit SIRET; None for anything else."""
    text = str(siret or "")
    return text[:9] if re.fullmatch(r"[0-9]{14}", text) else None


def _group(rows: Iterable[Deposit], known: Snapshot) -> list[tuple[str | None, list[Deposit]]]:
    """Return (reference or None, rows) for each dossier, in the order of their first rows."""
    home: dict[str, int] = {}
    groups: list[list[Deposit]] = []
    references: dict[int, str] = {}
    by_reference: dict[str, int] = {}
    sirens: dict[int, str] = {}
    # A correction comes after what it corrects: it gives no number and stays in its dossier, whatever it changes.
    for row in sorted(rows, key=_first_come):
        who = identity(row)
        siren = who.siren.split("|")[2] if who.siren else None
        made = row.form.correction
        index = _home(who, siren, row.digest, home, sirens) if made is None else home.get(made.base)
        reference = _known_reference(row, who, siren, known)
        if index is None and reference is not None:
            index = by_reference.get(reference)
        if index is None:
            index = len(groups)
            groups.append([])
        if reference is not None and index not in references and reference not in by_reference:
            references[index] = reference
            by_reference[reference] = index
        groups[index].append(row)
        if siren:
            sirens.setdefault(index, siren)
        for key in (*who.keys, row.digest):
            home.setdefault(key, index)
    return [(references.get(i), sorted(group, key=lambda row: row.place)) for i, group in enumerate(groups)]


def _first_come(row: Deposit) -> tuple[bool, str]:
    made = row.form.correction
    return made is not None, made.at.isoformat() if made else ""


def _home(
    who: Identity, siren: str | None, digest: str, home: Mapping[str, int], sirens: Mapping[int, str]
) -> int | None:
    for key in (digest, who.form, who.siren):
        if key is not None and key in home:
            return home[key]
    index = home.get(who.host) if who.host else None
    # One name under two SIREN is two hosts; a row that does not give its SIREN follows the name.
    if index is not None and siren and sirens.get(index, siren) != siren:
        return None
    return index


def _known_reference(row: Deposit, who: Identity, siren: str | None, known: Snapshot) -> str | None:
    if row.digest in known.deposits:
        return known.deposits[row.digest].reference
    if row.corrects in known.dossiers:
        return row.corrects
    for key in (who.form, who.siren):
        if key and key in known.keys:
            return known.keys[key]
    reference = known.keys.get(who.host) if who.host else None
    if reference and siren and known.dossiers[reference].sirens - {siren}:
        return None
    return reference


# ── which row is current ──────────────────────────────────────────────────────────────────────────


def _current(
    rows: Sequence[Deposit], known: Snapshot, dossier: KnownDossier | None
) -> tuple[Deposit | None, dict[Place, tuple[Standing, Place | None]]]:
    """Return the current row (None when the register's version is newer than all) and how the others stand."""
    standings: dict[Place, tuple[Standing, Place | None]] = {}
    lasts = _last_places(rows, standings)
    best = lasts[0]
    doubles: dict[Place, Place] = {}
    for row in lasts[1:]:
        order = _compare(row, best, known)
        if order > 0:
            best, loser = row, best
        else:
            loser = row
        if order == 0:
            doubles[loser.place] = best.place
    for row in lasts:
        if row is best:
            continue
        if doubles.get(row.place) == best.place and row.place.file == best.place.file:
            standings[row.place] = ("double", best.place)
        else:
            standings[row.place] = ("replaced", best.place)
    if dossier is not None and dossier.digest not in {row.digest for row in rows}:
        mine, run = best.deposited_at, known.deposits.get(best.digest)
        newer = dossier.deposited_at is not None and mine is not None and mine < dossier.deposited_at
        if newer or (run is not None and not (mine and dossier.deposited_at and mine > dossier.deposited_at)):
            standings = {row.place: ("replaced", dossier.place) for row in rows}
            return None, standings
    return best, standings


def _last_places(rows: Sequence[Deposit], standings: dict[Place, tuple[Standing, Place | None]]) -> list[Deposit]:
    """Keep each deposit's row in the last file that holds it; the rows of the other files are replaced."""
    by_digest: dict[str, list[Deposit]] = defaultdict(list)
    for row in rows:
        by_digest[row.digest].append(row)
    kept: list[Deposit] = []
    for same in by_digest.values():
        last = same[-1].place.file
        stays = [row for row in same if row.place.file == last]
        kept += stays
        standings.update({row.place: ("replaced", stays[0].place) for row in same if row.place.file != last})
    return sorted(kept, key=lambda d: d.place)


def _compare(row: Deposit, best: Deposit, known: Snapshot) -> int:
    """Return 1 when ``row`` is newer than ``best``, -1 when older, 0 when nothing orders two rows of one file."""
    if row.form.correction and not best.form.correction:
        return -1 if _overtakes(best, row, known) else 1
    if best.form.correction and not row.form.correction:
        return 1 if _overtakes(row, best, known) else -1
    if row.deposited_at and best.deposited_at and row.deposited_at != best.deposited_at:
        return 1 if row.deposited_at > best.deposited_at else -1
    runs = [known.deposits[d.digest].first_run if d.digest in known.deposits else known.next_run for d in (row, best)]
    if runs[0] != runs[1]:
        return 1 if runs[0] > runs[1] else -1
    if row.place.file != best.place.file:
        return 1 if row.place.file > best.place.file else -1
    return 0


def _overtakes(export: Deposit, correction: Deposit, known: Snapshot) -> bool:
    """Tell whether a row of an export is newer than a correction: deposited after it, or changed and met after it.

    A row that is older than the one that was corrected never is, in whatever export it comes back.
    """
    made = correction.form.correction
    if made is None or export.digest == made.base:
        return False
    if export.deposited_at and export.deposited_at > made.at:
        return True
    runs = [known.deposits[d.digest].first_run if d.digest in known.deposits else known.next_run
            for d in (export, correction)]  # fmt: skip
    before = correction.values.get("formulaire.depose_le")
    older = export.deposited_at and isinstance(before, datetime) and export.deposited_at < before
    return runs[0] > runs[1] and not older


def _overwritten(correction: Deposit, newer: Deposit | None) -> tuple[Change, ...]:
    """Return what was corrected and what the export that replaces it says otherwise."""
    made = correction.form.correction
    if made is None or newer is None or newer.form.correction is not None:
        return ()
    mine, theirs = correction.values, newer.values
    return tuple(change for change in made.changes if any(mine.get(key) != theirs.get(key) for key in change.fields))


# ── references ────────────────────────────────────────────────────────────────────────────────────


def academic_year_of(deposit: Deposit, today: date, years: AcademicYear) -> int:
    """Return the first year of the dossier's academic year: from its dates, else as declared, else today's."""
    start, end = deposit.values.get("stage.date_debut"), deposit.values.get("stage.date_fin")
    declared = deposit.values.get("formation.annee_universitaire")
    if isinstance(start, date):
        last = end if isinstance(end, date) and end >= start else start
        fitting = years.years_containing(start, last) or years.years_containing(start, start)
        if fitting:
            return declared if isinstance(declared, int) and declared in fitting else fitting[-1]
    if isinstance(declared, int):
        return declared
    return (years.years_containing(today, today) or (today.year,))[-1]


def _number(deposit: Deposit, numbers: dict[int, int], today: date, years: AcademicYear) -> tuple[str, str]:
    year = academic_year_of(deposit, today, years)
    numbers[year] = numbers.get(year, 0) + 1
    reference = f"C{year}-{numbers[year]:06d}"
    name = _file_part(str(deposit.values.get("etudiant.nom") or "")).upper()
    given = _file_part(str(deposit.values.get("etudiant.prenom") or ""))
    folder = "_".join(part for part in (reference, name, given) if part)
    return reference, f"dossiers/{year}-{year + 1}/{folder}"


def _file_part(text: str) -> str:
    """Return ``text`` fit for a file name everywhere: ASCII letters, digits and hyphens, 40 at most."""
    return re.sub(r"[^A-Za-z0-9]+", "-", without_accents(text)).strip("-")[:40].strip("-")
