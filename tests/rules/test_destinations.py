"""Destinations one by one: overseas territories, neighbours with rules of their own, partly red and orange countries."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from pipeline.check.facts import Facts
from pipeline.check.presence import public_holidays
from pipeline.documents.checklist import Checklist, checklist_values, load_checklist
from pipeline.language import long_date
from pipeline.model import Finding, Verdict
from tests.rules.forms import ROOT, entry, judge
from tools.examples.people import siret

UNPAID: Mapping[str, Any] = {
    "gratification.versee": "non",
    **dict.fromkeys(
        f"gratification.{key}" for key in ("montant", "unite", "type", "devise", "modalite", "periodicite")
    ),
}


@functools.cache
def _checklist() -> Checklist:
    return load_checklist(ROOT / "schemas", judge().tables.fields)


def _judged(changes: Mapping[str, Any]) -> tuple[Facts, Verdict, dict[str, str]]:
    """Return the facts, the verdict and the lines of the checklist: code → block."""
    one = entry(changes)
    verdict, facts = judge().judge(one), judge().facts(one)
    page = checklist_values(facts, verdict, _checklist())
    return facts, verdict, {line.code: line.block for line in page.lines}


def _found(verdict: Verdict, rule: str) -> Finding | None:
    found = [finding for finding in verdict.findings if finding.rule == rule]
    assert len(found) < 2
    return found[0] if found else None


# ── overseas ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Territory:
    """What is expected of an overseas territory."""

    code: str
    postcode: str
    stipend: str
    feast: tuple[int, int] | None
    """A public holiday of its own in 2027: month and day."""


TERRITORIES = (
    Territory("GP", "97110", "OUI", (5, 27)),
    Territory("MQ", "97200", "OUI", (5, 22)),
    Territory("GF", "97300", "OUI", (6, 10)),
    Territory("RE", "97400", "OUI", (12, 20)),
    Territory("YT", "97600", "OUI", (4, 27)),
    Territory("PM", "97500", "OUI", None),
    Territory("BL", "97133", "OUI", (10, 9)),
    Territory("MF", "97150", "OUI", (5, 28)),
    Territory("NC", "98800", "NON", (9, 24)),
    Territory("PF", "98713", "NON", (11, 20)),
    Territory("WF", "98600", "A_VERIFIER", (7, 29)),
    Territory("TF", "98412", "A_VERIFIER", None),
)
PACIFIC = {"NC": "SE98803", "PF": "SE98004", "WF": None}
overseas = pytest.mark.parametrize("territory", TERRITORIES, ids=lambda t: t.code)


def _overseas(territory: Territory, **more: Any) -> dict[str, Any]:
    country = judge().tables.countries[territory.code]
    return {
        "stage.pays": country.name,
        "organisme.pays": country.name,
        "organisme.code_postal": territory.postcode,
        "organisme.siret": siret(1234) if country.has_siret else None,
        **more,
    }


@overseas
def test_overseas_is_france_with_the_french_agreement_and_no_paper_for_abroad(territory: Territory) -> None:
    facts, verdict, lines = _judged(_overseas(territory))
    assert (verdict.zone, verdict.model, verdict.status) == ("FR_METRO_DROM_COM", "français", "prêt")
    assert not facts.abroad
    assert {"ATT_CPAM": "A", "RC": "A", "ASS_ACC": "B", "ASS_RAP": "B", "CONVENTION": "D"}.items() <= lines.items()
    assert not {"CEAM", "MOVEON", "ANX_ETR", "ARIANE", "FSD", "VISA"} & lines.keys()


@overseas
def test_the_stipend_overseas_is_due_left_open_or_to_be_checked(territory: Territory) -> None:
    assert judge().tables.countries[territory.code].stipend == territory.stipend
    _, verdict, _ = _judged(_overseas(territory, **UNPAID))
    found = _found(verdict, "GRA-01")
    severity = {"OUI": "bloquant", "NON": None, "A_VERIFIER": "à vérifier"}[territory.stipend]
    assert (found.severity if found else None) == severity
    _, short, _ = _judged(_overseas(territory, **UNPAID, **{"stage.duree_heures": 308}))
    assert _found(short, "GRA-01") is None


@overseas
def test_public_holidays_overseas_are_those_of_the_territory(territory: Territory) -> None:
    year = {"stage.date_debut": "2027-01-04", "stage.date_fin": "2027-12-31"}
    own, _, _ = _judged(_overseas(territory, **year))
    mainland, _, _ = _judged(year)
    assert public_holidays(mainland) <= public_holidays(own)
    if territory.feast:
        assert date(2027, *territory.feast) in public_holidays(own) - public_holidays(mainland)


@overseas
def test_the_treaty_form_is_for_unpaid_internships_under_six_months_in_two_territories(territory: Territory) -> None:
    form = PACIFIC.get(territory.code)
    forms = {"SE98803", "SE98004", "SE401Q104"}
    _, _, unpaid = _judged(_overseas(territory, **UNPAID))
    assert forms & unpaid.keys() == ({form} if form else set())
    _, _, paid = _judged(_overseas(territory))
    assert not forms & paid.keys()
    # Without a form, nothing but an insurance pays for care in the Pacific; elsewhere overseas the French one does.
    assert ("ASS_MAL" in paid) == (territory.code in PACIFIC)
    assert ("ASS_MAL" in unpaid) == (territory.code == "WF")


@overseas
def test_the_liability_certificate_overseas_names_the_territory(territory: Territory) -> None:
    one = entry(_overseas(territory))
    page = checklist_values(judge().facts(one), judge().judge(one), _checklist())
    (line,) = [line for line in page.lines if line.code == "RC"]
    assert judge().tables.countries[territory.code].name in line.to_check.fr


# ── neighbours with rules of their own ────────────────────────────────────────────────────────────

ALWAYS_ABROAD = {"ATT_CPAM": "A", "RC": "A", "ASS_ACC": "A", "ASS_RAP": "A", "MOVEON": "A", "ANX_ETR": "A",
                 "ARIANE": "B", "CONVENTION": "D", "FSD": "D"}  # fmt: skip
NEIGHBOURS = [
    # country, town, zone, model, card
    ("Québec", "Montréal", "RESTE_DU_MONDE", "francophone", False),
    ("Canada", "Trois-Rivières", "RESTE_DU_MONDE", "francophone", False),
    ("Canada", "Toronto", "RESTE_DU_MONDE", "bilingue", False),
    ("Monaco", "Monaco", "RESTE_DU_MONDE", "francophone", False),
    ("Andorre", "Andorre-la-Vieille", "RESTE_DU_MONDE", "bilingue", False),
    ("Luxembourg", "Esch-sur-Alzette", "UE_EEE_SUISSE", "francophone", True),
    ("Suisse", "Lausanne", "UE_EEE_SUISSE", "francophone", True),
    ("Suisse", "Zurich", "UE_EEE_SUISSE", "bilingue", True),
    ("Royaume-Uni", "Leeds", "RESTE_DU_MONDE", "bilingue", False),
    ("Écosse", "Glasgow", "RESTE_DU_MONDE", "bilingue", False),
]


@pytest.mark.parametrize(("country", "town", "zone", "model", "card"), NEIGHBOURS)
def test_a_neighbour_has_its_zone_its_agreement_and_its_papers(
    country: str, town: str, zone: str, model: str, card: bool
) -> None:
    place = {"etranger": country, "stage.lieu_ville": town, "organisme.ville": town}
    facts, verdict, lines = _judged({**place, "assurance.ceam": None, "etranger.formulaire_se": "oui"})
    assert facts.abroad
    assert (verdict.zone, verdict.model) == (zone, model)
    assert ALWAYS_ABROAD.items() <= lines.items()
    assert ("CEAM" in lines, _found(verdict, "DOC-04") is not None) == (card, card)
    assert _found(verdict, "GRA-01") is None  # 574 hours, unpaid: the law on stipends stops at the border
    assert not {"TITRE_SEJOUR", "SE98803", "SE98004"} & lines.keys()
    assert all(f.jalon == "signature" for f in verdict.findings if f.severity != "information")


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"etranger": "Québec"}, True),
        ({"etranger": "Canada", "stage.lieu_ville": "Laval"}, True),
        ({"etranger": "Canada", "stage.lieu_region": "Québec"}, True),
        ({"etranger": "Canada", "organisme.code_postal": "J7Z 4A1"}, True),
        ({"etranger": "Canada", "stage.lieu_ville": "Toronto", "organisme.code_postal": "H2X 1Y4"}, False),
        ({"etranger": "Canada", "stage.lieu_ville": "Moncton"}, False),
        ({"etranger": "Québec", "gratification.versee": "oui"}, False),
        ({"etranger": "Belgique"}, False),
    ],
)
def test_the_quebec_form_is_for_an_unpaid_internship_in_quebec(changes: Mapping[str, Any], needed: bool) -> None:
    _, verdict, lines = _judged({**changes, "etranger.formulaire_se": None})
    assert (_found(verdict, "DOC-10") is not None, "SE401Q104" in lines) == (needed, needed)
    assert ("ASS_MAL" in lines) != needed


def test_the_card_is_of_no_use_in_switzerland_to_a_national_of_elsewhere() -> None:
    _, verdict, lines = _judged({"etranger": "Suisse", "etudiant.nationalite": "marocaine", "assurance.ceam": None})
    assert _found(verdict, "DOC-04") is None
    assert lines["ASS_SOINS_PAYS_TIERS"] == "A"
    assert "CEAM" not in lines


# ── partly red, orange ────────────────────────────────────────────────────────────────────────────

ADVICE = judge().tables.advice
TOWNS = {
    # country: a town in a red region, one that is not
    "AM": ("Yeraskh", "Erevan"), "AZ": ("Choucha", "Bakou"), "BD": ("Teknaf", "Dacca"), "BI": ("Gatumba", "Gitega"),
    "BJ": ("Banikoara", "Cotonou"), "CD": ("Goma", "Kinshasa"), "CI": ("Bouna", "Abidjan"), "CM": ("Maroua", "Yaoundé"),
    "CO": ("Quibdó", "Bogota"), "DJ": ("Loyada", "Arta"), "DZ": ("In Amenas", "Alger"), "EC": ("Esmeraldas", "Quito"),
    "EG": ("El-Arich", "Le Caire"), "EH": ("Bir Gandouz", "Laâyoune"), "ER": ("Assab", "Asmara"),
    "ET": ("Gondar", "Addis-Abeba"), "GE": ("Soukhoumi", "Tbilissi"), "GH": ("Bawku", "Accra"),
    "IL": ("Metula", "Tel-Aviv"), "IN": ("Srinagar", "Bangalore"), "JO": ("Rukban", "Amman"), "JP": ("Futaba", "Tokyo"),
    "KE": ("Garissa", "Nairobi"), "KH": ("Poipet", "Phnom Penh"), "KZ": ("Kourtchatov", "Almaty"),
    "LB": ("Baalbek", "Beyrouth"), "MA": ("Guerguerat", "Rabat"), "MM": ("Sittwe", "Rangoun"),
    "MR": ("Néma", "Nouakchott"), "MX": ("Reynosa", "Mexico"), "MY": ("Semporna", "Kuala Lumpur"),
    "MZ": ("Pemba", "Maputo"), "NG": ("Maiduguri", "Lagos"), "PA": ("Yaviza", "Panama"), "PE": ("Kimbiri", "Lima"),
    "PG": ("Wabag", "Port Moresby"), "PH": ("Jolo", "Manille"), "PK": ("Quetta", "Lahore"), "PS": ("Gaza", "Ramallah"),
    "SA": ("Najran", "Djeddah"), "TD": ("Bol", "N’Djaména"), "TG": ("Mandouri", "Lomé"), "TH": ("Pattani", "Bangkok"),
    "TJ": ("Pandj", "Douchanbé"), "TM": ("Serhetabat", "Achgabat"), "TN": ("Dehiba", "Tunis"),
    "TR": ("Hakkari", "Istanbul"), "TZ": ("Mtwara", "Dar es Salam"), "UG": ("Bwera", "Kampala"),
    "UZ": ("Aïritom", "Tachkent"), "VE": ("San Antonio del Táchira", "Caracas"),
}  # fmt: skip
PARTLY_RED = sorted(a.code for a in ADVICE.values() if a.level == "rouge_partiel" and not a.nearly_all)
NEARLY_RED = sorted(a.code for a in ADVICE.values() if a.nearly_all)
ORANGE = sorted(a.code for a in ADVICE.values() if a.level == "orange")


def _abroad(code: str, town: str | None, agreement: str | None) -> Verdict:
    place = {"etranger": judge().tables.countries[code].name, "stage.lieu_ville": town, "organisme.ville": town}
    return _judged({**place, "etranger.accord_fsd": agreement})[1]


def _names(finding: Finding, code: str) -> bool:
    """Tell whether both messages name the regions and give the date of the advice."""
    advice = ADVICE[code]
    regions = [
        word
        for word in advice.zones.replace(",", " ").split()
        if word[:1].isupper() and word not in ("Rouge", "Orange")
    ]
    dated = f"{advice.as_of:%d/%m/%Y}" in finding.message and long_date(advice.as_of, "en") in finding.message_en
    return dated and all(word.strip(".()").lower() in finding.message.lower() for word in regions)


def test_every_partly_red_country_has_its_towns() -> None:
    assert sorted(TOWNS) == PARTLY_RED


@pytest.mark.parametrize("code", PARTLY_RED)
@pytest.mark.parametrize("place", [0, 1, None])
def test_a_partly_red_country_waits_for_town_and_agreement_whatever_the_town(code: str, place: int | None) -> None:
    """Only the map tells where the red begins: the program names the regions, the security officer decides."""
    town = None if place is None else TOWNS[code][place]
    waiting = _abroad(code, town, None)
    found = _found(waiting, "GEO-03")
    assert found is not None
    assert (found.severity, found.jalon) == ("à vérifier", "signature")
    assert found.fields == ("stage.lieu_ville", "etranger.accord_fsd")
    assert _names(found, code)
    assert _found(waiting, "GEO-02") is _found(waiting, "GEO-05") is None
    settled = _found(_abroad(code, town, "Accordé"), "GEO-03")
    assert settled is not None
    assert settled.severity == ("information" if town else "à vérifier")
    assert _names(settled, code)
    refused = _abroad(code, town, "Refusé")
    assert (refused.status, _found(refused, "GEO-03")) == ("refusé", None)


@pytest.mark.parametrize("code", NEARLY_RED)
def test_a_country_red_but_for_some_towns_is_refused_outside_them(code: str) -> None:
    for town in (None, "Ville", "Tripolis"):
        verdict = _abroad(code, town, "Accordé")
        found = _found(verdict, "GEO-02")
        assert found is not None
        assert verdict.status == "refusé"
        assert ADVICE[code].spared_towns[0] in found.message + found.message_en
        assert f"{ADVICE[code].as_of:%d/%m/%Y}" in found.message
        assert _found(verdict, "GEO-03") is None
    for town in ADVICE[code].spared_towns:
        verdict = _abroad(code, town, None)
        found = _found(verdict, "GEO-03")
        assert found is not None
        assert found.severity == "à vérifier"
        assert _names(found, code)
        assert _found(verdict, "GEO-02") is None


@pytest.mark.parametrize("code", ORANGE)
def test_an_orange_country_waits_for_the_agreement_alone(code: str) -> None:
    for agreement, severity in ((None, "à vérifier"), ("En attente", "à vérifier"), ("Accordé", "information")):
        found = _found(_abroad(code, None, agreement), "GEO-04")
        assert found is not None
        assert (found.severity, found.jalon) == (severity, "signature")
        assert "tout le pays" in found.message if ADVICE[code].whole_country else _names(found, code)
        assert f"{ADVICE[code].as_of:%d/%m/%Y}" in found.message


@pytest.mark.parametrize("code", sorted(a.code for a in ADVICE.values() if a.level == "rouge_total"))
def test_a_red_country_is_refused_whatever_has_been_agreed(code: str) -> None:
    verdict = _abroad(code, "Ville", "Accordé")
    found = _found(verdict, "GEO-02")
    assert found is not None
    assert verdict.status == "refusé"
    assert "zone rouge\u00a0;" in found.message or "zone rouge ;" in found.message


@pytest.mark.parametrize("code", [*PARTLY_RED, *NEARLY_RED, *ORANGE])
def test_the_regions_are_written_as_the_inside_of_a_sentence(code: str) -> None:
    town = ADVICE[code].spared_towns[0] if ADVICE[code].nearly_all else "Ville"
    verdict = _abroad(code, town, None)
    found = _found(verdict, "GEO-03") or _found(verdict, "GEO-04")
    assert found is not None
    for text in (found.message, found.message_en):
        assert not any(word in text for word in ("Rouge :", "Orange :", "QUASI", "revérifier", "..", " .", "'")), text


def test_a_source_that_asks_no_town_is_settled_by_the_town_of_the_host() -> None:
    without = {"etranger": "Maroc", "sans_colonne": ["stage.lieu_ville"], "stage.lieu_ville": None}
    found = _found(_judged({**without, "organisme.ville": "Rabat"})[1], "GEO-03")
    assert found is not None
    assert found.severity == "information"
    unknown = _found(_judged({**without, "organisme.ville": None})[1], "GEO-03")
    assert unknown is not None
    assert unknown.severity == "à vérifier"
