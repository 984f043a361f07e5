"""``conventions export-person``: everything that is held about one student, in one archive."""

from __future__ import annotations

import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import click

_TEXTS = {
    "export": (
        "Rassemble dans une archive .zip tout ce qui est conservé sur une étudiante ou un étudiant (droit d’accès).",
        "Put everything that is held about one student into one .zip archive (right of access).",
    ),
    "target": (
        "Archive à écrire (par défaut : donnees_NUMÉRO.zip, dans le dossier courant).",
        "Archive to be written (default: donnees_NUMBER.zip, in the current folder).",
    ),
    "inbox": ("Dossier des exports déposés.", "Folder of the exports."),
    "outbox": ("Dossier de sortie.", "Output folder."),
    "config": ("Fichier de configuration.", "Configuration file."),
    "date": ("Jour de l’export, AAAA-MM-JJ (par défaut : aujourd’hui).", "Day of the export, YYYY-MM-DD."),
}


def _text(name: str) -> str:
    words = sys.argv[1:]
    return _TEXTS[name][int("--lang=en" in words or ("--lang", "en") in pairwise(words))]


def _today() -> datetime:
    return datetime.now().astimezone()


@click.command("export-person", help=_text("export"))
@click.argument("number", metavar="NUMÉRO")
@click.option(
    "--sortie", "--output", "target", metavar="FICHIER.zip", type=click.Path(path_type=Path), help=_text("target")
)
@click.option("--inbox", type=click.Path(path_type=Path), default=Path("inbox"), show_default=True, help=_text("inbox"))
@click.option(
    "--outbox", type=click.Path(path_type=Path), default=Path("outbox"), show_default=True, help=_text("outbox")
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("conventions.toml"),
    show_default=True,
    help=_text("config"),
)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), default=_today, help=_text("date"))
def export_person(number: str, target: Path | None, inbox: Path, outbox: Path, config: Path, day: datetime) -> None:
    asked = number.strip()
    name = "".join(sign for sign in asked if sign.isascii() and sign.isalnum())
    # Imported here: the set-up takes most of a second, which --help should not cost.
    from pipeline.privacy import export as work
    from pipeline.report.phrases import count

    done = work.export_person(asked, target or Path(f"donnees_{name}.zip"), inbox, outbox, config, day.date())
    click.echo(
        f"Archive écrite : {done.path} ({count(done.dossiers, 'dossier', 'dossiers')}, "
        f"{count(done.files, 'copie de document', 'copies de documents')})."
    )
    if done.elsewhere:
        many = count(done.elsewhere, "message qui concerne", "messages qui concernent")
        click.echo(f"{many} aussi d’autres personnes : la page dit lesquels, sans les joindre.")
    click.echo("Elle contient des données personnelles : remettez-la à cette seule personne, puis supprimez-la.")
