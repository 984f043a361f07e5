# ruff: noqa: DTZ001 (a workbook's moment has no time zone)
"""Events and answers made by hand for the tests of the desk."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from pipeline.desk.columns import Columns, load_columns
from pipeline.desk.model import Edit, Event
from pipeline.model import Place, Value
from pipeline.tables.yamls import read_yaml
from tests.rules.forms import ROOT, judge

REFERENCE = "C2026-000001"
MORNING, NOON = datetime(2026, 11, 20, 8, 0), datetime(2026, 11, 20, 12, 0)


@cache
def columns() -> Columns:
    """Return the columns of the shipped follow-up workbook."""
    codes = frozenset(read_yaml(ROOT / "schemas" / "checklist.yaml"))
    return load_columns(ROOT / "schemas", judge().tables.fields, codes)


def event(what: str, value: Value | None, *, version: int = 1, who: str = "Jeanne Roux") -> Event:
    """Return something told of the one dossier of these tests."""
    return Event(REFERENCE, what, value, MORNING, who, version, Place("suivi.xlsx", "Dossiers", 3))


def edit(
    what: str,
    value: Value | None,
    shown: Value | None = None,
    *,
    at: datetime = MORNING,
    file: str = "suivi.xlsx",
    who: str = "Jeanne Roux",
    reference: str = REFERENCE,
) -> Edit:
    """Return one answer of a returned follow-up workbook."""
    title = columns()[what].title
    return Edit(reference, what, shown, value, Place(file, "Dossiers", 3), "AB3", title, at, who)
