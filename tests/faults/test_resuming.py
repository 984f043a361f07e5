"""A night that is cut before its reports stand has told nobody: the next one tells all of it, once."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.register import open_register
from pipeline.register.store import Register
from tools.examples.contact import perfect
from tools.shows.stage import DAY, Stage, answer, edited

_SIGNATURES = (
    "Signature_organisme",
    "Signature_tuteur",
    "Signature_référent",
    "Signature_étudiant_(représentant)",
    "Signature_université",
)
_LATER, _SPRING = date(2026, 11, 24), date(2027, 5, 20)
_REFERENCE = "C2026-000001"


class CutError(BaseException):
    """The power goes off."""


def _cut(stage: Stage, day: date, place: tuple[object, str] | str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the night of ``day`` be cut where ``place`` would be called."""

    def goes_off(*_: Any, **__: Any) -> None:
        raise CutError

    with monkeypatch.context() as patch:
        if isinstance(place, str):
            patch.setattr(place, goes_off)
        else:
            patch.setattr(*place, goes_off)
        with pytest.raises(CutError):
            stage.night(day)


def _events(stage: Stage) -> Counter[tuple[str, str, str]]:
    """Return what was told of each dossier, with the number of times that it was."""
    with closing(open_register(stage.folder / "outbox.sqlite3")) as register:
        told = register.events_of(register.told())
    return Counter((ref, event.what, str(event.value)) for ref, events in told.items() for event in events)


def _messages(stage: Stage) -> bool:
    return (stage.outbox / "rapports/dernier/messages.xlsx").is_file()


def _signed(folder: Path) -> Stage:
    """Return a stage on which everybody has signed one agreement, which is made longer in spring."""
    stage = Stage(folder, quiet=True)
    form = {**perfect(0), "formulaire.depose_le": datetime(2026, 11, 2, 9)}  # noqa: DTZ001 (a spreadsheet's clock)
    stage.deposit([form])
    stage.night()
    book = stage.copy("suivi.xlsx", "rendu.xlsx")

    def sign(opened: Any) -> None:
        signed = {title: date(2026, 11, 23) for title in _SIGNATURES}
        answer(opened["Dossiers"], _REFERENCE, Envoyée_le=date(2026, 11, 22), **signed)

    stage.drop(edited(book, book, sign, "Mme Roux"))
    stage.night(_LATER)
    longer = {"stage.date_fin": date(2027, 6, 25), "stage.duree_heures": 700, "assurance.rc_fin": date(2027, 9, 30)}
    stage.deposit([form | longer | {"formulaire.depose_le": datetime(2027, 5, 19, 9)}], "mai.xlsx")  # noqa: DTZ001
    return stage


@pytest.mark.parametrize("write", ["made", "end"])
def test_an_amendment_whose_night_was_cut_has_its_message_and_is_told_once(
    write: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = _signed(tmp_path)
    _cut(stage, _SPRING, (Register, write), monkeypatch)
    stage.night(_SPRING)
    names = {path.rpartition("/")[2] for path in stage.current()[_REFERENCE]["documents"]}
    assert {f"avenant_1_{_REFERENCE}.docx", f"message_avenant_1_{_REFERENCE}.eml"} <= names
    assert not any(name.startswith("avenant_2") for name in names)
    assert _messages(stage)
    told = _events(stage)
    assert [number for (_, what, _), number in told.items() if what == "avenant"] == [1]


def test_letters_that_were_told_and_never_listed_are_listed_by_the_next_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    _cut(stage, DAY, "pipeline.run.publish_reports", monkeypatch)
    outcome = stage.night()
    assert _messages(stage)
    assert any(path.endswith(".eml") for path in stage.current()[_REFERENCE]["documents"])
    assert [follow.new for follow in outcome.follow_ups] == [True], "it is new until somebody was told"
    assert set(_events(stage).values()) == {1}
    assert len([path for path in (stage.outbox / "rapports").iterdir() if path.name.endswith("Z")]) == 1


def test_letters_that_a_list_has_shown_for_a_night_are_not_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    _cut(stage, DAY, (Register, "published"), monkeypatch)
    assert _messages(stage)
    (letter,) = (path for path in stage.documents() if path.endswith(".eml"))
    written = stage.times()[letter]
    outcome = stage.night(_LATER)
    assert stage.times()[letter] == written
    assert [follow.new for follow in outcome.follow_ups] == [False]


def test_the_list_of_a_night_survives_a_repetition_that_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    stage.night()
    _cut(stage, DAY, "pipeline.run.repeat_night", monkeypatch)
    outcome = stage.night()
    assert outcome.repeated is not None
    assert _messages(stage)
