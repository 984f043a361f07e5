"""``conventions templates``: check the Word templates, list what they may ask for, and show them filled."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import PLACE, config_option, texts

if TYPE_CHECKING:
    from pipeline.documents.library import Sheet
    from pipeline.documents.placeholders import Placeholder
    from pipeline.setup import Shelf

_FAULTY = 2
_TEXTS = {
    "templates": (
        "Vérifie les modèles Word, montre ce qu’ils demandent et ce qu’ils donnent.",
        "Check the Word templates, list what they ask for, show them filled.",
    ),
    "list": (
        "Liste chaque nom, son sens, un exemple et les modèles qui l’emploient.",
        "List every name, its meaning, an example and the templates that use it.",
    ),
    "preview": (
        "Remplit les modèles avec trois dossiers inventés : .docx, PDF et images.",
        "Fill the templates with three invented dossiers: .docx, PDF and pictures.",
    ),
    "config": ("Fichier de configuration.", "Configuration file."),
    "json": ("Pour un programme.", "For a program."),
    "markdown": ("La page docs/placeholders.md.", "The page docs/placeholders.md."),
    "out": ("Dossier des aperçus.", "Folder of the previews."),
    "template": ("Seulement ce modèle.", "Only this template."),
}


_text = texts(_TEXTS)


_config = config_option()
# Of a subcommand, which may have it too: conventions templates list --config …
_own_config = click.option("--config", "own", type=PLACE, default=None, help=_text("config"))


@click.group("templates", invoke_without_command=True, help=_text("templates"))
@_config
@click.pass_context
def templates(context: click.Context, config: Path) -> None:
    if context.invoked_subcommand is not None:
        context.obj = config
        return
    shelf = _shelf(config, advice=True)
    for sheet in shelf.library.sheets.values():
        _tell(sheet)
    for fault in shelf.library.strangers:
        click.echo(f"{fault.template} (modèle de l’université) :\n  {fault.line}")
    if shelf.library.errors:
        sys.exit(_FAULTY)


def _shelf(config: Path, *, advice: bool = False) -> Shelf:
    from pipeline import setup

    return setup.load_shelf(config, setup.ROOT, advice=advice)


def _tell(sheet: Sheet) -> None:
    name = f"{sheet.name} (modèle de l’université)" if sheet.own else sheet.name
    state = "" if sheet.errors else " correct"
    click.echo(f"{name} :{state}")
    for fault in sheet.faults:
        click.echo(f"  {fault.line}")


@templates.command("list", help=_text("list"))
@click.option("--json", "as_data", is_flag=True, help=_text("json"))
@click.option("--markdown", is_flag=True, help=_text("markdown"))
@_own_config
@click.pass_obj
def list_placeholders(config: Path, as_data: bool, markdown: bool, own: Path | None) -> None:
    from pipeline.documents.placeholders import as_json, as_markdown

    found = listed(_shelf(own or config))
    if as_data:
        click.echo(as_json(found))
    elif markdown:
        click.echo(as_markdown(found), nl=False)
    else:
        for placeholder in found:
            example = f" (exemple : {placeholder.example})" if placeholder.example else ""
            click.echo(f"{placeholder.name} – {placeholder.meaning}{example}")
            click.echo(f"    {', '.join(placeholder.templates) or 'disponible, employé par aucun modèle'}")


def listed(shelf: Shelf) -> list[Placeholder]:
    """Return every name with what ``shelf`` tells of it; a template that cannot be used asks for nothing."""
    from pipeline.documents.lint import known_names
    from pipeline.documents.placeholders import load_meanings, placeholders
    from pipeline.setup import ROOT

    asked = {name: s.template.names for name, s in shelf.library.sheets.items() if s.template is not None}
    meanings = load_meanings(ROOT / "schemas")
    return placeholders(known_names(shelf.names), meanings, shelf.tables.fields, asked, shelf.trials.amended)


@templates.command(help=_text("preview"))
@click.option("--out", type=PLACE, default=Path("apercu"), show_default=True, help=_text("out"))
@click.option("--template", "name", metavar="NOM", help=_text("template"))
@_own_config
@click.pass_obj
def preview(config: Path, out: Path, name: str | None, own: Path | None) -> None:
    from pipeline.documents import office
    from pipeline.documents.gallery import make_gallery

    shelf = _shelf(own or config)
    sheets = _chosen(shelf, name)
    sound = {s.name: s.template for s in sheets if s.template is not None and not s.errors}
    program = office.find_program()
    settings = shelf.settings
    tool = office.Office(program, settings.batch_timeout, settings.document_timeout) if program else None
    gallery = make_gallery(sound, shelf.trials, out, tool)
    for index, dossier in enumerate(shelf.previews, 1):
        click.echo(f"dossier {index} : {dossier.title}")
    counts = (len(gallery.documents), len(gallery.pdfs), len(gallery.pictures))
    click.echo(f"{out} : {counts[0]} .docx, {counts[1]} PDF, {counts[2]} images")
    for notice in gallery.notices:
        click.echo(notice)
    faulty = [sheet for sheet in sheets if sheet.errors]
    for sheet in faulty:
        _tell(sheet)
    if faulty:
        sys.exit(_FAULTY)


def _chosen(shelf: Shelf, name: str | None) -> list[Sheet]:
    sheets = shelf.library.sheets
    if name is None:
        return list(sheets.values())
    file = name if name.endswith(".docx") else f"{name}.docx"
    if file not in sheets:
        near = get_close_matches(file, list(sheets), 1, 0.3)
        hint = f" Vouliez-vous « {near[0]} » ?" if near else ""
        raise click.UsageError(f"aucun modèle ne s’appelle « {name} ».{hint}")
    return [sheets[file]]
