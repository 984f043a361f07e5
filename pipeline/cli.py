"""The command line: click commands that read their options, call one function and tell what came of it."""

from __future__ import annotations

import functools
import io
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from pipeline import __version__
from pipeline.announcement import announcement
from pipeline.commands.amend import amend
from pipeline.commands.doctor import doctor
from pipeline.commands.export_person import export_person
from pipeline.commands.options import PLACE, config_option, date_option, inbox_option, outbox_option, texts, yes_option
from pipeline.commands.purge import purge
from pipeline.commands.register import register
from pipeline.commands.templates import templates
from pipeline.endings import INTERRUPTED, at_once, end_tidily
from pipeline.errors import ConventionsError
from pipeline.logs import talk_discreetly
from pipeline.patience import uncollected

if TYPE_CHECKING:
    from pipeline.model import Outcome

_Command = TypeVar("_Command", bound=Callable[..., None])
_FAILED_DOCUMENTS = 4
_TEXTS = {
    "generate": ("Contrôle la boîte de dépôt et produit les conventions.", "Check the inbox and make the agreements."),
    "check": ("Contrôle sans produire de document ni toucher au registre.", "Check only: no document, no register."),
    "columns": ("Montre comment les colonnes d’un fichier sont comprises.", "Show how a file's columns are understood."),
    "draft": ("Écrire une ébauche de fichier YAML pour un nouveau système source.", "Write a first YAML file for a new source system."),
    "update": ("Contrôle une nouvelle table (conseils, taux) et la met en place.", "Check a new table (advice, rates) and install it."),
    "workers": ("Nombre de processus menés de front (0 : les cœurs).", "Processes at a time (0: the cores)."),
    "scheduler": ("Ordonnanceur Dask dont les ouvriers font le travail (tcp://machine:8786).", "Dask scheduler whose workers do the work (tcp://host:8786)."),
    "pdf": ("Faire aussi les PDF.", "Make PDFs too."),
    "strict": ("Statut 1 si un dossier n’est pas prêt.", "Status 1 when a dossier is not ready."),
    "main": ("Conventions de stage : des fiches déposées aux conventions à signer.", "Internship agreements: from the forms to the agreements."),
}  # fmt: skip


_text = texts(_TEXTS)


def _run_options(command: _Command) -> _Command:
    """Add the options that generate and check share."""
    options = (
        inbox_option(),
        outbox_option(default=None),
        config_option(),
        date_option(),
        click.option("--workers", type=click.IntRange(0), default=0, help=_text("workers")),
        click.option("--scheduler", metavar="tcp://…", default="", help=_text("scheduler")),
        click.option("--strict", is_flag=True, help=_text("strict")),
    )  # fmt: skip
    return functools.reduce(lambda f, option: option(f), reversed(options), command)


