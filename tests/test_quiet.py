"""A night that repeats the last one: only run.json and the journal are new, whatever else has happened it is a night."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.intake.files import InboxFile, find_files
from pipeline.model import Limits
from tests.conftest import run_here
from tools.examples.contact import perfect
from tools.shows.stage import DAY, Stage, answer, edited


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage after its first night: two sound dossiers and one to correct."""
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0), perfect(1), {**perfect(2), "gratification.montant": 1}])
    stage.night()
    return stage


def inodes(stage: Stage) -> dict[str, int]:
    """Return the files of the outbox that are not the two of the last run, with what they are on the disk."""
    return {
        path.relative_to(stage.outbox).as_posix(): path.stat().st_ino
        for path in stage.outbox.rglob("*")
        if path.is_file() and path.name not in ("run.json", "journal.jsonl", ".ecrits.json")
    }


def test_nothing_is_written_but_the_run_and_its_journal(stage: Stage) -> None:
    before, first = inodes(stage), stage.report
    outcome = stage.night()
    again = stage.report
    assert outcome.repeated == first["totals"]
    assert (outcome.made, again["timings"]["made"]) == (0, 0)
    after = inodes(stage)
    assert {name: inode for name, inode in after.items() if name in before} == before
    assert {inode for name, inode in after.items() if name not in before} <= set(before.values()), "not linked"
    assert [source["state"] for source in again["sources"]] == ["inchangé"]
    for key in ("run_id", "timings", "sources"):
        assert first.pop(key) != again.pop(key)
    assert first == again


def test_its_reports_stand_in_its_own_folder(stage: Stage) -> None:
    first, second = stage.report["run_id"], stage.night().run_id
    latest = {
        p.relative_to(stage.outbox / "rapports/dernier") for p in (stage.outbox / "rapports/dernier").rglob("*.*")
    }
    standing = {
        p.relative_to(stage.outbox / "rapports" / second) for p in (stage.outbox / "rapports" / second).rglob("*.*")
    }
    assert standing == latest - {Path(".ecrits.json")}
    assert first != second


