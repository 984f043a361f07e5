"""The rules across rows: what they let pass, what they report, on which rows, naming which others, in any order."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.batch import BATCH_RULES
from pipeline.check.batch.frame import largest_number
from pipeline.dossiers import identify
from pipeline.model import Deposit, Finding, Place, Verdict
from pipeline.register import open_register
from pipeline.register.values import Held, Stored
from pipeline.tables.yamls import read_yaml
from pipeline.verdicts import judge_entries
from tests.rules.forms import ROOT, TODAY, entry, judge

EXAMPLES: dict[str, Any] = read_yaml(ROOT / "tests" / "rules" / "batch_examples.yaml")
PASSING = [(i, forms) for i, example in EXAMPLES.items() for forms in example["passe"]]
FAILING = [(i, case) for i, example in EXAMPLES.items() for case in example["signale"]]


def _deposits(forms: Sequence[Mapping[str, Any]]) -> list[Deposit]:
    cells = []
    for given_cells in forms:
        changes = dict(given_cells)
        times = changes.pop("repete", 1)
        cells += [changes | ({"etudiant.numero": 22000000 + i} if times > 1 else {}) for i in range(times)]
    return [
        _placed(entry({**changes, "formulaire.identifiant": None}).deposit, i + 2) for i, changes in enumerate(cells)
    ]


def _placed(deposit: Deposit, row: int, file: str = "essai.xlsx") -> Deposit:
    form = dataclasses.replace(deposit.form, place=Place(file, "Feuil1", row))
    # Two students may fill in the same form: what tells their deposits apart here is the row.
    return dataclasses.replace(deposit, form=form, digest=f"{file}:{row}")


def _judged(deposits: Sequence[Deposit], held: Sequence[Held] = ()) -> tuple[Verdict, ...]:
    entries = identify(deposits, open_register(None).snapshot(), TODAY, judge().settings.academic_year)
    return judge_entries(entries, held, {}, judge(), "f", TODAY, lambda _: None)


def _said(verdicts: Sequence[Verdict], rule_id: str) -> dict[int, Finding]:
    return {v.place.row: f for v in verdicts for f in v.findings if f.rule == rule_id}


@pytest.mark.parametrize(("rule_id", "forms"), PASSING)
def test_the_rule_lets_the_rows_pass(rule_id: str, forms: Sequence[Mapping[str, Any]]) -> None:
    assert _said(_judged(_deposits(forms)), rule_id) == {}


@pytest.mark.parametrize(("rule_id", "case"), FAILING)
def test_the_rule_reports_every_row_concerned_and_names_the_others(rule_id: str, case: Mapping[str, Any]) -> None:
    said = _said(_judged(_deposits(case["fiches"])), rule_id)
    rule = judge().catalogue[rule_id]
    if "marque" in case:
        assert {row: list(f.fields) for row, f in said.items()} == {int(k): v for k, v in case["marque"].items()}
    else:
        assert len(said) == case["lignes"]
    for row, others in case.get("autres", {}).items():
        assert [o.place.row for o in said[int(row)].others] == others
    for row, finding in said.items():
        variant = rule.variant(case.get("variante", {}).get(row))
        assert (finding.severity, finding.jalon) == (variant.severity, variant.jalon)
        for text in (finding.message, finding.fix, finding.message_en, finding.fix_en):
            assert text
            assert not re.search(r"None|\s\s| \.|«\s*»|“”|\(\)|\{", text), text


def test_every_batch_rule_has_its_examples_and_every_variant_one() -> None:
    assert set(EXAMPLES) == set(BATCH_RULES)
    shown = {(i, name) for i, case in FAILING for name in case.get("variante", {}).values()}
    assert shown == {(i, name) for i in BATCH_RULES for name in judge().catalogue[i].variants}


@pytest.mark.parametrize(("rule_id", "case"), FAILING)
def test_the_order_of_the_rows_changes_nothing(rule_id: str, case: Mapping[str, Any]) -> None:
    deposits = _deposits(case["fiches"])
    shuffled = deposits[::-1]
    one, two = _said(_judged(deposits), rule_id), _said(_judged(shuffled), rule_id)
    assert one == two


def test_what_the_register_holds_counts_and_is_named_by_its_reference() -> None:
    earlier, later = _deposits([
        {"stage.duree_heures": 500},
        {"stage.duree_heures": 425, "stage.date_debut": "2027-06-01", "stage.date_fin": "2027-08-31"},
    ])  # fmt: skip
    earlier = _placed(earlier, 3, "semaine_1.xlsx")
    for status, active, expected in (("prêt", True, True), ("refusé", True, False), ("prêt", False, False)):
        said = _said(_judged([later], [Held("C2026-000009", earlier, status, active)]), "DUR-02")
        assert bool(said) is expected
        if said:
            (other,) = said[3].others
            assert (other.reference, other.place.file) == ("C2026-000009", "semaine_1.xlsx")


def test_a_held_row_that_stood_where_a_row_of_this_run_stands_is_not_taken_for_it() -> None:
    (mine,) = _deposits([{"etudiant.numero": 21999999}])
    held = [Held(f"C2026-00001{i}", _placed(d, 2), "prêt", True) for i, d in enumerate(_deposits([{"repete": 4}]))]
    assert _said(_judged([mine], held), "LIG-02") == {}


def test_the_stipend_is_owed_from_the_hours_of_all_agreements() -> None:
    second = {"stage.date_debut": "2027-06-01", "stage.date_fin": "2027-07-02", "stage.duree_heures": 161}
    deposits = _deposits(
        [{"gratification.montant": "2,00", "stage.duree_heures": 161, "stage.date_fin": "2027-03-05"}, second]
    )
    verdicts = _judged(deposits)
    assert [v.entry.cumulated_hours for v in verdicts] == [Decimal(322), Decimal(322)]
    assert {f.rule for f in verdicts[0].findings} >= {"GRA-02"}
    (alone,) = _judged(deposits[:1])
    assert "GRA-02" not in {f.rule for f in alone.findings}


def test_a_bad_row_in_the_batch_leaves_the_others_alone() -> None:
    deposits = _deposits([{}, {"etudiant.numero": "#REF!", "stage.date_debut": "bientôt", "organisme.siret": "?"}])
    verdicts = _judged(deposits)
    assert [f for f in verdicts[0].findings if f.severity != "information"] == []


@given(st.text(max_size=20))
def test_a_workforce_is_a_number_or_nothing(text: str) -> None:
    number = largest_number(text)
    assert number is None or number >= 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("10 à 19 salariés", 19),
        ("1 200", 1200),
        ("250 et plus", None),
        ("> 50", None),
        ("", None),
        ("vingt", None),
    ],
)
def test_a_workforce_is_read_as_people_write_it(text: str, number: int | None) -> None:
    assert largest_number(text) == number


def test_a_verdict_of_the_register_holds_until_other_rows_say_something_else() -> None:
    first, second = _deposits(
        [{"stage.duree_heures": 500}, {"stage.date_debut": "2027-06-01", "stage.date_fin": "2027-08-31"}]
    )
    register = open_register(None)
    snapshot = register.snapshot()
    years = judge().settings.academic_year
    (alone,) = judge_entries(identify([first], snapshot, TODAY, years), [], {}, judge(), "f", TODAY, lambda _: None)
    register.begin("20261121T020000Z", TODAY, "f", {}, [alone])
    later = date(2026, 11, 28)
    entries = identify([first, second], register.snapshot(), later, years)
    both = judge_entries(entries, [], register.current(), judge(), "f", later, lambda _: None)
    assert alone.context == ""
    assert {f.rule for f in both[0].findings} >= {"DUR-02"}
    register.begin("20261128T020000Z", later, "f", {}, both)
    again = judge_entries(
        identify([first, second], register.snapshot(), later, years),
        [],
        register.current(),
        judge(),
        "f",
        later,
        lambda _: None,
    )
    assert [(v.status, v.findings, v.context) for v in again] == [(v.status, v.findings, v.context) for v in both]
    register.close()


def test_a_destination_that_turned_red_after_the_agreement_asks_the_manager_and_refuses_nothing() -> None:
    changes = {"etranger": "Ukraine", "formulaire.identifiant": None}
    deposit = _placed(entry(changes).deposit, 2)
    snapshot, years = open_register(None).snapshot(), judge().settings.academic_year
    (row,) = identify([deposit], snapshot, TODAY, years)
    made = Stored(
        deposit.digest, 1, "before the advice", ("prêt", "bilingue", "x", "[]"), (f"{row.folder}/convention_x.docx",)
    )
    for stored, expected in (({}, "GEO-02"), ({"C2026-000001": made}, "GEO-09")):
        (verdict,) = judge_entries([row], [], stored, judge(), "f", TODAY, lambda _: None)
        assert {"GEO-02", "GEO-09"} & {f.rule for f in verdict.findings} == {expected}
        assert (verdict.status == "refusé") is (expected == "GEO-02")


def test_two_people_under_one_number_are_not_added_up() -> None:
    other = {"etudiant.nom": "MARCHETTI", "etudiant.prenom": "Paul", "etudiant.date_naissance": "2001-05-05"}
    verdicts = _judged(
        _deposits([{"stage.duree_heures": 574}, {**other, "stage.sujet": "Autre", "stage.date_debut": "2027-02-08"}])
    )
    above = [[f.rule for f in v.findings if f.severity != "information"] for v in verdicts]
    assert above == [["LIG-03"], ["LIG-03"]]