@click.group(help=_text("main"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="conventions")
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", help="Langue de l’aide / language of the help.")
def cli(lang: str) -> None:
    del lang  # read by options.spoken()
    talk_discreetly()


@cli.command(help=_text("generate"))
@_run_options
@click.option("--pdf/--no-pdf", default=True, help=_text("pdf"))
def generate(**given: Any) -> None:
    _process(**given, check_only=False)


@cli.command(help=_text("check"))
@_run_options
def check(**given: Any) -> None:
    _process(**given, pdf=False, check_only=True)


def _process(
    *,
    inbox: Path,
    outbox: Path | None,
    config: Path,
    day: date,
    workers: int,
    scheduler: str,
    strict: bool,
    pdf: bool,
    check_only: bool,
) -> None:
    place = outbox or default_outbox(inbox)
    if line := announcement(inbox, place, day, check_only=check_only):
        click.echo(line)
    # Imported here: the libraries take most of a second, which neither --help nor the first line should wait for.
    with uncollected(), at_once():
        from rich.console import Console

        from pipeline.report.progress import Progress
        from pipeline.report.terminal import summary
        from pipeline.run import Options, run

    console = Console()
    by_clock = click.get_current_context().get_parameter_source("day") is ParameterSource.DEFAULT
    options = Options(inbox, place, config, day, workers, pdf, check_only, scheduler, by_clock=by_clock)
    outcome = run(options, Progress(console))
    summary(outcome, console, f"{place}/rapports/dernier")
    sys.exit(exit_status(outcome, strict=strict))


def default_outbox(inbox: Path) -> Path:
    """Return ``outbox``, or ``outbox_demo`` when the examples are read: they never mix with real dossiers."""
    return Path("outbox_demo") if inbox.name == "examples" else Path("outbox")


def exit_status(outcome: Outcome, *, strict: bool) -> int:
    """Return 4 when a document could not be made, 1 with ``strict`` when a dossier is not ready, else 0."""
    if outcome.failures:
        return _FAILED_DOCUMENTS
    from pipeline.report.run_json import totals_of

    done = ("rows", "prêt", "remplacé", "repris")
    return int(strict and any(number for name, number in totals_of(outcome).items() if name not in done))


@cli.command(help=_text("columns"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@config_option()
@click.option("--ebauche", "--yaml", "draft", metavar="FICHIER.yaml", type=PLACE, help=_text("draft"))
def columns(file: Path, config: Path, draft: Path | None) -> None:
    from rich.console import Console

    from pipeline.config import load_settings
    from pipeline.intake import describe_apart, draft_system, load_systems
    from pipeline.report.terminal import columns_table
    from pipeline.setup import ROOT
    from pipeline.tables.fields import load_fields

    limits = load_settings(config).limits
    fields = load_fields(ROOT / "schemas")
    systems = load_systems(ROOT / "schemas", fields)
    report = describe_apart(file, systems, fields, limits)
    columns_table(report, fields, Console())
    if draft is not None:
        text = draft_system(report, systems, fields)
        if text is None:
            raise click.UsageError(f"{file.name} n’a pas de ligne d’en-têtes : aucune ébauche n’a été écrite.")
        _write_new(draft, text)
        click.echo(f"Ébauche écrite : {draft}. Relisez-la, puis déposez-la dans schemas/columns/.")


def _write_new(path: Path, text: str) -> None:
    """Write ``text`` to a file that is not there yet; what somebody has written is never replaced."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise click.UsageError(f"{path} existe déjà : donnez un autre nom, ou retirez-le d’abord.") from error
    except OSError as error:
        raise click.UsageError(f"{path} ne peut pas être écrit : {error.strerror}.") from error


@cli.command(help=_text("update"))
@click.argument("file", metavar="FICHIER.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@inbox_option()
@outbox_option(default=None)
@config_option()
@date_option()
@yes_option()
def update(file: Path, inbox: Path, outbox: Path | None, config: Path, day: date, agreed: bool) -> None:
    from rich.console import Console

    from pipeline import setup
    from pipeline.report.terminal import update_done, update_faults, update_table
    from pipeline.update import examine, install

    console = Console()
    place = outbox or default_outbox(inbox)
    proposal, loaded = examine(file, inbox=inbox, outbox=place, config=config, day=day, root=setup.ROOT)
    if proposal.faults:
        update_faults(proposal, console)
        sys.exit(2)
    update_table(proposal, loaded.titles, console)
    if proposal.same:
        return
    if not agreed and not _is_attended():
        click.echo("Rien n’a été changé : relancez avec --oui pour mettre cette table en place.")
        return
    if agreed or _confirms("Mettre cette table en place ?"):
        update_done(proposal, str(install(proposal)), console)
    else:
        click.echo("Rien n’a été changé.")


def _confirms(question: str) -> bool:
    """Ask on the terminal; only a yes, in French or English, is one (click.confirm knows no « o »)."""
    answer: str = click.prompt(f"{question} [o/N]", default="n", show_default=False)
    return answer.strip().casefold() in ("o", "oui", "y", "yes")


def _is_attended() -> bool:
    """Tell whether somebody is there to answer."""
    return sys.stdin.isatty()


cli.add_command(templates)
cli.add_command(amend)
cli.add_command(doctor)
cli.add_command(purge)
cli.add_command(export_person)
cli.add_command(register)


def main() -> NoReturn:
    """Run the command; a fault of the set-up ends it with its own status and one line.

    A scheduler that ends the command (SIGTERM) and a person who does (Ctrl-C) leave the same behind: whole files only.
    """
    end_tidily()
    _never_fail_to_speak()
    os.umask(0o077)  # what is written is its owner's alone from the first moment, until its rights are given
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("Interrompu : ce qui est fait est gardé, le prochain passage finira le reste.", err=True)
        sys.exit(INTERRUPTED)
    except ConventionsError as error:
        click.echo(f"Erreur : {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        _end_on_the_disk(error)
    sys.exit(0)


def _never_fail_to_speak() -> None:
    """Write a question mark where the terminal or the log has no such letter: no run ends over a dash or an accent."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _end_on_the_disk(error: OSError) -> NoReturn:
    """End the command on a disk that takes nothing more, which no traceback explains; any other fault is shown whole."""
    from pipeline.disk import refusal

    place = Path(error.filename) if isinstance(error.filename, str) else Path()
    fault = refusal(error, place)
    if fault is None:
        raise error
    click.echo(f"Erreur : {fault}", err=True)
    sys.exit(fault.exit_code)
