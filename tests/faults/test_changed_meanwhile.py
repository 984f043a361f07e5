"""What somebody changes while a night is under way is for the next night: no agreement is made of two halves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import docx
import pytest

from pipeline.register.store import Register
from pipeline.setup import ROOT
from tools.examples.contact import perfect
from tools.shows.stage import Stage

NAME = "convention_francais.docx"
NEW = "Une phrase ajoutée pendant la nuit."


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A university with a template of its own."""
    models = tmp_path / "modeles"
    models.mkdir()
    shutil.copy(ROOT / "templates_docx" / NAME, models)
    text = (ROOT / "conventions.toml").read_text(encoding="utf-8")
    changed = text.replace('dossier = ""', 'dossier = "modeles"')
    assert changed != text
    config = tmp_path / "conventions.toml"
    config.write_text(changed, encoding="utf-8")
    return Stage(tmp_path, config, quiet=True)


def _edit(path: Path) -> None:
    document = docx.Document(str(path))
    document.add_paragraph(NEW)
    document.save(str(path))


def test_a_template_edited_during_a_night_is_taken_by_the_next_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deposit([perfect(number) for number in range(2)])
    begin = Register.begin

    def edited(*words: Any, **more: Any) -> None:
        begin(*words, **more)
        _edit(stage.folder / "modeles" / NAME)

    with monkeypatch.context() as patched:
        patched.setattr(Register, "begin", edited)
        stage.night()
    assert [NEW in _text(stage, number) for number in (1, 2)] == [False, False]
    before = stage.documents()
    stage.deposit([perfect(2)], "autre.xlsx")
    stage.night()
    assert NEW in _text(stage, 3), "the night after has the new template"
    assert {path: data for path, data in stage.documents().items() if path in before} == before, "what exists stays"


def _text(stage: Stage, number: int) -> str:
    return stage.word(f"convention_C2026-{number:06d}")
