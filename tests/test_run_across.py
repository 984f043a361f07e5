"""Whole runs across rows, files and nights: what other rows contribute, and what the register lends."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.tables.fields import load_fields
from tests.conftest import ROOT, run, run_here
from tools.examples.contact import perfect
from tools.examples.systems import ESUP, esup

FIRST: Mapping[str, Any] = {**perfect(1), "stage.duree_heures": 560, "stage.date_fin": date(2027, 5, 27)}
SECOND: Mapping[str, Any] = {
    **perfect(1), "formulaire.identifiant": "FC-9001", "stage.duree_heures": 434, "stage.date_debut": date(2027, 6, 1),
    "stage.date_fin": date(2027, 8, 27), "formation.date_jury": None,
}  # fmt: skip


def _contact_forms(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    fields = load_fields(ROOT / "schemas")
    keys = list(perfect(0))
    _csv(path, [fields[key].label for key in keys], [[row[key] for key in keys] for row in rows])


def _csv(path: Path, headers: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(headers)
        writer.writerows([_text(cell) for cell in line] for line in lines)


def _text(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell


def _said(report: Mapping[str, Any], rule: str) -> list[tuple[str, int, str, list[tuple[str, int]]]]:
    return [
        (d["source"], d["row"], d["reference"], [(o["source"], o["row"]) for o in f["others"]])
        for d in report["dossiers"]
        for f in d["findings"]
        if f["rule"] == rule
    ]


def test_two_files_that_exceed_924_hours_together_say_so_whatever_their_names(tmp_path: Path) -> None:
    for name, (one, two) in {"x": ("a.csv", "b.csv"), "y": ("z.csv", "b.csv")}.items():
        inbox = tmp_path / name
        _contact_forms(inbox / one, [FIRST])
        _contact_forms(inbox / two, [perfect(5), SECOND])
        ran = run_here(inbox, tmp_path / f"outbox_{name}", command="check")
        assert ran.status == 0, ran.said
        assert {(s, r): o for s, r, _, o in _said(ran.report, "DUR-02")} == {(one, 2): [(two, 3)], (two, 3): [(one, 2)]}
        assert {d["row"]: d["status"] for d in ran.report["dossiers"] if d["source"] == two} == {
            2: "prêt",
            3: "à corriger",
        }


def test_an_agreement_of_an_earlier_night_counts_though_its_file_has_left_the_inbox(tmp_path: Path) -> None:
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    _contact_forms(inbox / "semaine_1.csv", [FIRST])
    first = run(inbox, outbox, "--no-pdf")
    assert [d["status"] for d in first.report["dossiers"]] == ["prêt"]
    (inbox / "semaine_1.csv").unlink()
    _contact_forms(inbox / "semaine_2.csv", [SECOND])
    second = run(inbox, outbox, "--no-pdf")
    assert _said(second.report, "DUR-02") == [("semaine_2.csv", 2, "C2026-000002", [("semaine_1.csv", 2)])]
    assert second.report["dossiers"][0]["findings"][0]["others"][0]["reference"] == "C2026-000001"
    again = run(inbox, outbox, "--no-pdf", "--date", "2026-12-02")
    assert again.report["timings"]["made"] == 0
    assert again.report["dossiers"] == second.report["dossiers"]


def test_an_esup_row_takes_its_insurance_from_the_contact_form_of_the_same_internship(tmp_path: Path) -> None:
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    export = esup(0)
    _csv(inbox / "z_esup.csv", ESUP, [[export.get(header, "") for header in ESUP]])
    alone = run_here(inbox, tmp_path / "alone", command="check").report["dossiers"][0]
    assert alone["status"] == "à corriger"
    assert alone["borrowed"] == []
    form = {
        **perfect(2), "formulaire.depose_le": datetime(2026, 11, 2, 9, 0),  # noqa: DTZ001 (a spreadsheet's clock)
        "etudiant.numero": export["N° étudiant"], "etudiant.nom": "Arnoux", "etudiant.prenom": "Margaux",
        "organisme.raison_sociale": export["Nom structure d’accueil"], "organisme.siret": export["SIRET"],
    }  # fmt: skip
    _contact_forms(inbox / "fiches.csv", [form])
    together = run_here(inbox, outbox, "--no-pdf")
    by_source = {d["source"]: d for d in together.report["dossiers"]}
    joined = by_source["z_esup.csv"]
    assert by_source["fiches.csv"]["status"] == "remplacé"
    assert [f for f in joined["findings"] if f["severity"] == "bloquant"] == []
    (loan,) = joined["borrowed"]
    assert (loan["source"], loan["row"]) == ("fiches.csv", 2)
    assert {"assurance.responsabilite_civile", "protection.caisse", "gratification.modalite"} <= set(loan["fields"])
    page = (outbox / "rapports/dernier/rapport.html").read_text(encoding="utf-8")
    assert "Repris de" in page
    assert "fiches.csv, ligne 2" in page.replace("\u00a0", " ").replace("\u202f", " ")
    # The contact form leaves the inbox: the register lends what it said, and nothing is made again.
    (inbox / "fiches.csv").unlink()
    later = run_here(inbox, outbox, "--no-pdf", "--date", "2026-12-02")
    (kept,) = later.report["dossiers"]
    assert (kept["status"], kept["documents"]) == (joined["status"], joined["documents"])
    assert set(kept["borrowed"][0]["fields"]) == set(loan["fields"])
    assert later.report["timings"]["made"] == 0


def test_the_same_export_under_two_names_changes_no_status(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    _contact_forms(inbox / "a.csv", [perfect(number) for number in range(6)])
    alone = run_here(inbox, tmp_path / "one", command="check").report
    shutil.copy(inbox / "a.csv", inbox / "b.csv")
    beside = run_here(inbox, tmp_path / "two", command="check").report
    assert {d["status"] for d in alone["dossiers"]} == {"prêt"}
    assert {d["status"] for d in beside["dossiers"] if d["source"] == "b.csv"} == {"prêt"}
    assert {d["status"] for d in beside["dossiers"] if d["source"] == "a.csv"} == {"remplacé"}
