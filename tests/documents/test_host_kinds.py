"""Who signs for the host depends on its kind, read from its name and type."""

from __future__ import annotations

import pytest

from pipeline.documents.cases import cases
from pipeline.documents.host_kinds import host_kind
from tests.rules.forms import facts

PUBLIC, SERVICE = "Établissement public", "organisme.service"


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("École maternelle des Lilas", PUBLIC, "ecole_primaire"),
        ("Ecole elementaire J. Prévert", "Administration", "ecole_primaire"),
        ("École maternelle Sainte-Anne", "Association", "association"),
        ("Lycée Paul-Exemple", PUBLIC, "college_lycee"),
        ("Collège de France", PUBLIC, None),
        ("Lycée privé des Pins", "Entreprise privée", None),
        ("CHU de la Plaine", PUBLIC, "hopital_public"),
        ("Établissement de la Plaine", "Hôpital public", "hopital_public"),
        ("Ville de Saint-Exemple", "Administration", "collectivite"),
        ("Service des archives", "Collectivité territoriale", "collectivite"),
        ("Préfecture de région", "Administration", None),
        ("Musée de la Région", PUBLIC, None),
        ("Association des maires", "Association", "association"),
        ("Éditions de la Sauge", "Entreprise privée", None),
    ],
)
def test_the_kind_of_a_host_in_france(name: str, kind: str, expected: str | None) -> None:
    assert host_kind(facts({"organisme.raison_sociale": name, "organisme.type": kind})) == expected


def test_a_research_unit_is_known_by_its_host_department() -> None:
    host = {"organisme.raison_sociale": "Université d’Exemple", "organisme.type": "Université"}
    assert host_kind(facts({**host, SERVICE: "UMR 7999"})) == "unite_recherche"
    assert host_kind(facts({**host, SERVICE: "Bibliothèque"})) is None


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Institut français de Prague", "Autre", "poste_diplomatique"),
        ("Service culturel", "Organisme consulaire français", "poste_diplomatique"),
        ("Lycée français", PUBLIC, None),
        ("Alliance française", "Association", "association"),
    ],
)
def test_the_kind_of_a_host_abroad(name: str, kind: str, expected: str | None) -> None:
    abroad = {"etranger": "Tchéquie", "organisme.raison_sociale": name, "organisme.type": kind}
    assert host_kind(facts(abroad)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"stage.nature": "Complémentaire"}, False),
        ({"gratification.versee": "oui", "gratification.montant": 900, "gratification.devise": "CAD"}, True),
        ({"gratification.versee": "oui", "gratification.montant": 1100, "gratification.devise": "CAD"}, False),
        ({"gratification.versee": "oui", "gratification.montant": 550, "gratification.devise": "EUR"}, True),
        ({"gratification.versee": "oui", "gratification.montant": 700, "gratification.devise": "EUR"}, False),
        ({"gratification.versee": "oui", "gratification.montant": 500, "gratification.devise": "USD"}, False),
        ({"gratification.versee": "oui"}, False),
    ],
)
def test_the_protocol_with_quebec_wants_a_compulsory_internship_under_its_ceiling(
    changes: dict[str, object], expected: bool
) -> None:
    month = {"gratification.unite": "mois", "stage.heures_hebdomadaires": None}
    values = cases(facts({"etranger": "Québec", "stage.duree_heures": 616, **month, **changes}))
    assert values["quebec_protocole"] is expected


@pytest.mark.parametrize(("country", "covered"), [(None, True), ("Allemagne", True), ("France", False)])
def test_remote_work_from_another_country_ends_the_french_cover_of_accidents(
    country: str | None, covered: bool
) -> None:
    values = cases(facts({"etranger": "Allemagne", "stage.teletravail_pays": country}))
    assert values["at_francaise"] is covered
    assert values["teletravail_autre_pays"] is not covered
