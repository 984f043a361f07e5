"""The decisions that a returned workbook asks for: taken, or refused with a reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from pipeline.desk.decisions import PLACE_FIELDS, by_target, decidable, holding, judged_value, judges, relevant, target
from pipeline.desk.model import Decision, DecisionEdit, Refusal
from pipeline.language import NBSP, long_date
from pipeline.model import Entry, Finding, Verdict
from pipeline.normalise import shown
from pipeline.tables import Tables
from pipeline.tables.words import clean_spaces

_Answer: TypeAlias = Sequence[Decision] | str
"""What is to be recorded, or the French reason why nothing is."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One row of « À décider » before the finding that it is about."""

    edit: DecisionEdit
    finding: Finding
    entry: Entry
    tables: Tables


def take(
    edits: Iterable[DecisionEdit],
    verdicts: Mapping[str, Verdict],
    held: Iterable[Decision],
    tables: Tables,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> tuple[tuple[Decision, ...], tuple[Refusal, ...]]:
    """Return what is to be recorded, in order, and what is refused with its row and its reason in French.

    ``verdicts`` maps references to what the rules say of each dossier today; ``held`` are the decisions in force;
    ``titles`` what each rule is about. The row saved first is taken first; a later one that had not seen it is told.
    A row that asks for what holds already changes nothing, so that the same workbook may be read twice.
    """
    standing = list(held)
    taken: list[Decision] = []
    refusals = []
    for edit in sorted(edits, key=lambda e: (e.at, e.place)):
        answer = _answer(edit, verdicts.get(edit.reference), standing, tables)
        if isinstance(answer, str):
            about = f"{edit.reference}, «{NBSP}{titles.get(edit.rule, edit.rule)}{NBSP}»"
            refusals.append(Refusal(edit.place, f"Décision non prise ({about}){NBSP}: {answer}"))
            continue
        for decision in answer:
            standing = [d for d in standing if (d.target, d.rule) != (decision.target, decision.rule)]
            standing += [decision] if decision.choice != "à revoir" else []
        taken += answer
    return tuple(taken), tuple(refusals)


def _answer(edit: DecisionEdit, verdict: Verdict | None, held: Sequence[Decision], tables: Tables) -> _Answer:
    if verdict is None:
        return "ce dossier n’est pas au registre. Vérifiez la référence."
    found = [finding for finding in verdict.findings if finding.rule == edit.rule]
    if not found:
        return "la question ne se pose plus pour ce dossier. Rien à faire."
    same = [finding for finding in found if finding.judged and finding.judged == edit.judged]
    finding = (same or found)[0]
    if not decidable(finding):
        return _not_to_decide(finding)
    if not same:
        return _changed(edit, finding, verdict.entry)
    case = _Case(edit, finding, verdict.entry, tables)
    mine = [d for d in relevant(by_target(held), verdict.entry, tables) if judges(d, finding, verdict.entry)]
    return _conflict(case, mine) or _lack(case) or _recorded(case, mine)


def _not_to_decide(finding: Finding) -> str:
    if finding.motif in ("refus", "réorientation"):
        return "ce point ne peut pas être accepté, il interdit d’établir la convention."
    if finding.severity == "bloquant":
        return "ce point ne se décide pas, il se corrige dans la fiche."
    if finding.severity == "information":
        return "ce point n’appelle pas de décision, il est donné pour information."
    return "ce point ne retient pas la convention, il se règle avant la signature de l’université."


def _changed(edit: DecisionEdit, finding: Finding, entry: Entry) -> str:
    now = ", ".join(filter(None, (shown(entry.deposit.form.cells.get(key)) for key in finding.fields)))
    now = f"la fiche dit maintenant «{NBSP}{clean_spaces(now) or 'rien'}{NBSP}»"
    before = f" et non plus «{NBSP}{clean_spaces(edit.shown)}{NBSP}»" if edit.shown else ""
    return f"ce que vous avez jugé a changé depuis, {now}{before}. Décidez de nouveau dans le nouveau classeur."


def _conflict(case: _Case, mine: Sequence[Decision]) -> str:
    """Return what another manager decided that the row had not seen; "" when it had, or when they agree."""
    edit, now = case.edit, holding(case.finding, mine, case.entry)
    choice = now.choice if now else None
    if choice in (edit.known, edit.choice) or (now is None and edit.choice == "à revoir"):
        return ""
    wanted = f"votre décision «{NBSP}{edit.choice}{NBSP}» n’a pas été prise"
    if now is None:
        return f"la décision «{NBSP}{edit.known}{NBSP}» que montrait votre classeur a été retirée depuis, {wanted}."
    why = f" (motif{NBSP}: {now.reason})" if now.reason else ""
    told = f"{now.by or 'une autre personne'} a décidé «{NBSP}{now.choice}{NBSP}» le {long_date(now.on, 'fr')}{why}"
    return f"{told}, {wanted}. Voyez ensemble, puis décidez dans le nouveau classeur."


def _lack(case: _Case) -> str:
    """Return what is missing for the decision to be taken; "" when nothing is."""
    edit, finding = case.edit, case.finding
    if edit.choice == "à revoir":
        return ""
    if edit.on is not None and edit.on > edit.at.date():
        return f"elle est datée du {long_date(edit.on, 'fr')}, qui est à venir. Corrigez la colonne «{NBSP}Le{NBSP}»."
    reason = clean_spaces(edit.reason)
    if edit.choice == "accepté" and not reason:
        return f"une acceptation demande un motif. Remplissez la colonne «{NBSP}Motif{NBSP}»."
    if not reason and finding.internal:
        return f"l’étudiante ou l’étudiant doit pouvoir lire pourquoi. Remplissez la colonne «{NBSP}Motif{NBSP}»."
    if not clean_spaces(edit.by):
        return f"personne n’est nommé. Remplissez la colonne «{NBSP}Par{NBSP}»."
    if edit.reach == "cette ville" and not PLACE_FIELDS.intersection(finding.fields):
        return f"la question ne tient pas à la ville. Choisissez «{NBSP}ce dossier{NBSP}»."
    if target(edit.reach, case.entry, case.tables) is None:
        return _UNKNOWN[edit.reach]
    return ""


_UNKNOWN = {
    "ce dossier": "ce dossier n’a pas de référence.",
    "cet organisme": f"la fiche ne nomme pas l’organisme. Choisissez «{NBSP}ce dossier{NBSP}».",
    "cette ville": "la fiche ne dit pas la ville du stage, ou aucun avis aux voyageurs ne concerne ce pays. "
    f"Choisissez «{NBSP}ce dossier{NBSP}».",
}


def _recorded(case: _Case, mine: Sequence[Decision]) -> Sequence[Decision]:
    """Return what is taken back, then the new decision; nothing when it holds already."""
    edit, now = case.edit, holding(case.finding, mine, case.entry)
    if edit.choice == "à revoir":
        return [_taken_back(decision, edit) for decision in mine]
    agreed = now is not None and (now.choice, now.reach) == (edit.choice, edit.reach)
    if now is not None and agreed and (edit.known is None or now.reason == clean_spaces(edit.reason)):
        return ()
    key = target(edit.reach, case.entry, case.tables)
    judged = judged_value(case.finding, case.entry, edit.reach)
    new = Decision(
        reference=edit.reference,
        rule=edit.rule,
        choice=edit.choice,
        reason=clean_spaces(edit.reason),
        by=clean_spaces(edit.by),
        on=edit.on or edit.at.date(),
        reach=edit.reach,
        judged=judged,
        target=f"{key}#{judged}",
        at=edit.at,
    )
    own = [d for d in mine if d.reference == edit.reference and d.target != new.target]
    return [*(_taken_back(decision, edit) for decision in own), new]


def _taken_back(decision: Decision, edit: DecisionEdit) -> Decision:
    """Return what ends ``decision``: its place in the register, told by the row."""
    return dataclasses.replace(
        decision,
        reference=edit.reference,
        choice="à revoir",
        reason=clean_spaces(edit.reason),
        by=clean_spaces(edit.by),
        on=edit.on or edit.at.date(),
        at=edit.at,
    )
