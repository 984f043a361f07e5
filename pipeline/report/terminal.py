"""What is said on the terminal: the night in a table, plain lines when nobody watches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.intake import ColumnsReport
from pipeline.language import short_date
from pipeline.model import Outcome, Status
from pipeline.report.phrases import STATUSES, count
from pipeline.report.run_json import totals_of
from pipeline.report.sentence import night, refused_rows, unread_rows
from pipeline.tables.fields import Fields

if TYPE_CHECKING:  # the command that installs tables is alone to need them
    from pipeline.update import Change, Proposal, Touched

_COLOURS: dict[Status, str] = {
    "prêt": "green",
    "à vérifier": "yellow",
    "à corriger": "red",
    "refusé": "red",
    "réorienté": "cyan",
    "remplacé": "dim",
    "repris": "dim",
}
_FILES_SHOWN = 20
_LEFT_OUT_SHOWN = 200
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, turns of the direction of writing, lone surrogates."""


def summary(outcome: Outcome, console: Console, where: str = "outbox/rapports/dernier") -> None:
    """Say in French what the run did: statuses, files, one line per refused file, notices, where to look.

    ``where`` is the folder of the latest reports as the user would type it.
    """
    _say(console, night(outcome), "bold")
    if outcome.repeated is not None:
        _say(console, "Rien n’a changé depuis le passage précédent de ce jour : ses rapports restent en place.")
    if console.is_terminal:
        _tables(outcome, console)
    _left_out(outcome, console)
    if unread := unread_rows(outcome):
        _say(console, f"{count(unread, 'ligne non lue', 'lignes non lues')} : voir rapport.html.", "yellow")
    if refused := refused_rows(outcome):
        told = count(refused, "réponse rendue non prise", "réponses rendues non prises")
        _say(console, f"{told} : voir rapport.html.", "yellow")
    if outcome.failures:
        one = "document n’a pas pu être fait, il sera repris"
        told = count(len(outcome.failures), one, "documents n’ont pas pu être faits, ils seront repris")
        _say(console, f"{told} au prochain passage : voir rapport.html.", "red")
    for notice in outcome.notices:
        _say(console, notice, "yellow")
    _say(console, f"À lire : {where}/rapport.html et {where}/a_corriger.xlsx", "bold")
    if outcome.follow_ups or any((outcome.repeated or {}).values()):
        _say(console, f"À tenir : {where.removesuffix('/rapports/dernier')}/suivi.xlsx", "bold")


def _left_out(outcome: Outcome, console: Console) -> None:
    """Say which files were refused or wait, and why; beyond two hundred their number, for the report lists them."""
    for state, title, usual, style in (
        ("rejeté", "Fichier refusé", "raison inconnue", "red"),
        ("en attente", "En attente", "lu au prochain passage", "yellow"),
    ):
        sources = [source for source in outcome.sources if source.state == state]
        for source in sources[:_LEFT_OUT_SHOWN]:
            _say(console, f"{title} : {_visible(source.file)} – {source.reason or usual}", style)
        if len(sources) > _LEFT_OUT_SHOWN:
            others = count(len(sources) - _LEFT_OUT_SHOWN, "autre", "autres")
            _say(console, f"{title} : et {others}, voir rapport.html.", style)


def _tables(outcome: Outcome, console: Console) -> None:
    statuses = Counter(totals_of(outcome))
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
    """Print one line as it is: no markup, nothing that the terminal obeys, no wrapping that would cut a path."""
    console.print(
        Text(_OBEYED.sub("\ufffd", text), style if console.is_terminal else ""), soft_wrap=True, highlight=False
    )


_HOW: Mapping[str, str] = {
    "exact": "exact",
    "alias": "alias",
    "dictionary": "dictionnaire",
    "section": "rubrique",
    "neighbour": "colonne voisine",
}
_STANDINGS: Mapping[str, str] = {"ignored": "non lu", "unknown": "inconnu", "refused": "refusé"}


def columns_table(report: ColumnsReport, fields: Fields, console: Console) -> None:
    """Print how the columns of a file map onto fields, sheet by sheet, and what to do about the others."""
    if report.reason:
        _say(console, f"{report.file} : {report.reason}")
    for sheet in report.sheets:
        known = f"{sheet.label} ({sheet.system})" if sheet.system else "aucun système ne reconnaît cette feuille"
        _say(console, f"{_visible(sheet.sheet) or report.file} : {known}", "bold")
        if sheet.reason:
            _say(console, f"  {sheet.reason}")
        for column in sheet.columns:
            told = ", ".join(fields[key].label for key in column.fields) or column.reason or "aucun champ"
            how = _HOW.get(column.how) or _STANDINGS.get(column.standing, "")
            _say(console, f"  {column.letters:>3}  {_visible(column.label) or '(sans titre)'} → {told} [{how}]")
            for near in column.suggestions:
                label = fields[near.field].label
                _say(
                    console,
                    f"         peut-être {label} ({near.field}), par «\u00a0{near.header}\u00a0» : {near.score} %",
                )
        for warning in sheet.warnings:
            _say(console, f"  Attention : {warning}", "yellow")
        if sheet.not_asked:
            missing = ", ".join(fields[key].label for key in sheet.not_asked)
            _say(console, f"  Champs obligatoires sans colonne : {missing}")


