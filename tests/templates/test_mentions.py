"""docs/mentions.md: up to date, complete, and true of the three models."""

from __future__ import annotations

import pytest

from pipeline.documents.lint.mentions import MENTIONS
from tools.agreements.words import MODELS
from tools.mentions import ALWAYS, PAGE, Agreements, page

AGREEMENTS = Agreements()


def test_the_page_says_what_the_sources_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tools.mentions"


@pytest.mark.parametrize("model", MODELS)
def test_each_mention_and_each_row_of_the_plan_has_its_place_in_each_model(model: str) -> None:
    for mention in MENTIONS:
        assert any(model in place.models for place in AGREEMENTS.carrying(mention)), mention
    abroad_only, france_only = {"0.3", "3.1 bis"}, {"5 ter"}
    for row in AGREEMENTS.outline:
        if row.startswith(("5.", "6.")) or row in (france_only if model != "français" else abroad_only):
            continue
        assert any(model in place.models for place in AGREEMENTS.covering(row)), row


def test_every_row_has_a_place_and_every_place_has_a_row() -> None:
    rows = AGREEMENTS.outline
    assert [row for row in rows if not AGREEMENTS.covering(row)] == []
    named = {row for _, clause in AGREEMENTS.texts for row in clause.outline}
    assert named <= set(rows)
    assert not {row for row in named if "cadre" in rows[row]}


def test_always_is_said_of_the_articles_without_a_condition_and_of_no_other() -> None:
    for row, told in AGREEMENTS.outline.items():
        texts = AGREEMENTS.clauses_of(row)
        if not texts or row.startswith("A"):
            continue
        models = {model for clause in texts if clause.si is None for model in clause.modeles}
        assert (told["quand"] == ALWAYS) == (models == set(MODELS)), row
