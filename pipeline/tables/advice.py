"""Travel advice of the French foreign ministry, by country, each with its date (``travel_advice.csv``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.errors import SetupError
from pipeline.tables.csvs import read_csv

Level: TypeAlias = Literal["none", "orange", "rouge_partiel", "rouge_total"]


@dataclass(frozen=True, slots=True)
class Advice:
    """The advice for one country."""

    code: str
    level: Level
    nearly_all: bool
    """Red but for ``spared_towns``."""
    spared_towns: tuple[str, ...]
    whole_country: bool
    """An orange level holds for the whole country."""
    zones: str
    """The regions, in French."""
    as_of: date
    url: str

    def is_stale(self, day: date, days: int) -> bool:
        """Tell whether on ``day`` the advice is more than ``days`` days old."""
        return (day - self.as_of).days > days


def load_advice(schemas: Path) -> Mapping[str, Advice]:
    """Load ``reference/travel_advice.csv`` by ISO code. Raises SetupError on a wrong level or date."""
    return read_advice(schemas / "reference" / "travel_advice.csv")


def read_advice(path: Path) -> Mapping[str, Advice]:
    """Read a file in the form of ``travel_advice.csv``. Raises SetupError on a wrong level or date."""
    columns = (
        "iso2",
        "level",
        "quasi_total",
        "villes_exceptees",
        "portee_orange",
        "regions_note",
        "as_of",
        "url_fiche",
    )
    found: dict[str, Advice] = {}
    for row in read_csv(path, columns):
        if row["level"] not in ("none", "orange", "rouge_partiel", "rouge_total"):
            raise SetupError(str(path), row["iso2"], f"niveau inconnu « {row['level']} »", "Corrigez « level ».")
        try:
            as_of = date.fromisoformat(row["as_of"])
        except ValueError as error:
            raise SetupError(str(path), row["iso2"], "date illisible", "Écrivez « as_of » en AAAA-MM-JJ.") from error
        found[row["iso2"]] = Advice(
            code=row["iso2"],
            level=row["level"],  # type: ignore[arg-type]
            nearly_all=row["quasi_total"] == "1",
            spared_towns=tuple(t for t in row["villes_exceptees"].split("|") if t),
            whole_country=row["portee_orange"] == "total",
            zones=row["regions_note"],
            as_of=as_of,
            url=row["url_fiche"],
        )
    return found
