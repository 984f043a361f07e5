"""The order of judging one dossier: redirections, schema, rules, silences, status."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pipeline.check import rules
from pipeline.check.batch import BATCH_RULES
from pipeline.check.catalogue import Catalogue, load_catalogue
from pipeline.check.context import Context
from pipeline.check.facts import Facts
from pipeline.check.rules import RULES, Hit, Parameters, RuleFunction
from pipeline.check.schema import SCHEMA_RULES, FormSchema
from pipeline.check.wording import finding
from pipeline.config import Settings
from pipeline.desk.decisions import settle
from pipeline.model import Entry, Finding, Status, Verdict
from pipeline.normalise import shown
from pipeline.tables import Tables

REDIRECTIONS = ("ROU-01", "ROU-02", "ROU-03")
"""Asked first; when one speaks, no other rule does."""
RED, TURNED_RED = "GEO-02", "GEO-09"
"""A red destination refuses a request; once the agreement is made, it is for the manager to call the student back."""
STANDING_RULES = ("LIG-01", "LIG-11")
"""Rules about a row's standing: :mod:`pipeline.dossiers` decides, the judge only words them."""
_ALONE = Context()
_Asked: TypeAlias = tuple[str, RuleFunction, Parameters]
"""A rule that is asked about every row: its id, its function, its parameters."""

for _module in pkgutil.iter_modules(rules.__path__):
    importlib.import_module(f"{rules.__name__}.{_module.name}")


@dataclass(frozen=True, slots=True)
class Judge:
    """Everything that judging needs, loaded once."""

    tables: Tables
    settings: Settings
    catalogue: Catalogue
    schema: FormSchema
    _asked_first: tuple[_Asked, ...] = field(init=False, repr=False, compare=False)
    _asked_then: tuple[_Asked, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put each rule beside its parameters, so that they are looked up once and not for every row."""
        first = tuple((i, RULES[i], self.catalogue[i].parameters) for i in REDIRECTIONS)
        then = tuple((i, rule, self.catalogue[i].parameters) for i, rule in RULES.items() if i not in REDIRECTIONS)
        object.__setattr__(self, "_asked_first", first)
        object.__setattr__(self, "_asked_then", then)

    def facts(self, entry: Entry) -> Facts:
        """Return what the rules see of ``entry``."""
        return Facts(entry, self.tables, self.settings)

    def judge(self, entry: Entry, context: Context = _ALONE) -> Verdict:
        """Return the verdict on one entry: its findings in the order of rules.yaml, and its status.

        ``context`` is what the other rows of the batch and of the register contribute, and what managers decided.
        """
        facts = self.facts(entry)
        if entry.taken_over:
            return Verdict(entry, "repris", facts.model, facts.country.zone if facts.country else None, ())
        spoken = _silenced(self._asked(entry, facts, context), self.catalogue)
        spoken.sort(key=lambda pair: self.catalogue.rank(pair[0]))
        said = tuple(
            finding(
                self.catalogue[rule_id], hit, facts, context.others.get(rule_id, ()), context.around.get(rule_id, "")
            )
            for rule_id, hit in spoken
        )
        findings = settle(said, context.decisions, entry)
        status: Status = "remplacé" if entry.standing == "replaced" else status_of(findings)
        country = facts.country
        zone = country.zone if country else None
        return Verdict(entry, status, facts.model, zone, findings)

    def minds_issue(self, finding: Finding) -> bool:
        """Tell whether the finding would not be there, or not so, once the agreement has been sent or signed."""
        return finding.rule == RED or self.catalogue[finding.rule].silent_once_issued

    def _asked(self, entry: Entry, facts: Facts, context: Context) -> list[tuple[str, Hit]]:
        if entry.standing == "replaced":
            return [("LIG-11", _named(entry))]
        redirected = _hits(facts, self._asked_first)
        if redirected:
            return redirected
        found = self._all_hits(entry, facts) + list(context.hits)
        if context.issued:
            found = [(rule_id, hit) for rule_id, hit in found if not self.catalogue[rule_id].silent_once_issued]
        if context.agreement_made or context.issued:
            found = [(TURNED_RED if rule_id == RED else rule_id, hit) for rule_id, hit in found]
        return found

    def _all_hits(self, entry: Entry, facts: Facts) -> list[tuple[str, Hit]]:
        found = list(self.schema.judge(facts))
        found += _hits(facts, self._asked_then)
        found += [(note.rule, Hit(note.fields, note.slots, "conversion")) for note in entry.deposit.form.notes]
        if entry.standing == "double":
            found.append(("LIG-01", _named(entry)))
        return found


def load_judge(schemas: Path, tables: Tables, settings: Settings) -> Judge:
    """Load the rules and build the Cerberus schema. Raises SetupError (status 2) when they do not fit together."""
    applied = (*RULES, *SCHEMA_RULES, *BATCH_RULES, *STANDING_RULES, TURNED_RED)
    catalogue = load_catalogue(schemas, tables.fields, applied)
    return Judge(tables, settings, catalogue, FormSchema(tables.fields))


def status_of(findings: Iterable[Finding]) -> Status:
    """Return the status that the findings at the gate « édition » give, first match (design § 2)."""
    held = [f for f in findings if f.jalon == "édition"]
    if any(f.motif == "réorientation" for f in held):
        return "réorienté"
    if any(f.motif == "refus" for f in held):
        return "refusé"
    if any(f.severity == "bloquant" for f in held):
        return "à corriger"
    return "à vérifier" if any(f.severity == "à vérifier" for f in held) else "prêt"


def _named(entry: Entry) -> Hit:
    """Return the hit of LIG-01 or LIG-11, which names the other row."""
    other = entry.other
    if other is None:
        raise ValueError("a replaced or doubled row names the other one")
    slots = {"fichier": other.file, "n": str(other.row)}
    if entry.overwritten:
        told = ", ".join(f"{change.label} ({shown(change.after)})" for change in entry.overwritten)
        return Hit((), {**slots, "corrections": told}, "écrasement")
    return Hit((), slots)


def _hits(facts: Facts, asked: Iterable[_Asked]) -> list[tuple[str, Hit]]:
    return [
        (rule_id, hit)
        for rule_id, rule, parameters in asked
        for hit in rule(facts, parameters)
        if not _owned_by_another(rule_id, hit, facts)
    ]


def _owned_by_another(rule_id: str, hit: Hit, facts: Facts) -> bool:
    """Tell whether a cell that ``hit`` marks is a formula in error, or unreadable under another rule."""
    for key in hit.fields:
        if facts.broken(key):
            return True
        field = facts.tables.fields[key]
        if facts.unreadable(key) and (field.unreadable_rule or "LIG-09") != rule_id:
            return True
    return False


def _silenced(hits: Iterable[tuple[str, Hit]], catalogue: Catalogue) -> list[tuple[str, Hit]]:
    """Drop the hits of rules that another one's hit silences, and what is said twice."""
    listed = list(hits)
    speaking = {rule_id for rule_id, _ in listed}
    marked = {(rule_id, key) for rule_id, hit in listed if rule_id in SCHEMA_RULES for key in hit.fields}

    def _silences(other: str, rule_id: str) -> bool:
        # An unreadable or missing cell silences the rules that read it, not those of other cells.
        if other in SCHEMA_RULES:
            return any((other, key) in marked for key in catalogue[rule_id].fields)
        return other in speaking

    def _kept() -> Iterator[tuple[str, Hit]]:
        for rule_id, hit in listed:
            if not any(_silences(other, rule_id) for other in catalogue[rule_id].silenced_by):
                yield rule_id, hit

    return list(_kept())
