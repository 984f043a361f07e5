"""Nights that are cut short while documents are made: what the next one makes again, keeps, removes and tells."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.register.store import Register
from pipeline.setup import ROOT
from tools.examples.contact import perfect
from tools.shows.stage import DAY, Stage

READY = "est prête"


class CutError(BaseException):
    """The power goes off."""


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration under which no student's number is right: nothing but that has changed, and no form is sound."""
    text = (ROOT / "conventions.toml").read_text(encoding="utf-8")
    changed = text.replace(r"numero_etudiant = '\d{8}'", r"numero_etudiant = 'X\d{8}'")
    assert changed != text
    path = tmp_path_factory.mktemp("réglages") / "conventions.toml"
    path.write_text(changed, encoding="utf-8")
    return path


def deposited(stage: Stage, day: date, **changes: Any) -> None:
    """Drop the form of one student, as modified on ``day``; ``changes`` use __ for the dot of a field key."""
    at = datetime(day.year, day.month, day.day, 8)  # noqa: DTZ001 (a spreadsheet's clock)
    given = {key.replace("__", "."): value for key, value in changes.items()}
    stage.deposit([{**perfect(0), "formulaire.depose_le": at, **given}])


def begun(folder: Path) -> Stage:
    """Return a stage after its first night: one sound dossier, its agreement made."""
    stage = Stage(folder, quiet=True)
    deposited(stage, DAY)
    stage.night()
    assert READY in stage.letter("message_")
    return stage


def cut(stage: Stage, monkeypatch: pytest.MonkeyPatch, write: str, *, after: bool) -> None:
    """Let a night be cut just before, or just after, something is written into the register."""
    real = getattr(Register, write)

    def writes(*words: Any, **more: Any) -> None:
        if after:
            real(*words, **more)
        raise CutError(write)

    with monkeypatch.context() as patch:
        patch.setattr(Register, write, writes)
        with pytest.raises(CutError):
            stage.night()


CUTS = [("begin", True), ("made", False), ("made", True), ("end", False), ("end", True)]


@pytest.mark.parametrize(("write", "after"), CUTS, ids=[f"{w}-{'après' if a else 'avant'}" for w, a in CUTS])
def test_documents_are_never_taken_for_those_of_a_verdict_that_they_were_not_made_from(
    write: str, after: bool, strict: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = begun(tmp_path)
    stage.config = strict
    cut(stage, monkeypatch, write, after=after)
    stage.night()
    assert stage.current()["C2026-000001"]["status"] == "à corriger"
    assert READY not in stage.letter("message_")


@pytest.mark.parametrize(("write", "after"), CUTS[:4], ids=[f"{w}-{'après' if a else 'avant'}" for w, a in CUTS[:4]])
def test_what_a_cut_night_has_made_of_another_verdict_does_not_stay(
    write: str, after: bool, strict: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = begun(tmp_path)
    whole = stage.documents()
    stage.config = strict
    cut(stage, monkeypatch, write, after=after)
    stage.config = ROOT / "conventions.toml"
    stage.night()
    assert READY in stage.letter("message_")
    assert {path: data for path, data in stage.documents().items() if not path.endswith(".eml")} == {
        path: data for path, data in whole.items() if not path.endswith(".eml")
    }


@pytest.mark.parametrize(("write", "after"), CUTS[:4], ids=[f"{w}-{'après' if a else 'avant'}" for w, a in CUTS[:4]])
def test_documents_of_an_older_version_leave_also_when_the_night_that_replaces_it_is_cut(
    write: str, after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = begun(tmp_path)
    deposited(stage, date(2026, 11, 22), gratification__montant=1)
    cut(stage, monkeypatch, write, after=after)
    stage.night()
    entry = stage.current()["C2026-000001"]
    assert entry["status"] == "à corriger"
    assert set(entry["documents"]) == stage.documents().keys()
    assert not any("convention_" in path for path in entry["documents"])


def test_a_night_that_was_cut_is_taken_up_after_its_last_whole_batch_and_tells_its_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path, quiet=True)
    deposited(stage, DAY)
    cut(stage, monkeypatch, "made", after=True)
    before = stage.times()
    assert any(path.endswith(".eml") for path in before)
    outcome = stage.night()
    again = {path for path, moment in stage.times().items() if before.get(path) != moment}
    assert {Path(path).suffix for path in again} == {".eml"}
    assert outcome.made == 1
    assert set(stage.current()["C2026-000001"]["documents"]) == before.keys()
    assert "lettre" in stage.told()["C2026-000001"]


def test_a_letter_that_was_told_before_is_not_written_again_because_a_later_night_was_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = begun(tmp_path)
    (page,) = (stage.outbox / path for path in stage.documents() if "/synthese_" in path and path.endswith(".docx"))
    (letter,) = (path for path in stage.documents() if path.endswith(".eml"))
    written = stage.times()[letter]
    page.unlink()  # the letter does not carry it
    cut(stage, monkeypatch, "made", after=True)
    outcome = stage.night()
    assert page.is_file()
    assert outcome.made == 0
    assert letter in stage.current()["C2026-000001"]["documents"]
    assert stage.times()[letter] == written
