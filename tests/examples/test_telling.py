"""Every document of the telling internships, each unlike the others, against the text that lies beside this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from pipeline.check.facts import Facts
from pipeline.documents.values import load_translations, template_values
from pipeline.model import Entry, Form, Layout, Place
from pipeline.normalise import normalise
from tests.conftest import ROOT, Ran
from tests.examples.texts import EXPECTED, compare, message_text, page_text, word_text
from tests.rules.forms import TODAY, judge
from tests.templates.test_clauses import of_model, printed
from tools.agreements.words import MODELS
from tools.examples.telling import CASES, forms

FILE = "stages_de_toutes_sortes.xlsx"
FIRST_ROW = 2
READERS: Mapping[str, Callable[[bytes], str]] = {".docx": word_text, ".eml": message_text, ".html": page_text}

NOT_SOUND = {
    "Les jours et les heures de présence sont arrêtés par écrit": "weekly hours are compulsory",
    "Répartition de la présence": "a schedule that cannot be read is a finding",
    "À titre indicatif, ce montant vaut": "the shipped configuration has no exchange rate",
    "Aucune gratification n’est déclarée": "an unpaid internship of more than 308 hours is a finding",
    "Le montant est celui du minimum applicable": "a stipend without its amount is a finding",
    "la gratification n’ouvre pas droit à une protection locale": "the same",
}
"""Wordings that no sound form of the shipped configuration prints, and why; tests/templates/dossiers.py reaches them."""


def _texts(demo: Ran, case: str) -> Iterator[tuple[str, str]]:
    """The documents of one internship: the name of its expected text, and its text."""
    entry = demo.dossier(FIRST_ROW + list(CASES).index(case), FILE)
    for path in map(Path, entry["documents"]):
        reader = READERS.get(path.suffix)
        if reader is not None:
            kind = path.stem.removesuffix(f"_{entry['reference']}")
            yield f"documents/{case}/{kind}.txt", reader((demo.outbox / path).read_bytes())


@pytest.mark.parametrize("case", CASES)
def test_the_documents_read_as_expected(demo: Ran, case: str) -> None:
    texts = dict(_texts(demo, case))
    for name, text in texts.items():
        compare(name, text)
    assert {str(path.relative_to(EXPECTED)) for path in (EXPECTED / "documents" / case).iterdir()} == set(texts)


def test_every_case_has_its_texts_and_no_other_has() -> None:
    assert {path.name for path in (EXPECTED / "documents").iterdir()} == set(CASES)


@cache
def _facts() -> tuple[Facts, ...]:
    """What the templates see of each internship."""
    found = []
    fields = judge().tables.fields
    for number, (_, row) in enumerate(forms(), FIRST_ROW):
        columns = {key: (i,) for i, key in enumerate(fields) if key in row}
        layout = Layout("imprime_contact", 1, tuple(field.label for field in fields.values()), columns)
        form = Form(Place(FILE, "Réponses", number), layout, {k: v for k, v in row.items() if v is not None}, ())
        entry = Entry(normalise(form, judge().tables), "C2026-000001", "current", None, TODAY)
        found.append(judge().facts(entry))
    return tuple(found)


def test_every_wording_of_the_articles_is_printed_by_some_example() -> None:
    translations = load_translations(ROOT / "schemas", judge().tables.fields)
    reached: set[str] = set()
    for facts in _facts():
        assert facts.model is not None
        blocks = printed(facts.model, template_values(facts, translations))
        reached.update(block.words.fr for _, printed_blocks in blocks for block in printed_blocks)
    wordings = {block.words.fr for model in MODELS for clause in of_model(model) for block in clause.blocs}
    assert {next((start for start in NOT_SOUND if text.startswith(start)), text) for text in wordings - reached} == set(
        NOT_SOUND
    )
