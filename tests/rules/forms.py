"""Forms for the rules' examples: a perfect one, some of its cells replaced."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.check.facts import Facts
from pipeline.check.judge import Judge, load_judge
from pipeline.config import Closure, ExchangeRate, Office, Settings, load_settings
from pipeline.model import CellValue, Entry, Form, Layout, Place
from pipeline.normalise import normalise
from pipeline.tables import load_tables
from pipeline.tables.programmes import Programme, Programmes
from tools.examples.contact import abroad, perfect

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 21)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LENGTH = re.compile(r"\{(\d+)\}")


@cache
def judge() -> Judge:
    """Return the judge of the shipped schemas and configuration."""
    return load_judge(ROOT / "schemas", load_tables(ROOT / "schemas"), load_settings(ROOT / "conventions.toml"))


def entry(changes: Mapping[str, Any]) -> Entry:
    """Return a perfect form on row 2, with ``changes`` (see the head of examples.yaml)."""
    given = dict(changes)
    without = given.pop("sans_colonne", [])
    country = given.pop("etranger", None)
    cells: dict[str, CellValue] = dict(perfect(0))
    if country is not None:
        cells |= abroad(country, "Ville", "Association d’essai")
    cells |= {key: _cell(value) for key, value in given.items()}
    fields = judge().tables.fields
    columns = {key: (i,) for i, key in enumerate(fields) if key not in without}
    layout = Layout("imprime_contact", 1, tuple(field.label for field in fields.values()), columns)
    kept = {key: value for key, value in cells.items() if value is not None and key in columns}
    form = Form(Place("essai.xlsx", "Feuil1", 2), layout, kept, ())
    return Entry(normalise(form, judge().tables), "C2026-000001", "current", None, TODAY)


def facts(changes: Mapping[str, Any], configuration: Mapping[str, Any] | None = None) -> Facts:
    """Return what the rules see; ``configuration`` replaces settings, by the keys of :data:`CONFIGURATION`.

    Its key ``programmes`` replaces the table of programmes.
    """
    given = dict(configuration or {})
    rows = given.pop("programmes", [])
    programmes = [Programme(r["code_etape"], r["diplome"], Decimal(r["heures_min"]), "essai") for r in rows]
    tables = dataclasses.replace(judge().tables, programmes=Programmes(programmes))
    return Facts(entry(changes), tables, configured(given))


def configured(configuration: Mapping[str, Any]) -> Settings:
    """Return the shipped settings with those of ``configuration`` instead."""
    settings = judge().settings
    for key, value in configuration.items():
        settings = CONFIGURATION[key](settings, value)
    return settings


CONFIGURATION: Mapping[str, Callable[[Settings, Any], Settings]] = {
    "services_internes": lambda settings, names: dataclasses.replace(
        settings, university=dataclasses.replace(settings.university, inner_names=tuple(names))
    ),
    "domaines_personnel": lambda settings, domains: dataclasses.replace(settings, staff_domains=tuple(domains)),
    "departements": lambda settings, offices: dataclasses.replace(
        settings, offices=tuple(Office(o["service"], tuple(o["intitules"])) for o in offices)
    ),
    "change": lambda settings, rates: dataclasses.replace(
        settings, exchange={code: ExchangeRate(code, Decimal(euros), TODAY, "essai") for code, euros in rates.items()}
    ),
    "fermetures": lambda settings, closures: dataclasses.replace(
        settings,
        closures=tuple(
            Closure(date.fromisoformat(c["du"]), date.fromisoformat(c["au"]), c["libelle"]) for c in closures
        ),
    ),
}
"""What an example may configure, by the keys of conventions.toml."""


def _cell(value: Any) -> CellValue:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        length = _LENGTH.fullmatch(value)
        if length:
            return "a" * int(length[1])
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    cell: CellValue = value
    return cell
