"""The folders of a night: who may read and write them, and how much room they have."""

from __future__ import annotations

import math
import os
import stat
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pipeline.doctor.values import Check, Context, advice, broken, well
from pipeline.language import NBSP
from pipeline.lock import lock_of
from pipeline.register.backup import folder_of
from pipeline.report.phrases import count

_MEGA = 1_000_000
_LEAST = 100 * _MEGA
"""Bytes below which a night could not even write its reports."""
_DOSSIER = _MEGA
"""Bytes of a dossier where none stands yet."""
_SAMPLE = 50
"""Dossiers whose size is looked at."""
_OLD_SECONDS = 24 * 3600


def check_account(context: Context) -> Check:
    """Look at who asks, and whether the managers' group can be given."""
    what, machine = "Compte", context.machine
    group = context.settings.group if context.settings else ""
    if group and not machine.has_group(group):
        return broken(what, f"le groupe {group} ([sortie] groupe) n’existe pas", f"groupadd {group}")
    if group and group not in machine.groups and machine.account != "root":
        mend = f"usermod -aG {group} {machine.account}, puis relancez la session ou le service"
        return broken(what, f"{machine.account} n’est pas du groupe {group} et ne peut pas le donner", mend)
    if machine.account == "root":
        mend = "Lancez-le sous le compte de la nuit : runuser -u conventions -- …/conventions doctor …"
        return advice(what, "root : les droits de la nuit ne sont pas vérifiés", mend)
    return well(what, machine.account + (f", groupe {group}" if group else ""))


def check_inbox(context: Context) -> Check:
    """Look whether the inbox can be read; writing there is never needed."""
    what, inbox = "Boîte de dépôt", context.inbox
    if not inbox.is_dir():
        return broken(what, f"{inbox} n’existe pas", f"mkdir -p {inbox}, ou corrigez --inbox")
    if not context.machine.may(inbox, os.R_OK | os.X_OK):
        return broken(what, f"{inbox} ne peut pas être lu", _opening(context, "g+rx"))
    hidden = [path for path in _entries(inbox) if not context.machine.may(path, os.R_OK)]
    if hidden:
        seen = f"{inbox} : {count(len(hidden), 'fichier illisible', 'fichiers illisibles')} pour ce compte"
        return advice(what, seen, _opening(context, "-R g+rX"))
    return well(what, f"{inbox}, lisible")


def _opening(context: Context, rights: str) -> str:
    """Return the command that opens the inbox to the account of the night: its group, where there is one, and rights."""
    group = context.settings.group if context.settings else ""
    recursive = "-R " if rights.startswith("-R") else ""
    given = f"chgrp {recursive}{group} {context.inbox} && " if group else ""
    return f"{given}chmod {rights} {context.inbox}"


def _entries(inbox: Path) -> Iterator[Path]:
    """Yield the files of the inbox, the hidden ones left out, without following links."""
    for folder, folders, names in os.walk(inbox):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder) / name for name in names if not name.startswith("."))


def check_outbox(context: Context) -> Check:
    """Look whether outbox, register and lock can be written where they stand or will."""
    what = "Dossier de sortie"
    for path in dict.fromkeys((context.outbox, context.outbox.parent, context.register.parent, context.register)):
        standing = _standing(path)
        mode = os.W_OK | (os.X_OK if standing.is_dir() else 0)
        if not context.machine.may(standing, mode):
            if context.machine.read_only(standing):
                mend = "Faites rétablir le droit d’y écrire : mount -o remount,rw … ; sous systemd, ReadWritePaths= du service"
                return broken(what, f"{standing} est sur un disque qui ne peut être que lu", mend)
            mend = f"chown -R {context.machine.account} {standing}, ou indiquez un autre dossier avec --outbox"
            return broken(what, f"rien ne peut être écrit dans {standing}", mend)
    return well(what, f"{context.outbox}, " + ("accessible" if context.outbox.exists() else "sera créé"))


