"""``conventions amend``: the amendment that leads from a signed agreement to the dossier as it is now."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from pipeline.commands.options import config_option, date_option, outbox_option, texts

_FAILED_DOCUMENTS = 4
_INITIATIVES = ("stagiaire", "organisme", "etablissement", "accord")
_TEXTS = {
    "amend": (
        "Fait l’avenant d’une convention signée, de la version signée à la version actuelle.",
        "Make the amendment of a signed agreement, from the signed version to the current one.",
    ),
    "since": (
        "La version dont la convention est signée ; par défaut, celle que le suivi connaît.",
        "The version whose agreement is signed; by default, the one that the follow-up knows.",
    ),
    "why": (
        "La raison que l’avenant donnera ; jamais d’information de santé.",
        "The reason that the amendment will give; never any health information.",
    ),
    "ended_by": (
        "Qui met fin au stage avant sa date ; sans cette option, l’avenant laisse la ligne à remplir.",
        "Who ends the internship before its date; without it, the amendment leaves the line to be filled in.",
    ),
    "again": (
        "Refaire le dernier avenant sous son numéro, parce qu’il n’est pas signé.",
        "Make the last amendment anew under its number, because it has not been signed.",
    ),
    "date": ("Jour de l’avenant, AAAA-MM-JJ (par défaut : aujourd’hui).", "Date of the amendment, YYYY-MM-DD."),
    "pdf": ("Faire aussi le PDF.", "Make the PDF too."),
}


_text = texts(_TEXTS)


@click.command("amend", help=_text("amend"))
@click.argument("reference")
@click.option("--since", "--depuis", type=click.IntRange(1), metavar="VERSION", help=_text("since"))
@click.option("--reason-text", "--raison", "why", default="", help=_text("why"))
@click.option("--ended-by", "--fin-par", "ended_by", type=click.Choice(_INITIATIVES), help=_text("ended_by"))
@click.option("--again", "--refaire", "again", is_flag=True, help=_text("again"))
@outbox_option()
@config_option()
@date_option(_TEXTS["date"])
@click.option("--pdf/--no-pdf", default=True, help=_text("pdf"))
def amend(
    reference: str,
    since: int | None,
    why: str,
    ended_by: str | None,
    again: bool,
    outbox: Path,
    config: Path,
    day: date,
    pdf: bool,
) -> None:
    # Imported here: what makes documents takes most of a second, which --help should not cost.
    from pipeline.signed import amend as work

    request = work.Request(
        reference.strip().upper(), since, outbox, config, day, why, ended_by or "", pdf=pdf, again=again
    )
    done = work.amend(request)
    paths = ", ".join(str(outbox / path) for path in done.paths)
    click.echo(f"Avenant n° {done.number} : {paths}. Il modifie : {done.articles}.".replace("n° ", "n°\u00a0"))
    for notice in done.notices:
        click.echo(notice)
    if not done.whole:
        sys.exit(_FAILED_DOCUMENTS)
