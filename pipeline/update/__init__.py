"""A new reference table, from the file that was received to its place in ``schemas/``: check, compare, install.

:func:`examine` writes nothing; :func:`install` decides nothing.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.errors import SetupError
from pipeline.setup import ROOT, Setup, load_setup
from pipeline.tables import Tables
from pipeline.tables.advice import read_advice
from pipeline.tables.freshness import advice_age
from pipeline.tables.rates import read_rates
from pipeline.update import advice, rates
from pipeline.update.change import Change, Touched
from pipeline.update.sheet import Fault, Sheet, read_sheet
from pipeline.update.touched import Reach, reach_of
from pipeline.workshops import workshop

__all__ = ["Change", "Fault", "Proposal", "Touched", "examine", "install"]

Kind: TypeAlias = Literal["travel_advice", "gratification_rates"]
_COLUMNS: dict[Kind, tuple[str, ...]] = {"travel_advice": advice.COLUMNS, "gratification_rates": rates.COLUMNS}
_MARKS: dict[Kind, frozenset[str]] = {
    "travel_advice": frozenset({"iso2", "level", "as_of"}),
    "gratification_rates": frozenset({"valid_from", "valid_to", "minimum_horaire_eur"}),
}
"""The columns of which two are enough to tell which table a file is."""
KEPT = "anciens"
"""Folder beside the tables where those that have been replaced are kept; nothing reads it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Proposal:
    """What a file would put in place, or why it cannot."""

    file: Path
    kind: Kind | None
    faults: tuple[Fault, ...]
    target: Path
    """The table in place."""
    data: bytes = b""
    same: bool = False
    """The file says what the table in place says, byte for byte."""
    changes: tuple[Change, ...] = ()
    reworded: tuple[str, ...] = ()
    """Countries of the same level whose regions are described anew."""
    redated: int = 0
    """Countries whose advice is newer."""
    reach: Reach = dataclasses.field(default_factory=Reach)
    kept_date: date = date.min
    """The day by which the old table is kept: that of its newest advice, or of its last modification."""


def examine(
    file: Path, *, inbox: Path, outbox: Path, config: Path, day: date, root: Path = ROOT
) -> tuple[Proposal, Setup]:
    """Check ``file`` and compare it with the table in place; return that and the set-up it was judged under.

    Raises SetupError (status 2) when the configuration, the schemas or the register cannot be used.
    """
    setup = load_setup(config, root)
    folder = root / "schemas" / "reference"
    sheet, faults = read_sheet(file)
    if sheet is None:
        return Proposal(file, None, faults, folder), setup
    kind = _recognised(sheet)
    if kind is None:
        return Proposal(file, None, (_unknown(sheet),), folder), setup
    target = folder / f"{kind}.csv"
    missing = [name for name in _COLUMNS[kind] if name not in sheet.columns]
    faults += tuple(
        Fault(1, name, "cette colonne manque", f"Reprenez les titres de {target.name}, dans schemas/reference.")
        for name in missing
    )
    if not faults:
        faults = tuple(_row_faults(sheet, kind, setup.tables, day))
    if faults:
        return Proposal(file, kind, tuple(sorted(faults, key=lambda fault: fault.line)), target), setup
    return _compared(Proposal(file, kind, (), target, sheet.data), setup, inbox, outbox, day), setup


def _recognised(sheet: Sheet) -> Kind | None:
    found: list[Kind] = [kind for kind, marks in _MARKS.items() if len(marks & set(sheet.columns)) > 1]
    return found[0] if len(found) == 1 else None


def _unknown(sheet: Sheet) -> Fault:
    told = "ce n’est ni une table de conseils aux voyageurs ni une table de taux de gratification"
    if {"iso2", "zone"} <= set(sheet.columns):
        mend = "La table des pays se modifie directement : schemas/reference/countries.csv."
    else:
        mend = "Partez d’une copie de schemas/reference/travel_advice.csv ou de gratification_rates.csv."
    return Fault(1, "", told, mend)


def _row_faults(sheet: Sheet, kind: Kind, tables: Tables, day: date) -> Iterable[Fault]:
    if kind == "travel_advice":
        return advice.advice_faults(sheet, tables.advice, tables.countries, day)
    return rates.rates_faults(sheet, tables.rates, day)


def _compared(proposal: Proposal, setup: Setup, inbox: Path, outbox: Path, day: date) -> Proposal:
    """Read the new table with the loader that every night uses, and say what it changes."""
    tables = setup.tables
    with workshop() as folder:
        copy = folder / proposal.target.name
        copy.write_bytes(proposal.data)
        if proposal.kind == "travel_advice":
            told = read_advice(copy)
            new = dataclasses.replace(tables, advice=told)
            changes = advice.advice_changes(tables.advice, told, tables.countries)
            reworded = advice.reworded_advice(tables.advice, told, tables.countries)
            redated = advice.redated_advice(tables.advice, told)
        else:
            new = dataclasses.replace(tables, rates=read_rates(copy))
            changes, reworded, redated = rates.rates_changes(tables.rates, new.rates), (), 0
    same = proposal.target.read_bytes() == proposal.data
    register = setup.settings.register_of(outbox)
    return dataclasses.replace(
        proposal,
        same=same,
        changes=changes,
        reworded=reworded,
        redated=redated,
        reach=proposal.reach if same else reach_of(setup, new, inbox, register, day),
        kept_date=_date_of(proposal, tables, day),
    )


def _date_of(proposal: Proposal, tables: Tables, day: date) -> date:
    age = advice_age(tables, day, 0) if proposal.kind == "travel_advice" else None
    if age is not None:
        return age.newest
    return datetime.fromtimestamp(proposal.target.stat().st_mtime, UTC).date()


# ── putting it in place ───────────────────────────────────────────────────────────────────────────


def install(proposal: Proposal) -> Path:
    """Keep the old table under ``anciens/``, put the new one in its place whole, and return where the old one is.

    Raises SetupError (status 2), and leaves the table in place as it was, when the folder cannot be written.
    """
    target = proposal.target
    try:
        kept = _keep(target, proposal.kept_date)
        try:
            _write(target, proposal.data, target)
        except BaseException:
            kept.unlink(missing_ok=True)
            raise
    except OSError as error:
        problem = f"la table n’a pas pu être mise en place ({error.strerror}) ; l’ancienne est restée"
        raise SetupError(str(target), "", problem, "Vérifiez les droits du dossier et la place libre.") from error
    return kept


def _keep(target: Path, day: date) -> Path:
    """Copy ``target`` under ``anciens/`` by its date; a name that is taken gets a number."""
    folder = target.parent / KEPT
    folder.mkdir(exist_ok=True)
    number = 1
    while True:
        suffix = f"-{number}" if number > 1 else ""
        kept = folder / f"{target.stem}_{day.isoformat()}{suffix}{target.suffix}"
        try:
            kept.touch(exist_ok=False)  # takes the name, so that no other table can be overwritten
        except FileExistsError:
            number += 1
            continue
        try:
            _write(kept, target.read_bytes(), target)
        except BaseException:
            kept.unlink(missing_ok=True)
            raise
        return kept


def _write(path: Path, data: bytes, like: Path) -> None:
    """Write ``data`` at ``path`` whole or not at all, under the rights of ``like``."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(like.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
