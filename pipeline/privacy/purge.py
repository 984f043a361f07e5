"""What a purge does, in an order that lets it be killed at any moment: the register forgets late, the list goes last.

The list of what is under way stands beside the register until nothing is left to do; whoever comes next, a purge or the
night, finishes it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.desk.archive import Archive
from pipeline.dossiers import student_of
from pipeline.errors import ConventionsError
from pipeline.leftovers import sweep_outbox
from pipeline.model import Deposit, Place
from pipeline.outbox import Outbox
from pipeline.privacy import reports
from pipeline.privacy.common_words import common_words
from pipeline.privacy.due import under_way
from pipeline.privacy.person import Needles, identity_of, is_named_in, needles_of
from pipeline.privacy.remaining import files_in, rows_in
from pipeline.privacy.tally import Fact, facts_of
from pipeline.privacy.targets import Target, references_of
from pipeline.privacy.traces import Proof, owned, search
from pipeline.register.backup import backups_of, damaged_of, folder_of
from pipeline.register.erasure import Erasure, Marks, erase, erase_in_copy
from pipeline.soundness import cache_folder
from pipeline.workshops import sweep_workshops


class ChangedWorkbookError(ConventionsError):
    """A workbook that somebody has changed, or holds open, stands in the way: nothing has been erased."""

    exit_code = 4


class UnreadableOrderError(ConventionsError):
    """The list of a purge that was cut short says nothing any more: nobody knows what it had left to do."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be erased: all that is needed to begin it anew when it was cut short."""

    references: tuple[str, ...]
    folders: tuple[str, ...]
    """Paths under the outbox."""
    typed: tuple[str, ...]
    within: tuple[str, ...]
    """The phrases of :class:`Needles`."""
    facts: Mapping[str, Sequence[Fact]]
    day: date

    @property
    def needles(self) -> Needles:
        """What must be left nowhere."""
        return Needles(self.typed, self.within)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a purge works."""

    outbox: Outbox
    register: Path

    @property
    def mark(self) -> Path:
        """The list of what is under way."""
        return under_way(self.register)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge would do."""

    order: Order
    targets: tuple[Target, ...]
    files: int
    """Number of files in the folders of the dossiers."""
    found: reports.Found
    copies: tuple[Path, ...]
    """Backups of the register and what was put aside."""
    staying: tuple[str, ...]
    """Dossiers of the same people that stay: what is told in them is no trace."""
    naming: tuple[str, ...]
    """Dossiers of others that stay and say the same name, number or e-mail: a namesake, or somebody who speaks of her."""
    rows: tuple[Place, ...]
    """Rows of the inbox that hold the dossiers; they are never changed."""
    inbox_files: tuple[str, ...]
    """The other files of the inbox that hold something of the people."""


def site_of(outbox: Path, settings: Settings) -> Site:
    """Return where a purge of ``outbox`` works."""
    return Site(Outbox(outbox, settings.group), settings.register_of(outbox))


def plan_purge(archive: Archive, targets: Sequence[Target], inbox: Path, outbox: Path, day: date) -> Plan:
    """Return what a purge of ``targets`` would do; nothing is changed."""
    site, register = site_of(outbox, archive.setup.settings), archive.register
    references = references_of(targets)
    rest = [reference for reference in register.lives() if reference not in references]
    mine = [deposit for _, deposit in register.deposits(references)]
    others = register.deposits(rest)
    folders = tuple(target.folder for target in targets if target.folder)
    needles = needles_of(
        mine, [deposit for _, deposit in others], folders, common_words(), _of_the_staff(archive, rest)
    )
    follow_ups = [one for one in archive.follow_ups if one.reference in references]
    order = Order(
        references, folders, needles.typed, needles.within, facts_of(follow_ups, archive.setup, needles.hold), day
    )
    people = {student_of(deposit) for deposit in mine} - {None}
    rows = rows_in(inbox, site.outbox, references, mine)
    return Plan(
        order,
        tuple(targets),
        sum(1 for folder in folders for path in site.outbox.path(folder).rglob("*") if path.is_file()),
        reports.find(site.outbox, references, needles, register.returned_books()),
        (*backups_of(site.register), *damaged_of(site.register)),
        tuple(sorted({reference for reference, deposit in others if student_of(deposit) in people})),
        _naming(mine, [(reference, one) for reference, one in others if student_of(one) not in people], needles),
        rows,
        files_in(inbox, needles, rows),
    )


def _naming(mine: Sequence[Deposit], others: Sequence[tuple[str, Deposit]], needles: Needles) -> tuple[str, ...]:
    identity = identity_of(mine)
    if set(identity.typed) <= set(needles.typed):
        return ()
    return tuple(sorted({reference for reference, deposit in others if is_named_in(deposit, identity)}))


