"""``conventions register``: where a dossier stands, what happened to it, and the year's register in one table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from pipeline.commands.options import config_option, date_option, outbox_option, texts
from pipeline.commands.register_backups import restore_command, verify_command
from pipeline.desk.model import Etape
from pipeline.model import Status

if TYPE_CHECKING:
    from pipeline.desk.archive import Archive
    from pipeline.desk.model import FollowUp

_Command = TypeVar("_Command", bound=Callable[..., None])
_FORMATS = (".csv", ".xlsx", ".json")
_TEXTS = {
    "register": (
        "Dit où en est chaque dossier, sans rien changer (sauf restore), même pendant un traitement.",
        "Tell where each dossier stands; changes nothing (except restore), works while a run is on.",
    ),
    "list": (
        "Liste les dossiers : « où en est ma convention ? » avec --recherche NOM.",
        "List the dossiers: where is my agreement? with --recherche NAME.",
    ),
    "show": ("Montre tout d’un dossier.", "Show everything about one dossier."),
    "history": ("Raconte un dossier dans l’ordre.", "Tell what happened to one dossier, in order."),
    "export": (
        "Écrit le registre en un tableau (.csv, .xlsx ou .json ; sans fichier : .csv à l’écran).",
        "Write the register as one table (.csv, .xlsx or .json; without a file: .csv on the screen).",
    ),
    "outbox": ("Dossier de sortie, dont on lit le registre.", "Output folder, whose register is read."),
    "date": (
        "Jour de la lecture, AAAA-MM-JJ (par défaut : aujourd’hui).",
        "Day of the reading, YYYY-MM-DD (default: today).",
    ),
    "json": ("En JSON, pour un autre programme.", "As JSON, for another program."),
    "etape": ("Une étape ; à répéter pour plusieurs.", "An étape; repeat it for several."),
    "statut": ("Un statut ; à répéter pour plusieurs.", "A status; repeat it for several."),
    "gestionnaire": ("Des mots du portefeuille.", "Words of the portfolio’s name."),
    "formation": (
        "Des mots de la formation, du code étape ou du département.",
        "Words of the programme or department.",
    ),
    "recherche": ("Un nom, un numéro, une référence ou un organisme.", "A name, a number, a reference or a host."),
    "annee": ("Première année de l’année universitaire : 2026.", "First year of the academic year: 2026."),
    "noms": ("Avec le nom, le numéro et l’organisme.", "With the name, the number and the host."),
}


_text = texts(_TEXTS)


def _shared(command: _Command) -> _Command:
    """Add the options of every command of the group."""
    options = (
        outbox_option(_TEXTS["outbox"]),
        config_option(),
        date_option(_TEXTS["date"]),
        click.option("--json", "as_json", is_flag=True, help=_text("json")),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group("register", help=_text("register"))
def register() -> None:
    """Hold the commands that read the register."""


@register.command("list", help=_text("list"))
@click.option(
    "--etape", "etapes", multiple=True, type=click.Choice(get_args(Etape)), metavar="ÉTAPE", help=_text("etape")
)
@click.option(
    "--statut", "statuses", multiple=True, type=click.Choice(get_args(Status)), metavar="STATUT", help=_text("statut")
)
@click.option("--gestionnaire", "manager", default="", help=_text("gestionnaire"))
@click.option("--formation", "programme", default="", help=_text("formation"))
@click.option("--recherche", "text", default="", help=_text("recherche"))
@click.option("--annee", "year", type=int, help=_text("annee"))
@_shared
def list_command(
    etapes: tuple[str, ...],
    statuses: tuple[str, ...],
    manager: str,
    programme: str,
    text: str,
    year: int | None,
    outbox: Path,
    config: Path,
    day: date,
    *,
    as_json: bool,
) -> None:  # fmt: skip
    from pipeline.desk.search import Wanted, found
    from pipeline.report.register_screen import list_screen, summary_value

    archive = _open(outbox, config, day)
    wanted = Wanted(frozenset(etapes), frozenset(statuses), manager, programme, text, year)
    rows = found(archive.follow_ups, wanted)
    if as_json:
        _echo([summary_value(one, archive.setup.tables, archive.titles) for one in rows])
    else:
        list_screen(rows, archive.titles, _console())


@register.command("show", help=_text("show"))
@click.argument("reference", metavar="RÉFÉRENCE")
@_shared
def show_command(reference: str, outbox: Path, config: Path, day: date, *, as_json: bool) -> None:
    from pipeline.report.register_screen import dossier_value, show_screen

    archive = _open(outbox, config, day)
    one = _one(archive, reference)
    told = archive.versions(one.reference), archive.decisions(one.reference), archive.events(one.reference)
    if as_json:
        _echo(dossier_value(one, *told, archive.setup.tables, archive.titles))
    else:
        show_screen(one, *told, archive.setup.tables, archive.titles, _console())


@register.command("history", help=_text("history"))
@click.argument("reference", metavar="RÉFÉRENCE")
@_shared
def history_command(reference: str, outbox: Path, config: Path, day: date, *, as_json: bool) -> None:
    from pipeline.report.register_screen import history_screen, step_value

    archive = _open(outbox, config, day)
    one = _one(archive, reference)
    steps = archive.history(one.reference)
    if as_json:
        _echo([step_value(step) for step in steps])
    else:
        history_screen(one, steps, _console())


@register.command("export", help=_text("export"))
@click.argument("file", metavar="[FICHIER]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--annee", "year", type=int, help=_text("annee"))
@click.option("--noms", "names", is_flag=True, help=_text("noms"))
@_shared
def export_command(
    file: Path | None, year: int | None, outbox: Path, config: Path, day: date, *, names: bool, as_json: bool
) -> None:
    from pipeline.desk.search import Wanted, found
    from pipeline.desk.statistics import by_programme, table
    from pipeline.report.register_export import csv_text, json_value

    if file is not None and file.suffix not in _FORMATS:
        raise click.UsageError(f"{file.name} : écrivez un nom qui finit par {', '.join(_FORMATS)}.")
    archive = _open(outbox, config, day)
    rows = found(archive.follow_ups, Wanted(year=year))
    lines = table(rows, archive.setup.tables, archive.setup.cases, names=names)
    erased = [one for one in archive.register.tally() if year in (None, one[0])]
    counts = by_programme(lines, erased)
    if file is not None:
        _write(file, lambda path: _export(path, lines, counts, day))
        click.echo(f"Registre écrit : {file} ({len(lines)} dossiers).", err=as_json)
    if as_json:
        _echo(json_value(lines, counts))
    elif file is None:
        click.echo(csv_text(lines), nl=False)


register.add_command(verify_command)
register.add_command(restore_command)


def _export(path: Path, lines: Any, counts: Any, day: date) -> None:
    from pipeline.report.register_export import write_export

    write_export(path, lines, counts, day)


def _write(target: Path, make: Callable[[Path], None]) -> None:
    """Write a file that is not there yet, whole or not at all, for its owner alone."""
    if target.exists():
        raise click.UsageError(f"{target} existe déjà : donnez un autre nom, ou retirez-le d’abord.")
    try:
        with tempfile.TemporaryDirectory(prefix=".conventions-", dir=target.parent) as folder:
            made = Path(folder) / target.name
            make(made)
            made.chmod(0o600)
            made.replace(target)
    except OSError as error:
        raise click.UsageError(f"{target} ne peut pas être écrit : {error.strerror}.") from error


def _open(outbox: Path, config: Path, day: date) -> Archive:
    # Imported here: the set-up takes most of a second, which --help should not cost.
    from pipeline.desk.archive import open_archive

    return open_archive(outbox, config, day)


def _one(archive: Archive, reference: str) -> FollowUp:
    """Return the dossier of ``reference``; an unknown one is refused with those that look like it."""
    from pipeline.desk.search import near

    asked = reference.strip().upper()
    one = archive.get(asked)
    if one is not None:
        return one
    if archive.register.folders().get(asked) == "":
        raise click.UsageError(f"Le dossier {asked} a été effacé : le registre n’en garde que le numéro.")
    close = near(asked, [known.reference for known in archive.follow_ups])
    hint = (
        f" Peut-être : {', '.join(close)}."
        if close
        else " Cherchez-le avec : conventions register list --recherche NOM."
    )
    raise click.UsageError(f"Le registre n’a pas de dossier {asked}.{hint}")


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def _echo(value: Any) -> None:
    from pipeline.report.register_export import json_text

    click.echo(json_text(value))
