"""The manager's desk from the outside: whole nights over a few rows, workbooks filled in as a manager does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from pipeline.report.sentence import night
from pipeline.setup import ROOT
from tools.examples.contact import perfect
from tools.shows import amendment, decisions, two_managers
from tools.shows.stage import BrokenPromiseError, Stage, answer, edited


@pytest.mark.parametrize(
    ("scene", "proofs"),
    [(decisions.scene, 15), (two_managers.scene, 15), (amendment.scene, 15)],
    ids=["décisions", "deux gestionnaires", "avenant"],
)
def test_a_show_keeps_its_promises(scene: Callable[[Stage], None], proofs: int, tmp_path: Path) -> None:
    stage = Stage(tmp_path, quiet=True)
    scene(stage)
    assert stage.proofs >= proofs


def test_check_waits_for_what_came_back_and_leaves_the_follow_up_alone(tmp_path: Path) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    stage.night()
    book = stage.copy("suivi.xlsx", "retour.xlsx")
    (reference,) = stage.current()
    stage.drop(edited(book, book, lambda b: answer(b["Dossiers"], reference, Note_libre="à moi"), "Mme Roux"))
    before = {name: (stage.folder / name).read_bytes() for name in ("outbox/suivi.xlsx", "outbox.sqlite3")}
    stage.night(check_only=True)
    assert stage.source("retour.xlsx")["state"] == "en attente"
    assert {name: (stage.folder / name).read_bytes() for name in before} == before
    stage.night()
    assert stage.told()[reference]["note"] == ("à moi", "Mme Roux")


def test_the_takeover_produces_nothing_and_counts(tmp_path: Path) -> None:
    text = (ROOT / "conventions.toml").read_text("utf-8") + "\n[reprise]\navant = 2026-11-10\n"
    (tmp_path / "conventions.toml").write_text(text, "utf-8")
    stage = Stage(tmp_path, tmp_path / "conventions.toml", quiet=True)
    late = {"formulaire.depose_le": datetime(2026, 11, 12, 9)}  # noqa: DTZ001 (a spreadsheet's clock)
    stage.deposit([perfect(0), perfect(1) | late])
    outcome = stage.night()
    old, new = sorted(stage.current())
    assert [stage.current()[reference]["status"] for reference in (old, new)] == ["repris", "prêt"]
    assert not any(old in path for path in stage.documents())
    assert any(new in path for path in stage.documents())
    assert "1\u00a0repris" in night(outcome)
    stage.night(date(2026, 11, 23))
    assert stage.etapes() == {old: "repris", new: "prêt"}


_PORTFOLIOS = """
[[portefeuilles]]
nom = "Mme Roux"
departements = ["Lettres et Arts"]
absences = [{ du = 2026-12-14, au = 2026-12-18, remplace_par = "M. Klein" }]
[[portefeuilles]]
nom = "M. Klein"
"""


def test_each_manager_has_her_workbook_and_who_replaces_her_has_both(tmp_path: Path) -> None:
    (tmp_path / "conventions.toml").write_text((ROOT / "conventions.toml").read_text("utf-8") + _PORTFOLIOS, "utf-8")
    stage = Stage(tmp_path, tmp_path / "conventions.toml", quiet=True)
    stage.deposit([perfect(0), perfect(1) | {"formation.departement": "Psychologie"}])
    stage.night()
    hers, his = sorted(stage.current())
    assert [_references(stage, f"suivi_{name}.xlsx") for name in ("mme_roux", "m_klein")] == [{hers}, {his}]
    book = stage.copy("suivi_mme_roux.xlsx", "de Mme Roux.xlsx")
    stage.drop(edited(book, book, lambda b: answer(b["Dossiers"], hers, Note_libre="à moi"), "Mme Roux"))
    stage.night(date(2026, 12, 15))
    assert stage.told()[hers]["note"] == ("à moi", "Mme Roux")
    assert _references(stage, "suivi_m_klein.xlsx") == {hers, his}
    assert _references(stage, "suivi.xlsx") == {hers, his}


def _references(stage: Stage, name: str) -> set[object]:
    sheet = openpyxl.load_workbook(stage.outbox / name)["Dossiers"]
    column = next(index for index, cell in enumerate(sheet[2]) if cell.value == "Référence")
    return {row[column].value for row in sheet.iter_rows(min_row=3)}


def test_a_show_breaks_when_a_promise_does(tmp_path: Path) -> None:
    with pytest.raises(BrokenPromiseError, match="jamais"):
        Stage(tmp_path, quiet=True).prove(0, "jamais")
