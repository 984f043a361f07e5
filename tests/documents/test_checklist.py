"""The checklist by destination: the lines that practice asks for, no line that does not apply."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.documents.checklist import ChecklistPage, checklist_html, checklist_values, load_checklist
from tests.rules.forms import ROOT, entry, judge

CHECKLIST = load_checklist(ROOT / "schemas", judge().tables.fields)
ABROAD = {"ATT_CPAM", "RC", "ASS_ACC", "ASS_RAP", "MOVEON", "ANX_ETR"}


def _page(changes: dict[str, Any]) -> ChecklistPage:
    verdict = judge().judge(entry(changes))
    return checklist_values(judge().facts(verdict.entry), verdict, CHECKLIST)


def _codes(changes: dict[str, Any], block: str) -> set[str]:
    return {line.code for line in _page(changes).lines if line.block == block}


FRANCE = {"ATT_CPAM", "RC"}
CASES: list[tuple[dict[str, Any], set[str], set[str]]] = [
    ({}, FRANCE, {"ASS_ACC"}),
    ({"stage.pays": "La Réunion"}, FRANCE, {"ASS_ACC", "ASS_RAP"}),
    ({"etranger": "Allemagne"}, ABROAD | {"CEAM"}, {"ASS_MAL", "ARIANE"}),
    ({"etranger": "Québec"}, ABROAD | {"SE401Q104"}, {"ARIANE"}),
    ({"etranger": "Viêt Nam"}, ABROAD, {"ASS_MAL", "ARIANE"}),
    ({"stage.pays": "Nouvelle-Calédonie", "gratification.versee": "non"}, FRANCE, {"ASS_ACC", "ASS_RAP", "SE98803"}),
    ({"etranger": "États-Unis"}, ABROAD, {"ASS_MAL", "ARIANE"}),
]


@pytest.mark.parametrize(("changes", "compulsory", "recommended"), CASES)
def test_the_seven_destinations_have_the_lines_that_apply(
    changes: dict[str, Any], compulsory: set[str], recommended: set[str]
) -> None:
    assert _codes(changes, "A") == compulsory
    assert _codes(changes, "B") == recommended


def test_a_third_country_national_needs_private_insurance_where_the_card_is_of_no_use() -> None:
    codes = _codes({"etranger": "Suisse", "etudiant.nationalite": "chinoise"}, "A")
    assert "CEAM" not in codes
    assert "ASS_SOINS_PAYS_TIERS" in codes


@pytest.mark.parametrize(
    ("country", "needed"),
    [
        ("Viêt Nam", True),
        ("Royaume-Uni", True),
        ("Monaco", False),
        ("Andorre", False),
        ("Suisse", False),
        ("Norvège", False),
    ],
)
def test_a_visa_is_mentioned_where_there_is_one(country: str, needed: bool) -> None:
    assert ("VISA" in _codes({"etranger": country}, "E")) is needed


def test_a_condition_that_is_not_known_stands_apart_with_its_question() -> None:
    (line,) = [x for x in _page({"etudiant.nationalite": None}).lines if x.code == "TITRE_SEJOUR"]
    assert line.block == "C"
    assert "si vous n’avez pas la nationalité" in line.label.fr
    assert "TITRE_SEJOUR" not in {x.code for x in _page({}).lines}


def test_what_has_come_is_ticked_and_what_expires_too_early_is_to_be_renewed() -> None:
    lines = {x.code: x for x in _page({"assurance.rc_fin": "2027-03-31", "protection.attestation_cpam": "non"}).lines}
    supplied = lines["RC"].supplied
    assert supplied is not None
    assert "à renouveler avant le 31/03/2027" in supplied.fr
    assert lines["ATT_CPAM"].supplied is None


def test_a_minor_has_a_sixth_signature_and_the_university_stays_last() -> None:
    page = _page({"etudiant.date_naissance": "2009-06-01"})
    assert len(page.signatures) == 6
    assert page.signatures[-1].fr.startswith("Université")
    assert len(_page({}).signatures) == 5


def test_cells_are_text_in_the_page() -> None:
    page = _page({"organisme.raison_sociale": "<script>alert(1)</script> & {{ 7*7 }}"})
    html = checklist_html(page, "fr")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "{{ 7*7 }}" in html


def test_english_stands_under_french_only_in_the_bilingual_page() -> None:
    page = _page({"etranger": "Italie"})
    assert "Civil liability certificate" in checklist_html(page, "bilingue")
    assert "Civil liability certificate" not in checklist_html(page, "fr")
