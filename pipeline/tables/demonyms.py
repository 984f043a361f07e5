"""Nationalities as people write them: « française », « franco-marocaine », "French", FR (``demonyms.csv``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.tables.countries import Countries
from pipeline.tables.csvs import read_csv
from pipeline.tables.words import fold

_COMPOUND = {
    "franco": "FR", "germano": "DE", "italo": "IT", "hispano": "ES", "anglo": "GB", "belgo": "BE", "algero": "DZ",
    "maroco": "MA", "tuniso": "TN", "sino": "CN", "helveto": "CH", "luso": "PT", "russo": "RU", "greco": "GR",
    "americano": "US", "indo": "IN", "bresilo": "BR", "canado": "CA",
    "egypto": "EG", "armeno": "AM", "roumano": "RO", "irano": "IR", "nippo": "JP", "austro": "AT", "serbo": "RS",
    "camerouno": "CM",
    "libano": "LB", "ivoiro": "CI", "senegalo": "SN", "turco": "TR", "polono": "PL",
}  # fmt: skip
_LABEL = re.compile(r"^\s*(?:(?:de|double)\s+)?nationalit[ée]s?\s*:?\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:/|,|;|\+|&|\bet\b|\band\b|\n)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Demonyms:
    """Reads nationalities; ``names`` maps every folded writing to its country's code."""

    names: Mapping[str, str]
    countries: Countries

    def read(self, text: str) -> tuple[str, ...] | None:
        """Return the ISO codes of the nationalities that ``text`` names, in its order; None when one is unknown."""
        text = _LABEL.sub("", text).strip()
        found: list[str] = []
        for part in [text] if len(text) < 4 else _BETWEEN.split(text):  # ET is Ethiopia
            codes = self._one(part)
            if codes is None:
                return None
            found += [code for code in codes if code not in found]
        return tuple(found) or None

    def _one(self, text: str) -> tuple[str, ...] | None:
        words = fold(text)
        if words in self.names:
            return (self.names[words],)
        country = self.countries.find(text)
        if country is not None:
            return (country.code,)
        first, _, second = words.partition(" ")
        if first in _COMPOUND and second in self.names:
            return _COMPOUND[first], self.names[second]
        if first in self.names and second in self.names:  # « française-marocaine »
            return self.names[first], self.names[second]
        return None


def load_demonyms(schemas: Path, countries: Countries) -> Demonyms:
    """Load ``reference/demonyms.csv`` and derive the feminine and plural forms. Raises SetupError on a double."""
    path = schemas / "reference" / "demonyms.csv"
    names: dict[str, str] = {}
    for row in read_csv(path, ("iso2", "masculin_fr", "en")):
        code = row["iso2"]
        if code not in countries:
            raise SetupError(str(path), code, "pays inconnu de countries.csv", "Corrigez le code.")
        writings = {form for word in row["masculin_fr"].split("|") for form in _forms(fold(word))}
        for writing in writings | {fold(word) for word in row["en"].split("|")}:
            if names.setdefault(writing, code) != code:
                raise SetupError(str(path), code, f"« {writing} » désigne aussi {names[writing]}", "Gardez un sens.")
    return Demonyms(names, countries)


def _forms(word: str) -> set[str]:
    """Return a French demonym with its regular feminines and plurals."""
    feminine = {word + "e", word} if not word.endswith("e") else {word}
    if word.endswith(("ien", "en")):
        feminine.add(word + "ne")
    return {form + plural for form in feminine for plural in ("", "s")}
