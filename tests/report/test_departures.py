"""The lists of a run: who is on them, in which order, what stands in their cells, what may be typed."""

# ruff: noqa: DTZ001 (the cells of a spreadsheet have no time zone)

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.documents.listings import Listing, load_listings
from pipeline.errors import SetupError
from pipeline.model import Outcome, Standing, Status, Value, Verdict
from pipeline.outbox import Outbox
from pipeline.report.departures import FilledSheet, fill
from pipeline.report.listing_workbook import write_listing
from pipeline.report.publish import publish_reports
from pipeline.setup import Setup, load_setup
from tests.report.outcomes import DAY, ROOT, empty_outcome, finding, verdict

SETUP: Setup = load_setup(ROOT / "conventions.toml")
LIST = next(one for one in SETUP.listings if one.each is None)
ABROAD, LAB = LIST.sheets
ITALY: Mapping[str, Value] = {"stage.pays": "IT", "organisme.pays": "IT", "stage.date_debut": date(2027, 2, 1)}


def _row(
    number: int, status: Status = "prêt", standing: Standing = "current", findings: Any = (), **changes: Value
) -> Verdict:
    values = {**ITALY, **{key.replace("__", "."): value for key, value in changes.items()}}
    return verdict(number, status, findings, standing=standing, values=values)


def _outcome(*verdicts: Verdict) -> Outcome:
    return Outcome("20261121T020000Z", DAY, (), verdicts, {})


def _filled(*verdicts: Verdict) -> Sequence[FilledSheet]:
    return fill(LIST, _outcome(*verdicts), SETUP.tables, SETUP.cases, SETUP.values)


def _references(filled: FilledSheet) -> list[str]:
    return [row.verdict.entry.reference or "" for row in filled.rows]


def _cells(*verdicts: Verdict) -> Mapping[str, Any]:
    (filled,) = _filled(*verdicts)
    return filled.rows[0].cells


def test_who_leaves_is_sorted_by_country_then_start() -> None:
    rows = (
        _row(1),
        _row(2, stage__pays="DE"),
        _row(3, stage__date_debut=date(2027, 1, 4)),
        _row(4, "à corriger", stage__pays="US"),
        _row(5, "à vérifier", stage__pays="DE", stage__date_debut=date(2026, 11, 21)),
    )
    (filled,) = _filled(*rows)
    assert _references(filled) == [f"C2026-00000{n}" for n in (5, 2, 4, 3, 1)]


@pytest.mark.parametrize(
    "row",
    [
        _row(1, stage__pays="FR", organisme__pays="FR"),
        _row(1, stage__pays="NC", organisme__pays="NC"),
        _row(1, "refusé"),
        _row(1, "réorienté"),
        _row(1, "remplacé", "replaced"),
        _row(1, "à corriger", "double"),
        _row(1, stage__date_debut=date(2026, 11, 20)),
    ],
)
def test_who_stays_in_france_has_left_or_has_no_live_dossier_is_not_listed(row: Verdict) -> None:
    assert _filled(row) == ()


def test_a_departure_without_a_readable_date_is_listed_last() -> None:
    undated = _row(9, "à corriger")
    values = {key: value for key, value in undated.entry.deposit.values.items() if key != "stage.date_debut"}
    deposit = dataclasses.replace(undated.entry.deposit, values=values)
    undated = dataclasses.replace(undated, entry=dataclasses.replace(undated.entry, deposit=deposit))
    (filled,) = _filled(undated, _row(1))
    assert _references(filled) == ["C2026-000001", "C2026-000009"]
    assert filled.rows[1].cells["Jours avant départ"] is None


def test_telework_from_abroad_for_a_french_host_is_a_departure_there() -> None:
    (filled,) = _filled(_row(1, stage__pays="FR", organisme__pays="FR", stage__teletravail_pays="SN"))
    assert filled.sheet is ABROAD
    assert filled.rows[0].country.code == "SN"
    assert filled.rows[0].cells["Pays"] == "Sénégal"
    assert "télétravail\u00a0: Sénégal" in str(filled.rows[0].cells["Lieu exact"])


def test_a_sensitive_laboratory_in_france_has_its_own_sheet_and_one_abroad_stays_on_the_first() -> None:
    france = _row(1, stage__pays="FR", organisme__pays="FR", organisme__zrr=True)
    abroad, lab = _filled(france, _row(2, organisme__zrr=True))
    assert (abroad.sheet, lab.sheet) == (ABROAD, LAB)
    assert (_references(abroad), _references(lab)) == (["C2026-000002"], ["C2026-000001"])
    assert "Laboratoire sensible (ZRR)" in [column.title for column in abroad.columns]
    (without,) = _filled(_row(2))
    assert "Laboratoire sensible (ZRR)" not in [column.title for column in without.columns]


def test_a_confidential_subject_is_never_written() -> None:
    hidden = "fonds inédit"
    cells = _cells(_row(1, stage__confidentiel=True, stage__sujet=hidden, stage__activites=hidden))
    assert cells["Sujet"] == "confidentiel"
    assert hidden not in str(cells)


