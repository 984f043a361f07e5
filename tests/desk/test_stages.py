"""The life of a dossier: what was told of it goes before its status, and a new version before an old sending."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest

from pipeline.desk.model import Etape
from pipeline.desk.stages import ENGLISH, IPRO, etape_of, since
from pipeline.model import Status
from tests.desk.told import event

TODAY = date(2026, 11, 21)
END = date(2027, 5, 28)


@pytest.mark.parametrize(
    ("status", "told", "etape"),
    [
        ("prêt", {}, "prêt"),
        ("à corriger", {}, "à corriger"),
        ("prêt", {"envoyee_le": TODAY}, "envoyé"),
        ("prêt", {"signature_organisme": TODAY}, "envoyé"),
        ("prêt", {"signature_mode": TODAY}, "prêt"),
        ("prêt", {"envoyee_le": TODAY, "signature_universite": TODAY}, "signé"),
        ("refusé", {"signature_universite": TODAY}, "signé"),
        ("prêt", {"signature_universite": TODAY, "abandon_le": TODAY}, "abandonné"),
        ("repris", {}, "repris"),
    ],
)
def test_what_was_told_goes_before_the_status(status: Status, told: dict[str, date], etape: Etape) -> None:
    events = {what: event(what, day) for what, day in told.items()}
    assert etape_of(status, events, 1, END, TODAY) == etape


def test_a_signed_internship_ends_with_its_last_day() -> None:
    told = {"signature_universite": event("signature_universite", TODAY)}
    assert etape_of("prêt", told, 1, END, END) == "signé"
    assert etape_of("prêt", told, 1, END, END + timedelta(days=1)) == "terminé"


def test_the_sending_of_an_older_version_does_not_count() -> None:
    told = {"envoyee_le": event("envoyee_le", TODAY, version=1)}
    assert etape_of("prêt", told, 2, END, TODAY) == "prêt"


def test_a_dossier_is_in_its_etape_since_it_was_told_or_first_seen_in_it() -> None:
    told = {"envoyee_le": event("envoyee_le", date(2026, 11, 3))}
    assert since("envoyé", told, ("prêt", "2026-10-01"), TODAY) == date(2026, 11, 3)
    assert since("prêt", {}, ("prêt", "2026-10-01"), TODAY) == date(2026, 10, 1)
    assert since("prêt", {}, ("à corriger", "2026-10-01"), TODAY) == TODAY


def test_every_etape_has_its_words() -> None:
    assert set(IPRO) == set(ENGLISH) == set(get_args(Etape))
