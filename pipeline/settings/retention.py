"""``[conservation]`` of ``conventions.toml``: how long what is kept, and whether the night erases what is over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError


@dataclass(frozen=True, slots=True)
class Retention:
    """Months are counted from the end of the internship, else from the last deposit."""

    active: bool = False
    """The night applies it; False: only ``conventions purge --conservation`` does."""
    concluded_months: int = 60
    """For what was signed, has ended, or was taken over."""
    refused_months: int = 12
    """For what was refused, redirected or abandoned."""
    open_months: int = 24
    """For all that never came to its end."""
    report_days: int = 0
    """For the folders of reports, from the night that wrote them; 0: they stay."""
    kept: frozenset[str] = frozenset()
    """References that nothing erases but a command that names them: an accident, a litigation."""


_MONTHS = {"type": "integer", "min": 1, "max": 1200}
_REFERENCE = re.compile(r"C\d{4}-\d{6}")
RETENTION_SHAPE: Mapping[str, Any] = {
    "type": "dict",
    "schema": {
        "actif": {"type": "boolean"},
        "termines_mois": _MONTHS,
        "sans_suite_mois": _MONTHS,
        "inacheves_mois": _MONTHS,
        "rapports_jours": {"type": "integer", "min": 0},
        "exceptions": {"type": "list", "schema": {"type": "string"}},
    },
}


def load_retention(path: Path, table: Mapping[str, Any]) -> Retention:
    """Return what ``[conservation]`` says. Raises SetupError when an exception is no reference."""
    kept, default = frozenset(table.get("exceptions", ())), Retention()
    for reference in sorted(kept):
        if not _REFERENCE.fullmatch(reference):
            raise SetupError(
                str(path),
                "conservation.exceptions",
                f"« {reference} » n’est pas une référence",
                "Écrivez C2026-000123.",
            )
    return Retention(
        table.get("actif", default.active),
        table.get("termines_mois", default.concluded_months),
        table.get("sans_suite_mois", default.refused_months),
        table.get("inacheves_mois", default.open_months),
        table.get("rapports_jours", default.report_days),
        kept,
    )
