"""``conventions doctor``: what the machine of the nights has and lacks, and how to mend each."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click

from pipeline.commands.options import config_option, date_option, inbox_option, outbox_option, texts

_TEXTS = {
    "doctor": (
        "Dit ce que cette machine a, ce qui lui manque, et comment y remédier. Statut 2 si la nuit ne peut pas se faire.",
        "Tell what this machine has and lacks, and how to mend it. Status 2 when a night could not do its work.",
    ),
    "json": ("En JSON, pour un autre programme.", "As JSON, for another program."),
    "mail": (
        "Se connecte aussi au serveur de messagerie ; rien n’est envoyé.",
        "Connect to the mail server too; nothing is sent.",
    ),
}


_text = texts(_TEXTS)


def _now() -> datetime:
    return datetime.now().astimezone()


@click.command("doctor", help=_text("doctor"))
@inbox_option()
@outbox_option(default=None)
@config_option()
@date_option(default=None)
@click.option("--json", "as_json", is_flag=True, help=_text("json"))
@click.option("--courriel", "--mail", "mail", is_flag=True, help=_text("mail"))
def doctor(inbox: Path, outbox: Path | None, config: Path, day: date | None, *, as_json: bool, mail: bool) -> None:
    # Imported here: the set-up takes most of a second, which --help should not cost.
    from rich.console import Console

    from pipeline.cli import default_outbox
    from pipeline.doctor import context_of, examine, status_of, this_machine
    from pipeline.doctor.screen import doctor_screen, doctor_value

    now = _now()
    place = outbox or default_outbox(inbox)
    machine = this_machine()
    groups = examine(context_of(inbox, place, config, day or now.date(), now, machine, asks_mail=mail))
    if as_json:
        click.echo(json.dumps(doctor_value(groups), ensure_ascii=False, indent=2))
    else:
        doctor_screen(groups, Console(highlight=False, markup=False, emoji=False))
    sys.exit(status_of(check for checks in groups.values() for check in checks))
