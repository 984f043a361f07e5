"""The fewest hours that a programme asks of its compulsory internship (``programme_minima.csv``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.tables.csvs import read_csv
from pipeline.tables.words import fold


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme, known by its code when it has one, else by its title."""

    code: str
    title: str
    hours: Decimal
    source: str

    @property
    def key(self) -> tuple[str, str]:
        return ("code", fold(self.code)) if fold(self.code) else ("title", fold(self.title))


class Programmes:
    """Programmes found by code, or by their whole title, whatever its case and accents."""

    def __init__(self, programmes: Sequence[Programme]) -> None:
        self._by_key = {p.key: p for p in programmes}

    def __len__(self) -> int:
        return len(self._by_key)

    def find(self, code: str | None, title: str | None) -> Programme | None:
        """Return the programme of that code, else the one that the table knows by that title alone, else None."""
        return self._by_key.get(("code", fold(code or ""))) or self._by_key.get(("title", fold(title or "")))


def load_programmes(schemas: Path) -> Programmes:
    """Load ``reference/programme_minima.csv``. Raises SetupError on a nameless, repeated or unreadable row."""
    path = schemas / "reference" / "programme_minima.csv"
    programmes: dict[tuple[str, str], Programme] = {}
    for number, row in enumerate(read_csv(path, ("code_etape", "diplome", "heures_min", "source")), start=2):
        line = f"ligne {number}"
        hours = _hours(row["heures_min"])
        if hours is None:
            problem = f"nombre d’heures incorrect « {row['heures_min']} »"
            raise SetupError(str(path), line, problem, "Écrivez un nombre positif, par exemple 210.")
        programme = Programme(row["code_etape"], row["diplome"], hours, row["source"])
        if not programme.key[1]:
            raise SetupError(str(path), line, "ni code étape ni diplôme", "Donnez l’un ou l’autre.")
        if programme.key in programmes:
            named = programme.code or programme.title
            raise SetupError(str(path), line, f"« {named} » est donné deux fois", "Gardez une seule ligne.")
        programmes[programme.key] = programme
    return Programmes(list(programmes.values()))


def _hours(text: str) -> Decimal | None:
    try:
        hours = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return hours if hours.is_finite() and hours > 0 else None