def _standing(path: Path) -> Path:
    """Return ``path``, or the nearest folder above it that is there."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


def check_rights(context: Context) -> Check:
    """Look whether anybody but the night and the managers' group may read what holds personal data."""
    what = "Droits"
    shared = context.settings is None or bool(context.settings.group)  # not known: the managers must not be shut out
    foreign = 0o007 if shared else 0o077
    found = [path for path in _private(context) if stat.S_IMODE(path.stat().st_mode) & foreign]
    if found:
        names = " ".join(str(path) for path in found)
        mend = f"chmod {'o-rwx' if shared else 'go-rwx'} {names}"
        return advice(what, f"ouvert à d’autres comptes : {names}", mend)
    return well(what, "sortie, registre, sauvegardes et verrou fermés aux autres comptes")


def _private(context: Context) -> list[Path]:
    register, outbox = context.register, context.outbox
    places = (
        outbox,
        outbox / "dossiers",
        outbox / "rapports",
        register,
        register.with_name(f"{register.name}-wal"),
        folder_of(register),
        lock_of(outbox),
    )
    return [path for path in places if _is_there(path)]


def _is_there(path: Path) -> bool:
    """Tell whether ``path`` stands; what lies in a folder that this account may not enter is told by another check."""
    try:
        return path.exists()
    except OSError:
        return False


def check_space(context: Context) -> Check:
    """Compare what is free with what a night may need."""
    what = "Place libre"
    free = min(context.machine.free(_standing(path)) for path in (context.outbox, context.register))
    temporary = Path(tempfile.gettempdir())
    free_temporary = context.machine.free(_standing(temporary))
    wanted = needed(context)
    seen = f"{_size(free)} ; une nuit peut en demander {_size(wanted)}"
    mend = "Libérez de la place, ou déplacez le dossier de sortie (docs/operations.md)."
    if free < _LEAST or free_temporary < _LEAST:
        return broken(what, f"{seen} ; {temporary} : {_size(free_temporary)}", mend)
    if free < wanted:
        return advice(what, seen, mend)
    return well(what, seen)


def needed(context: Context) -> int:
    """Return the bytes that a night may need: the configured reserve, the register and its backup, all dossiers again."""
    settings, register = context.settings, context.register
    reserve = (settings.free_megabytes if settings else 0) * _MEGA
    kept = register.stat().st_size if register.is_file() else 0
    rows = max((run.totals.get("rows", 0) for run in context.past.runs), default=0) if context.past else 0
    return reserve + 2 * kept + rows * _dossier_size(context.outbox)


def _dossier_size(outbox: Path) -> int:
    """Return the mean bytes of the dossiers that stand, by a sample."""
    folders = list(islice(sorted(outbox.glob("dossiers/*/*")), _SAMPLE))
    if not folders:
        return _DOSSIER
    total = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    return total // len(folders)


def _size(number: int) -> str:
    if number >= 1000 * _MEGA:
        return f"{number / (1000 * _MEGA):.1f}{NBSP}Go".replace(".", ",")
    return f"{math.ceil(number / _MEGA)}{NBSP}Mo"


def check_leftovers(context: Context) -> Check:
    """Look for what killed runs left in the folder of temporary files."""
    what, folder = "Restes", Path(tempfile.gettempdir())
    old = [path for path in folder.glob("conventions-*") if _age(path, context) > _OLD_SECONDS]
    if old:
        seen = f"{count(len(old), 'dossier temporaire', 'dossiers temporaires')} de plus d’un jour dans {folder}"
        return advice(
            what,
            seen,
            f"La prochaine nuit les retire ; sinon : find {folder} -maxdepth 1 -name 'conventions-*' -mtime +0 -exec rm -r {{}} +",
        )
    return well(what, f"aucun dans {folder}")


def _age(path: Path, context: Context) -> float:
    """Return the seconds since ``path`` was changed; one that has just gone is new."""
    try:
        return context.now.timestamp() - path.lstat().st_mtime
    except OSError:
        return 0.0
