"""``conventions register verify`` and ``restore``: the state of the register and of its backups, and one put back."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from pipeline.commands.options import Day, config_option, outbox_option, texts, today

_TEXTS = {
    "verify": (
        "Contrôle le registre et chacune de ses sauvegardes.",
        "Check the register and each of its backups.",
    ),
    "restore": (
        "Remet une sauvegarde à la place du registre, qui est mis de côté.",
        "Put a backup in the place of the register, which is put aside.",
    ),
    "outbox": ("Dossier de sortie du registre.", "Output folder of the register."),
}
_LISTED = 20
"""References that are named; a longer list says how many there are."""


_text = texts(_TEXTS)


_outbox = outbox_option(_TEXTS["outbox"])
_config = config_option()


@click.command("verify", help=_text("verify"))
@_outbox
@_config
def verify_command(outbox: Path, config: Path) -> None:
    from pipeline.config import load_settings
    from pipeline.language import short_date
    from pipeline.register.backup import daily_backups, folder_of
    from pipeline.register.opening import options_of
    from pipeline.register.reading import open_copy

    register = load_settings(config).register_of(outbox)
    backups = daily_backups(register)
    for backup in backups:
        click.echo(f"sauvegarde du {short_date(backup.day)} : {backup.fault or f'saine, {_many(backup.dossiers)}'}")
    if not backups:
        click.echo(f"aucune sauvegarde dans {folder_of(register)}")
    # Last, for it may end the command.
    copy = open_copy(register, options=options_of(outbox, config))
    click.echo(f"{register} : {f'sain, {_many(len(copy.lives()))}' if copy.is_sound() else 'endommagé'}")
    if not copy.is_sound():
        sys.exit(2)


@click.command("restore", help=_text("restore"))
@click.argument("day", metavar="AAAA-MM-JJ", type=Day())
@_outbox
@_config
def restore_command(day: date, outbox: Path, config: Path) -> None:
    from pipeline.config import load_settings
    from pipeline.lock import hold
    from pipeline.numbers import given
    from pipeline.outbox import Outbox
    from pipeline.register.reading import open_copy
    from pipeline.register.restoring import restore

    settings = load_settings(config)
    register = settings.register_of(outbox)
    with hold(outbox, settings.group):
        done = restore(register, day, today())
        known = open_copy(register).lives()
    click.echo(f"Registre du {day:%d/%m/%Y} rétabli : {register} ({_many(done.dossiers)}).")
    if done.put_aside is not None:
        click.echo(f"L’ancien est gardé : {done.put_aside}.")
    if lost := [reference for reference in given(Outbox(outbox)) if reference not in known]:
        more = f" et {len(lost) - _LISTED} autres" if len(lost) > _LISTED else ""
        click.echo(
            f"Faits depuis cette sauvegarde, donc inconnus du registre : {', '.join(lost[:_LISTED])}{more}. Le prochain"
            " traitement les refait sous les mêmes numéros si leurs fichiers sont encore, inchangés, dans la boîte de dépôt ;"
            " sinon sous d’autres, et ces numéros-ci ne sont donnés à personne."
        )
    click.echo("Ce que les gestionnaires ont répondu depuis est à redonner : déposez de nouveau leurs classeurs.")


def _many(dossiers: int) -> str:
    return f"{dossiers} dossier{'s' if dossiers > 1 else ''}"
