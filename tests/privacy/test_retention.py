"""Durations of the configuration, and what the night erases by itself."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from datetime import date
from pathlib import Path

import pytest

from pipeline.config import load_settings
from pipeline.desk.archive import open_archive
from pipeline.desk.model import Etape
from pipeline.errors import SetupError
from pipeline.privacy.targets import before, counted_from, expired
from pipeline.settings.retention import Retention
from tests.privacy.site import FIRST, configured, moved, places_of, told
from tools.examples.contact import perfect
from tools.shows.stage import Stage

_ENDED = {"stage.date_debut": date(2026, 10, 1), "stage.date_fin": date(2026, 12, 18)}
_LATER = date(2026, 12, 20)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Two students, one of whose internships ends in December."""
    stage = Stage(tmp_path_factory.mktemp("ended"), quiet=True)
    stage.deposit([perfect(0), perfect(1) | _ENDED])
    stage.night(FIRST)
    return stage


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def test_the_shipped_configuration_erases_nothing_by_itself() -> None:
    retention = load_settings(Stage.config).retention
    assert not retention.active
    assert (retention.concluded_months, retention.refused_months, retention.open_months) == (60, 12, 24)


def test_an_exception_that_is_no_reference_is_refused(tmp_path: Path) -> None:
    assert load_settings(configured(tmp_path, 'exceptions = ["C2026-000001"]')).retention.kept == {"C2026-000001"}
    with pytest.raises(SetupError, match="n’est pas une référence"):
        load_settings(configured(tmp_path, 'exceptions = ["DURAND"]'))
    with pytest.raises(SetupError):
        load_settings(configured(tmp_path, "termines_mois = 0"))


def test_each_step_of_a_life_has_its_duration(ended: Stage) -> None:
    archive = open_archive(ended.outbox, ended.config, FIRST)
    one = next(f for f in archive.follow_ups if counted_from(f) == date(2026, 12, 18))

    def is_over(etape: Etape, day: date, kept: frozenset[str] = frozenset()) -> bool:
        known = dataclasses.replace(archive, follow_ups=(dataclasses.replace(one, etape=etape),))
        return bool(expired(known, Retention(True, 60, 12, 24, kept=kept), day))

    assert not is_over("terminé", date(2031, 12, 18))
    assert is_over("terminé", date(2031, 12, 19))
    assert is_over("abandonné", date(2027, 12, 19))
    assert not is_over("abandonné", date(2027, 12, 18))
    assert is_over("prêt", date(2028, 12, 19))
    assert not is_over("prêt", date(2028, 12, 18))
    assert not is_over("terminé", date(2099, 1, 1), frozenset({one.reference}))


def test_before_a_day_takes_the_end_of_the_internship(ended: Stage) -> None:
    archive = open_archive(ended.outbox, ended.config, FIRST)
    assert len(before(archive, date(2026, 12, 19))) == 1
    assert before(archive, date(2026, 12, 18)) == ()


@pytest.fixture(scope="module")
def active(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration in which the night erases after a month, and reports after a hundred days."""
    durations = "actif = true\ninacheves_mois = 1\nsans_suite_mois = 1\nrapports_jours = 100"
    return configured(tmp_path_factory.mktemp("active"), durations)


def test_the_night_erases_what_is_over_and_says_how_many(ended: Stage, active: Path, tmp_path: Path) -> None:
    stage = moved(ended, tmp_path)
    stage.config = active
    night = stage.night(_LATER)
    assert len(stage.current()) == 2, "a month has not passed yet"
    assert not any("Conservation" in notice for notice in night.notices)
    night = stage.night(date(2027, 1, 19))
    (notice,) = [notice for notice in night.notices if "Conservation" in notice]
    assert "1\u00a0dossier effacé" in notice
    assert notice in stage.report["notices"]
    lines = (stage.outbox / "rapports/dernier/journal.jsonl").read_text("utf-8").splitlines()
    (told_so,) = [line for line in map(json.loads, lines) if line["event"] == "erased"]
    assert (told_so["dossiers"], told_so["reports"]) == (1, 0)
    assert set(stage.current()) == {"C2026-000001"}
    assert places_of(stage.folder, "21000001", "MARCHETTI") == set()


def test_a_day_that_cannot_be_relied_upon_erases_nothing(ended: Stage, active: Path, tmp_path: Path) -> None:
    stage = moved(ended, tmp_path)
    stage.config = active
    night = stage.night(date(2036, 11, 23))
    assert any("n’étant pas sûr" in notice for notice in night.notices)
    assert len({name.split("/")[2] for name in stage.documents()}) == 2
    assert len(stage.current()) == 2


def test_old_folders_of_reports_go_and_the_last_stays(ended: Stage, active: Path, tmp_path: Path) -> None:
    stage = moved(ended, tmp_path)
    old = stage.outbox / "rapports/20240101T020000Z"
    old.mkdir()
    (old / "run.json").write_text("{}", "utf-8")
    (stage.outbox / "rapports/archives").mkdir()
    stage.config = active
    night = stage.night(_LATER)
    assert not old.exists()
    assert (stage.outbox / "rapports/archives").is_dir()
    assert any("1\u00a0dossier de rapports ancien" in notice for notice in night.notices)


def test_the_durations_can_be_tried_while_they_are_switched_off(ended: Stage, tmp_path: Path) -> None:
    stage = moved(ended, tmp_path)
    stage.config = configured(tmp_path, "actif = false\ninacheves_mois = 1\nsans_suite_mois = 1")
    status, said = told(stage, "--conservation", "--dry-run", day=date(2027, 1, 19))
    assert status == 0
    assert "C2026-000002" in said
    assert "C2026-000001" not in said
