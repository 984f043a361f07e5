"""Who has to act: every rule says it, a rule about any field by the field, and what the host does has its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.acting import ACTORS, BY_FIELD, acting
from pipeline.check.catalogue import load_catalogue
from pipeline.codec import pack_findings, unpack_findings
from pipeline.errors import SetupError
from tests.rules.forms import ROOT, entry, judge

FIELDS = judge().tables.fields


@given(st.sampled_from([*ACTORS, BY_FIELD]), st.lists(st.sampled_from(sorted(FIELDS))))
def test_somebody_always_acts(acts: str, keys: list[str]) -> None:
    assert acting(acts, keys) in ACTORS


@pytest.mark.parametrize(
    ("keys", "actor"),
    [
        (("tuteur.email",), "organisme"),
        (("gratification.montant", "organisme.siret"), "organisme"),
        (("organisme.siret", "etudiant.nom"), "étudiant"),
        (("enseignant.email",), "étudiant"),
        ((), "étudiant"),
    ],
)
def test_a_rule_about_any_field_is_settled_by_who_gives_the_field(keys: tuple[str, ...], actor: str) -> None:
    assert acting(BY_FIELD, keys) == actor


def test_a_finding_names_who_acts_and_what_the_host_reads_and_the_register_keeps_both() -> None:
    found = entry({"gratification.montant": 1, "etudiant.numero": "x1"})
    findings = {f.rule: f for f in judge().judge(found).findings}
    assert (findings["GRA-02"].actor, findings["IDE-01"].actor) == ("organisme", "étudiant")
    assert "Merci de la porter à" in findings["GRA-02"].to_host
    assert findings["IDE-01"].to_host == ""
    kept = unpack_findings(pack_findings(list(findings.values())), found.deposit.form)
    assert [(f.actor, f.to_host, f.to_host_en) for f in kept] == [
        (f.actor, f.to_host, f.to_host_en) for f in findings.values()
    ]


def _spoilt(tmp_path: Path, rule_id: str, change: dict[str, Any]) -> SetupError:
    data = yaml.safe_load((ROOT / "schemas" / "rules.yaml").read_text(encoding="utf-8"))
    rule = {rule_id: {key: value for key, value in (data[rule_id] | change).items() if value is not None}}
    rule[rule_id].pop("tait_par", None)
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rule, allow_unicode=True), encoding="utf-8")
    with pytest.raises(SetupError) as refusal:
        load_catalogue(tmp_path, FIELDS, [rule_id])
    return refusal.value


@pytest.mark.parametrize(
    ("rule_id", "change", "key"),
    [
        ("IDE-01", {"agit": None}, "IDE-01.agit"),
        ("IDE-01", {"agit": "la scolarité"}, "IDE-01.agit"),
        ("IDE-01", {"agit": "organisme"}, "IDE-01"),
        ("GRA-05", {"organisme_en": None}, "GRA-05"),
        ("GRA-05", {"organisme": "Il manque {"}, "GRA-05"),
    ],
)
def test_a_rule_without_who_acts_or_without_the_host_s_words_stops_the_run(
    tmp_path: Path, rule_id: str, change: dict[str, Any], key: str
) -> None:
    assert _spoilt(tmp_path, rule_id, change).key == key
