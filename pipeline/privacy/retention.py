"""What the night erases by itself: what a killed purge left to do, and what has been kept for as long as it may be."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from pipeline.clock import begun_at, doubt_of
from pipeline.desk.archive import archive_of
from pipeline.outbox import Outbox
from pipeline.privacy.due import Kept, is_due
from pipeline.privacy.purge import Site, UnreadableOrderError, carry_out, plan_purge, resume, site_of
from pipeline.privacy.targets import expired
from pipeline.register.reading import open_copy
from pipeline.report.phrases import count
from pipeline.setup import Setup


def apply_retention(setup: Setup, inbox: Path, outbox: Path, day: date) -> Kept:
    """Finish a purge that was cut short and, where the configuration says so, erase what has been kept long enough.

    To be called with the lock held, before the night reads anything: its reports are then written without what is gone.
    Nothing is erased for its age on a day that cannot be relied upon (:func:`pipeline.clock.doubt_of`).
    """
    if not is_due(setup.settings, outbox):
        return Kept()
    site, retention = site_of(outbox, setup.settings), setup.settings.retention
    notices = list(_finished(site))
    if not retention.active:
        return Kept(notices=tuple(notices))
    runs = open_copy(site.register).runs()
    if doubt_of(day, [run.day for run in runs]):
        notices.append(
            "Conservation : rien n’a été effacé pour son ancienneté, le jour de ce traitement n’étant pas sûr."
        )
        return Kept(notices=tuple(notices))
    erased, told = _erase_expired(setup, site, inbox, day)
    notices += told
    folders = _remove_old_reports(site.outbox, day, retention.report_days, {run.run_id for run in runs[-1:]})
    if folders:
        many = count(folders, "dossier de rapports ancien supprimé", "dossiers de rapports anciens supprimés")
        notices.append(f"Conservation : {many}.")
    return Kept(erased, folders, tuple(notices))


def _finished(site: Site) -> Sequence[str]:
    """Finish what was cut short; return the French sentence that says so."""
    if not site.mark.exists():
        return ()
    try:
        proof = resume(site, open_copy(site.register).returned_books())
    except UnreadableOrderError as error:
        return (str(error),)
    if proof is None:
        return ()
    if proof.is_clean:
        return ("Un effacement interrompu a été achevé.",)
    many = count(len(proof.traces), "trace reste", "traces restent")
    return (f"Un effacement interrompu n’est pas achevé : {many}. La commande « conventions purge » montre où.",)


def _erase_expired(setup: Setup, site: Site, inbox: Path, day: date) -> tuple[int, Sequence[str]]:
    archive = archive_of(setup, site.outbox.root, day)
    targets = expired(archive, setup.settings.retention, day)
    if not targets:
        return 0, ()
    plan = plan_purge(archive, targets, inbox, site.outbox.root, day)
    many = count(len(targets), "dossier", "dossiers")
    if plan.found.blocked:
        names = ", ".join(name for name, _ in plan.found.blocked)
        told = count(len(targets), "dossier à effacer attend", "dossiers à effacer attendent")
        return 0, (
            f"Conservation : {told} qu’un classeur modifié soit déposé dans la boîte de dépôt et repris : {names}.",
        )
    proof = carry_out(site, plan)
    if not proof.is_clean:
        left = count(len(proof.traces), "trace reste", "traces restent")
        told = f"Conservation : {many} au terme de la durée prévue, mais {left}. La commande « conventions purge » les montre."
        return len(targets), (told,)
    word = "effacé" if len(targets) == 1 else "effacés"
    return len(targets), (f"Conservation : {many} {word} au terme de la durée prévue ; aucune trace ne reste.",)


def _remove_old_reports(outbox: Outbox, day: date, days: int, kept: set[str]) -> int:
    """Remove the folders of reports that are older than ``days``, 0: none; return how many."""
    root, removed = outbox.path("rapports"), 0
    if not days or not root.is_dir():
        return 0
    for folder in sorted(root.iterdir()):
        begun = begun_at(folder.name)
        if begun is None or folder.name in kept or folder.is_symlink():
            continue
        if begun.date() < day - timedelta(days=days):
            shutil.rmtree(folder)
            removed += 1
    return removed
