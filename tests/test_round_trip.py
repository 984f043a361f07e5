"""Export → report → corrections in the workbook → agreements, saved by Excel and by LibreOffice Calc, on the examples."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import ROOT, Ran, run
from tests.returned import edited, put

EXPORT = "imprime_contact_2026-11.xlsx"
TAB = "imprime_contact_2026-11"
AMOUNT, START, CONSENT = "Montant de la gratification", "Date de début du stage *", "Autorisation de stage"


def typed(line: int, beginning: str, value: object) -> Callable[[Any], None]:
    """Return the edit of one cell, its column named by the beginning of its label."""

    def edit(book: Any) -> None:
        label = next(c.value for c in book[TAB][1] if str(c.value).startswith(beginning.removesuffix(" *")))
        put(line, label, value, tab=TAB)(book)

    return edit


def by_calc(path: Path, kind: str, folder: Path) -> Path:
    """Save ``path`` as LibreOffice Calc does, as ``kind``: « xlsx » or « ods »."""
    profile = f"-env:UserInstallation=file://{folder / 'profil'}"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder / kind), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / kind / f"{path.stem}.{kind}"


@dataclass(frozen=True)
class Nights:
    """Three nights over one inbox: the export; three corrected workbooks with it; the same again."""

    folder: Path
    first: Ran
    before: dict[int, str]
    second: Ran
    after: dict[str, Any]
    third: dict[str, Any]
    made: dict[str, bytes]


def night(folder: Path) -> Ran:
    done = run(folder / "inbox", folder / "outbox", "--no-pdf")
    assert done.status == 0, done.said
    return done


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not there")
    folder = tmp_path_factory.mktemp("aller-retour")
    inbox = folder / "inbox"
    (inbox / "rendus").mkdir(parents=True)
    shutil.copy(ROOT / "examples" / EXPORT, inbox)
    first = night(folder)
    before = {entry["row"]: entry["status"] for entry in first.report["dossiers"]}
    book = folder / "outbox/rapports/dernier/a_corriger.xlsx"
    edited(book, inbox / "corrigé par Zoé.xlsx", typed(21, AMOUNT, 4.5), "Zoé MARTIN")
    ods = by_calc(edited(book, folder / "deux.xlsx", typed(29, START, date(2027, 2, 3)), "Paul"), "ods", folder)
    xlsx = by_calc(edited(book, folder / "trois.xlsx", typed(36, CONSENT, "Accordée"), "Aïcha"), "xlsx", folder)
    shutil.copy(ods, inbox / "rendus" / "deux.ods")
    shutil.copy(xlsx, inbox / "rendus" / "trois.xlsx")
    second = night(folder)
    after, made = second.report, second.files()
    third = night(folder).report
    return Nights(folder, first, before, second, after, third, made)


def corrected(report: dict[str, Any], file: str) -> dict[str, Any]:
    (entry,) = (entry for entry in report["dossiers"] if entry["source"] == file)
    found: dict[str, Any] = entry
    return found


@pytest.mark.parametrize(
    ("line", "file"), [(21, "corrigé par Zoé.xlsx"), (29, "rendus/deux.ods"), (36, "rendus/trois.xlsx")]
)
def test_a_corrected_cell_makes_its_agreement(nights: Nights, line: int, file: str) -> None:
    assert nights.before[line] == "à corriger"
    entry = corrected(nights.after, file)
    assert entry["status"] == "prêt"
    assert any("/convention_" in path for path in entry["documents"])
    old = nights.second.dossier(line, EXPORT)
    assert (old["status"], old["reference"]) == ("remplacé", entry["reference"])


@pytest.mark.parametrize(
    ("file", "who"),
    [("corrigé par Zoé.xlsx", "Zoé MARTIN"), ("rendus/deux.ods", "Paul"), ("rendus/trois.xlsx", "Aïcha")],
)
def test_who_saved_it_is_told_and_nothing_else_has_changed(nights: Nights, file: str, who: str) -> None:
    (source,) = (source for source in nights.after["sources"] if source["file"] == file)
    assert (source["profile"], source["state"], source["rows"], source["unread"]) == ("a_corriger", "lu", 1, [])
    assert who in source["notes"][0]


def test_a_later_night_over_the_same_files_changes_nothing(nights: Nights) -> None:
    kept = ("dossiers", "totals")
    assert {key: nights.third[key] for key in kept} == {key: nights.after[key] for key in kept}
    assert nights.second.files() == nights.made


def test_the_next_workbook_no_longer_asks_for_what_was_corrected(nights: Nights) -> None:
    book = openpyxl.load_workbook(nights.folder / "outbox/rapports/dernier/a_corriger.xlsx")
    where = next(cell.column for cell in book[TAB][1] if cell.value == "Ligne") - 1
    lines = {row[where].value for row in book[TAB].iter_rows(min_row=2)}
    assert not lines & {21, 29, 36}
    assert 22 in lines
