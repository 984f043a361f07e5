"""What the Cerberus schema tells of a form: missing, broken, unreadable and too long cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.facts import Facts
from pipeline.check.schema import SCHEMA_RULES, FormSchema
from pipeline.check.wording import finding
from pipeline.model import CellValue, ErrorCell
from tests.rules.forms import facts, judge
from tools.examples.contact import perfect

SCHEMA = FormSchema(judge().tables.fields)


def _told(changes: Mapping[str, CellValue], *without: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [
        (rule_id, hit.variant, hit.fields)
        for rule_id, hit in SCHEMA.judge(facts({**changes, "sans_colonne": list(without)}))
    ]


def test_a_complete_form_gives_nothing() -> None:
    assert _told({}) == []


def test_a_required_cell_left_empty_is_told_on_that_cell() -> None:
    assert _told({"etudiant.ville": ""}) == [("LIG-06", None, ("etudiant.ville",))]


def test_a_postcode_is_required_in_france_but_not_abroad() -> None:
    assert _told({"organisme.code_postal": ""}) == [("LIG-06", None, ("organisme.code_postal",))]
    assert _told({"organisme.code_postal": "", "organisme.pays": "Allemagne"}) == []


def test_fields_without_a_column_are_told_together() -> None:
    told = _told({}, "etudiant.ville", "protection.caisse")
    assert told == [("LIG-06", "sans_colonne", ("etudiant.ville", "protection.caisse"))]


def test_a_formula_in_error_blocks_only_a_required_field() -> None:
    assert _told({"etudiant.ville": ErrorCell("#REF!")}) == [("LIG-05", "obligatoire", ("etudiant.ville",))]
    assert _told({"stage.conges": ErrorCell("#N/A")}) == [("LIG-05", None, ("stage.conges",))]


def test_an_ambiguous_date_is_told_and_is_not_missing() -> None:
    assert _told({"stage.date_debut": "01/02/27"}) == [("DAT-09", None, ("stage.date_debut",))]


def test_an_unreadable_number_is_told_on_its_cell() -> None:
    assert _told({"stage.duree_heures": "beaucoup"}) == [("LIG-09", None, ("stage.duree_heures",))]


def test_a_text_at_its_greatest_length_passes_and_one_character_more_does_not() -> None:
    limit = judge().tables.fields["etudiant.ville"].max_length or 0
    assert _told({"etudiant.ville": "a" * limit}) == []
    assert _told({"etudiant.ville": "a" * (limit + 1)}) == [("LIG-10", None, ("etudiant.ville",))]


@pytest.mark.parametrize("wrong", [True, "560", 560.0])
def test_a_value_of_another_type_is_a_bug_and_not_a_finding(wrong: Any) -> None:
    complete = facts({})
    deposit = replace(complete.deposit, values={**complete.deposit.values, "stage.duree_heures": wrong})
    entry = replace(complete.entry, deposit=deposit)
    with pytest.raises(ValueError, match=r"stage\.duree_heures"):
        SCHEMA.judge(Facts(entry, complete.tables, complete.settings))


_ODD = st.sampled_from(["", "a", "a" * 40, "a" * 300, "a" * 4000, "oui", "non", "Italie", "Césure", "12", 12, True])


@given(st.dictionaries(st.sampled_from(sorted(perfect(0))), _ODD, max_size=6))
def test_what_is_remembered_is_what_cerberus_says_of_the_whole_form(changes: dict[str, CellValue]) -> None:
    values = facts(changes).deposit.values
    assert SCHEMA.errors(values) == SCHEMA.refused(values)


@pytest.mark.parametrize("wrong", ["Formation initiale ou autre", "formation initiale", "Cesure"])
def test_a_value_that_is_not_listed_is_refused_also_after_those_that_are(wrong: str) -> None:
    for state in ("Formation initiale", wrong):
        read = facts({"formation.regime": "Formation initiale"})
        deposit = replace(read.deposit, values={**read.deposit.values, "formation.regime": state})
        seen = Facts(replace(read.entry, deposit=deposit), read.tables, read.settings)
        if state != wrong:
            assert SCHEMA.judge(seen) == []
        else:
            with pytest.raises(ValueError, match=r"formation\.regime"):
                SCHEMA.judge(seen)


@given(st.sampled_from(sorted(perfect(0))), st.text(max_size=60))
def test_any_text_in_any_cell_gives_findings_that_can_be_worded(key: str, text: str) -> None:
    changed = facts({key: text})
    for rule_id, hit in SCHEMA.judge(changed):
        assert rule_id in SCHEMA_RULES
        assert finding(judge().catalogue[rule_id], hit, changed).message


def test_two_fields_of_one_unreadable_cell_give_one_hit() -> None:
    read = facts({"stage.date_debut": "bientôt", "stage.date_fin": "plus tard"})
    form = read.deposit.form
    one_cell = {**form.layout.columns, "stage.date_fin": form.layout.columns["stage.date_debut"]}
    layout = dataclasses.replace(form.layout, columns=one_cell)
    deposit = dataclasses.replace(read.deposit, form=dataclasses.replace(form, layout=layout))
    joined = Facts(dataclasses.replace(read.entry, deposit=deposit), read.tables, read.settings)
    assert [hit.fields for rule_id, hit in SCHEMA.judge(joined) if rule_id == "DAT-09"] == [
        ("stage.date_debut", "stage.date_fin")
    ]
    assert len([rule_id for rule_id, _ in SCHEMA.judge(read) if rule_id == "DAT-09"]) == 2
