"""CPM: the health insurance fund, and cover abroad."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.check.facts import Facts
from pipeline.check.rules import Hit, Parameters, rule
from pipeline.check.rules.texts import said

_FRENCH_POSTCODE = re.compile("[0-9]{5}")


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


@rule("CPM-02")
def has_a_fund_of_another_department(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Frequent, and no fault: many students keep the fund of their parents' home."""
    fund = facts.tables.funds.find(facts["protection.caisse"] or "")
    home = _department(facts)
    if fund is not None and fund.kind in p["caisses"] and home and fund.department and fund.department != home:
        yield Hit(("protection.caisse",), {"dep_cpam": fund.department, "dep_dom": home})


def _department(facts: Facts) -> str | None:
    """Return the department of the student's home in France, as the table of funds writes it: 13, 2A, 974."""
    country, code = facts["etudiant.pays"], facts["etudiant.code_postal"] or ""
    abroad = facts.tables.countries[country].abroad if country else facts.unreadable("etudiant.pays") is not None
    if abroad or not _FRENCH_POSTCODE.fullmatch(code):
        return None
    if code.startswith("20"):
        return "2A" if code < "20200" else "2B"
    return code[:3] if code.startswith(("97", "98")) else code[:2]


@rule("CPM-03")
def names_a_scheme_of_the_past(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """The student schemes ended in 2019."""
    named = said(facts["protection.caisse"] or "", p["anciens_regimes"])
    if named:
        yield Hit(("protection.caisse",), {"caisse": named})


@rule("CPM-05")
def says_nothing_of_local_cover(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Abroad, the host may give health cover; without an answer the agreement says that it does not."""
    key = "etranger.protection_locale"
    if facts.abroad and facts.asked(key) and not facts.filled(key):
        yield Hit((key,))


@rule("CPM-06")
def stays_abroad_beyond_the_french_cover(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Over six months abroad, the model agreement no longer promises the French cover of work accidents."""
    if facts.abroad and facts.over_six_months:
        yield Hit(("stage.date_fin", "stage.date_debut"))