def test_what_the_officer_needs_is_there_and_no_label_stands_alone() -> None:
    cells = _cells(
        _row(
            1,
            stage__lieu_ville="Bologne",
            etudiant__telephone="+33612345678",
            etudiant__nationalite=("SN",),
            assurance__rapatriement=True,
            stage__date_fin=date(2027, 9, 30),
        )
    )
    assert (cells["Début"], cells["Fin"], cells["Jours avant départ"]) == (date(2027, 2, 1), date(2027, 9, 30), 72)
    assert cells["Lieu exact"] == "Bologne"
    assert "Sénégal" in cells["Étudiante ou étudiant"]
    assert "naissance" not in cells["Étudiante ou étudiant"]
    assert cells["Joindre"] == "+33\u00a06\u00a012\u00a034\u00a056\u00a078"
    assert cells["Assurance et démarches"].split("\n") == [
        "rapatriement\u00a0: oui",
        "inscription au Fil d’Ariane à faire",
        "inscription au consulat à faire (plus de six mois)",
    ]
    assert "None" not in str([value for value in cells.values() if value is not None])


def test_the_findings_that_a_list_asks_for_are_repeated() -> None:
    red = finding("GEO-09", "à vérifier", ("stage.pays",), 1, "Destination devenue rouge.")
    other = finding("DOC-01", "à vérifier", ("stage.pays",), 1, "Pièce attendue.")
    told = str(_cells(_row(1, findings=(red, other)))["Date des conseils, zones"])
    assert "Destination devenue rouge." in told
    assert "Pièce" not in told


def test_a_long_text_is_cut_with_a_mark_so_that_its_row_shows_it_all() -> None:
    subject = str(_cells(_row(1, stage__sujet="Étude d’un corpus. " * 200))["Sujet"])
    assert subject.endswith("…")
    assert len(subject) <= 400


# ── the workbook ──────────────────────────────────────────────────────────────────────────────────


def _book(folder: Path, *verdicts: Verdict) -> Any:
    path = folder / "liste.xlsx"
    write_listing(LIST, _filled(*verdicts), path, DAY, "Bureau des stages")
    return openpyxl.load_workbook(path)


def test_the_workbook_counts_prints_filters_and_takes_an_opinion(tmp_path: Path) -> None:
    book = _book(tmp_path, _row(1), _row(2, stage__pays="MA", stage__date_debut=date(2026, 12, 1)))
    assert book.sheetnames == ["Synthèse", ABROAD.title]
    summary = [cell.value for row in book["Synthèse"].iter_rows() for cell in row if cell.value is not None]
    assert "2\u00a0dossiers dans 2\u00a0pays, dont 1 dans les 30 jours." in summary
    assert {"Italie", "Maroc", "rouge en partie", "Bureau des stages"} <= set(summary)
    sheet = book[ABROAD.title]
    header = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
    assert (sheet["A2"].value, sheet["C2"].value) == ("Italie", datetime(2027, 2, 1))
    rules = {str(rule.sqref)[:1]: rule for rule in sheet.data_validations.dataValidation}
    opinion = rules[openpyxl.utils.get_column_letter(header.index("Votre avis") + 1)]
    assert opinion.formula1 == '"Favorable,Défavorable,À compléter"'
    assert rules[openpyxl.utils.get_column_letter(header.index("Date de l’avis") + 1)].type == "date"
    level = sheet.cell(3, header.index("Conseils aux voyageurs") + 1)
    assert level.hyperlink.target.startswith("https://")
    assert level.fill.fgColor.rgb == "00F4B6B0"


@pytest.mark.parametrize("text", ["=1+1", "+33", "-1", "@x", "<b>&", "a\x00\ud800b", "x" * 40_000, "#N/A"])
def test_no_cell_is_a_formula_whatever_the_form_says(tmp_path: Path, text: str) -> None:
    hostile = _row(1, stage__sujet=text, organisme__raison_sociale=text, stage__lieu_ville=text, etudiant__email=text)
    sheet = _book(tmp_path, hostile)[ABROAD.title]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        _book(tmp_path / name, _row(1), _row(2, stage__pays="MA"))
    assert (tmp_path / "a/liste.xlsx").read_bytes() == (tmp_path / "b/liste.xlsx").read_bytes()


def test_the_list_is_published_with_the_reports_and_an_empty_one_is_not(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    publish_reports(_outcome(_row(1)), SETUP, outbox, None)
    latest = outbox.path("rapports/dernier/departs_etranger.xlsx")
    assert latest.stat().st_mode & 0o777 == 0o600
    assert 'href="departs_etranger.xlsx"' in outbox.path("rapports/dernier/rapport.html").read_text(encoding="utf-8")
    latest.write_bytes(b"hers")
    told = publish_reports(_outcome(_row(1), _row(2)), SETUP, outbox, None).notices
    assert any("departs_etranger.xlsx a été modifié" in notice for notice in told)
    assert latest.read_bytes() == b"hers"
    other = Outbox(tmp_path / "autre")
    publish_reports(empty_outcome(), SETUP, other, None)
    assert not list(other.root.rglob("departs*"))


# ── the entry of documents.yaml ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("valeur: stage.sujet", "valeur: stage.sujets", "stage.sujet"),
        ("valeur: stage.sujet", "valeur: confidentiel.sujet", "valeur inconnue"),
        ("si: zrr", "si: zzr", "zrr"),
        ("GEO-11", "GEO-99", "règle inconnue"),
        ("{etudiant.telephone}", "{etudiant.telefone}", "etudiant.telephone"),
        ("choix: [Favorable, Défavorable", 'choix: ["Favorable, sauf avis contraire", Défavorable', "choix"),
        ("largeur: 12", "epaisseur: 12", "clé"),
    ],
)
def test_a_faulty_list_stops_the_run(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (ROOT / "schemas" / "documents.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "documents.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SetupError) as refusal:
        _load(tmp_path)
    assert said in str(refusal.value)


def _load(folder: Path) -> tuple[Listing, ...]:
    row = _row(1)
    return load_listings(folder, SETUP.values(row.entry), SETUP.judge.catalogue)
