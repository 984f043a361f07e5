"""``conventions export-person``: everything that is held about one student, in one archive."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pipeline.commands.options import PLACE, config_option, date_option, inbox_option, outbox_option, texts

_TEXTS = {
    "export": (
        "Rassemble dans une archive .zip tout ce qui est conservé sur une étudiante ou un étudiant (droit d’accès).",
        "Put everything that is held about one student into one .zip archive (right of access).",
    ),
    "target": (
        "Archive à écrire (par défaut : donnees_NUMÉRO.zip, dans le dossier courant).",
        "Archive to be written (default: donnees_NUMBER.zip, in the current folder).",
    ),
    "dossier": (
        "Seulement ce dossier, quand plusieurs personnes ont écrit le même numéro ; à répéter pour plusieurs.",
        "Only this dossier, when several people have written the same number; repeat it for several.",
    ),
    "date": (
        "Jour de l’export, AAAA-MM-JJ (par défaut : aujourd’hui).",
        "Day of the export, YYYY-MM-DD (default: today).",
    ),
}


_text = texts(_TEXTS)


@click.command("export-person", help=_text("export"))
@click.argument("number", metavar="NUMÉRO")
@click.option("--sortie", "--output", "target", metavar="FICHIER.zip", type=PLACE, help=_text("target"))
@click.option("--dossier", "references", multiple=True, metavar="RÉFÉRENCE", help=_text("dossier"))
@inbox_option()
@outbox_option()
@config_option()
@date_option(_TEXTS["date"])
def export_person(
    *,
    number: str,
    target: Path | None,
    references: tuple[str, ...],
    inbox: Path,
    outbox: Path,
    config: Path,
    day: date,
) -> None:
    asked = number.strip()
    name = "".join(sign for sign in asked if sign.isascii() and sign.isalnum())
    # Imported here: the set-up takes most of a second, which --help should not cost.
    from pipeline.privacy import export as work
    from pipeline.report.phrases import count

    path, only = target or Path(f"donnees_{name}.zip"), {reference.strip().upper() for reference in references}
    done = work.export_person(asked, path, inbox, outbox, config, day, only)
    click.echo(
        f"Archive écrite : {done.path} ({count(done.dossiers, 'dossier', 'dossiers')}, "
        f"{count(done.files, 'copie de document', 'copies de documents')})."
    )
    if done.elsewhere:
        many = count(done.elsewhere, "message qui concerne", "messages qui concernent")
        click.echo(f"{many} aussi d’autres personnes : la page dit lesquels, sans les joindre.")
    click.echo("Elle contient des données personnelles : remettez-la à cette seule personne, puis supprimez-la.")