_FAULTS_SHOWN = 30
_SEVERITIES = {"bloquant": "bloquant", "à vérifier": "à vérifier", "information": "pour information"}


def update_faults(proposal: Proposal, console: Console) -> None:
    """Say what keeps a new table from being installed: file, line, column, what is wrong, what to do."""
    name = _visible(proposal.file.name)
    told = count(len(proposal.faults), "faute", "fautes")
    _say(console, f"{name} est refusé : {told}. Rien n’a été changé.", "bold red")
    for fault in proposal.faults[:_FAULTS_SHOWN]:
        where = [
            name,
            f"ligne {fault.line}" if fault.line else "",
            f"colonne « {fault.column} »" if fault.column else "",
        ]
        _say(console, f"  {', '.join(part for part in where if part)} : {fault.problem}. {fault.mend}")
    if len(proposal.faults) > _FAULTS_SHOWN:
        _say(console, f"  … et {count(len(proposal.faults) - _FAULTS_SHOWN, 'autre faute', 'autres fautes')}.")


def update_table(proposal: Proposal, titles: Mapping[str, str], console: Console) -> None:
    """Print what a new table changes, then which dossiers under way it touches, without any name.

    ``titles`` says what each rule is about, by its id.
    """
    _say(console, f"{_visible(proposal.file.name)} remplacerait {proposal.target.name} :", "bold")
    if proposal.same:
        _say(console, "  La table en place dit déjà la même chose.")
        return
    for change in proposal.changes:
        _say(console, f"  {_change(change)}")
    if not proposal.changes:
        _say(console, "  Aucun niveau ne change." if proposal.kind == "travel_advice" else "  Aucun taux ne change.")
    if proposal.reworded:
        _say(console, f"  Régions précisées, même niveau : {', '.join(proposal.reworded)}")
    if proposal.redated:
        _say(console, f"  {count(proposal.redated, 'conseil plus récent', 'conseils plus récents')}.")
    reach = proposal.reach
    if reach.touched:
        _say(
            console,
            f"{count(len(reach.touched), 'dossier en cours est touché', 'dossiers en cours sont touchés')} :",
            "bold",
        )
    else:
        _say(console, "Aucun dossier en cours ne change d’état.", "bold")
    for touched in reach.touched:
        _say(console, f"  {_touched(touched, titles)}", "red" if touched.after == "refusé" else "")
    if reach.reworded:
        one, many = (
            "autre dossier voit seulement un message se préciser",
            "autres dossiers voient seulement un message se préciser",
        )
        _say(console, f"  {count(reach.reworded, one, many)} (date du conseil, région, montant).")


def _change(change: Change) -> str:
    return f"{change.subject} : {change.before or 'absent de la table'} → {change.after}"


def _touched(touched: Touched, titles: Mapping[str, str]) -> str:
    place = f"{_visible(touched.file)}, ligne {touched.row}"
    start = f"début le {short_date(touched.start)}" if touched.start else "sans date de début"
    states = touched.after if touched.before == touched.after else f"{touched.before} → {touched.after}"
    text = (
        f"{touched.reference or 'sans référence'} ({place}) – {touched.country or 'pays inconnu'}, {start} : {states}"
    )
    for sign, rules in (("apparaît", touched.appear), ("disparaît", touched.disappear)):
        if rules:
            named = [
                f"{rule} {titles.get(rule, '')}".strip() + f" ({_SEVERITIES[severity]})" for rule, severity in rules
            ]
            text += f" ; {sign} : {', '.join(named)}"
    if not touched.in_inbox:
        text += " ; son fichier n’est plus dans la boîte de dépôt, aucune nuit ne le rejugera"
    return text


def update_done(proposal: Proposal, kept: str, console: Console) -> None:
    """Say where the old table is, and what the next night will do."""
    _say(console, f"{proposal.target.name} est en place ; l’ancienne table est gardée : {kept}", "bold green")
    _say(console, f"La prochaine nuit rejugera {count(proposal.reach.judged, 'dossier', 'dossiers')}.")
