"""CPM: the health insurance fund."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.facts import Facts
from pipeline.check.rules import Hit, Parameters, rule


@rule("CPM-01")
def names_no_fund(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Empty is blocking; a fund that is not in the table must come with its address."""
    fund = facts["protection.caisse"]
    if not fund:
        if facts.asked("protection.caisse") and not facts.filled("protection.caisse"):
            yield Hit(("protection.caisse",))
    elif not facts["protection.caisse_adresse"] and facts.tables.funds.find(fund) is None:
        field = "protection.caisse_adresse" if facts.asked("protection.caisse_adresse") else "protection.caisse"
        yield Hit((field,), {"caisse": fund}, "adresse_inconnue")
