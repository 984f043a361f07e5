"""rapports/: whole files, the latest ones refreshed, a manager's own workbook never overwritten."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pipeline.config import Settings
from pipeline.desk.columns import Columns
from pipeline.documents import pages
from pipeline.documents.kinds import Kind
from pipeline.documents.listings import Listing
from pipeline.model import Entry
from pipeline.outbox import Outbox
from pipeline.report.publish import publish, publish_reports
from pipeline.tables import Tables
from tests.desk.told import columns
from tests.report.outcomes import DAY, full_outcome, settings, tables

FILES = {"run.json": b"{}", "a_corriger.xlsx": b"one"}


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def latest(outbox: Outbox) -> dict[str, bytes]:
    folder = outbox.path("rapports/dernier")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if not path.name.startswith(".")}


def test_the_files_stand_under_the_run_and_under_dernier(outbox: Outbox, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(b"<p>")
    notices = publish(outbox, "R1", {**FILES, "rapport.html": tmp_path / "page"}, DAY)
    assert notices == ()
    assert latest(outbox) == {**FILES, "rapport.html": b"<p>"}
    assert outbox.path("rapports/R1/run.json").read_bytes() == b"{}"


def test_a_next_run_replaces_what_is_ours_and_removes_what_is_gone(outbox: Outbox) -> None:
    publish(outbox, "R1", {**FILES, "rapport.pdf": b"pdf"}, DAY)
    assert publish(outbox, "R2", {**FILES, "a_corriger.xlsx": b"two"}, DAY) == ()
    assert latest(outbox) == {"run.json": b"{}", "a_corriger.xlsx": b"two"}
    assert outbox.path("rapports/R1/rapport.pdf").read_bytes() == b"pdf"
    assert outbox.path("rapports/R1/a_corriger.xlsx").read_bytes() == b"one"


def test_a_workbook_that_someone_changed_stays_and_ours_goes_beside(outbox: Outbox) -> None:
    publish(outbox, "R1", FILES, DAY)
    outbox.path("rapports/dernier/a_corriger.xlsx").write_bytes(b"hers")
    for run in ("R2", "R3"):
        (notice,) = publish(outbox, run, {**FILES, "a_corriger.xlsx": run.encode()}, DAY)
        assert "a_corriger_2026-11-21.xlsx" in notice
        assert latest(outbox)["a_corriger.xlsx"] == b"hers"
        assert latest(outbox)["a_corriger_2026-11-21.xlsx"] == run.encode()
    assert outbox.path("rapports/R1/a_corriger.xlsx").read_bytes() == b"one"


def test_our_copy_beside_leaves_when_hers_has_gone_but_not_when_she_has_changed_it(outbox: Outbox) -> None:
    publish(outbox, "R1", FILES, DAY)
    hers = outbox.path("rapports/dernier/a_corriger.xlsx")
    beside = outbox.path("rapports/dernier/a_corriger_2026-11-21.xlsx")
    hers.write_bytes(b"hers")
    publish(outbox, "R2", FILES, DAY)
    hers.unlink()
    assert publish(outbox, "R3", FILES, DAY) == ()
    assert not beside.exists()
    hers.write_bytes(b"hers")
    publish(outbox, "R4", FILES, DAY)
    beside.write_bytes(b"hers too")
    publish(outbox, "R5", FILES, DAY)
    assert beside.read_bytes() == b"hers too"
    assert latest(outbox)["a_corriger_2026-11-21_2.xlsx"] == b"one"


@pytest.mark.parametrize("lock", ["~$a_corriger.xlsx", ".~lock.a_corriger.xlsx#"])
def test_a_workbook_that_is_open_stays(outbox: Outbox, lock: str) -> None:
    publish(outbox, "R1", FILES, DAY)
    outbox.path(f"rapports/dernier/{lock}").touch()
    (notice,) = publish(outbox, "R2", {"a_corriger.xlsx": b"two"}, DAY)
    assert "est ouvert" in notice
    assert latest(outbox)["a_corriger.xlsx"] == b"one"
    outbox.path(f"rapports/dernier/{lock}").unlink()
    assert publish(outbox, "R3", {"a_corriger.xlsx": b"three"}, DAY) == ()
    assert latest(outbox) == {"a_corriger.xlsx": b"three"}


@pytest.mark.parametrize("record", [b"", b"[]", b'{"a_corriger.xlsx": 3}', b'{"../x": ["1"]}'])
def test_a_spoilt_record_keeps_everything(outbox: Outbox, record: bytes) -> None:
    publish(outbox, "R1", FILES, DAY)
    outbox.path("rapports/dernier/.ecrits.json").write_bytes(record)
    assert len(publish(outbox, "R2", FILES, DAY)) == 1
    assert latest(outbox)["a_corriger.xlsx"] == b"one"


def test_a_disk_without_hard_links_gets_copies(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    publish(outbox, "R1", FILES, DAY)
    assert latest(outbox) == FILES


def test_a_crash_between_two_files_does_not_make_ours_look_like_hers(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(outbox, "R1", FILES, DAY)

    def crash(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", crash)
        with pytest.raises(KeyboardInterrupt):
            publish(outbox, "R2", {"a_corriger.xlsx": b"two", "run.json": b"2"}, DAY)
    assert latest(outbox)["a_corriger.xlsx"] == b"two"
    assert publish(outbox, "R3", FILES, DAY) == ()


def test_files_and_folders_are_for_their_owner_alone(outbox: Outbox) -> None:
    publish(outbox, "R1", FILES, DAY)
    for path in outbox.root.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert not list(outbox.root.rglob("*.part"))


@dataclass(frozen=True)
class SystemDouble:
    """A source system that has only its names."""

    name: str
    label: str


@dataclass(frozen=True)
class SetupDouble:
    """The set-up of the project, its systems named by hand."""

    settings: Settings
    tables: Tables
    systems: Sequence[SystemDouble]
    titles: Mapping[str, str] = field(default_factory=dict)
    titles_en: Mapping[str, str] = field(default_factory=dict)
    listings: Sequence[Listing] = ()
    kinds: Sequence[Kind] = ()
    columns: Columns = field(default_factory=columns)

    def cases(self, entry: Entry) -> Mapping[str, bool]:
        """Return no condition: no list is written."""
        raise NotImplementedError(entry)

    def values(self, entry: Entry) -> Mapping[str, Any]:
        """Return no value: no list is written."""
        raise NotImplementedError(entry)


def test_every_report_of_a_run_is_published_and_tells_of_the_workbook_that_stays(outbox: Outbox) -> None:
    setup = SetupDouble(settings(), tables(), [SystemDouble("pstage", "PStage")])
    at = datetime(2026, 11, 21, 2, tzinfo=UTC)
    first = publish_reports(full_outcome(), setup, outbox, None, lambda: at)
    assert (first.notices, first.failures) == (full_outcome().notices, full_outcome().failures)
    assert set(latest(outbox)) == {"run.json", "rapport.html", "a_corriger.xlsx", "journal.jsonl"}
    outbox.path("rapports/dernier/a_corriger.xlsx").write_bytes(b"hers")
    second = publish_reports(full_outcome(), setup, outbox, None, lambda: at)
    assert any("a été modifié" in notice for notice in second.notices)
    assert second.notices == tuple(json.loads(latest(outbox)["run.json"])["notices"])
    assert "a été modifié" in latest(outbox)["rapport.html"].decode()


AT = datetime(2026, 11, 21, 2, tzinfo=UTC)


def test_the_page_is_also_a_pdf_where_the_program_is(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(jobs: Sequence[pages.PdfJob], *_: Any) -> list[tuple[pages.PdfJob, str]]:
        for job in jobs:
            assert "Conventions de stage" in job.html.read_text("utf-8")
            job.pdf.write_bytes(b"%PDF-1.4")
        return []

    monkeypatch.setattr(pages, "html_to_pdf", convert)
    setup = SetupDouble(settings(), tables(), [])
    outcome = publish_reports(full_outcome(), setup, outbox, "wkhtmltopdf", lambda: AT)
    assert latest(outbox)["rapport.pdf"] == b"%PDF-1.4"
    assert len(outcome.failures) == 1


def test_a_pdf_that_fails_is_a_failure_and_the_other_reports_stand(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(jobs: Sequence[pages.PdfJob], *_: Any) -> list[tuple[pages.PdfJob, str]]:
        return [(job, "page refusée") for job in jobs]

    monkeypatch.setattr(pages, "html_to_pdf", refuse)
    setup = SetupDouble(settings(), tables(), [])
    outcome = publish_reports(full_outcome(), setup, outbox, "wkhtmltopdf", lambda: AT)
    assert outcome.failures[-1].path.endswith("rapport.pdf")
    assert "rapport.pdf" not in latest(outbox)
    assert json.loads(latest(outbox)["run.json"])["failures"][-1]["reason"] == "page refusée"
