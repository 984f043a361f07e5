"""Forms for the rules' examples: a perfect one, some of its cells replaced."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.check.facts import Facts
from pipeline.check.judge import Judge, load_judge
from pipeline.config import load_settings
from pipeline.model import CellValue, Entry, Form, Layout, Place
from pipeline.normalise import normalise
from pipeline.tables import load_tables
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


def facts(changes: Mapping[str, Any], inner_names: tuple[str, ...] = ()) -> Facts:
    """Return what the rules see; ``inner_names`` are the university's own services in the configuration."""
    settings = judge().settings
    if inner_names:
        university = dataclasses.replace(settings.university, inner_names=inner_names)
        settings = dataclasses.replace(settings, university=university)
    return Facts(entry(changes), judge().tables, settings)


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
