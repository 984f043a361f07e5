"""docs/rules.md: every id is applied or explained, once; what is explained is said where it is announced."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import pytest

from pipeline.check.batch import BATCH_RULES
from pipeline.check.judge import STANDING_RULES, TURNED_RED
from pipeline.check.rules import RULES
from pipeline.check.schema import SCHEMA_RULES
from pipeline.errors import SetupError
from pipeline.tables.yamls import check_shape
from tests.rules.forms import ROOT
from tools.explained import SHAPE, Explanations, Place, Sources
from tools.rules_table import COMMAND, FAMILIES, PAGE, Project, absent, page

PROJECT = Project()
SOURCES = Sources(ROOT)
IN_CODE = {*RULES, *SCHEMA_RULES, *BATCH_RULES, *STANDING_RULES, TURNED_RED}
EXPLAINED = PROJECT.explanations.rules
POINTS = (
    [
        *(f"P{number}" for number in (1, 2, 3, 5, 6, 7, 8, 9, 10)),
        *(f"Q1{letter}" for letter in "abcdefgh"),
        *(f"Q{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 20, 22, 23)),
        "R11",
    ],
    [f"E{number}" for number in range(1, 26)],
)
"""What practice and the review of the law asked for, that docs/rules.md must answer."""


def test_every_id_of_the_list_is_applied_or_explained() -> None:
    left = list(PROJECT.unknown())
    assert not left, f"ni appliqués (schemas/rules.yaml) ni expliqués (schemas/explained.yaml) : {', '.join(left)}"


def test_no_id_is_both_applied_and_explained_and_none_is_unlisted() -> None:
    both = sorted(set(EXPLAINED) & (set(PROJECT.described) | IN_CODE))
    assert not both, f"à la fois appliqués et expliqués : {', '.join(both)}"
    named = {*PROJECT.described, *IN_CODE, *EXPLAINED, *PROJECT.explanations.notes, *PROJECT.explanations.deviations}
    assert named <= set(PROJECT.listed)
    assert {rule_id[:3] for rule_id in PROJECT.listed} == set(FAMILIES)


def test_the_list_keeps_its_158_ids_each_with_a_severity_a_motif_and_a_gate() -> None:
    assert len(PROJECT.listed) == 158
    for rule_id, row in PROJECT.listed.items():
        assert re.fullmatch(r"[A-Z]{3}-\d\d", rule_id)
        assert row["statement"], rule_id
        assert row["severity"] in ("bloquant", "à vérifier", "information"), rule_id
        assert row["jalon"] in ("édition", "signature"), rule_id
        assert row["apply"] in ("fiche", "lot", "config", "guide", "bureau"), rule_id
        assert (row["motif"] in ("refus", "réorientation", "correction")) == (row["severity"] == "bloquant"), rule_id


@pytest.mark.parametrize("rule_id", [*EXPLAINED])
def test_an_explained_rule_is_said_where_it_is_announced(rule_id: str) -> None:
    missing = [text for place in EXPLAINED[rule_id].places for text in SOURCES.missing(place)]
    assert not missing, f"{rule_id} n’est pas dite ici : {' ; '.join(missing)}"


WRONG = {
    "contient": "ces mots ne sont nulle part",
    "contient_en": "these words are nowhere",
    "champs": ["etudiant.civilite"],
    "cle": "exemplaires.lune",
    "document": "aucun",
}


def _spoilt(place: Place, name: str) -> Place:
    return dataclasses.replace(place, given={**place.given, name: WRONG[name]})


@pytest.mark.parametrize("rule_id", [*EXPLAINED])
def test_words_that_are_not_there_are_missed(rule_id: str) -> None:
    for place in EXPLAINED[rule_id].places:
        spoilt = [_spoilt(place, name) for name in WRONG if name in place.given]
        assert spoilt
        for wrong in spoilt:
            assert list(SOURCES.missing(wrong)), f"{rule_id}: {wrong}"


def test_words_of_another_article_or_model_are_missed() -> None:
    (place,) = [p for p in EXPLAINED["SIG-05"].places if p.kind == "convention"]
    assert not list(SOURCES.missing(place))
    assert list(SOURCES.missing(dataclasses.replace(place, given={**place.given, "article": "9.1"})))
    french = EXPLAINED["TPS-04"].places[0]
    assert list(SOURCES.missing(dataclasses.replace(french, given={**french.given, "modeles": ["francophone"]})))


def test_the_bilingual_model_needs_its_english_words() -> None:
    (place,) = [p for p in EXPLAINED["SIG-05"].places if p.kind == "convention"]
    mute = {name: value for name, value in place.given.items() if name != "contient_en"}
    assert any("anglais" in text for text in SOURCES.missing(dataclasses.replace(place, given=mute)))


def test_a_place_without_its_words_or_of_an_unknown_kind_is_refused() -> None:
    def _file(place: Mapping[str, object]) -> dict[str, object]:
        rule = {"titre": "Titre", "pourquoi": "Raison.", "dit": [place]}
        return {"liste_du": "2026-11-21", "regles": {"GRA-04": rule}, "notes": {}, "ecarts": {}}

    check_shape(_file({"ou": "document", "document": "pieces"}), SHAPE, "explained.yaml")
    for wrong in ({"ou": "guide", "titre": "Titre"}, {"ou": "nuage", "contient": "x"}, {"ou": "document"}):
        with pytest.raises(SetupError):
            check_shape(_file(wrong), SHAPE, "explained.yaml")


_KEYS = {"gravite": "severity", "motif": "motif", "jalon": "jalon"}


@pytest.mark.parametrize("rule_id", [*PROJECT.described])
def test_severity_motif_and_gate_are_those_of_the_list_unless_a_reason_is_given(rule_id: str) -> None:
    entry, listed = PROJECT.described[rule_id], PROJECT.listed[rule_id]
    other = {key: str(entry.get(key, "")) for key, name in _KEYS.items() if entry.get(key, "") != listed[name]}
    given = {key: text for key, text in PROJECT.explanations.deviations.get(rule_id, {}).items() if key != "raison"}
    assert other == given, (
        f"{rule_id} : donnez l’écart et sa raison dans schemas/explained.yaml, ou corrigez rules.yaml"
    )


def test_every_rule_is_tested() -> None:
    assert sorted(set(PROJECT.listed) - set(PROJECT.unknown()) - set(PROJECT.tested)) == []


def test_practice_is_answered_point_by_point_and_what_it_names_exists() -> None:
    assert [list(PROJECT.points[group]) for group in ("points", "droit")] == list(POINTS)
    for entries in PROJECT.points.values():
        for number, point in entries.items():
            wrong = [text for place in point.places if (text := absent(place, PROJECT))]
            assert not wrong, f"tools/practice.yaml, {number} : {', '.join(wrong)}"


def test_a_place_of_practice_that_does_not_exist_is_noticed() -> None:
    assert absent("DUR-99", PROJECT) == "DUR-99"
    assert absent("pipeline/aucun.py", PROJECT) == "pipeline/aucun.py"
    assert absent("conventions.toml::aucun mot", PROJECT) == "conventions.toml::aucun mot"
    assert absent("conventions.toml::[exemplaires]", PROJECT) is None


def test_an_id_that_nothing_applies_or_explains_is_said_at_the_top_of_the_page() -> None:
    cut = Project()
    rules = {rule_id: rule for rule_id, rule in EXPLAINED.items() if rule_id != "GEO-06"}
    cut.explanations = Explanations(cut.explanations.day, rules, {}, {})
    assert "GEO-06" in list(cut.unknown())
    assert re.search(r"Ni appliqués ni expliqués : .*GEO-06", page(cut))


def test_the_page_is_up_to_date() -> None:
    written = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    assert written == page(PROJECT), f"docs/rules.md n’est plus à jour : lancez « {COMMAND} » (ou « make rules »)."


def test_the_page_names_every_id_once_in_its_tables() -> None:
    rows = re.findall(r"^\| ([A-Z]{3}-\d\d) \|(?:[^|\n]*\|){5,}", page(PROJECT), re.MULTILINE)
    assert sorted(rows) == sorted(set(PROJECT.listed) - set(PROJECT.unknown()))


def test_the_links_of_the_page_lead_somewhere() -> None:
    for target in set(re.findall(r"\]\(([^)]+)\)", page(PROJECT))):
        assert (ROOT / "docs" / target).exists(), target
