"""The sheets that go with an agreement: certificate, summary, note on two agreements, accident, Pacific."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from pipeline.check.facts import Facts
from pipeline.documents import office
from pipeline.documents.kinds import Kind, load_kinds
from pipeline.documents.values import load_translations, template_values
from pipeline.documents.word import WordTemplate
from pipeline.model import Finding
from tests.rules.forms import ROOT, facts, judge
from tests.templates import contexts, extremes
from tests.templates.contexts import CASES, Context, context
from tools.agreements.build import TEMPLATES, WANTED, documents

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BUILT = documents()
SHEETS = (
    "annexe_territoire",
    "attestation",
    "attestation_bilingue",
    "fiche_accident",
    "fiche_accident_bilingue",
    "note_double_convention",
    "note_double_convention_bilingue",
    "synthese",
)
FRANCE = tuple(contexts.PRIVATE_FRANCE)
SECRET = {"sujet": "SUJET-CACHÉ", "activites": "TÂCHES-CACHÉES", "competences": "SAVOIRS-CACHÉS"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, WordTemplate]:
    folder = tmp_path_factory.mktemp("modeles")
    for name in SHEETS:
        (folder / f"{name}.docx").write_bytes(BUILT[f"{name}.docx"])
    return {name: WordTemplate(folder / f"{name}.docx") for name in SHEETS}


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return {kind.key: kind for kind in load_kinds(ROOT / "schemas", TEMPLATES, frozenset(CASES))}


def lines(content: bytes) -> list[str]:
    """The paragraphs of the body that hold text, the breaks inside one as bars."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    found = [
        "".join("|" if e.tag == f"{W}br" else e.text or "" for e in p.iter(f"{W}t", f"{W}br")) for p in paragraphs(root)
    ]
    return [line for line in found if line.strip()]


def paragraphs(root: Any) -> list[Any]:
    return list(root.iter(f"{W}p"))


