"""The groups of a dossier's values: every name is there, nothing is made before it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from pipeline.check.facts import Facts
from pipeline.documents.cases import cases
from pipeline.documents.jinja import word_environment
from pipeline.documents.lint import known_names
from pipeline.documents.values import CONFIDENTIAL, load_translations, template_values
from pipeline.documents.values.tree import Groups
from pipeline.documents.values.writer import Writer
from tests.rules.forms import ROOT, facts, judge

TRANSLATIONS = load_translations(ROOT / "schemas", judge().tables.fields)


def values_of(seen: Facts) -> Mapping[str, Any]:
    return template_values(seen, TRANSLATIONS)


def test_a_group_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []

    def maker(name: str) -> dict[str, str]:
        made.append(name)
        return {"nom": name}

    groups = Groups({"etudiant": lambda: maker("etudiant"), "tuteur": lambda: maker("tuteur")})
    assert (list(groups), len(groups), "tuteur" in groups, "autre" in groups) == (
        ["etudiant", "tuteur"],
        2,
        True,
        False,
    )
    assert made == []
    assert groups["tuteur"] is groups["tuteur"]
    assert made == ["tuteur"]
    with pytest.raises(KeyError):
        groups["autre"]


def test_a_french_template_writes_no_english(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    plain = Writer.field

    def field(self: Writer, one: Any) -> str | None:
        written.append(self.language)
        return plain(self, one)

    monkeypatch.setattr(Writer, "field", field)
    values = values_of(facts({}))
    assert written == []
    word_environment().from_string("{{ etudiant.nom }}{{ stage.periode }}").render(values)
    assert set(written) == {"fr"}
    word_environment().from_string("{{ en.stage.periode }}").render(values)
    assert set(written) == {"fr", "en"}


def test_every_field_has_its_name_in_both_languages() -> None:
    known = known_names(values_of(facts({}))).all
    assert {name for key in judge().tables.fields for name in (key, f"en.{key}")} <= known


def test_a_name_that_does_not_exist_is_an_error() -> None:
    for name in ("etudiant.nomm", "inconnu.nom", "en.etudiant.nomm", "en.en.etudiant"):
        with pytest.raises(UndefinedError):
            word_environment().from_string(f"{{{{ {name} }}}}").render(values_of(facts({})))


def test_a_template_reaches_no_more_than_the_values() -> None:
    for expression in ("etudiant.__class__", "en._makers", "etudiant['__class__'].mro()"):
        with pytest.raises((UndefinedError, SecurityError)):
            word_environment().from_string(f"{{{{ {expression}.x }}}}").render(values_of(facts({})))


def test_a_confidential_subject_stands_in_its_own_group_alone() -> None:
    values = values_of(facts({"stage.confidentiel": True, "stage.sujet": "Étude réservée"}))
    assert values["confidentiel"]["sujet"] == values["en"]["confidentiel"]["sujet"] == "Étude réservée"
    assert (values["stage"]["sujet"], values["en"]["stage"]["sujet"]) == (CONFIDENTIAL["fr"], CONFIDENTIAL["en"])


def test_the_cases_of_one_dossier_are_not_those_of_another() -> None:
    one, other = facts({"stage.confidentiel": True}), facts({"stage.confidentiel": False})
    assert [cases(seen)["confidentiel"] for seen in (one, other, one)] == [True, False, True]
    with pytest.raises(TypeError):
        cases(one)["confidentiel"] = False  # type: ignore[index]
