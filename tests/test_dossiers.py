"""Which rows are one dossier, which is current, and under which reference (design § 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import AcademicYear
from pipeline.dossiers import KnownDeposit, KnownDossier, Snapshot, academic_year_of, identify
from pipeline.model import Deposit, Entry, Place
from tests.deposits import deposit

TODAY = date(2026, 11, 21)
YEARS = AcademicYear((9, 1), (9, 30))
MORNING, EVENING = datetime.fromisoformat("2026-11-02T09:00"), datetime.fromisoformat("2026-11-02T18:00")


def _identify(deposits: Sequence[Deposit], known: Snapshot | None = None) -> list[Entry]:
    return identify(deposits, known or Snapshot(), TODAY, YEARS)


def _told(entries: Sequence[Entry]) -> list[tuple[str | None, str, int | None]]:
    return [(e.reference, e.standing, e.other.row if e.other else None) for e in entries]


def test_two_students_are_two_dossiers_numbered_in_the_order_of_their_rows() -> None:
    entries = _identify([deposit(row=3, etudiant__numero="21000002", etudiant__nom="Zola"), deposit(row=2)])
    assert _told(entries) == [("C2026-000001", "current", None), ("C2026-000002", "current", None)]
    assert entries[1].folder == "dossiers/2026-2027/C2026-000002_ZOLA_Elodie"


def test_a_later_answer_to_the_web_form_replaces_the_earlier_one() -> None:
    entries = _identify([deposit(row=2, at=MORNING), deposit(row=3, at=EVENING, stage__sujet="Autre")])
    assert _told(entries) == [("C2026-000001", "replaced", 3), ("C2026-000001", "current", None)]


def test_two_rows_that_nothing_orders_are_a_double_and_the_first_is_kept() -> None:
    entries = _identify([deposit(row=2), deposit(row=3), deposit(row=4, stage__sujet="Autre")])
    assert _told(entries) == [
        ("C2026-000001", "current", None),
        ("C2026-000001", "double", 2),
        ("C2026-000001", "double", 2),
    ]


def test_between_two_files_of_one_run_the_name_that_sorts_last_wins() -> None:
    entries = _identify([deposit("b.xlsx"), deposit("a.xlsx", stage__sujet="Autre")])
    assert [(e.place.file, e.standing) for e in entries] == [("a.xlsx", "replaced"), ("b.xlsx", "current")]


def test_one_deposit_in_several_files_is_one_row_of_the_last_of_them() -> None:
    entries = _identify([deposit("a.xlsx"), deposit("b.xlsx", row=9), deposit("c.xlsx", row=5)])
    assert [(e.place.file, e.standing, e.other) for e in entries] == [
        ("a.xlsx", "replaced", Place("c.xlsx", "Feuil1", 5)),
        ("b.xlsx", "replaced", Place("c.xlsx", "Feuil1", 5)),
        ("c.xlsx", "current", None),
    ]


def test_a_row_without_its_siret_follows_the_name_of_the_host() -> None:
    entries = _identify([deposit(row=2, at=MORNING), deposit(row=3, at=EVENING, organisme__siret=None)])
    assert [e.standing for e in entries] == ["replaced", "current"]


def test_one_name_under_two_siren_is_two_hosts() -> None:
    entries = _identify([deposit(row=2), deposit(row=3, organisme__siret="00002222200019")])
    assert {e.reference for e in entries} == {"C2026-000001", "C2026-000002"}


def test_a_form_keeps_its_dossier_when_its_dates_change() -> None:
    first = deposit(row=2, at=MORNING, formulaire__identifiant="FC-1")
    later = deposit(row=3, at=EVENING, formulaire__identifiant="FC-1", stage__date_debut=date(2027, 3, 1))
    assert [e.standing for e in _identify([first, later])] == ["replaced", "current"]


def test_a_form_identifier_of_another_system_is_another_form() -> None:
    other = deposit(row=3, formulaire__identifiant="1", system="pstage", stage__date_debut=date(2027, 3, 1))
    entries = _identify([deposit(row=2, formulaire__identifiant="1"), other])
    assert len({e.reference for e in entries}) == 2


def _known(row: Deposit, version: int = 1) -> Snapshot:
    reference = "C2026-000007"
    return Snapshot(
        deposits={row.digest: KnownDeposit(reference, 1, date(2026, 11, 1))},
        dossiers={
            reference: KnownDossier(
                reference, "dossiers/2026-2027/C2026-000007_DURAND_Elodie", row.digest, version, row.place,
                row.deposited_at, frozenset({"000012344"}),
            )
        },
        keys={"S|21000001|000012344|2027-02-01": reference},
        last_numbers={2026: 7},
        next_run=2,
    )  # fmt: skip


def test_an_unchanged_deposit_keeps_its_reference_version_and_first_day() -> None:
    (entry,) = _identify([deposit()], _known(deposit()))
    assert (entry.reference, entry.version, entry.first_judged) == ("C2026-000007", 1, date(2026, 11, 1))


def test_a_changed_row_is_a_new_version_of_its_dossier_in_the_same_folder() -> None:
    (entry,) = _identify([deposit(stage__sujet="Autre", etudiant__nom="Durand-Lebrun")], _known(deposit()))
    assert (entry.reference, entry.version, entry.first_judged) == ("C2026-000007", 2, TODAY)
    assert entry.folder.endswith("C2026-000007_DURAND_Elodie")


def test_an_old_export_dropped_again_does_not_undo_a_newer_version() -> None:
    old, new = deposit("janvier.xlsx", at=MORNING), deposit("fevrier.xlsx", at=EVENING, stage__sujet="Autre")
    known = _known(new, version=2)
    known = Snapshot(
        {**known.deposits, old.digest: KnownDeposit("C2026-000007", 1, date(2026, 11, 1))},
        known.dossiers, known.keys, known.last_numbers, 3,
    )  # fmt: skip
    (entry,) = _identify([old], known)
    assert entry.standing == "replaced"
    assert entry.other == new.place


def test_numbers_go_on_after_the_highest_one_given() -> None:
    entries = _identify([deposit(etudiant__numero="9")], _known(deposit()))
    assert [e.reference for e in entries] == ["C2026-000008"]


def test_check_gives_no_reference() -> None:
    (entry,) = identify([deposit()], Snapshot(), TODAY, YEARS, numbered=False)
    assert (entry.reference, entry.folder) == (None, "")


@pytest.mark.parametrize(
    ("start", "end", "declared", "year"),
    [
        (date(2027, 2, 1), date(2027, 5, 28), None, 2026),
        (date(2027, 9, 6), date(2027, 9, 24), None, 2027),
        (date(2027, 9, 6), date(2027, 9, 24), 2026, 2026),
        (date(2027, 7, 1), date(2027, 10, 29), 2025, 2026),
        (None, None, 2025, 2025),
        (None, None, None, 2026),
    ],
)
def test_the_year_of_a_reference_is_the_academic_year_of_its_dates(
    start: date | None, end: date | None, declared: int | None, year: int
) -> None:
    row = deposit(stage__date_debut=start, stage__date_fin=end, formation__annee_universitaire=declared)
    assert academic_year_of(row, TODAY, YEARS) == year


def test_a_name_of_any_characters_gives_a_safe_folder() -> None:
    (entry,) = _identify([deposit(etudiant__nom="../../O’Brien\\<x> " + "é" * 80, etudiant__prenom="🎭")])
    assert entry.folder == f"dossiers/2026-2027/C2026-000001_O-BRIEN-X-{'E' * 30}"


_rows = st.builds(
    deposit,
    file=st.sampled_from(["a.xlsx", "b.csv"]),
    row=st.integers(2, 6),
    at=st.sampled_from([None, MORNING, EVENING]),
    etudiant__numero=st.sampled_from(["1", "2", None]),
    stage__sujet=st.sampled_from(["x", "y"]),
    organisme__siret=st.sampled_from(["00001234400016", "00002222200019", None]),
)


@given(st.lists(_rows, max_size=8, unique_by=lambda d: d.place))
def test_whatever_the_rows_each_has_one_entry_and_each_dossier_one_current_row(rows: list[Deposit]) -> None:
    entries = _identify(rows)
    assert [e.place for e in entries] == sorted(r.place for r in rows)
    current = [e.reference for e in entries if e.standing == "current"]
    assert len(current) == len(set(current))
    assert set(current) == {e.reference for e in entries}
    assert all((e.other is None) == (e.standing == "current") for e in entries)


@given(st.lists(_rows, max_size=6, unique_by=lambda d: d.place), st.randoms())
def test_the_order_of_the_rows_does_not_change_the_result(rows: list[Deposit], random: object) -> None:
    shuffled = sorted(rows, key=lambda d: hash((d.digest, id(random))))
    assert _identify(rows) == _identify(shuffled)
