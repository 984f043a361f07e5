"""journal.jsonl: counts, ids and places, nothing of a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model import Place
from pipeline.report.journal import Journal
from tests.report.outcomes import full_outcome


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl", lambda: datetime(2026, 11, 21, 2, 0, tzinfo=UTC))


def lines(tmp_path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text("utf-8").splitlines()]


def test_each_line_is_one_object_with_its_time_and_event(journal: Journal, tmp_path: Path) -> None:
    journal.event(
        "read", place=Place("é.xlsx", "F", 3), reference="C2026-000001", rules=("DUR-01",), counts={"rows": 2}
    )
    assert lines(tmp_path) == [
        {
            "time": "2026-11-21T02:00:00.000+00:00",
            "event": "read",
            "file": "é.xlsx",
            "sheet": "F",
            "row": 3,
            "reference": "C2026-000001",
            "rules": ["DUR-01"],
            "rows": 2,
        }
    ]


def test_a_text_that_is_no_id_is_refused(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="event"):
        journal.event("Élodie LAMBERTIN")
    with pytest.raises(ValueError, match="rule"):
        journal.event("read", rules=("la durée est trop longue",))
    with pytest.raises(ValueError, match="reference"):
        journal.event("read", reference="Élodie")
    assert lines(tmp_path) == []


def test_a_whole_run_names_nobody_and_counts_everything(journal: Journal, tmp_path: Path) -> None:
    journal.outcome(full_outcome())
    told = lines(tmp_path)
    assert told[-1]["event"] == "done"
    assert told[-1]["rows"] == 10
    text = (tmp_path / "journal.jsonl").read_text("utf-8")
    for name in ("LAMBERTIN", "Théâtre", "975", "OUALDI"):
        assert name not in text


def test_a_line_stands_in_the_file_before_the_next_thing_happens(journal: Journal, tmp_path: Path) -> None:
    journal.event("begun")
    assert [line["event"] for line in lines(tmp_path)] == ["begun"]
    journal.outcome(full_outcome())
    journal.event("sent")
    told = [line["event"] for line in lines(tmp_path)]
    assert (told[0], told[-2:]) == ("begun", ["done", "sent"])


def test_the_file_is_for_its_owner_alone(journal: Journal, tmp_path: Path) -> None:
    journal.event("begun")
    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o077 == 0
