"""How a service's name joins a French sentence, and how a country is named in it."""

from __future__ import annotations

import pytest

from pipeline.check.wording import contracted
from pipeline.config import Service
from pipeline.language import in_country, the_country
from tests.rules.forms import judge

OFFICE = Service("Bureau des stages", in_text="le bureau des stages", in_text_en="the internship office")


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("écrivez à le bureau des stages.", "écrivez au bureau des stages."),
        ("auprès de le bureau des stages", "auprès du bureau des stages"),
        ("le bureau des stages répond", "le bureau des stages répond"),
        ("à le bureau d’à côté", "à le bureau d’à côté"),
    ],
)
def test_a_preposition_joins_the_article_of_a_service(text: str, joined: str) -> None:
    assert contracted(text, [OFFICE]) == joined


def test_a_service_without_an_address_is_named_with_its_form() -> None:
    assert (
        Service("X", form_url="https://f.example", in_text="la scolarité").reach == "la scolarité (https://f.example)"
    )
    assert Service("X", email="a@example.org", form_url="https://f.example").reach == "a@example.org"


@pytest.mark.parametrize(
    ("code", "within", "named", "english"),
    [
        ("US", "aux États-Unis", "les États-Unis", "in the United States"),
        ("DE", "en Allemagne", "l’Allemagne", "in Germany"),
        ("VN", "au Viêt Nam", "le Viêt Nam", "in Vietnam"),
        ("FR", "en France", "la France", "in France"),
        ("RE", "à La Réunion", "La Réunion", "in Réunion"),
        ("MT", "à Malte", "Malte", "in Malta"),
        ("IL", "en Israël", "Israël", "in Israel"),
        ("HT", "en Haïti", "Haïti", "in Haiti"),
        ("CI", "en Côte d’Ivoire", "la Côte d’Ivoire", "in Côte d’Ivoire"),
    ],
)
def test_a_country_takes_its_preposition_and_its_article(code: str, within: str, named: str, english: str) -> None:
    country = judge().tables.countries[code]
    assert in_country(country, "fr") == within
    assert the_country(country, "fr") == named
    assert in_country(country, "en") == english
