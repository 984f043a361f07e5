"""A purge after real nights, PDFs included: nothing of the person is left, and nothing else has changed."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.desk.archive import open_archive
from pipeline.desk.statistics import Count, by_programme, table
from pipeline.outbox import Outbox
from pipeline.privacy import purge
from pipeline.privacy.retention import apply_retention
from pipeline.privacy.targets import by_reference
from pipeline.register.backup import folder_of
from pipeline.report.publish import shelves
from pipeline.setup import load_setup
from tests.conftest import ROOT
from tests.privacy.site import FIRST, SECOND, THIRD, answered, contents, moved, places_of, told
from tools.examples.contact import perfect
from tools.shows.stage import Stage, correct, edited

HER = "C2026-000002"
_NUMBER, _MAIL, _STREET = "21000001", "paul-emile.1@etu.univ-amu.fr", "2 rue des Lavandes"
_ALONE = ("MARCHETTI", "Paul-Émile", _NUMBER, _MAIL, _STREET)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Two students; a night with PDFs, answers of a manager, a second night."""
    stage = Stage(tmp_path_factory.mktemp("nights"), quiet=True)
    stage.deposit([perfect(0), perfect(1)])
    stage.night(FIRST, pdf=True)
    answered(stage, HER)
    stage.night(SECOND)
    return stage


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Three students, one of whom must correct something, after one night without PDFs."""
    stage = Stage(tmp_path_factory.mktemp("bare"), quiet=True)
    stage.deposit([perfect(0), perfect(1), perfect(2) | {"etudiant.email": "pas un courriel"}])
    stage.night(FIRST)
    return stage


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the search out of what other processes of this machine have in theirs."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


def _counts(stage: Stage) -> tuple[Count, ...]:
    archive = open_archive(stage.outbox, stage.config, SECOND)
    return by_programme(table(archive.follow_ups, archive.setup.tables, archive.setup.cases), archive.register.tally())


def test_a_purge_leaves_no_trace_and_touches_nobody_else(nights: Stage, tmp_path: Path) -> None:
    stage = moved(nights, tmp_path)
    before, counts = stage.documents(), _counts(stage)
    assert any(name.endswith(".pdf") and HER in name for name in before)
    assert len(places_of(stage.folder, *_ALONE)) > 8
    assert told(stage, "--dossier", HER)[0] == 0, "nobody was there to confirm"
    status, said = told(stage, "--dossier", HER, "--oui")
    assert status == 0, said
    assert "aucune trace" in said
    assert "export.xlsx, feuille « Sheet », ligne 3" in said
    assert "suivi.xlsx : le fichier entier" in said
    assert places_of(stage.folder, *_ALONE) == set()
    assert stage.documents() == {name: data for name, data in before.items() if HER not in name}
    assert _counts(stage) == counts
    assert not Path(f"{stage.outbox}.sqlite3.effacement.json").exists()


def test_the_next_night_does_not_bring_her_back_and_her_number_is_not_given_again(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    assert told(stage, "--dossier", HER, "--oui")[0] == 0
    before, counts = stage.documents(), _counts(stage)
    asked = ["register", "show", HER, "--outbox", str(stage.outbox), "--config", str(stage.config)]
    assert f"Le dossier {HER} a été effacé" in CliRunner().invoke(cli, asked).output
    night = stage.night(THIRD)
    assert not night.failures
    assert stage.documents() == before
    assert set(stage.current()) == {"C2026-000001", "C2026-000003"}
    assert stage.report["totals"]["rows"] == stage.source("export.xlsx")["rows"] == 2
    assert [one["row"] for one in stage.source("export.xlsx")["unread"]] == [3]
    assert (stage.outbox / "suivi.xlsx").is_file()
    assert (stage.outbox / "rapports/dernier/rapport.html").is_file()
    assert places_of(stage.folder, *_ALONE) == set()
    assert _counts(stage) == counts
    stage.deposit([perfect(1), perfect(5)], "suite.xlsx")  # a later export shows her row again
    stage.night(THIRD)
    assert set(stage.current()) == {"C2026-000001", "C2026-000003", "C2026-000004"}
    assert places_of(stage.folder, *_ALONE) == set()


def test_rows_are_known_again_when_the_program_reads_them_otherwise(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    assert told(stage, "--dossier", HER, "--oui")[0] == 0
    with closing(sqlite3.connect(f"{stage.outbox}.sqlite3")) as register, register:
        register.execute("UPDATE file SET fingerprint = 'of other schemas' WHERE fingerprint <> ''")
        (marks,) = register.execute("SELECT count(*) FROM erased").fetchone()
        register.execute("DELETE FROM erased WHERE mark = (SELECT min(mark) FROM erased)")
    assert marks == 2, "one of the content as it was read, one of the cells as they stand"
    stage.night(THIRD)
    assert HER not in stage.current()
    assert stage.source("export.xlsx")["state"] == "lu"
    assert places_of(stage.folder, _NUMBER) == set()


def test_what_is_told_of_the_nights_keeps_counts_and_rules(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    totals = stage.report["totals"]
    wrong = "C2026-000003"
    rules = {finding["rule"] for finding in stage.current()[wrong]["findings"]}
    assert told(stage, "--dossier", wrong, "--oui")[0] == 0
    assert all(shelf.is_untouched() for shelf in shelves(Outbox(stage.outbox))), "taken for somebody's own work"
    blank = stage.current()[wrong]
    assert stage.report["totals"] == totals
    assert {finding["rule"] for finding in blank["findings"]} == rules
    assert {finding["message"] for finding in blank["findings"]} == {"(effacé)"}
    assert blank["documents"] == []
    assert blank["status"] == "à corriger"


def test_a_dry_run_changes_nothing(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    before = contents(stage.folder)
    status, said = told(stage, "--dossier", HER, "--dry-run")
    assert status == 0
    assert "rien n’a été changé" in said
    assert "Paul-Émile" not in said
    assert contents(stage.folder) == before


def test_a_workbook_that_somebody_has_changed_is_first_to_be_taken_back(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    book = stage.outbox / "suivi.xlsx"
    edited(book, book, lambda b: b["Dossiers"].cell(1, 60, "une note"), "Mme Gestionnaire")
    documents = stage.documents()
    with pytest.raises(purge.ChangedWorkbookError, match=r"suivi\.xlsx a été modifié") as refused:
        told(stage, "--dossier", HER, "--oui")
    assert refused.value.exit_code == 4
    assert stage.documents() == documents
    assert not Path(f"{stage.outbox}.sqlite3.effacement.json").exists()
    stage.drop(book, "suivi_2.xlsx")
    stage.night(THIRD)
    assert told(stage, "--dossier", HER, "--oui")[0] == 0
    assert places_of(stage.folder, *_ALONE) == set()


def test_corrections_that_come_back_after_the_purge_bring_nothing_back(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    wrong = "C2026-000003"
    book = stage.outbox / "rapports/dernier/a_corriger.xlsx"
    taken = edited(
        book, stage.folder / "chez_elle.xlsx", lambda b: correct(b.worksheets[1], 4, "Durée effective", 560), "Mme G."
    )
    assert told(stage, "--dossier", wrong, "--oui")[0] == 0
    stage.drop(taken, "a_corriger.xlsx")
    taken.unlink()
    stage.night(THIRD)
    assert wrong not in stage.current()
    assert stage.source("a_corriger.xlsx")["unread"]
    assert places_of(stage.folder, "21000002", "3 rue des Lavandes") == set()


class _KilledError(BaseException):
    pass


_STEPS = (
    *("_begin", "_remove_folders", "_forget", "_end"),
    *(pytest.param(step, marks=pytest.mark.nightly) for step in ("_clean_reports", "_clean_copies", "prove")),
)


@pytest.mark.parametrize("step", _STEPS)
def test_a_purge_that_is_killed_is_finished_by_the_next(
    bare: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    stage = moved(bare, tmp_path)
    archive = open_archive(stage.outbox, stage.config, SECOND)
    site = purge.site_of(stage.outbox, archive.setup.settings)
    plan = purge.plan_purge(archive, by_reference(archive, [HER]), stage.inbox, stage.outbox, SECOND)
    whole = getattr(purge, step)

    def killed(*given: object) -> object:
        whole(*given)
        raise _KilledError

    with monkeypatch.context() as patch:
        patch.setattr(purge, step, killed)
        with pytest.raises(_KilledError):
            purge.carry_out(site, plan)
    proof = purge.resume(site)
    assert (proof is None) == (step == "_end")
    assert proof is None or proof.is_clean
    assert not site.mark.exists()
    assert places_of(stage.folder, *_ALONE) == set()
    with closing(sqlite3.connect(site.register)) as register:
        counted = register.execute("SELECT sum(number) FROM tally WHERE what = 'dossiers'").fetchone()
    assert counted == (1,)


def test_the_night_finishes_what_was_cut_short(bare: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = moved(bare, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(purge, "_forget", lambda *_: (_ for _ in ()).throw(_KilledError()))
        with pytest.raises(_KilledError):
            told(stage, "--dossier", HER, "--oui")
    night = stage.night(THIRD)
    assert "Un effacement interrompu a été achevé." in night.notices
    assert HER not in stage.current()
    assert places_of(stage.folder, *_ALONE) == set()


def test_copies_of_the_register_forget_too_and_damaged_ones_are_removed(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    folder = folder_of(Path(f"{stage.outbox}.sqlite3"))
    folder.mkdir(exist_ok=True)
    register = Path(f"{stage.outbox}.sqlite3").read_bytes()
    (folder / "2026-11-20.sqlite3").write_bytes(register)
    (folder / "2026-11-19.sqlite3").write_bytes(register[: len(register) // 2])
    (folder / "endommage_0123.sqlite3").write_bytes(register[:9000])
    assert told(stage, "--dossier", HER, "--oui")[0] == 0
    assert not (folder / "endommage_0123.sqlite3").exists()
    assert not (folder / "2026-11-19.sqlite3").exists()
    with closing(sqlite3.connect(folder / "2026-11-20.sqlite3")) as copy:
        assert copy.execute("SELECT count(*) FROM version WHERE reference = ?", (HER,)).fetchone() == (0,)
        assert copy.execute("SELECT count(*) FROM version").fetchone()[0] >= 2
        marks = copy.execute("SELECT mark FROM erased ORDER BY mark").fetchall()
    with closing(sqlite3.connect(f"{stage.outbox}.sqlite3")) as whole:
        assert whole.execute("SELECT mark FROM erased ORDER BY mark").fetchall() == marks
    assert places_of(stage.folder, *_ALONE) == set()


def test_a_trace_that_the_purge_cannot_remove_is_shown(bare: Stage, tmp_path: Path) -> None:
    stage = moved(bare, tmp_path)
    note = stage.outbox / "dossiers" / "note.txt"
    note.write_text("Rappeler Paul-Émile MARCHETTI", "utf-8")
    status, said = told(stage, "--dossier", HER, "--oui")
    assert status == 4
    assert str(note) in said
    status, said = told(stage)
    assert status == 4, "it is searched for again until it is gone"
    note.unlink()
    status, said = told(stage)
    assert status == 0, said
    assert "aucune trace" in said


def test_retention_without_a_register_does_nothing(tmp_path: Path) -> None:
    setup = load_setup(ROOT / "conventions.toml")
    kept = apply_retention(setup, tmp_path / "inbox", Outbox(tmp_path / "outbox").root, FIRST)
    assert (kept.erased, kept.notices) == (0, ())
