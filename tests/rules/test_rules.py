"""Every rule: what it lets pass, what it reports, on which cells, and that its texts can be written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from pipeline.check.batch import BATCH_RULES
from pipeline.check.judge import STANDING_RULES, TURNED_RED
from pipeline.check.rules import RULES, Hit
from pipeline.check.schema import SCHEMA_RULES
from pipeline.check.wording import COMMON, finding
from pipeline.tables.yamls import read_yaml
from tests.rules.forms import ROOT, entry, facts, judge
from tools.examples.contact import abroad, perfect

EXAMPLES: dict[str, Any] = read_yaml(ROOT / "tests" / "rules" / "examples.yaml")


def _hits(rule_id: str, cells: Mapping[str, Any], configuration: Mapping[str, Any]) -> list[Hit]:
    seen = facts(cells, configuration)
    if rule_id in SCHEMA_RULES:
        return [hit for said, hit in judge().schema.judge(seen) if said == rule_id]
    return list(RULES[rule_id](seen, judge().catalogue[rule_id].parameters))


PASSING = [(i, cells, e.get("configuration", {})) for i, e in EXAMPLES.items() for cells in e["passe"]]
FAILING = [(i, case, e.get("configuration", {})) for i, e in EXAMPLES.items() for case in e["signale"]]


@pytest.mark.parametrize(("rule_id", "cells", "configuration"), PASSING)
def test_the_rule_lets_pass(rule_id: str, cells: Mapping[str, Any], configuration: Mapping[str, Any]) -> None:
    assert _hits(rule_id, cells, configuration) == []


@pytest.mark.parametrize(("rule_id", "case", "configuration"), FAILING)
def test_the_rule_reports_once_on_the_cells_to_correct(
    rule_id: str, case: Mapping[str, Any], configuration: Mapping[str, Any]
) -> None:
    (hit,) = _hits(rule_id, case["champs"], configuration)
    assert (hit.variant, list(hit.fields)) == (case.get("variante"), case["marque"])
    said = finding(judge().catalogue[rule_id], hit, facts(case["champs"], configuration))
    for text in (said.message, said.fix, said.message_en, said.fix_en):
        assert text
        assert not re.search(r"None|\s\s| \.|: ,|«\s*»|“”|\(\)|: (?:le demande|is requesting)", text), text
        assert "{" not in text


def test_every_rule_has_an_example_that_passes_and_one_that_fails() -> None:
    applied = {*RULES, *SCHEMA_RULES}
    assert applied == set(EXAMPLES)
    assert all(example["passe"] and example["signale"] for example in EXAMPLES.values())


def test_every_variant_has_an_example() -> None:
    shown = {(i, case.get("variante")) for i, e in EXAMPLES.items() for case in e["signale"]}
    described = {(r.id, name) for r in judge().catalogue.values() if r.id not in BATCH_RULES for name in r.variants}
    # A conversion is a note of the intake (tests/examples shows it on the export of PStage); TPS-03 abroad is TPS-02's twin;
    # a correction that is overwritten has to do with standing (tests/test_corrections.py).
    assert described - shown == {("DUR-04", "conversion"), ("TPS-03", "a_verifier"), ("LIG-11", "écrasement")}


def test_the_catalogue_describes_the_rules_that_the_code_applies_and_no_other() -> None:
    assert set(judge().catalogue) == {*RULES, *SCHEMA_RULES, *BATCH_RULES, *STANDING_RULES, TURNED_RED}


def test_every_slot_of_a_message_is_common_or_given_by_the_rule() -> None:
    given: dict[str, set[str]] = {}
    for rule_id, case, configuration in FAILING:
        for hit in _hits(rule_id, case["champs"], configuration):
            given.setdefault(rule_id, set()).update(hit.slots)
    for rule_id in EXAMPLES:
        rule = judge().catalogue[rule_id]
        assert rule.normal.wording.slots <= {*COMMON, *given[rule_id]}


PAID = {"gratification.versee": "oui", "gratification.montant": 800, "gratification.unite": "mois"}
LUXEMBOURG = {**PAID, "gratification.modalite": "virement"}
"""From four weeks on, a stipend is the rule there (GRA-16)."""
ABROAD = [
    "Italie",
    "Sénégal",
    "Japon",
    "Québec",
    "Royaume-Uni",
    "Belgique",
    "Suisse",
    "Luxembourg",
    "Monaco",
    "Cuba",
    "Maroc",
]


@pytest.mark.parametrize("country", ABROAD)
def test_a_perfect_form_abroad_says_nothing_above_information(country: str) -> None:
    supplied = {
        "assurance.ceam": "oui",
        "etranger.formulaire_se": "oui",
        **(LUXEMBOURG if country == "Luxembourg" else {}),
    }
    verdict = judge().judge(entry({"etranger": country, **supplied}))
    assert [(f.rule, f.message) for f in verdict.findings if f.severity != "information"] == []
    assert verdict.status == "prêt"


@pytest.mark.parametrize("number", range(20))
def test_a_perfect_form_in_france_says_nothing_above_information(number: int) -> None:
    verdict = judge().judge(entry(perfect(number)))
    assert [f for f in verdict.findings if f.severity != "information"] == []
    assert (verdict.status, verdict.model, verdict.zone) == ("prêt", "français", "FR_METRO_DROM_COM")


POSTCODES = {
    "BL": "97133", "GF": "97300", "GP": "97100", "MF": "97150", "MQ": "97200", "NC": "98800", "PF": "98714",
    "PM": "97500", "RE": "97400", "TF": "98413", "WF": "98600", "YT": "97600",
}  # fmt: skip


def test_a_perfect_form_in_any_country_is_ready_unless_the_country_is_red() -> None:
    supplied = {"assurance.ceam": "oui", "etranger.formulaire_se": "oui"}
    for country in judge().tables.countries.values():
        if country.abroad:
            changes: dict[str, Any] = {
                "etranger": country.name,
                **supplied,
                **(LUXEMBOURG if country.code == "LU" else {}),
            }
        else:
            local = {"organisme.siret": None} if country.pacific else {}
            postcode = POSTCODES.get(country.code, "13001")
            changes = {"stage.pays": country.name, "organisme.pays": country.name, "organisme.code_postal": postcode}
            changes |= local
        verdict = judge().judge(entry(changes))
        above = {f.rule for f in verdict.findings if f.severity != "information"}
        assert above == ({"GEO-02"} if verdict.status == "refusé" else set()), country.code
        assert verdict.status == ("refusé" if above else "prêt"), country.code


def test_one_bad_cell_gives_one_finding() -> None:
    """Each required cell of a perfect form, emptied or filled with nonsense: one finding, on that cell."""
    for key, field in judge().tables.fields.items():
        if field.needed is None or key not in perfect(0):
            continue
        for value in (None, "#REF!"):
            verdict = judge().judge(entry({key: value}))
            above = [f for f in verdict.findings if f.severity != "information"]
            if field.needed == "etudiant_mineur" or (field.needed == "nom_sans_prenom" and value is None):
                continue
            assert len(above) == 1, (key, value, [(f.rule, f.fields) for f in above])
            assert key in above[0].fields, (key, value, above[0])


def test_an_unreadable_cell_silences_the_rules_that_read_it_and_no_other() -> None:
    low = {"gratification.montant": 3, "stage.interruptions": "Oui"}
    assert {f.rule for f in judge().judge(entry(low)).findings} >= {"GRA-02", "LIG-09"}
    unread = {"gratification.montant": 3, "gratification.unite": "quelquefois"}
    assert "GRA-02" not in {f.rule for f in judge().judge(entry(unread)).findings}


def test_a_message_about_a_form_without_dates_has_no_hole() -> None:
    undated = {"stage.date_debut": None, "stage.date_fin": None, "assurance.responsabilite_civile": "non"}
    for finding_ in judge().judge(entry({"etranger": "Italie", **undated, "assurance.accidents": None})).findings:
        assert not re.search(r"\s\s|\bdu +au\b|jusqu’au +\((?!date)", finding_.message + finding_.fix), finding_.message


def test_redirections_speak_alone() -> None:
    verdict = judge().judge(
        entry({"formation.regime": "Formation continue", "stage.sujet": None, "stage.pays": "Syldavie"})
    )
    assert [f.rule for f in verdict.findings] == ["ROU-01"]
    assert verdict.status == "réorienté"


def test_findings_awaited_for_the_signature_do_not_hold_the_agreement_back() -> None:
    waiting = {"etranger.accord_fsd": None, "assurance.accidents": None, "etranger.mobilite_inscription": None}
    verdict = judge().judge(entry({"etranger": "Italie", "assurance.ceam": "oui", **waiting}))
    assert {f.rule for f in verdict.findings if f.severity != "information"} == {"GEO-05", "DOC-05", "DAT-05"}
    assert verdict.status == "prêt"


def test_the_base_forms_are_what_the_examples_say() -> None:
    assert abroad("Italie", "Rome", "X")["stage.pays"] == "Italie"
