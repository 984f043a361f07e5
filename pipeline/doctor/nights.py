"""What is left of the nights before: the register, its backups, the lock, the last run, the clock that they went by."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

from pipeline.clock import begun_at
from pipeline.doctor.values import Check, Context, advice, broken, well
from pipeline.language import short_date
from pipeline.lock import lock_of, owner_of, told
from pipeline.outbox import LinkedError, Outbox
from pipeline.register.backup import backups_of, daily_backups, folder_of
from pipeline.register.opening import options_of, restore_command
from pipeline.report.phrases import count

_LATE = timedelta(hours=36)
"""After which a nightly run has been missed."""
_SKEW = timedelta(minutes=10)
_MEGA = 1_000_000
_BACKUP_DAYS = 2


def check_register(context: Context) -> Check:
    """Open the register, of an older version too, and let SQLite check it."""
    what, path = "Registre", context.register
    options = options_of(context.outbox, context.settings.path) if context.settings else ""
    restore = f"{restore_command('AAAA-MM-JJ', options)} (jours : {f'conventions register verify {options}'.strip()})"
    if context.past_fault is not None:
        return broken(what, _told(context.past_fault), getattr(context.past_fault, "mend", "") or restore)
    if context.past is None and backups_of(path):
        return broken(what, f"{path} n’est plus là, alors que ses sauvegardes existent", restore)
    if context.past is None:
        return well(what, f"{path} sera créé par la première nuit")
    if not context.past.sound:
        return broken(what, f"{path} est endommagé (contrôle de SQLite)", restore)
    size = f"{max(1, round(path.stat().st_size / _MEGA))} Mo"
    return well(what, f"{path}, {size}, {count(len(context.past.runs), 'passage', 'passages')}, contrôle sans faute")


def _told(error: Exception) -> str:
    return getattr(error, "problem", "") or str(error)


def check_backups(context: Context) -> Check | None:
    """Look how old the last daily backup of the register is, and whether it could take its place."""
    what, folder = "Sauvegardes", folder_of(context.register)
    if context.past is None and context.past_fault is None and not backups_of(context.register):
        return well(what, "rien à sauvegarder encore")
    kept = context.settings.backups if context.settings else 1
    if not kept:
        mend = "Écrivez jours = 14 sous [sauvegardes], à moins qu’un autre programme ne sauvegarde le registre."
        return advice(what, "aucune : [sauvegardes] jours = 0", mend)
    copies = daily_backups(context.register)
    days = {run.day for run in context.past.runs} if context.past else set()
    if not copies and context.past is None:
        return None  # check_register says so
    if not copies and len(days) == 1:
        return well(what, "la première sera faite avant la prochaine nuit")
    if not copies:
        mend = "La prochaine nuit en fait une ; sinon, vérifiez les droits de ce dossier."
        return advice(what, f"aucune dans {folder}", mend)
    last = copies[0]
    seen = f"{len(copies)}, la dernière du {short_date(last.day)}"
    if last.fault:
        return advice(what, f"{seen} : {last.fault}", f"Supprimez {last.path} : la prochaine nuit en fait une autre.")
    last_run = max(days, default=last.day)
    if (context.day - last.day).days > _BACKUP_DAYS and last.day < last_run:
        return advice(what, f"{seen}, avant le dernier passage", f"Vérifiez les droits et la place de {folder}.")
    return well(what, seen)


def check_lock(context: Context) -> Check:
    """Look who holds the lock of the outbox, without taking it."""
    what, lock = "Verrou", lock_of(context.outbox)
    if not is_held(lock):
        return well(what, "libre : aucun traitement en cours")
    line, _, mend = told(owner_of(lock), context.now, context.machine.host).partition(". ")
    return advice(what, line, mend or "Attendez sa fin.")


def is_held(lock: Path, locks: Path = Path("/proc/locks")) -> bool:
    """Tell whether somebody holds ``lock``, as the system says in ``locks``; False where it does not say."""
    try:
        state, table = lock.stat(), locks.read_text("ascii", errors="replace")
    except OSError:
        return False
    # « 1: FLOCK  ADVISORY  WRITE 708 00:13:264 0 EOF »; a « -> » after the number is somebody who waits.
    place = f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}:{state.st_ino}"
    return any(words[5:6] == [place] for words in map(str.split, table.splitlines()))


def check_last_night(context: Context) -> Check:
    """Look when the last run was, and how it ended."""
    what = "Dernière nuit"
    runs = context.past.runs if context.past else ()
    if not runs:
        return well(what, "aucune encore")
    last = runs[-1]
    when = begun_at(last.run_id)
    seen = f"{when.astimezone(context.now.tzinfo):%d/%m/%Y à %H:%M}" if when else f"du {short_date(last.day)}"
    if not last.totals:
        mend = "La prochaine nuit finit le travail ; pour finir maintenant, relancez la commande."
        return advice(what, f"{seen}, interrompue", mend)
    if when and context.now - when > _LATE:
        days = (context.now - when).days
        mend = "systemctl list-timers conventions.timer ; journalctl -u conventions ; ou la ligne de cron."
        return advice(what, f"{seen}, il y a {count(max(1, days), 'jour', 'jours')}", mend)
    if failed := _failures(context.outbox):
        told = count(failed, "document n’a pas pu être fait", "documents n’ont pas pu être faits")
        return advice(what, f"{seen}, {told}", "Voyez rapport.html ; la prochaine nuit essaie de nouveau.")
    return well(what, f"{seen}, finie")


def _failures(outbox: Path) -> int:
    """Return how many documents the last run could not make; 0 when its report is not there."""
    try:
        told = Outbox(outbox).read_json("rapports/dernier/run.json")
    except (OSError, ValueError, LinkedError):
        return 0
    failures = told.get("failures", ()) if isinstance(told, dict) else ()
    return len(failures) if isinstance(failures, list) else 0


def check_clock(context: Context) -> Check:
    """Compare the clock with the last run, the newest files and the tables, and ask who keeps it right."""
    what, now = "Horloge", context.now
    zone = context.machine.zone()
    seen = f"{now:%d/%m/%Y %H:%M} ({zone or 'fuseau non réglé'}, UTC{now:%z})"
    runs = context.past.runs if context.past else ()
    last = max((when for run in runs if (when := begun_at(run.run_id))), default=None)
    mend = "timedatectl set-ntp true ; timedatectl status"
    if last and last > now + _SKEW:
        return advice(what, f"{seen} : le dernier passage est daté du {last:%d/%m/%Y %H:%M}, dans l’avenir", mend)
    if known := _known_day(context):
        return advice(what, f"{seen} : les conseils aux voyageurs sont du {short_date(known)}, dans l’avenir", mend)
    if context.register.exists() and context.register.stat().st_mtime > (now + _SKEW).timestamp():
        return advice(what, f"{seen} : le registre a été écrit dans l’avenir", mend)
    if not zone:
        return advice(what, seen, "timedatectl set-timezone Europe/Paris")
    if context.machine.say(["timedatectl", "show", "--property=NTPSynchronized", "--value"]) == "no":
        return advice(what, f"{seen}, non synchronisée", mend)
    return well(what, seen)


def _known_day(context: Context) -> date | None:
    """Return the newest date of the travel advice when the clock has not reached it yet."""
    if context.setup is None:
        return None
    newest = max((advice.as_of for advice in context.setup.tables.advice.values()), default=None)
    return newest if newest and newest > context.now.date() else None
