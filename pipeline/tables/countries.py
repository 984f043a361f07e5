"""Countries: names, zone, language of the agreement, stipend duty, currency (``countries.csv``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.errors import SetupError
from pipeline.model import Model
from pipeline.tables.csvs import read_csv
from pipeline.tables.words import fold

Zone: TypeAlias = Literal["FR_METRO_DROM_COM", "UE_EEE_SUISSE", "RESTE_DU_MONDE"]
PACIFIC = frozenset({"PF", "NC", "WF"})
"""Territories that are neither abroad nor under the stipend duty, and have no SIRET."""


@dataclass(frozen=True, slots=True)
class Country:
    """One country or territory."""

    code: str
    name: str
    name_en: str
    zone: Zone
    in_france: str | None
    """metropole, DROM, COM, sui generis, TAAF; None abroad."""
    in_eu_eea: bool
    permit_needed: str
    """"1" when its nationals need a residence permit in France, "0", or "A_VERIFIER"."""
    stipend: str
    """OUI, NON or A_VERIFIER: whether a stipend is owed over 308 hours."""
    ehic: bool
    """The European Health Insurance Card is used there."""
    french_model: str
    """OUI, NON, OUI_SELON_REGION or A_VALIDER: whether a francophone agreement may be used."""
    default_model: Model
    french_regions: tuple[str, ...]
    bilingual_regions: tuple[str, ...]
    currencies: tuple[str, ...]
    preposition: str
    """The French « en », « au », « aux », « à »… before its name."""

    @property
    def abroad(self) -> bool:
        """True outside France and its overseas territories (Monaco and Andorra are abroad)."""
        return self.zone != "FR_METRO_DROM_COM"

    @property
    def pacific(self) -> bool:
        """True for Polynésie française, Nouvelle-Calédonie and Wallis-et-Futuna."""
        return self.code in PACIFIC

    @property
    def has_siret(self) -> bool:
        """True where hosts are known by a SIRET: France but its Pacific territories."""
        return not self.abroad and not self.pacific

    @property
    def in_eu_eea_switzerland(self) -> bool:
        """True for the European Union, the EEA and Switzerland, France included."""
        return self.in_eu_eea or self.code == "CH" or not self.abroad


class Countries(Mapping[str, Country]):
    """Countries by ISO 3166 alpha-2 code; :meth:`find` reads a name, an alias, a code or a nationality."""

    def __init__(self, rows: Mapping[str, Country], names: Mapping[str, str]) -> None:
        self._rows, self._names = rows, names

    def __getitem__(self, code: str) -> Country:
        return self._rows[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, text: str) -> Country | None:
        """Return the country that ``text`` names, in French or English, with or without its article."""
        folded = fold(text)
        for candidate in (folded, _ARTICLE.sub("", folded), _REMARK.sub("", text)):
            code = self._names.get(fold(candidate))
            if code:
                return self._rows[code]
        return None


_ARTICLE = re.compile(r"^(?:en|au|aux|a|le|la|les|l|the|republique du|republique de|republic of|in)\s+(?:la |l |les )?")
_REMARK = re.compile(r"\s*\([^)]*\)\s*$")
_COLUMNS = (
    "iso2", "iso3", "name_fr", "name_en", "zone", "statut_fr", "is_ue_eee", "titre_sejour_requis_en_france",
    "gratification_obligatoire_si_sup_308h", "ceam_applicable", "francophone_model_allowed", "currency", "alias",
    "default_model", "regions_francophones", "regions_bilingues", "preposition",
)  # fmt: skip


def load_countries(schemas: Path) -> Countries:
    """Load ``reference/countries.csv``. Raises SetupError on a wrong value or a name given twice."""
    path = schemas / "reference" / "countries.csv"
    rows: dict[str, Country] = {}
    names: dict[str, str] = {}
    aliases: list[tuple[str, str]] = []
    for row in read_csv(path, _COLUMNS):
        code = row["iso2"]
        if row["zone"] not in ("FR_METRO_DROM_COM", "UE_EEE_SUISSE", "RESTE_DU_MONDE"):
            raise SetupError(str(path), code, f"zone inconnue « {row['zone']} »", "Corrigez la colonne « zone ».")
        if row["default_model"] not in ("français", "francophone", "bilingue"):
            raise SetupError(str(path), code, "modèle inconnu", "Corrigez la colonne « default_model ».")
        rows[code] = Country(
            code=code,
            name=row["name_fr"].replace("'", "’"),
            name_en=row["name_en"].replace("'", "’"),
            zone=row["zone"],  # type: ignore[arg-type]
            in_france=row["statut_fr"] or None,
            in_eu_eea=row["is_ue_eee"] == "1",
            permit_needed=row["titre_sejour_requis_en_france"],
            stipend=row["gratification_obligatoire_si_sup_308h"],
            ehic=row["ceam_applicable"] == "1",
            french_model=row["francophone_model_allowed"],
            default_model=row["default_model"],  # type: ignore[arg-type]
            french_regions=_list(row["regions_francophones"]),
            bilingual_regions=_list(row["regions_bilingues"]),
            currencies=_list(row["currency"]),
            preposition=row["preposition"],
        )
        for name in (row["name_fr"], row["name_en"], code, row["iso3"]):
            known = names.setdefault(fold(name), code)
            if known != code:
                raise SetupError(str(path), code, f"« {name} » désigne aussi {known}", "Gardez un seul sens.")
        aliases += [(alias, code) for alias in _list(row["alias"])]
    for alias, code in aliases:  # a country's own name wins over another one's alias
        names.setdefault(fold(alias), code)
    return Countries(rows, names)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())
