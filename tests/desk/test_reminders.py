"""Who is reminded: on which night, of what, once, and never who has nothing to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Closure, Settings
from pipeline.desk.model import Etape, Event, FollowUp
from pipeline.desk.reminder_texts import KINDS, load_reminder_texts
from pipeline.desk.reminders import REMINDED, Reminder, recorded, reminders, times, working
from pipeline.errors import SetupError
from pipeline.settings.reminders import ReminderSettings, load_reminder_settings
from tests.desk.reminded import followed, told_on
from tests.rules.forms import ROOT, judge

ASKED = date(2026, 11, 2)
SETTINGS = judge().settings
STUDENT = {"etudiant.email": "elodie@etu.univ-amu.fr"}
"""The internship of the base form starts on 1 February 2027."""


def _nights(
    make: Sequence[Event] | None, etape: Etape, first: date, nights: int, settings: Settings = SETTINGS, **more: object
) -> Mapping[date, Reminder]:
    """Run every night from ``first`` on, what was sent being recorded; return the reminders by night."""
    told, found = list(make or ()), {}
    for n in range(nights):
        day = first + timedelta(n)
        one = followed(etape, ASKED, told=told, **more)  # type: ignore[arg-type]  # passed on as given
        for reminder in reminders([one], day, settings):
            found[day] = reminder
        for value in recorded([found[day]] if day in found else [], day).values():
            told = [event for event in told if event.what != REMINDED] + [told_on(REMINDED, value, day)]
    return found


def test_corrections_are_asked_for_again_after_ten_and_twenty_days_and_no_more() -> None:
    found = _nights([told_on("lettre", "x", ASKED)], "à corriger", ASKED, 60)
    assert [(day - ASKED).days for day in found] == [10, 20]
    assert [(r.rank, r.kind, r.party) for r in found.values()] == [
        (1, "corrections", "étudiant"),
        (2, "corrections", "étudiant"),
    ]
    assert [r.next for r in found.values()] == [ASKED + timedelta(20), None]


def test_a_new_letter_counts_anew() -> None:
    late = ASKED + timedelta(15)
    old = told_on(REMINDED, "corrections n° 1 le 2026-11-12 (depuis le 2026-11-02)", date(2026, 11, 12))
    found = _nights([told_on("lettre", "y", late), old], "à corriger", late, 30)
    assert [(day - late).days for day in found] == [10, 20]
    assert [r.rank for r in found.values()] == [1, 2]


def test_nights_without_a_run_do_not_bring_two_reminders_at_once() -> None:
    found = _nights([told_on("lettre", "x", ASKED)], "à corriger", ASKED + timedelta(30), 25)
    assert [(day - ASKED).days for day in found] == [30, 40]


def test_documents_are_asked_for_by_name_and_not_once_they_have_come() -> None:
    day = ASKED + timedelta(10)
    (found,) = reminders([followed("envoyé", ASKED, missing=["Attestation de droits"])], day, SETTINGS)
    assert (found.kind, found.dues[0].follow_up.missing) == ("pieces", ("Attestation de droits",))
    assert reminders([followed("prêt", ASKED)], day, SETTINGS) == ()


@pytest.mark.parametrize("etape", ["abandonné", "refusé", "réorienté", "repris", "signé", "déposé"])
def test_nobody_is_reminded_of_a_dossier_that_waits_for_nobody(etape: Etape) -> None:
    told = [told_on("lettre", "x", ASKED), told_on("envoyee_le", ASKED, ASKED)]
    one = followed(etape, ASKED, told=told, missing=["RC"])
    assert all(reminders([one], ASKED + timedelta(n), SETTINGS) == () for n in range(80))


def test_nobody_is_reminded_once_the_internship_has_begun() -> None:
    told = [told_on("envoyee_le", date(2027, 1, 20), ASKED)]
    one = followed("envoyé", ASKED, told=told, missing=["RC"])
    assert reminders([one], date(2027, 1, 31), SETTINGS)
    assert reminders([one], date(2027, 2, 1), SETTINGS) == ()


# ── signatures ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("signed", "party", "name"),
    [
        ([], "organisme", "Anne DIRECTION"),
        ([3], "tuteur", "Paul TUTEUR"),
        ([3, 3], "référent", "Rose REFERENTE"),
        ([3, 3, 4], "étudiant", "Élodie EXEMPLE"),
    ],
)
def test_only_who_holds_the_agreement_is_reminded(signed: Sequence[int], party: str, name: str) -> None:
    days = [ASKED + timedelta(n) for n in signed]
    one = followed("envoyé", ASKED, told=[told_on("envoyee_le", ASKED, ASKED)], signed=days)
    held = max([ASKED, *days])
    assert reminders([one], held + timedelta(6), SETTINGS) == ()
    (found,) = reminders([one], held + timedelta(7), SETTINGS)
    assert (found.kind, found.party, found.name, found.since, found.rank) == ("signature", party, name, held, 1)


def test_the_university_s_own_signature_is_chased_by_no_mail() -> None:
    one = followed("envoyé", ASKED, told=[told_on("envoyee_le", ASKED, ASKED)], signed=[ASKED] * 4)
    assert all(reminders([one], ASKED + timedelta(n), SETTINGS) == () for n in range(60))


def test_who_holds_it_is_reminded_every_week_and_more_often_just_before_the_start() -> None:
    sent = date(2027, 1, 4)
    found = _nights([told_on("envoyee_le", sent, sent)], "envoyé", sent, 40)
    assert list(found) == [date(2027, 1, day) for day in (11, 18, 21, 24, 27, 30)]
    assert [r.rank for r in found.values()] == [1, 2, 3, 4, 5, 6]


def test_an_address_that_cannot_be_written_to_leaves_a_reminder_by_telephone() -> None:
    changes = {"signataire.email": "x@y.fr\nBcc: a@b.fr", "organisme.email": None}
    one = followed("envoyé", ASKED, changes=changes, told=[told_on("envoyee_le", ASKED, ASKED)])
    (found,) = reminders([one], ASKED + timedelta(7), SETTINGS)
    assert (found.address, found.name) == ("", "Anne DIRECTION")


# ── abroad, and the end ───────────────────────────────────────────────────────────────────────────

ABROAD = {"etranger": "Italie", "etranger.accord_fsd": None, "etranger.mobilite_inscription": None}


def test_the_security_officer_gets_one_message_for_all_who_wait() -> None:
    told = [told_on("fsd_demande_le", ASKED, ASKED)]
    three = [followed("prêt", ASKED, changes=ABROAD, told=told, reference=f"C2026-00000{n}") for n in (3, 1, 2)]
    found = reminders(three, ASKED + timedelta(10), SETTINGS)
    (officer,) = [r for r in found if r.kind == "fsd"]
    assert officer.references == ("C2026-000001", "C2026-000002", "C2026-000003")
    assert officer.party == "sécurité défense"


@pytest.mark.parametrize("answer", [told_on("fsd_reponse", "accordé", ASKED), None])
def test_the_security_officer_who_has_answered_or_was_not_asked_is_left_alone(answer: Event | None) -> None:
    told = [answer, told_on("fsd_demande_le", ASKED, ASKED)] if answer else []
    found = _nights(told, "prêt", ASKED, 60, changes=ABROAD)
    assert not [r for r in found.values() if r.kind == "fsd"]


def test_the_mobility_portal_is_recalled_ten_days_before_its_last_day_and_that_day() -> None:
    found = _nights([], "prêt", date(2026, 12, 1), 61, changes=ABROAD)
    assert {day for day, r in found.items() if r.kind == "mobilite"} == {date(2026, 12, 22), date(2027, 1, 1)}
    told = [told_on("portail_mobilite", date(2026, 12, 20), ASKED)]
    assert not _nights(told, "prêt", date(2026, 12, 1), 61, changes=ABROAD)
    assert not _nights([], "prêt", date(2026, 12, 1), 61)


def test_a_certificate_that_has_not_come_back_is_asked_of_the_tutor() -> None:
    end = date(2027, 5, 28)
    found = _nights([], "terminé", end, 40)
    assert [((day - end).days, r.kind, r.party) for day, r in found.items()] == [
        (10, "attestation", "tuteur"),
        (20, "attestation", "tuteur"),
    ]
    assert not _nights([told_on("attestation_recue", True, end)], "terminé", end, 40)


# ── one for each person, none within closures ─────────────────────────────────────────────────────


def _all() -> list[FollowUp]:
    return [
        followed("à corriger", ASKED, changes=STUDENT, reference="C2026-000001"),
        followed("prêt", ASKED, changes=STUDENT, missing=["RC"], reference="C2026-000002"),
        followed("envoyé", ASKED, told=[told_on("envoyee_le", ASKED, ASKED)], reference="C2026-000003"),
        followed("prêt", ASKED, changes=ABROAD | {"etudiant.email": "a@b.fr"}, missing=["CEAM"], reference="C2026-000004"),
    ]  # fmt: skip


@given(st.integers(0, 90))
def test_nobody_gets_two_reminders_in_one_night(nights: int) -> None:
    found = reminders(_all(), ASKED + timedelta(nights), SETTINGS)
    addresses = [r.address.casefold() for r in found if r.address]
    assert len(addresses) == len(set(addresses))


def test_of_two_kinds_the_most_pressing_goes_first_and_a_letter_of_the_night_goes_before_both() -> None:
    day = ASKED + timedelta(10)
    found = {r.references: r.kind for r in reminders(_all()[:2], day, SETTINGS)}
    assert found == {("C2026-000001",): "corrections"}
    assert reminders(_all()[:2], day, SETTINGS, written=["Elodie@etu.univ-amu.fr"]) == ()


def test_there_is_no_reminder_within_a_closure_and_its_days_do_not_count() -> None:
    closed = Closure(ASKED + timedelta(5), ASKED + timedelta(11), "pont")
    settings = dataclasses.replace(SETTINGS, closures=(closed,))
    found = _nights([told_on("lettre", "x", ASKED)], "à corriger", ASKED, 60, settings)
    assert [(day - ASKED).days for day in found] == [17, 27]
    assert working(ASKED, ASKED + timedelta(12), (closed, closed)) == 5


def test_a_university_may_want_none() -> None:
    settings = dataclasses.replace(SETTINGS, reminders=ReminderSettings((), 0))
    assert all(reminders(_all(), ASKED + timedelta(n), settings) == () for n in range(0, 90, 5))


def test_what_was_sent_is_told_in_words_and_keeps_the_other_kinds() -> None:
    first = told_on(REMINDED, "corrections n° 2 le 2026-11-22 (depuis le 2026-11-02)", ASKED)
    one = followed("envoyé", ASKED, told=[told_on("envoyee_le", ASKED, ASKED), first])
    day = ASKED + timedelta(7)
    value = recorded(reminders([one], day, SETTINGS), day)["C2026-000001"]
    assert "corrections n° 2" in value
    assert times({REMINDED: told_on(REMINDED, value, day)}) == (
        "signature\u00a0: 1re relance le 09/11/2026\u202f; corrections\u00a0: 2e relance le 22/11/2026"
    )


# ── the words and the settings ────────────────────────────────────────────────────────────────────


def test_every_kind_has_its_words() -> None:
    assert set(load_reminder_texts(ROOT / "schemas")) == set(KINDS)


def test_days_that_do_not_rise_stop_the_run() -> None:
    with pytest.raises(SetupError):
        load_reminder_settings(ROOT / "conventions.toml", {"jours": [20, 10]})