def labels_without_value(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    pairs = [["".join(c.itertext()).strip() for c in row.iter(f"{W}tc")] for row in root.iter(f"{W}tr")]
    return [pair[0] for pair in pairs if len(pair) == 2 and pair[0] and not pair[1]]


def finding(message: str, **changes: Any) -> Finding:
    base = Finding("TPS-13", "à vérifier", None, "édition", (), (), message, "", f"{message} (EN)", "", "")
    return dataclasses.replace(base, **changes)


def values_of(seen: Facts, *findings: Finding) -> Mapping[str, Any]:
    return template_values(seen, load_translations(ROOT / "schemas", judge().tables.fields), findings=findings)


# ── which there are, and for whom


def test_the_folder_holds_what_the_list_of_templates_says_and_nothing_else() -> None:
    names = [template.name for template in WANTED]
    assert len(names) == len(set(names))
    assert {path.stem for path in TEMPLATES.glob("*.docx")} == set(names)
    assert set(names) >= set(SHEETS)


def test_the_sheets_of_a_dossier_follow_its_status_and_its_case(kinds: dict[str, Kind]) -> None:
    for key in ("attestation", "fiche_accident"):
        assert kinds[key].statuses == {"prêt"}
        assert not kinds[key].conditions
    assert kinds["synthese"].statuses == {"prêt", "à vérifier"}
    assert kinds["note_double_convention"].conditions == {"double_convention"}
    assert kinds["annexe_territoire"].conditions == {"pacifique"}
    for key in ("attestation", "fiche_accident", "note_double_convention"):
        assert kinds[key].templates == {
            "français": f"{key}.docx",
            "francophone": f"{key}.docx",
            "bilingue": f"{key}_bilingue.docx",
        }
    assert set(kinds["synthese"].templates.values()) == {"synthese.docx"}


@pytest.mark.parametrize("name", SHEETS)
def test_the_emptiest_dossier_leaves_neither_hole_nor_label_without_value(
    name: str, compiled: dict[str, WordTemplate]
) -> None:
    mixes = (FRANCE, (*FRANCE, "mineur", "double_convention", "second_encadrant"), ("pacifique",), ("etranger",))
    for cases in mixes:
        content = compiled[name].render(contexts.emptiest(*cases))
        text = "\n".join(lines(content))
        assert not re.search(r"\bNone\b|\{\{|\{%|\(\s*\)|,\s*[,.]|[ \u00a0]\.|n°\s*$", text, re.MULTILINE), text
        assert labels_without_value(content) == []


# ── the certificate


@pytest.mark.parametrize("name", ["attestation", "attestation_bilingue"])
def test_the_certificate_is_issued_and_signed_by_the_host_alone(name: str, compiled: dict[str, WordTemplate]) -> None:
    content = compiled[name].render(extremes.plain(name))
    text = "\n".join(lines(content)).replace("\u00a0", " ")
    assert "L’organisme d’accueil, et non l’établissement, délivre cette attestation" in text
    assert "31 décembre de l’année des trente ans" in text
    assert ("The host organisation, and not the institution, issues this certificate" in text) is name.endswith(
        "bilingue"
    )
    marks = re.findall(r'w:name="((?:signature|mention)_\w+)"', body(content))
    assert [mark for mark in marks if mark.startswith("signature")] == ["signature_organisme"]
    assert "mention_15" in marks
    for dotted in ("heures de présence", "en toutes lettres"):
        assert re.search(rf"……….*{dotted}|{dotted}.*………", text)


def body(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("word/document.xml").decode()


# ── the summary


def summary(compiled: dict[str, WordTemplate], values: Context) -> list[str]:
    return lines(compiled["synthese"].render(values))


def test_the_summary_of_a_confidential_internship_says_only_that_it_is(compiled: dict[str, WordTemplate]) -> None:
    values = context(*FRANCE, "confidentiel", values={"confidentiel": SECRET, "stage": {"sujet": "Voir l’annexe"}})
    shown = summary(compiled, values)
    assert any("Stage confidentiel" in line for line in shown)
    assert not any("CACHÉ" in line or "Voir l’annexe" in line for line in shown)
    assert any("Inventaire et mise en ligne" in line for line in summary(compiled, context(*FRANCE)))


def test_the_points_to_examine_stand_under_their_heading_or_not_at_all(compiled: dict[str, WordTemplate]) -> None:
    plain = summary(compiled, context(*FRANCE))
    assert "Points à examiner" not in plain
    for cases in (
        ("mineur",),
        ("zrr",),
        ("complementaire", "plus_de_308h"),
        ("plus_de_six_mois",),
        ("double_convention",),
    ):
        found = summary(compiled, context("france", *cases))
        assert found[found.index("Points à examiner") + 1].endswith("."), cases
    decided = context(*FRANCE, values={"convention": {"a_verifier": ["Premier doute.", "Second doute."]}})
    found = summary(compiled, decided)
    start = found.index("Points à examiner")
    assert found[start + 1 : start + 3] == ["Premier doute.", "Second doute."]


def test_the_director_gives_an_opinion_with_a_date_and_a_visa(compiled: dict[str, WordTemplate]) -> None:
    end = summary(compiled, context(*FRANCE))[-5:]
    assert end[1:] == ["Favorable", "Défavorable", "Date", "Observations et visa"]


def test_only_what_a_manager_has_to_decide_before_the_agreement_is_told_and_nothing_confidential() -> None:
    told = (
        finding("À décider"),
        finding("Attendu à la signature", jalon="signature"),
        finding("Information", severity="information"),
        finding("Les activités disent…", fields=("stage.activites",)),
    )
    open_one = values_of(facts({}), *told)
    assert open_one["convention"]["a_verifier"] == ["À décider", "Les activités disent…"]
    assert open_one["en"]["convention"]["a_verifier"] == ["À décider (EN)", "Les activités disent… (EN)"]
    closed = values_of(facts({"stage.confidentiel": "oui"}), *told)
    assert closed["convention"]["a_verifier"] == ["À décider"]


def test_hours_are_cumulated_when_there_is_another_internship_in_the_host() -> None:
    alone = facts({})
    assert values_of(alone)["stage"]["heures_cumulees"] is None
    assert alone.hours is not None
    more = dataclasses.replace(alone.entry, cumulated_hours=alone.hours + Decimal(70))
    again = Facts(more, alone.tables, alone.settings)
    assert values_of(again)["stage"]["heures_cumulees"] == f"{alone.hours + 70:f}"


# ── two agreements


def signs(compiled: dict[str, WordTemplate], *cases: str) -> dict[str, tuple[str, str]]:
    """Party → what it does with our agreement, and with the host’s."""
    values = context(
        *FRANCE, *cases, values={"tuteur2": {"nom_complet": "Mme S"}, "representant": {"nom_complet": "M. R"}}
    )
    with zipfile.ZipFile(io.BytesIO(compiled["note_double_convention"].render(values))) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    rows = [["".join(next(c.iter(f"{W}p")).itertext()) for c in r.iter(f"{W}tc")] for r in root.iter(f"{W}tr")]
    return {row[0]: (row[1], row[2]) for row in rows[1:] if len(row) == 3 and row[0] != "Partie"}


def test_the_host_signs_its_own_agreement_and_the_university_signs_last(compiled: dict[str, WordTemplate]) -> None:
    usual = signs(compiled, "double_convention")
    assert usual == {
        "Pour l’organisme d’accueil": ("ne signe pas", "signe"),
        "Tutrice ou tuteur dans l’organisme": ("ne signe pas", "signe"),
        "Enseignante référente ou enseignant référent": ("signe", "signe"),
        "La ou le stagiaire": ("signe", "signe"),
        "Pour l’établissement d’enseignement": ("signe en dernier", "signe si le modèle le prévoit, en dernier"),
    }
    more = signs(compiled, "double_convention", "mineur", "second_encadrant")
    assert more.keys() - usual.keys() == {"Second encadrement", "Représentante légale ou représentant légal"}


# ── an accident


DECLARES = re.compile(r"’(?:établissement|organisme) (?:d’accueil )?déclare l’accident à")


def accident_cases() -> list[tuple[str, ...]]:
    flags = ("au_dessus_plafond", "plus_de_six_mois", "teletravail_autre_pays", "public")
    places = (
        ("france",),
        ("france", "outre_mer"),
        ("france", "pacifique"),
        ("etranger",),
        ("etranger", "at_francaise"),
        ("etranger", "quebec", "quebec_protocole"),
    )
    return [
        (*place, *(flag for flag, on in zip(flags, chosen, strict=True) if on))
        for place in places
        for chosen in itertools.product((False, True), repeat=len(flags))
        if "at_francaise" not in place or not any(chosen[:3])
    ]


@pytest.mark.parametrize("cases", accident_cases(), ids="-".join)
def test_one_declaration_is_told_and_the_fund_when_it_is_french(
    cases: tuple[str, ...], compiled: dict[str, WordTemplate]
) -> None:
    shown = lines(compiled["fiche_accident"].render(context(*cases)))
    assert len([line for line in shown if DECLARES.search(line)]) == 1
    insured = not {"au_dessus_plafond", "plus_de_six_mois", "teletravail_autre_pays"} & set(cases)
    french = "at_francaise" in cases or "quebec_protocole" in cases or ("pacifique" in cases and insured)
    french = french or not {"etranger", "pacifique"} & set(cases)
    assert any("CPAM des Bouches-du-Rhône" in line for line in shown) is french
    away = bool({"etranger", "pacifique"} & set(cases))
    assert any("par écrit, sous 48 heures" in line for line in shown) is away
    assert any("dans les 24 heures" in line and "établissement" in line for line in shown) is not away
    assert any("n’est pas un agent public" in line for line in shown) is (not away and "public" in cases)


@pytest.mark.parametrize(
    ("cases", "number"),
    [
        (("france",), "15 "),
        (("etranger", "ue"), "112"),
        (("etranger", "royaume_uni"), "112"),
        (("etranger", "etats_unis_canada"), "911"),
        (("etranger", "hors_ue"), "……"),
        (("france", "pacifique"), "……"),
    ],
)
def test_one_emergency_number_is_given_and_a_blank_where_none_is_known(
    cases: tuple[str, ...], number: str, compiled: dict[str, WordTemplate]
) -> None:
    calls = [line for line in lines(compiled["fiche_accident"].render(context(*cases))) if line.startswith("Appeler")]
    assert len(calls) == 1
    assert number in calls[0]


def test_the_address_of_the_fund_is_looked_up_when_the_form_does_not_tell_it() -> None:
    known = values_of(facts({"protection.caisse": "CPAM de Paris", "protection.caisse_adresse": None}))
    assert known["protection"]["caisse_adresse"] == "75948 Paris Cedex 19"
    written = values_of(facts({"protection.caisse": "CPAM de Paris", "protection.caisse_adresse": "3 rue d’Essai"}))
    assert written["protection"]["caisse_adresse"] == "3 rue d’Essai"
    unknown = values_of(facts({"protection.caisse": "Caisse de nulle part", "protection.caisse_adresse": None}))
    assert unknown["protection"]["caisse_adresse"] is None


# ── on paper


@pytest.mark.skipif(shutil.which("soffice") is None or shutil.which("pdfinfo") is None, reason="no LibreOffice")
def test_an_ordinary_dossier_takes_one_page_and_the_fullest_two(
    compiled: dict[str, WordTemplate], tmp_path: Path
) -> None:
    full = {"activites": "Classer et décrire. " * 75, "competences": "Décrire un fonds. " * 83, "sujet": "Fonds. " * 35}
    most: dict[str, int] = {}
    for name in SHEETS:
        bilingual = name.endswith("bilingue")
        cases = contexts.BILINGUAL_CASES if bilingual else (*FRANCE, "pacifique") if "territoire" in name else FRANCE
        abroad = {"values": contexts.ABROAD, "english": contexts.ABROAD_ENGLISH} if bilingual else {}
        ordinary = context(*cases, "double_convention", **abroad)
        filled = context(*cases, "mineur", "second_encadrant", "confidentiel" if bilingual else "zrr", **abroad)
        for tree in (filled, filled["en"]):
            tree["stage"].update(full)
            tree["representant"].update(nom_complet="M. Jean DURAND", telephone="04 99 00 11 77")
            tree["tuteur2"].update(nom_complet="Mme Ada SECONDE")
        most |= {f"{name}_1": 2 if name == "note_double_convention_bilingue" else 1, f"{name}_2": 2}
        for number, values in enumerate((ordinary, filled), 1):
            (tmp_path / f"{name}_{number}.docx").write_bytes(compiled[name].render(values))
    program = office.find_program()
    assert program is not None
    jobs = [office.Job(tmp_path / f"{name}.docx", tmp_path / f"{name}.pdf") for name in most]
    assert office.convert(office.Office(program, 60, 20), jobs, tmp_path / "atelier", 1) == []
    for name, allowed in most.items():
        told = subprocess.run(["pdfinfo", tmp_path / f"{name}.pdf"], capture_output=True, text=True, check=True).stdout
        pages = re.search(r"^Pages: +(\d+)", told, re.MULTILINE)
        assert pages is not None
        assert int(pages[1]) <= allowed, name
