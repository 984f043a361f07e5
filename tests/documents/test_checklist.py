"""The checklist by destination: the lines that practice asks for, no line that does not apply, one readable sheet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pikepdf
import pytest
from lxml import html as markup

from pipeline.documents import pages
from pipeline.documents.checklist import ChecklistPage, Line, checklist_html, checklist_values, load_checklist
from pipeline.documents.checklist.fit import SIZES
from pipeline.errors import SetupError
from tests.rules.forms import ROOT, entry, judge

CHECKLIST = load_checklist(ROOT / "schemas", judge().tables.fields)
ABROAD = {"ATT_CPAM", "RC", "ASS_ACC", "ASS_RAP", "MOVEON", "ANX_ETR"}
UNPAID: Mapping[str, Any] = {
    "gratification.versee": "non",
    **dict.fromkeys(
        f"gratification.{key}" for key in ("montant", "unite", "type", "devise", "modalite", "periodicite")
    ),
}
MINOR: Mapping[str, Any] = {"etudiant.date_naissance": "2009-06-01"}


def _page(changes: Mapping[str, Any]) -> ChecklistPage:
    verdict = judge().judge(entry(changes))
    return checklist_values(judge().facts(verdict.entry), verdict, CHECKLIST)


def _lines(changes: Mapping[str, Any]) -> dict[str, Line]:
    return {line.code: line for line in _page(changes).lines}


def _codes(changes: Mapping[str, Any], block: str) -> set[str]:
    return {line.code for line in _page(changes).lines if line.block == block}


# ── the seven destinations of practice ────────────────────────────────────────────────────────────

FRANCE = {"ATT_CPAM", "RC"}
MADE_ABROAD = {"CONVENTION", "FSD", "ATTESTATION"}
DESTINATIONS: Mapping[str, tuple[Mapping[str, Any], set[str], set[str], set[str], set[str]]] = {
    # changes, compulsory, recommended, by situation, prepared
    "France": ({}, FRANCE, {"ASS_ACC"}, set(), {"CONVENTION", "ATTESTATION"}),
    "La Réunion": (
        {"stage.pays": "La Réunion"}, FRANCE, {"ASS_ACC", "ASS_RAP"}, set(), {"CONVENTION", "ATTESTATION"}
    ),
    "Allemagne": ({"etranger": "Allemagne"}, ABROAD | {"CEAM"}, {"ASS_MAL", "ARIANE"}, {"ERASMUS"}, MADE_ABROAD),
    "Québec": ({"etranger": "Québec"}, ABROAD | {"SE401Q104"}, {"ASS_MAL_QC", "ARIANE"}, {"PERMIS_CA"}, MADE_ABROAD),
    "Viêt Nam": ({"etranger": "Viêt Nam"}, ABROAD, {"ASS_MAL", "ARIANE"}, {"VISA_VN"}, MADE_ABROAD),
    "Nouvelle-Calédonie": (
        {"stage.pays": "Nouvelle-Calédonie", **UNPAID}, FRANCE, {"ASS_ACC", "ASS_RAP", "SE98803"}, set(),
        {"CONVENTION", "ATTESTATION", "ANX_TERRITOIRE"},
    ),
    "États-Unis": ({"etranger": "États-Unis"}, ABROAD, {"ASS_MAL_US", "ARIANE"}, {"VISA_J1"}, MADE_ABROAD),
}  # fmt: skip


@pytest.mark.parametrize("name", DESTINATIONS)
def test_the_seven_destinations_have_the_lines_that_apply(name: str) -> None:
    changes, *expected = DESTINATIONS[name]
    assert [_codes(changes, block) for block in "ABCD"] == [expected[0], expected[1], expected[2], expected[3]]


@pytest.mark.parametrize("name", DESTINATIONS)
def test_a_minor_has_the_guardians_line_and_abroad_the_authorisation_to_leave(name: str) -> None:
    changes = {**DESTINATIONS[name][0], **MINOR}
    assert "AUT_PARENT" in _codes(changes, "A")
    assert ("SORTIE" in _codes(changes, "C")) == ("etranger" in changes)
    assert not {"AUT_PARENT", "SORTIE"} & _lines(DESTINATIONS[name][0]).keys()


def test_no_line_is_without_its_texts_and_every_country_named_is_known() -> None:
    for piece in CHECKLIST.pieces:
        assert all(judge().tables.countries[code] for code in piece.only_in | piece.not_in)
        assert piece.label.fr
        assert piece.label.en
        if set(piece.statuses.values()) != {"information"}:
            assert all(text.fr and text.en for text in (piece.reason, piece.issuer, piece.to_check)), piece.code


def test_a_line_to_be_supplied_without_its_reason_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    shutil.copy(ROOT / "schemas" / "reference" / "document_matrix.csv", tmp_path / "reference")
    (tmp_path / "checklist.yaml").write_text("RC:\n  libelle: Attestation\n  libelle_en: Certificate\n", "utf-8")
    with pytest.raises(SetupError, match="texte absent"):
        load_checklist(tmp_path, judge().tables.fields)


# ── health and work accidents ─────────────────────────────────────────────────────────────────────


def test_a_third_country_national_needs_private_insurance_where_the_card_is_of_no_use() -> None:
    codes = _codes({"etranger": "Suisse", "etudiant.nationalite": "chinoise"}, "A")
    assert "CEAM" not in codes
    assert "ASS_SOINS_PAYS_TIERS" in codes


def test_the_card_is_recommended_in_the_united_kingdom_and_required_in_the_union() -> None:
    assert "CEAM_RU" in _codes({"etranger": "Royaume-Uni"}, "B")
    assert "CEAM_RU" not in _lines({"etranger": "Italie"})


def test_who_is_not_insured_in_france_reads_what_is_accepted_instead() -> None:
    issuer = _lines({})["ATT_CPAM"].issuer
    assert all(
        form in issuer.fr and form.replace("CEAM", "EHIC") in issuer.en for form in ("CEAM", "S1", "SE 401-Q-102")
    )


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, True),
        ({"stage.nature": "Complémentaire"}, False),
        ({"formation.regime": "Césure"}, False),
        ({"gratification.versee": "oui", "gratification.montant": 900, "gratification.devise": "CAD"}, True),
        ({"gratification.versee": "oui", "gratification.montant": 609, "gratification.devise": "EUR"}, True),
        ({"gratification.versee": "oui", "gratification.montant": 1000, "gratification.devise": "CAD"}, False),
        ({"gratification.versee": "oui", "gratification.montant": 610, "gratification.devise": "EUR"}, False),
        ({"gratification.versee": "oui", "gratification.montant": 100, "gratification.devise": "USD"}, False),
    ],
)
def test_the_quebec_form_is_for_a_compulsory_internship_paid_little_or_nothing(
    changes: Mapping[str, Any], needed: bool
) -> None:
    given = {"etranger": "Québec", "gratification.unite": "mois", "etranger.formulaire_se": None, **changes}
    lines = _lines(given)
    verdict = judge().judge(entry(given))
    assert ("SE401Q104" in lines) == needed
    assert ("DOC-10" in {finding.rule for finding in verdict.findings}) == needed
    # Without the form nothing is paid for: the insurance is strongly recommended, and the fund or an insurer covers work.
    assert ("ASS_MAL" in lines) == (not needed)


def test_the_fund_keeps_up_its_cover_or_an_insurance_takes_its_place() -> None:
    paid = {"gratification.versee": "oui", "gratification.unite": "heure", "gratification.devise": "EUR"}
    low = {"etranger": "Italie", **paid, "gratification.montant": "3"}
    high = {"etranger": "Italie", **paid, "gratification.montant": "12"}
    assert ("MAINTIEN_AT" in _lines(low), "ASS_AT" in _lines(low)) == (True, False)
    assert ("MAINTIEN_AT" in _lines(high), "ASS_AT" in _lines(high)) == (False, True)
    assert not {"MAINTIEN_AT", "ASS_AT"} & _lines({"etranger": "Italie"}).keys()


# ── permits ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("Viêt Nam", "VISA_VN"),
        ("Royaume-Uni", "VISA"),
        ("Canada", "PERMIS_CA"),
        ("Monaco", None),
        ("Andorre", None),
        ("Suisse", None),
        ("Norvège", None),
    ],
)
def test_a_visa_is_mentioned_where_there_is_one(country: str, code: str | None) -> None:
    visas = {"VISA", "VISA_VN", "VISA_J1", "PERMIS_CA", "VISA_UE", "VISA_PACIFIQUE"}
    assert visas & _codes({"etranger": country}, "C") == ({code} if code else set())
    assert not visas & (_lines({"etranger": country}).keys() - _codes({"etranger": country}, "C"))


def test_no_one_needs_a_visa_for_the_own_country() -> None:
    assert "VISA" not in _lines({"etranger": "Maroc", "etudiant.nationalite": "marocaine"})
    assert "VISA" in _lines({"etranger": "Maroc"})


def test_a_third_country_national_needs_the_permit_of_another_european_state() -> None:
    assert "VISA_UE" in _codes({"etranger": "Italie", "etudiant.nationalite": "marocaine"}, "C")
    unknown = _lines({"etranger": "Italie", "etudiant.nationalite": None})["VISA_UE"]
    assert "si vous n’avez pas la nationalité" in unknown.label.fr


@pytest.mark.parametrize(
    ("place", "code"),
    [("France", "TITRE_SEJOUR"), ("La Réunion", "TITRE_SEJOUR_OUTRE_MER"), ("Nouvelle-Calédonie", "VISA_PACIFIQUE")],
)
def test_the_permit_asked_for_is_that_of_the_place_and_the_rule_says_the_same(place: str, code: str) -> None:
    permits = {"TITRE_SEJOUR", "TITRE_SEJOUR_OUTRE_MER", "VISA_PACIFIQUE"}
    changes = {"stage.pays": place, "etudiant.nationalite": "marocaine"}
    assert permits & _lines(changes).keys() == {code}
    (found,) = [f for f in judge().judge(entry(changes)).findings if f.rule == "GEO-07"]
    assert found.severity == ("information" if code == "VISA_PACIFIQUE" else "bloquant")
    assert not permits & _lines({"stage.pays": place}).keys()


def test_a_national_of_a_microstate_is_told_to_ask() -> None:
    assert "TITRE_A_VERIFIER" in _codes({"etudiant.nationalite": "andorrane"}, "E")
    assert "TITRE_A_VERIFIER" not in _lines({"etudiant.nationalite": "andorrane", "etranger": "Italie"})


def test_a_condition_that_is_not_known_stands_apart_with_its_question() -> None:
    line = _lines({"etudiant.nationalite": None})["TITRE_SEJOUR"]
    assert line.block == "C"
    assert "si vous n’avez pas la nationalité" in line.label.fr
    assert "TITRE_SEJOUR" not in _lines({})


# ── what depends on the dossier ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "code", "block"),
    [
        ({}, "BRANCHE", "E"),
        ({}, "CONGES", "E"),
        ({"stage.confidentiel": "oui"}, "ANX_CONFIDENTIELLE", "D"),
        ({"organisme.zrr": "oui"}, "ZRR", "D"),
        ({"stage.convention_hors_etablissement": "oui"}, "CONV_HORS_AMU", "A"),
        ({"stage.activites": "Soins infirmiers auprès des patients"}, "EXT_RC", "A"),
        ({"etranger": "Luxembourg"}, "INDEMNITE_LU", "E"),
        ({"stage.pays": "Wallis-et-Futuna"}, "SOINS_WF", "E"),
        ({"protection.attestation_cpam": "non"}, "AFFILIATION", "E"),
    ],
)
def test_a_line_stands_where_its_case_asks_for_it(changes: Mapping[str, Any], code: str, block: str) -> None:
    assert code in _codes(changes, block)
    assert code not in _lines({"etranger": "Italie"})


def test_a_public_host_is_not_asked_about_branch_agreements() -> None:
    assert "BRANCHE" not in _lines({"organisme.type": "Administration"})


def test_what_the_host_checks_itself_is_not_sent_to_the_university() -> None:
    assert "SANTE_ECOLE" not in _lines({})
    line = _lines({"organisme.raison_sociale": "École des Micocouliers"})["SANTE_ECOLE"]
    assert (line.block, "ne nous les envoyez pas" in line.label.fr, "do not send" in line.label.en) == ("E", True, True)


def test_what_has_come_is_ticked_and_what_expires_too_early_is_to_be_renewed() -> None:
    lines = _lines({"assurance.rc_fin": "2027-03-31", "protection.attestation_cpam": "non"})
    supplied = lines["RC"].supplied
    assert supplied is not None
    assert "à renouveler avant le 31/03/2027" in supplied.fr
    assert not lines["RC"].settled
    assert lines["ATT_CPAM"].supplied is None
    assert _lines({})["RC"].settled


def test_a_minor_has_a_sixth_signature_and_the_university_stays_last() -> None:
    page = _page(MINOR)
    assert len(page.signatures) == 6
    assert page.signatures[-1].fr.startswith("Université")
    assert len(_page({}).signatures) == 5


def test_where_there_are_two_agreements_the_host_signs_its_own() -> None:
    page = _page({"stage.convention_hors_etablissement": "oui"})
    assert [person.fr for person in page.signatures] == ["Enseignant référent", "Vous", "Université, en dernier"]
    assert "signent l’autre" in page.order.fr


# ── the page ──────────────────────────────────────────────────────────────────────────────────────


def test_cells_are_text_in_the_page() -> None:
    page = _page({"organisme.raison_sociale": "<script>alert(1)</script> & {{ 7*7 }}"})
    html = checklist_html(page, "fr")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "{{ 7*7 }}" in html


def test_english_stands_beside_french_only_in_the_bilingual_page() -> None:
    page = _page({"etranger": "Italie"})
    assert "Civil liability certificate" in checklist_html(page, "bilingue")
    assert "Civil liability certificate" not in checklist_html(page, "fr")


LANGUAGES: tuple[Literal["fr", "bilingue"], ...] = ("fr", "bilingue")


@pytest.mark.parametrize(("name", "language"), list(product(DESTINATIONS, LANGUAGES)))
def test_the_page_can_be_read_without_being_seen(name: str, language: Literal["fr", "bilingue"]) -> None:
    tree = markup.fromstring(checklist_html(_page({**DESTINATIONS[name][0], **MINOR}), language))
    assert tree.get("lang") == "fr"
    assert all(len(tree.findall(f".//{landmark}")) == 1 for landmark in ("header", "main", "footer", "h1", "title"))
    (table,) = [t for t in tree.iter("table") if t.get("role") != "presentation"]
    assert table.find("caption") is not None
    assert all(cell.get("scope") for cell in table.iter("th"))
    assert all(len(row.findall("th")) == 1 for row in table.findall("tbody/tr"))
    for picture in [*tree.iter("img"), *tree.xpath("//*[@role='img']")]:
        assert picture.get("alt") or picture.get("aria-label")
    english = [node for node in tree.iter() if node.get("lang") == "en"]
    assert bool(english) == (language == "bilingue")
    assert all("en" in (node.get("class") or "") for node in english)
    assert not re.search(r"None|<li>\s*</li>|: *</p>", markup.tostring(tree, encoding="unicode"))


@cache
def _program() -> str:
    return pages.find_wkhtmltopdf() or ""


real = pytest.mark.skipif(not _program() or shutil.which("pdffonts") is None, reason="no wkhtmltopdf or poppler")
_LONGEST = {
    "etudiant.nom": "de La Rochefoucauld-Montmorency-Saint-Étienne du Bois Joli-Mont"[:60],
    "organisme.raison_sociale": "Association pour la sauvegarde des manuscrits enluminés et des livres d’heures du Midi",
}


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every destination, adult and minor, in French and bilingual, with short and long names: name → PDF."""
    folder = tmp_path_factory.mktemp("sheets")
    jobs: dict[str, pages.PdfJob] = {}
    for name, minor, language, long in product(DESTINATIONS, (False, True), LANGUAGES, (False, True)):
        page = _page({**DESTINATIONS[name][0], **(MINOR if minor else {}), **(_LONGEST if long else {})})
        key = f"{name} {'minor' if minor else 'adult'} {language} {'long' if long else 'short'}"
        html = folder / f"{len(jobs)}.html"
        html.write_text(checklist_html(page, language), "utf-8")
        jobs[key] = pages.PdfJob(html, html.with_suffix(".pdf"), key)
    assert not pages.html_to_pdf(list(jobs.values()), _program(), 180)
    return {key: job.pdf for key, job in jobs.items()}


@real
def test_every_destination_holds_on_one_sheet(sheets: Mapping[str, Path]) -> None:
    many = {}
    for name, path in sheets.items():
        with pikepdf.open(path) as pdf:
            if len(pdf.pages) != 1:
                many[name] = len(pdf.pages)
    assert many == {}


@real
def test_nothing_is_set_smaller_than_eight_points(sheets: Mapping[str, Path]) -> None:
    assert {name: size for name, path in sheets.items() if (size := min(_sizes(path))) < 8} == {}


def _sizes(path: Path) -> Iterator[float]:
    """Yield the sizes of the letters of the first sheet, in points."""
    with pikepdf.open(path) as pdf:
        content = pdf.pages[0].obj.Contents.read_bytes()
    scale = float(re.findall(rb"\n(0\.7\d+) 0 0 0\.7\d+ 0 0 cm", content)[0]) * 0.75
    yield from (float(size) * scale for size in re.findall(rb"/F\d+ (\S+) Tf", content))


def test_the_smallest_size_is_eight_points() -> None:
    assert min(SIZES) * 0.75 * 0.768 >= 8