def test_the_journal_says_so_without_names(stage: Stage) -> None:
    stage.night()
    lines = (stage.outbox / "rapports/dernier/journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["source_unchanged", "done"]
    assert json.loads(lines[-1])["ready"] == 2


def test_it_can_be_repeated_again_and_again(stage: Stage) -> None:
    runs = [stage.report["run_id"]] + [stage.night().run_id for _ in range(3)]
    assert len(set(runs)) == len(runs)
    assert stage.night().repeated is not None


def test_strict_counts_what_the_night_before_has_left(stage: Stage) -> None:
    words = stage.inbox, stage.outbox, "--no-pdf", "--strict", "--config", str(stage.config)
    assert [run_here(*words).status, run_here(*words).status] == [1, 1]
    said = run_here(*words).said
    assert "Rien n’a changé depuis le passage précédent" in said
    assert "2 dossiers prêts, 1 à corriger" in said.replace("\u00a0", " ")


def _new_file(stage: Stage) -> None:
    stage.deposit([perfect(3)], "autre.xlsx")


def _other_name(stage: Stage) -> None:
    (stage.inbox / "export.xlsx").rename(stage.inbox / "ailleurs.xlsx")


def _half_copied(stage: Stage) -> None:
    (stage.inbox / "b.xlsx.part").write_bytes(b"...")


def _document_gone(stage: Stage) -> None:
    next(stage.outbox.rglob("convention_*.docx")).unlink()


def _report_gone(stage: Stage) -> None:
    (stage.outbox / "rapports/dernier/rapport.html").unlink()


def _workbook_touched(stage: Stage) -> None:
    path = stage.outbox / "suivi.xlsx"
    edited(path, path, lambda book: answer(book.worksheets[0], "C2026-000001", Note_libre="vu"), "Zoé")


def _workbook_open(stage: Stage) -> None:
    (stage.outbox / "rapports/dernier/~$a_corriger.xlsx").touch()


def _run_gone(stage: Stage) -> None:
    (stage.outbox / "rapports" / stage.report["run_id"] / "run.json").unlink()


def _run_torn(stage: Stage) -> None:
    (stage.outbox / "rapports" / stage.report["run_id"] / "run.json").write_text("{")


def _checked_meanwhile(stage: Stage) -> None:
    stage.night(check_only=True)  # its reports are the latest ones now, and the register does not know of it


def _report_of_the_run_gone(stage: Stage) -> None:
    (stage.outbox / "rapports" / stage.report["run_id"] / "a_corriger.xlsx").unlink()


@pytest.mark.parametrize(
    "change",
    [
        _checked_meanwhile,
        _report_of_the_run_gone,
        _new_file,
        _other_name,
        _half_copied,
        _document_gone,
        _report_gone,
        _workbook_touched,
        _workbook_open,
        _run_gone,
        _run_torn,
    ],
)
def test_whatever_has_changed_makes_it_a_night_of_its_own(stage: Stage, change: Callable[[Stage], None]) -> None:
    assert stage.night().repeated is not None
    change(stage)
    assert stage.night().repeated is None
    assert next(stage.outbox.rglob("convention_*.docx")).is_file()


def test_another_day_is_a_night_of_its_own(stage: Stage) -> None:
    outcome = stage.night(date.fromordinal(DAY.toordinal() + 1))
    assert (outcome.repeated, outcome.made) == (None, 0)


def test_the_command_check_never_repeats(stage: Stage) -> None:
    assert stage.night(check_only=True).repeated is None


def test_an_answer_taken_by_the_register_makes_it_a_night_of_its_own(stage: Stage) -> None:
    copy = stage.copy("suivi.xlsx", "rendu.xlsx")
    stage.drop(edited(copy, copy, lambda book: answer(book.worksheets[0], "C2026-000001", Note_libre="vu"), "Zoé"))
    assert stage.night().repeated is None
    assert stage.night().repeated is not None


def test_a_register_put_back_does_not_make_the_reports_of_a_later_night_those_of_an_earlier_one(stage: Stage) -> None:
    register, copy = stage.folder / "outbox.sqlite3", stage.folder / "copie.sqlite3"
    shutil.copyfile(register, copy)
    _new_file(stage)
    stage.night()
    (stage.inbox / "autre.xlsx").unlink()
    shutil.copyfile(copy, register)
    assert stage.night().repeated is None


@pytest.mark.parametrize("name", ["suivi.xlsx", "rapports/dernier/a_corriger.xlsx"])
def test_a_workbook_that_was_open_is_refreshed_once_it_is_closed(stage: Stage, name: str) -> None:
    workbook = stage.outbox / name
    lock, before = workbook.with_name(f"~${workbook.name}"), workbook.read_bytes()
    stage.deposit([{**perfect(3), "gratification.montant": 1}], "autre.xlsx")
    lock.touch()
    stage.night()
    beside = workbook.with_name(f"{workbook.stem}_{DAY}.xlsx")
    assert (workbook.read_bytes(), beside.is_file()) == (before, True)
    lock.unlink()
    assert stage.night().repeated is None
    assert (workbook.read_bytes() != before, beside.exists()) == (True, False)


def test_a_file_that_was_being_copied_again_when_it_was_read_is_read_by_the_next_night(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = stage.deposit([perfect(3)], "autre.xlsx")
    whole = other.read_bytes()

    def listed(inbox: Path, limits: Limits) -> list[InboxFile]:
        found = find_files(inbox, limits)
        other.write_bytes(whole[:100])
        return found

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.run.find_files", listed)
        stage.night()
    assert stage.source("autre.xlsx")["state"] == "en attente"
    other.write_bytes(whole)
    assert stage.night().repeated is None
    assert "C2026-000004" in stage.current()


def test_an_empty_inbox_has_no_workbook_to_keep_on_the_second_night_either(tmp_path: Path) -> None:
    stage = Stage(tmp_path, quiet=True)
    words = stage.inbox, stage.outbox, "--no-pdf"
    assert "À tenir" not in run_here(*words).said
    again = run_here(*words).said
    assert "Rien n’a changé" in again
    assert "À tenir" not in again
