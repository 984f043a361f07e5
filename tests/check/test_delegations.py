"""Who signs for the university: the delegation that holds on the day, the most precise first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.config import load_settings
from pipeline.errors import SetupError
from pipeline.settings.delegations import Delegation, signatory
from tests.conftest import ROOT

SHIPPED = (ROOT / "conventions.toml").read_text(encoding="utf-8")
LETTERS, LAW = "Faculté des lettres", "Faculté de droit"


def _who(
    name: str, start: date | None = None, end: date | None = None, faculty: str = "", department: str = ""
) -> Delegation:
    return Delegation(
        name, "Doyenne", "", start, end, (faculty,) if faculty else (), (department,) if department else ()
    )


DELEGATIONS = (
    _who("Présidence"),
    _who("Ancienne doyenne", end=date(2026, 8, 31), faculty="lettres"),
    _who("Nouveau doyen", start=date(2026, 9, 1), faculty="lettres"),
    _who("Directrice de LEA", start=date(2026, 9, 1), faculty="lettres", department="LEA"),
)


@pytest.mark.parametrize(
    ("day", "faculty", "department", "name"),
    [
        (date(2026, 8, 31), LETTERS, "LEA", "Ancienne doyenne"),
        (date(2026, 9, 1), LETTERS, "LEA", "Directrice de LEA"),
        (date(2026, 9, 1), LETTERS, "Lettres modernes", "Nouveau doyen"),
        (date(2026, 9, 1), LETTERS.upper(), None, "Nouveau doyen"),
        (date(2026, 9, 1), LAW, "LEA", "Présidence"),
        (date(2026, 9, 1), None, None, "Présidence"),
    ],
)
def test_the_most_precise_delegation_of_the_day_signs(
    day: date, faculty: str | None, department: str | None, name: str
) -> None:
    found = signatory(DELEGATIONS, day, faculty, department)
    assert found is not None
    assert found.name == name


def test_nobody_is_named_when_no_delegation_holds() -> None:
    assert signatory(DELEGATIONS[1:2], date(2026, 9, 1), LETTERS, None) is None
    assert signatory((), date(2026, 9, 1), LETTERS, None) is None


def _load(tmp_path: Path, more: str) -> tuple[Delegation, ...]:
    path = tmp_path / "conventions.toml"
    path.write_text(f"{SHIPPED}\n{more}", encoding="utf-8")
    return load_settings(path).delegations


def test_the_table_is_read(tmp_path: Path) -> None:
    table = (
        '[[signataires]]\nnom = "Mme A B"\nqualite = "Doyenne"\ndu = 2026-09-01T00:00:00\ncomposantes = ["lettres"]\n'
    )
    assert _load(tmp_path, table) == (Delegation("Mme A B", "Doyenne", "", date(2026, 9, 1), None, ("lettres",), ()),)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('[[signataires]]\nnom = "A"\nqualite = "D"\ndu = 2027-01-01\nau = 2026-01-01', "signataires.0"),
        (
            """[[signataires]]\nnom = "A"\nqualite = "D"\nau = 2026-09-01
            [[signataires]]\nnom = "B"\nqualite = "D"\ndu = 2026-09-01""",
            "signataires.1",
        ),
        ('[[signataires]]\nnom = ""\nqualite = "D"', "signataires"),
        ('[[signataires]]\nnom = "A"', "signataires"),
    ],
)
def test_two_people_for_the_same_agreements_and_reversed_dates_are_refused(tmp_path: Path, more: str, key: str) -> None:
    with pytest.raises(SetupError) as refusal:
        _load(tmp_path, more)
    assert key in str(refusal.value)
