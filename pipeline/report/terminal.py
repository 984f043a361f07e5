"""What is said on the terminal: the night in a table, a progress bar; plain lines when nobody watches."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from pipeline.intake import ColumnsReport
from pipeline.model import Outcome, Status
from pipeline.report.phrases import STATUSES, count
from pipeline.report.sentence import night
from pipeline.tables.fields import Fields

_COLOURS: dict[Status, str] = {
    "prêt": "green",
    "à vérifier": "yellow",
    "à corriger": "red",
    "refusé": "red",
    "réorienté": "cyan",
    "remplacé": "dim",
}
_FILES_SHOWN = 20


class Progress:
    """Shows how far long work has come: a bar on a terminal, nothing elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextlib.contextmanager
    def stage(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Lend the function that tells of ``n`` more finished out of ``total``; the bar leaves with the stage."""
        with progress(self._console, label, total) as advance:
            yield advance


@contextlib.contextmanager
def progress(console: Console, label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar named ``label`` for as long as the block lasts; silent when not on a terminal or with no work."""
    if not console.is_terminal or total <= 0:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda number: bar.advance(task, number)


def summary(outcome: Outcome, console: Console, where: str = "outbox/rapports/dernier") -> None:
    """Say in French what the run did: statuses, files, one line per refused file, notices, where to look.

    ``where`` is the folder of the latest reports as the user would type it.
    """
    _say(console, night(outcome), "bold")
    if console.is_terminal:
        _tables(outcome, console)
    for source in outcome.sources:
        if source.state == "rejeté":
            _say(
                console,
                f"Fichier refusé : {_visible(source.file)} – {source.reason or 'raison inconnue'}",
                "red",
            )
        elif source.state == "en attente":
            _say(
                console,
                f"En attente : {_visible(source.file)} – {source.reason or 'lu au prochain passage'}",
                "yellow",
            )
    unread = sum(len(source.unread) for source in outcome.sources)
    if unread:
        _say(console, f"{count(unread, 'ligne non lue', 'lignes non lues')} : voir rapport.html.", "yellow")
    if outcome.failures:
        one = "document n’a pas pu être fait, il sera repris"
        told = count(len(outcome.failures), one, "documents n’ont pas pu être faits, ils seront repris")
        _say(console, f"{told} au prochain passage : voir rapport.html.", "red")
    for notice in outcome.notices:
        _say(console, notice, "yellow")
    _say(console, f"À lire : {where}/rapport.html et {where}/a_corriger.xlsx", "bold")


def _tables(outcome: Outcome, console: Console) -> None:
    statuses = Counter(verdict.status for verdict in outcome.verdicts)
    table = Table("État", "Dossiers", "Ce que cela veut dire")
    table.columns[1].justify = "right"
    for status, meaning in STATUSES.items():
        if statuses[status]:
            table.add_row(Text(status, _COLOURS[status]), str(statuses[status]), meaning)
    console.print(table)
    if outcome.sources:
        files = Table("Fichier", "Feuille", "État", "Fiches")
        files.columns[3].justify = "right"
        for source in outcome.sources[:_FILES_SHOWN]:
            colour = {"rejeté": "red", "en attente": "yellow"}.get(source.state, "")
            files.add_row(
                Text(_visible(source.file)),
                Text(_visible(source.sheet)),
                Text(source.state, colour),
                str(source.rows),
            )
        if len(outcome.sources) > _FILES_SHOWN:
            files.add_row(Text(f"… et {len(outcome.sources) - _FILES_SHOWN} autres"), "", "", "")
        console.print(files)


def _visible(text: str) -> str:
    """Return a name without the control characters that could write over the terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _say(console: Console, text: str, style: str = "") -> None:
    """Print one line as it is: no markup, no wrapping that would cut a path."""
    console.print(Text(text, style if console.is_terminal else ""), soft_wrap=True, highlight=False)


def columns_table(report: ColumnsReport, fields: Fields, console: Console) -> None:
    """Print how the columns of a file map onto fields, sheet by sheet, and what to do about the others."""
    if report.reason:
        _say(console, f"{report.file} : {report.reason}")
    for sheet in report.sheets:
        known = sheet.system or "aucun système ne reconnaît cette feuille"
        _say(console, f"{sheet.sheet or report.file} : {known}", "bold")
        if sheet.reason:
            _say(console, f"  {sheet.reason}")
        for column in sheet.columns:
            told = ", ".join(fields[key].label for key in column.fields) or column.reason
            if column.suggestions:
                told += " ; peut-être " + " ou ".join(f"« {label} »" for label, _ in column.suggestions)
            _say(console, f"  {column.letters:>3}  {_visible(column.label) or '(sans titre)'} → {told}")
        if sheet.not_asked:
            missing = ", ".join(fields[key].label for key in sheet.not_asked)
            _say(console, f"  Champs obligatoires sans colonne : {missing}")
