"""Export → report → corrections in the workbook → agreements, on the examples: saved by Excel and by LibreOffice Calc."""

from __future__ import annotations

import shutil
from datetime import date
from typing import Any

from tools.shows.stage import ROOT, Stage, by_calc, correct, edited, play

_EXPORT = "imprime_contact_2026-11.xlsx"
_BOOK = "rapports/dernier/a_corriger.xlsx"
_STIPEND, _START, _CONSENT = 21, 29, 36
"""Rows of the export: 3,10 € an hour, a year of two figures, the programme director has not agreed."""


def scene(stage: Stage) -> None:
    """Play three nights."""
    shutil.copytree(ROOT / "examples", stage.inbox, dirs_exist_ok=True)
    stage.say("Première nuit : les exports d’exemple.")
    stage.night()
    first, before = stage.report, stage.documents()
    stage.quote([f"{key} : {number}" for key, number in first["totals"].items()])
    rows = {line: _of_row(first, line) for line in (_STIPEND, _START, _CONSENT)}
    for line, row in rows.items():
        stage.prove(row["status"] == "à corriger", f"ligne {line} : {row['reference']} est à corriger")
        stage.quote(f["message"] for f in row["findings"] if f["severity"] == "bloquant")

    stage.say("Le lendemain : la même liste de corrections passe par trois personnes et trois programmes.")
    book = stage.copy(_BOOK, "a_corriger.xlsx")
    home = book.parent

    def excel(opened: Any) -> None:
        sheet = opened[_tab(opened)]
        correct(sheet, _STIPEND, "Montant de la gratification", 4.5)
        sheet.insert_cols(3)
        sheet.cell(1, 3).value = "Mes notes"

    def calc(opened: Any) -> None:
        correct(opened[_tab(opened)], _START, "Date de début du stage", date(2027, 2, 3))

    def calc_again(opened: Any) -> None:
        correct(opened[_tab(opened)], _CONSENT, "Autorisation de stage", "Accordée")

    stage.drop(edited(book, home / "excel.xlsx", excel, "Zoé MARTIN"), "corrigé par Zoé.xlsx")
    stage.drop(by_calc(edited(book, home / "ods.xlsx", calc, "Paul"), "ods"), "retour Paul.ods")
    stage.drop(by_calc(edited(book, home / "calc.xlsx", calc_again, "Aïcha"), "xlsx"), "retour Aïcha.xlsx")
    stage.night()
    second, after = stage.report, stage.documents()
    for file, who, line in (
        ("corrigé par Zoé.xlsx", "Zoé MARTIN", _STIPEND),
        ("retour Paul.ods", "Paul", _START),
        ("retour Aïcha.xlsx", "Aïcha", _CONSENT),
    ):
        taken = [source for source in second["sources"] if source["file"] == file]
        stage.quote(note for source in taken if source["rows"] for note in source["notes"])
        stage.prove([s["unread"] for s in taken if s["unread"]] == [], f"{file} : aucune ligne refusée")
        stage.prove(sum(s["rows"] for s in taken) == 1, f"{file} : une seule fiche a changé")
        stage.prove(any(who in note for s in taken for note in s["notes"]), f"{file} : enregistré par {who}")
        (row,) = (one for one in second["dossiers"] if one["source"] == file)
        stage.prove(row["reference"] == rows[line]["reference"], f"{row['reference']} garde sa référence")
        made = [path for path in row["documents"] if "/convention_" in path]
        stage.prove(row["status"] == "prêt" and made, f"{row['reference']} est prêt : {made[0].rpartition('/')[2]}")
    theirs = {one["reference"] for one in rows.values()}
    others = {path: data for path, data in before.items() if not any(ref in path for ref in theirs)}
    stage.prove(others.items() <= after.items(), f"les {len(others)} documents des autres dossiers n’ont pas changé")
    new = {path for path in after if path not in before and not any(ref in path for ref in theirs)}
    stage.prove(not new, "rien d’autre n’a été fait")
    stage.prove(_others(first, theirs) == _others(second, theirs), "rien d’autre n’est jugé autrement")

    stage.say("Troisième nuit : les mêmes fichiers.")
    times = stage.times()
    outcome = stage.night()
    stage.prove(outcome.made == 0 and stage.times() == times, "aucun document n’est refait")
    stage.prove(stage.report["dossiers"] == second["dossiers"], "le rapport dit la même chose")
    stage.prove({s["state"] for s in stage.report["sources"] if s["profile"]} == {"inchangé"}, "tout est « inchangé »")


def _tab(book: Any) -> str:
    return next(str(name) for name in book.sheetnames if name.startswith("imprime_contact"))


def _of_row(report: dict[str, Any], line: int) -> dict[str, Any]:
    (found,) = (one for one in report["dossiers"] if (one["source"], one["row"]) == (_EXPORT, line))
    row: dict[str, Any] = found
    return row


def _others(report: dict[str, Any], theirs: set[str]) -> list[dict[str, Any]]:
    return [one for one in report["dossiers"] if one["reference"] not in theirs]


if __name__ == "__main__":
    raise SystemExit(play(scene))
