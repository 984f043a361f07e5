"""What comes back after a purge, and what stays beside her: a check, a workbook of before, her row under other names."""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.outbox import Outbox
from pipeline.privacy.export import SeveralPeopleError
from pipeline.privacy.purge import Site, UnreadableOrderError, resume
from pipeline.register.erasure import Erasure, erase_in_copy
from tests.privacy.site import FIRST, SECOND, THIRD, answered, moved, places_of, told
from tools.examples.contact import perfect
from tools.shows.stage import Stage

HER, _FRIEND = "C2026-000002", "C2026-000003"
_TWINS = {"C2026-000001", "C2026-000004"}
"""The dossiers of two people who have written one number."""
_ALONE = ("MARCHETTI", "21000001", "paul-emile.1@etu.univ-amu.fr", "2 rue des Lavandes")


@dataclass(frozen=True)
class _Erased:
    stage: Stage
    status: int
    said: str
    book: Path
    """A follow-up of before the purge, in which a manager has written something about her."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> _Erased:
    """One student is erased, whom another names in a comment; a killed run has left something of hers.

    Two more have written the same number.
    """
    folder = tmp_path_factory.mktemp("erased")
    stage = Stage(folder / "site", quiet=True)
    friend = perfect(3) | {"stage.commentaires": "Je travaille avec Paul-Émile MARCHETTI"}
    stage.deposit([perfect(0), perfect(1), friend, perfect(5) | {"etudiant.numero": 21000000}])
    stage.night(FIRST)
    answered(stage, HER)
    book = (stage.inbox / "suivi.xlsx").rename(folder / "suivi.xlsx")
    (stage.outbox / "dossiers/.a.docx.1.part").write_text("MARCHETTI", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        (folder / "tmp").mkdir()
        patch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        status, said = told(stage, "--dossier", HER, "--oui")
    return _Erased(stage, status, said, book)


def test_who_names_her_and_stays_is_told(site: _Erased) -> None:
    assert site.status == 0, site.said
    (line,) = [line for line in site.said.splitlines() if "lisez-les" in line]
    assert _FRIEND in line
    assert not any(reference in line for reference in _TWINS)


def test_what_a_killed_run_has_left_goes_with_her(site: _Erased) -> None:
    assert not list(site.stage.outbox.rglob("*.part"))


def test_a_check_after_the_purge_does_not_bring_her_back(site: _Erased, tmp_path: Path) -> None:
    stage = moved(site.stage, tmp_path)
    register = Path(f"{stage.outbox}.sqlite3").read_bytes()
    stage.night(SECOND, check_only=True)
    assert [one["row"] for one in stage.source("export.xlsx")["unread"]] == [3]
    assert stage.report["totals"]["rows"] == 3
    assert places_of(stage.folder, *_ALONE[1:]) == set()
    assert Path(f"{stage.outbox}.sqlite3").read_bytes() == register


def test_a_row_that_is_hers_stays_away_in_any_file_and_a_changed_one_is_a_new_dossier(
    site: _Erased, tmp_path: Path
) -> None:
    stage = moved(site.stage, tmp_path)
    (stage.inbox / "export.xlsx").rename(stage.inbox / "renommé.xlsx")
    stage.deposit([perfect(1)], "autre.xlsx")
    stage.drop(site.book, "suivi.xlsx")
    stage.night(THIRD)
    assert set(stage.current()) == {*_TWINS, _FRIEND}
    assert [one["row"] for one in stage.source("renommé.xlsx")["unread"]] == [3]
    assert [one["row"] for one in stage.source("autre.xlsx")["unread"]] == [2]
    assert HER not in stage.told(), "an answer about a dossier that is gone is not taken"
    assert places_of(stage.folder, *_ALONE[1:]) == set()
    corrected = perfect(1) | {"stage.sujet": "Un autre sujet", "formulaire.depose_le": datetime(2026, 11, 23, 9, 0)}  # noqa: DTZ001 (a spreadsheet's clock)
    stage.deposit([corrected], "autre.xlsx")
    stage.night(THIRD)
    assert set(stage.current()) == {*_TWINS, _FRIEND, "C2026-000005"}


def test_two_people_of_one_number_are_not_handed_to_one_of_them(site: _Erased, tmp_path: Path) -> None:
    target = tmp_path / "une.zip"
    with pytest.raises(SeveralPeopleError, match="C2026-000001 ; C2026-000004"):
        told(site.stage, "21000000", "--sortie", str(target), command="export-person")
    assert not list(tmp_path.iterdir())
    (folder,) = (site.stage.outbox / "dossiers").rglob("C2026-000001_*")
    (folder / "..\\..\\a:b.txt").write_text("filed by hand", "utf-8")
    words = ("21000000", "--dossier", "C2026-000001", "--sortie", str(target))
    assert told(site.stage, *words, command="export-person")[0] == 0
    with zipfile.ZipFile(target) as archive:
        assert not any(sign in name for name in archive.namelist() for sign in "\\:")
        assert any(name.endswith(".._.._a_b.txt") for name in archive.namelist())
        (dossier,) = json.loads(archive.read("mes_donnees.json"))["dossiers"]
    assert dossier["reference"] == "C2026-000001"


def test_a_day_to_come_is_refused(site: _Erased) -> None:
    status, said = told(site.stage, "--before", date(2099, 1, 1).isoformat(), "--oui")
    assert status == 2
    assert "2099-01-01" in said


@pytest.mark.parametrize("told_so", [b"", b"{", b"[]", b'{"facts": 3}', b"\xff\xfe"])
def test_a_list_that_says_nothing_any_more_is_told_and_kept(told_so: bytes, tmp_path: Path) -> None:
    place = Site(Outbox(tmp_path / "outbox"), tmp_path / "outbox.sqlite3")
    place.mark.write_bytes(told_so)
    with pytest.raises(UnreadableOrderError, match=place.mark.name) as refused:
        resume(place)
    assert refused.value.exit_code == 4
    assert place.mark.exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00, broken", b"no database"])
def test_a_copy_that_is_no_register_is_removed(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "2026-11-20.sqlite3"
    path.write_bytes(content)
    erase_in_copy(path, Erasure(("C2026-000001",), {}, lambda _: False, FIRST), ("00" * 32, ()))
    assert not list(tmp_path.iterdir())