def _of_the_staff(archive: Archive, rest: Sequence[str]) -> Iterator[str]:
    """Yield what stays of those who work here: the configuration, and who told or decided what of other dossiers."""
    yield archive.setup.settings.path.read_text("utf-8")
    told, decided = archive.register.events_of(rest), archive.register.decisions()
    yield from {event.who for events in told.values() for event in events} | {one.by for one in decided}


def carry_out(site: Site, plan: Plan) -> Proof:
    """Erase what ``plan`` says and return the proof. To be called with the lock held.

    Raises ChangedWorkbookError, before anything is erased, when a workbook that somebody has changed stands in the way.
    """
    if plan.found.blocked:
        raise ChangedWorkbookError(_in_the_way(plan.found.blocked))
    _begin(site, plan.order)
    return _do(site, plan.order, plan.found)


def resume(site: Site, taken_in: Collection[str] = ()) -> Proof | None:
    """Finish the purge that was cut short, None when none was. To be called with the lock held.

    Raises UnreadableOrderError when the list of what was to be done cannot be read.
    """
    order = _read_order(site.mark)
    if order is None:
        return None
    return _do(site, order, reports.find(site.outbox, order.references, order.needles, taken_in))


def _do(site: Site, order: Order, found: reports.Found) -> Proof:
    _remove_folders(site, order)
    _clean_reports(site, order, found)
    marks = _forget(site, order)
    _clean_copies(site, order, marks)
    _clean_temporary(site)
    proof = prove(site, order.needles)
    if proof.is_clean:
        _end(site)
    return proof


def prove(site: Site, needles: Needles) -> Proof:
    """Search all that the program owns."""
    roots, cache = (site.outbox.root, site.register.parent), cache_folder()
    ours = owned(site.outbox.root, site.register, cache / "conventions" if cache else None)
    return search(ours, needles, roots)


# ── the steps, each of which may be repeated ──────────────────────────────────────────────────────


def _begin(site: Site, order: Order) -> None:
    """Write the list of what is to be done: from here on it will be done."""
    told = json.dumps({**asdict(order), "day": order.day.isoformat()}, ensure_ascii=False)
    Outbox(site.register.parent).write(site.mark.name, told.encode("utf-8", "surrogatepass"))


def _read_order(mark: Path) -> Order | None:
    try:
        return _order(json.loads(mark.read_bytes().decode("utf-8", "surrogatepass")))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableOrderError(
            f"La liste d’un effacement interrompu est illisible : {mark}. Déplacez-la, puis relancez l’effacement voulu "
            "(conventions purge --dossier RÉFÉRENCE) ; ce qui est déjà effacé le reste."
        ) from error


def _order(told: Mapping[str, Any]) -> Order:
    facts = {reference: [(y, p, w, v) for y, p, w, v in facts] for reference, facts in told["facts"].items()}
    references, folders, typed, within = (
        tuple(map(str, told[name])) for name in ("references", "folders", "typed", "within")
    )
    return Order(references, folders, typed, within, facts, date.fromisoformat(told["day"]))


def _remove_folders(site: Site, order: Order) -> None:
    for folder in order.folders:
        path = site.outbox.path(folder)
        if path.is_symlink():
            path.unlink()
        with suppress(FileNotFoundError):
            shutil.rmtree(path)
        with suppress(OSError):  # other dossiers stand there
            path.parent.rmdir()


def _clean_reports(site: Site, order: Order, found: reports.Found) -> None:
    for name in found.removed:
        site.outbox.remove(name)
    reports.rewrite(site.outbox, found.rewritten, order.references, order.needles.hold)
    reports.settle(site.outbox, (*found.removed, *found.rewritten))


def _forget(site: Site, order: Order) -> Marks:
    return erase(site.register, _erasure(order))


def _clean_copies(site: Site, order: Order, marks: Marks) -> None:
    """Make the copies of the register forget too; those of a damaged one may not open, and are removed."""
    for leftover in (*folder_of(site.register).glob(".*.part*"), *damaged_of(site.register)):
        leftover.unlink(missing_ok=True)
    for path in backups_of(site.register):
        erase_in_copy(path, _erasure(order), marks)


def _erasure(order: Order) -> Erasure:
    return Erasure(order.references, order.facts, order.needles.hold, order.day)


def _clean_temporary(site: Site) -> None:
    """Remove what killed runs have left: unfinished files, and their temporary folders; others may be at work in theirs."""
    sweep_outbox(site.outbox.root)
    sweep_workshops()


def _end(site: Site) -> None:
    site.mark.unlink(missing_ok=True)


def _in_the_way(blocked: Sequence[tuple[str, str]]) -> str:
    names = " ; ".join(f"{name} {reason}" for name, reason in blocked)
    return (
        f"Rien n’a été effacé : {names}. Fermez ce classeur et déposez-le dans la boîte de dépôt, laissez passer un "
        "traitement (conventions generate), puis relancez cette commande ; si ce qui y a été saisi ne doit pas être gardé, "
        "supprimez-le."
    )
