"""The tables of conventions.toml that rules read: offices by department, closures of the university."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.config import Closure, Office, load_settings
from pipeline.errors import SetupError
from tests.conftest import ROOT

SHIPPED = (ROOT / "conventions.toml").read_text(encoding="utf-8")


def _with(tmp_path: Path, more: str) -> Path:
    path = tmp_path / "conventions.toml"
    path.write_text(f"{SHIPPED}\n{more}", encoding="utf-8")
    return path


def test_both_tables_are_empty_unless_filled() -> None:
    settings = load_settings(ROOT / "conventions.toml")
    assert (settings.offices, settings.closures) == ((), ())


def test_offices_and_closures_are_read(tmp_path: Path) -> None:
    settings = load_settings(
        _with(
            tmp_path,
            '[[orientations.departements]]\nservice = "conventions"\nintitules = ["LEA"]\n'
            '[[fermetures]]\ndu = 2026-12-19\nau = 2027-01-03\nlibelle = "hiver"\n',
        )
    )
    assert settings.offices == (Office("conventions", ("LEA",)),)
    assert settings.closures == (Closure(date(2026, 12, 19), date(2027, 1, 3), "hiver"),)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('[[fermetures]]\ndu = 2027-01-03\nau = 2026-12-19\nlibelle = "hiver"', "fermetures.0"),
        ('[[fermetures]]\ndu = "Noël"\nau = 2027-01-03\nlibelle = "hiver"', "fermetures"),
        ('[[orientations.departements]]\nservice = "inconnu"\nintitules = ["LEA"]', "orientations.departements.0"),
    ],
)
def test_a_faulty_table_is_refused_by_its_name(tmp_path: Path, more: str, key: str) -> None:
    with pytest.raises(SetupError) as refusal:
        load_settings(_with(tmp_path, more))
    assert key in str(refusal.value)
