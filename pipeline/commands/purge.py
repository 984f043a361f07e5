"""``conventions purge``: erase dossiers, and prove that no trace of the people is left."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Day, config_option, date_option, inbox_option, outbox_option, texts, yes_option

if TYPE_CHECKING:
    from pipeline.privacy.purge import Plan, Site
    from pipeline.privacy.traces import Proof
    from pipeline.setup import Setup

_UNFINISHED = 4
_TEXTS = {
    "purge": (
        "Efface des dossiers et vérifie qu’aucune trace des personnes ne reste ; sans option, achève un effacement interrompu.",
        "Erase dossiers and prove that no trace of the people is left; without options, finish what was cut short.",
    ),
    "before": (
        "Les dossiers dont le stage s’est terminé avant ce jour (à défaut de date de fin, déposés avant ce jour), AAAA-MM-JJ.",
        "The dossiers whose internship ended before this day (without an end: deposited before it), YYYY-MM-DD.",
    ),
    "dossier": ("Ce dossier ; à répéter pour plusieurs.", "This dossier; repeat it for several."),
    "conservation": (
        "Les dossiers au terme des durées de [conservation], même quand elle n’est pas active.",
        "The dossiers whose time under [conservation] is over, also when it is switched off.",
    ),
    "dry_run": ("Dire ce qui serait effacé, sans rien changer.", "Tell what would be erased; change nothing."),
    "inbox": ("Dossier des exports déposés, que la commande ne modifie pas.", "Folder of the exports, left as it is."),
}


_text = texts(_TEXTS)


@click.command("purge", help=_text("purge"))
@click.option("--before", "--avant", "until", type=Day(), metavar="DATE", help=_text("before"))
@click.option("--dossier", "references", multiple=True, metavar="RÉFÉRENCE", help=_text("dossier"))
@click.option("--conservation", "by_age", is_flag=True, help=_text("conservation"))
@click.option("--dry-run", "--essai", "dry_run", is_flag=True, help=_text("dry_run"))
@yes_option()
@inbox_option(_TEXTS["inbox"])
@outbox_option()
@config_option()
@date_option()
def purge(
    *,
    until: date | None,
    references: tuple[str, ...],
    by_age: bool,
    dry_run: bool,
    agreed: bool,
    inbox: Path,
    outbox: Path,
    config: Path,
    day: date,
) -> None:
    if (until is not None) + bool(references) + by_age > 1:
        raise click.UsageError("Choisissez : --before, --dossier ou --conservation, une seule de ces options.")
    # Imported here: the set-up takes most of a second, which --help should not cost.
    from pipeline.privacy.purge import site_of
    from pipeline.setup import load_setup

    if until is not None and until > day:
        raise click.UsageError(
            f"--before {until:%Y-%m-%d} est après le jour du traitement ({day:%Y-%m-%d}) : des stages en cours seraient effacés."
        )
    setup = load_setup(config)
    site = site_of(outbox, setup.settings)
    asked = until is not None or bool(references) or by_age
    if not asked and not site.mark.exists():
        raise click.UsageError(
            "Aucun effacement n’est en cours : indiquez --before DATE, --dossier RÉFÉRENCE ou --conservation."
        )
    if site.mark.exists() and not dry_run:
        _finish(site, setup)
    if asked:
        chosen = until, references
        _erase(setup, site, chosen, (inbox, outbox), day, dry_run=dry_run, agreed=agreed)


def _finish(site: Site, setup: Setup) -> None:
    """Finish what was cut short."""
    from pipeline.lock import hold
    from pipeline.privacy.purge import resume
    from pipeline.register.faults import said_plainly
    from pipeline.register.reading import open_copy

    with hold(site.outbox.root, setup.settings.group), said_plainly(site.register):
        proof = resume(site, open_copy(site.register).returned_books())
    if proof is not None:
        click.echo("Un effacement interrompu est repris.")
        _tell(proof)


def _erase(
    setup: Setup,
    site: Site,
    chosen: tuple[date | None, tuple[str, ...]],
    folders: tuple[Path, Path],
    day: date,
    *,
    dry_run: bool,
    agreed: bool,
) -> None:
    from pipeline.lock import hold
    from pipeline.privacy.purge import carry_out
    from pipeline.privacy.screen import inbox_lines, plan_lines
    from pipeline.register.faults import said_plainly

    inbox, outbox = folders
    plan = _plan(setup, chosen, folders, day)
    if not plan.targets:
        click.echo("Aucun dossier à effacer.")
        return
    _say(plan_lines(plan, outbox))
    _say(inbox_lines(plan, inbox))
    if dry_run:
        click.echo("Essai : rien n’a été changé.")
        return
    if not plan.found.blocked and not _agrees(agreed=agreed):
        click.echo("Rien n’a été effacé.")
        return
    with hold(site.outbox.root, setup.settings.group), said_plainly(site.register):
        proof = carry_out(site, _plan(setup, chosen, folders, day))
    _tell(proof)


def _plan(setup: Setup, chosen: tuple[date | None, tuple[str, ...]], folders: tuple[Path, Path], day: date) -> Plan:
    from pipeline.desk.archive import archive_of
    from pipeline.privacy.purge import plan_purge
    from pipeline.privacy.targets import before, by_reference, expired

    inbox, outbox = folders
    until, references = chosen
    archive = archive_of(setup, outbox, day)
    if references:
        targets = by_reference(archive, references)
    else:
        targets = before(archive, until) if until else expired(archive, setup.settings.retention, day)
    return plan_purge(archive, targets, inbox, outbox, day)


def _agrees(*, agreed: bool) -> bool:
    if agreed:
        return True
    if not sys.stdin.isatty():
        click.echo("Personne n’est là pour confirmer : relancez avec --oui.")
        return False
    answer: str = click.prompt("Effacer définitivement ? [o/N]", default="n", show_default=False, prompt_suffix=" ")
    return answer.strip().casefold() in ("o", "oui", "y", "yes")


def _tell(proof: Proof) -> None:
    from pipeline.privacy.screen import proof_lines

    _say(proof_lines(proof))
    if not proof.is_clean:
        sys.exit(_UNFINISHED)


def _say(lines: Iterable[str]) -> None:
    """Show lines that hold names of files, which others have chosen: nothing in them is obeyed by the terminal."""
    from pipeline.intake.files import printable

    for line in lines:
        click.echo(printable(line))
