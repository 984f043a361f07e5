"""What the other rows of the batch and of the register say about one row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.check.batch import BATCH_RULES, Batch
from pipeline.check.batch.hours import cumulated
from pipeline.check.catalogue import Catalogue
from pipeline.check.judged import is_doubt, others_judged
from pipeline.check.rules import Hit
from pipeline.desk.model import Decision
from pipeline.model import Companion, Loan, Place, Value


@dataclass(frozen=True, slots=True)
class Context:
    """The contribution of other rows to the verdict on one row."""

    hits: tuple[tuple[str, Hit], ...] = ()
    """(rule id, hit) of the rules across rows, in the order of rules.yaml."""
    others: Mapping[str, tuple[Companion, ...]] = field(default_factory=dict)
    """Rule id → the rows that its hit is about."""
    cumulated_hours: Decimal | None = None
    agreement_made: bool = False
    """An agreement for this very content was made by an earlier run."""
    issued: bool = False
    """The dossier’s agreement has been sent or signed: what speaks of a first request is silent."""
    around: Mapping[str, str] = field(default_factory=dict)
    """Rule id → hash of what a hit « à vérifier » judged of the other rows."""
    decisions: tuple[Decision, ...] = ()
    """Managers' decisions that may hold for the row."""

    @property
    def silent(self) -> bool:
        """Whether neither the other rows nor a manager say anything."""
        return not self.hits and self.cumulated_hours is None and not self.decisions

    def digest(self, loans: Iterable[Loan], values: Mapping[str, Value]) -> str:
        """Return a hash of what changes the verdict, values on ``loans`` included; "" when the row stands alone.

        Where the other rows stand is no part of it: a later export may hold them elsewhere.
        """
        said = [(rule_id, hit.fields, sorted(hit.slots.items()), hit.variant) for rule_id, hit in self.hits]
        lent = [(key, values[key]) for loan in loans for key in loan.fields]
        if self.silent and not lent and not self.issued:
            return ""
        decided = [repr(decision) for decision in self.decisions]
        whole = (said, str(self.cumulated_hours), lent, sorted(self.around.items()), decided, *[True] * self.issued)
        return hashlib.sha256(repr(whole).encode()).hexdigest()[:32]


def contexts(batch: Batch, catalogue: Catalogue) -> Mapping[Place, Context]:
    """Return the context of each row of this run about which other rows say something."""
    hits: dict[int, list[tuple[str, Hit]]] = {}
    others: dict[int, dict[str, tuple[Companion, ...]]] = {}
    around: dict[int, dict[str, str]] = {}
    for rule_id in catalogue:
        if rule_id not in BATCH_RULES:
            continue
        rule = catalogue[rule_id]
        for line, hit, about in BATCH_RULES[rule_id](batch, rule.parameters):
            hits.setdefault(line.number, []).append((rule_id, hit))
            others.setdefault(line.number, {})[rule_id] = tuple(batch.members[o.number].companion for o in about)
            if is_doubt(rule, hit):
                judged = others_judged(rule, (batch.members[o.number].deposit for o in about))
                around.setdefault(line.number, {})[rule_id] = judged
    hours = {line.number: total for lines, total in cumulated(batch) for line in lines}
    found: dict[Place, Context] = {}
    for number in sorted({*hits, *hours}):
        member = batch.members[number]
        if member.judged:
            found[member.deposit.place] = Context(
                tuple(hits.get(number, ())), others.get(number, {}), hours.get(number), around=around.get(number, {})
            )
    return found
