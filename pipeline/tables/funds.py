"""Health insurance funds (CPAM, CGSS, CSSM) with their addresses (``cpam.csv``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.tables.csvs import read_csv
from pipeline.tables.words import fold


@dataclass(frozen=True, slots=True)
class Fund:
    """One fund."""

    name: str
    address: str
    department: str
    kind: str
    """CPAM, CGSS, CSSM, or AUTRE for a scheme without a territory."""


class Funds:
    """Funds found by the ways people name them: full label, « CPAM du Rhône », « CPAM Rhône », « CPAM 69 »."""

    def __init__(self, by_name: Mapping[str, Fund]) -> None:
        self._by_name = by_name

    def find(self, text: str) -> Fund | None:
        """Return the fund that ``text`` names, or None."""
        return self._by_name.get(_core(text))


_NOISE = {"caisse", "primaire", "d", "assurance", "maladie", "cpam", "de", "du", "des", "la", "le", "les", "l", "generale",
          "securite", "sociale"}  # fmt: skip

_REMARK = re.compile(r"\[[^\]]*\]")


def _core(text: str) -> str:
    return " ".join(word for word in fold(_REMARK.sub(" ", text)).split() if word not in _NOISE)


def load_funds(schemas: Path) -> Funds:
    """Load ``reference/cpam.csv``; a name that two funds share finds neither."""
    by_name: dict[str, Fund] = {}
    shared: set[str] = set()
    for row in read_csv(schemas / "reference" / "cpam.csv", ("type", "libelle", "adresse", "departement")):
        fund = Fund(row["libelle"], row["adresse"], row["departement"], row["type"])
        for name in {_core(fund.name), row["departement"].lower()}:
            if not name or name in shared:
                continue
            if name in by_name:
                shared.add(name)
                del by_name[name]
            else:
                by_name[name] = fund
    return Funds(by_name)
