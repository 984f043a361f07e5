"""The rules of identity, host, people, teaching and health fund, on the examples of ``examples/b.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.check.facts import Facts
from pipeline.check.rules import RULES, Hit
from pipeline.check.wording import finding
from tests.check.drafted_forms import SETUP, facts_of

EXAMPLES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "examples/b.yaml").read_text("utf-8"))
OWN = frozenset(
    {"IDE-01", "IDE-02", "IDE-07", "INS-01", "ETS-01", "ETS-02", "ETS-11", "ACT-01", "ACT-02", "ACT-07"}
    | {"ACT-11", "ACT-14", "ACT-16", "CPM-01", "PED-01", "TPS-11", "LAN-02", "ROU-08"}
)
"""The rules whose examples stand in the file; ETS-05 and PED-08 have tests of their own."""


def _cases(kind: str) -> Iterator[Any]:
    for rule_id, kinds in EXAMPLES.items():
        for i, example in enumerate(kinds[kind]):
            yield pytest.param(rule_id, example, id=f"{rule_id}-{i}")


def _hits(rule_id: str, example: dict[str, Any]) -> list[Hit]:
    cells = {key: text for key, text in example.items() if key != "sans_colonne"}
    parameters = SETUP.judge.catalogue[rule_id].parameters
    return list(RULES[rule_id](facts_of(cells, example.get("sans_colonne", ())), parameters))


@pytest.mark.parametrize(("rule_id", "example"), list(_cases("passe")))
def test_a_sound_form_is_left_alone(rule_id: str, example: dict[str, Any]) -> None:
    assert _hits(rule_id, example) == []


@pytest.mark.parametrize(("rule_id", "example"), list(_cases("signale")))
def test_a_fault_is_told_on_its_cell_in_both_languages(rule_id: str, example: dict[str, Any]) -> None:
    hits = _hits(rule_id, example["champs"])
    expected = example["attendu"]
    assert [(hit.variant, list(hit.fields)) for hit in hits] == [(expected["variante"], expected["cases"])]
    told = finding(SETUP.judge.catalogue[rule_id], hits[0], facts_of(example["champs"]))
    assert all((told.message, told.fix, told.message_en, told.fix_en))


def test_a_text_is_long_from_1501_characters() -> None:
    assert _hits("PED-08", {"stage.activites": "a" * 1500}) == []
    assert [hit.fields for hit in _hits("PED-08", {"stage.activites": "a" * 1501})] == [("stage.activites",)]


def test_a_service_of_the_university_is_no_host_but_the_university_itself_is() -> None:
    university = replace(SETUP.judge.settings.university, inner_names=("UFR", "Université"))
    settings = replace(SETUP.judge.settings, university=university)
    for name, fields in (("UFR des Lettres", [("organisme.raison_sociale",)]), (university.name, [])):
        facts = facts_of({"organisme.raison_sociale": name})
        told = RULES["ETS-05"](Facts(facts.entry, facts.tables, settings), {})
        assert [hit.fields for hit in told] == fields


def test_every_rule_of_these_domains_has_both_kinds_of_example() -> None:
    assert set(EXAMPLES) == OWN
    assert all(kinds["passe"] and kinds["signale"] for kinds in EXAMPLES.values())
