"""The thresholds of rules.yaml that documents need as well as rules: read there, where they stand once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.tables.yamls import read_yaml

_DAYS = {"début": True, "signature": False}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when a stipend is owed, and on which day the amount free of contributions is looked up."""

    stipend_hours: Decimal
    """Hours over which a stipend is compulsory (L124-6)."""
    exemption_at_start: bool
    """The exemption is that of the first day of the internship; False: of the day on which the form is handled."""
    quebec_monthly: Mapping[str, Decimal]
    """Amount a month, by currency, under which an internship in Québec counts as unpaid (protocol of 1998)."""


def load_thresholds(schemas: Path) -> Thresholds:
    """Read the parameters of GRA-01, GRA-14 and DOC-10 in ``rules.yaml``. Raises SetupError when one is wrong."""
    path = schemas / "rules.yaml"
    rules = read_yaml(path)
    hours = _parameter(rules, "GRA-01", "seuil_heures")
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not hours > 0:
        raise SetupError(str(path), "GRA-01.parametres.seuil_heures", "un nombre positif est attendu", "Écrivez 308.")
    day = _parameter(rules, "GRA-14", "franchise_au_taux_du")
    if day not in _DAYS:
        raise SetupError(
            str(path),
            "GRA-14.parametres.franchise_au_taux_du",
            f"valeur inconnue « {day} »",
            "Écrivez « début » ou « signature ».",
        )
    return Thresholds(Decimal(str(hours)), _DAYS[day], _amounts(rules, "DOC-10", "plafond_mensuel", str(path)))


def _amounts(rules: Mapping[str, Any], rule_id: str, name: str, path: str) -> Mapping[str, Decimal]:
    amounts = _parameter(rules, rule_id, name)
    numbers = isinstance(amounts, dict) and all(
        isinstance(amount, int | float) and not isinstance(amount, bool) and amount > 0 for amount in amounts.values()
    )
    if not numbers:
        raise SetupError(
            path,
            f"{rule_id}.parametres.{name}",
            "des montants positifs sont attendus, par monnaie",
            "Écrivez {CAD: 1000, EUR: 610}.",
        )
    return {currency: Decimal(str(amount)) for currency, amount in amounts.items()}


def _parameter(rules: Mapping[str, Any], rule_id: str, name: str) -> Any:
    entry = rules.get(rule_id)
    parameters = entry.get("parametres") if isinstance(entry, dict) else None
    return parameters.get(name) if isinstance(parameters, dict) else None
