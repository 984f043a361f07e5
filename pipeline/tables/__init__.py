"""What ``schemas/`` says, loaded strictly: fields, countries, travel advice, rates, funds, synonyms, thresholds, private words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.tables.advice import Advice, load_advice
from pipeline.tables.countries import Countries, load_countries
from pipeline.tables.demonyms import Demonyms, load_demonyms
from pipeline.tables.fields import Fields, load_fields
from pipeline.tables.funds import Funds, load_funds
from pipeline.tables.private import PrivateWords, load_private_words
from pipeline.tables.programmes import Programmes, load_programmes
from pipeline.tables.rates import Rates, load_rates
from pipeline.tables.synonyms import Synonyms, load_synonyms
from pipeline.tables.thresholds import Thresholds, load_thresholds


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that ``schemas/`` says about values, loaded once for a run."""

    fields: Fields
    countries: Countries
    advice: Mapping[str, Advice]
    rates: Rates
    funds: Funds
    synonyms: Synonyms
    demonyms: Demonyms
    programmes: Programmes
    thresholds: Thresholds
    private: PrivateWords
    """What no form should say of a person, and its marks."""


def load_tables(schemas: Path) -> Tables:
    """Load every table of the folder ``schemas``. Raises SetupError (status 2) on the first fault."""
    fields = load_fields(schemas)
    countries = load_countries(schemas)
    return Tables(
        fields=fields,
        countries=countries,
        advice=load_advice(schemas),
        rates=load_rates(schemas),
        funds=load_funds(schemas),
        synonyms=load_synonyms(schemas, fields),
        demonyms=load_demonyms(schemas, countries),
        programmes=load_programmes(schemas),
        thresholds=load_thresholds(schemas),
        private=load_private_words(schemas, fields),
    )
