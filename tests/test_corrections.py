"""Corrections laid over what stands now: taken, already there, or refused with both values; then newer or older."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.codec import pack_deposits, unpack_deposits
from pipeline.corrections import TakenIn, recalled, told
from pipeline.dossiers import KnownDeposit, KnownDossier, Snapshot
from pipeline.model import Deposit, Entry, Place
from tests.returned import (
    DAY,
    NAME,
    NOW,
    SAVED,
    TAB,
    back,
    edited,
    entries_of,
    export,
    put,
    read,
    tables,
    took,
    value,
    written,
)
from tests.rules.forms import judge

AMOUNT, CITY = "Montant", "Intitulé du stage"


class Case:
    """An export, its workbook, and workbooks that come back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deposits = export(folder / "export")
        self.book = written(self.deposits, folder / "a_corriger.xlsx")

    def back(self, *edits: Callable[[Any], None], name: str = "rendu.xlsx", at: datetime | None = SAVED) -> Any:
        def edit(book: Any) -> None:
            for one in edits:
                one(book)

        return back(edited(self.book, self.folder / name, edit), at)

    def known(self, *more: Deposit) -> Snapshot:
        """What the register knows after a first run over the export, then one over each of ``more``."""
        entries = entries_of([*self.deposits, *more])
        runs = {deposit.digest: run for run, deposit in enumerate(more, 2)}
        return Snapshot(
            {e.deposit.digest: KnownDeposit(e.reference or "", runs.get(e.deposit.digest, 1), DAY) for e in entries},
            {
                e.reference or "": KnownDossier(
                    e.reference or "", "", e.deposit.digest, 1, e.place, e.deposit.deposited_at
                )
                for e in entries
                if e.standing == "current"
            },
            {},
            {2026: len(self.deposits)},
            2 + len(more),
        )


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def change(line: int, label: str, new: str, at: str = "") -> Callable[[list[list[str]]], None]:
    """Return what changes one cell of the export, and the moment at which its row was modified."""

    def edit(lines: list[list[str]]) -> None:
        lines[line - 1][lines[1].index(label)] = new
        if at:
            lines[line - 1][lines[1].index("Modifié")] = at

    return edit


def current(entries: Sequence[Entry], line: int) -> Entry:
    (found,) = (e for e in entries if e.standing == "current" and e.deposit.form.home.row == line)
    return found


def one(taken: Sequence[TakenIn]) -> Deposit:
    (found,) = (deposit for book in taken for deposit in book.deposits)
    return found


def refusals(taken: Sequence[TakenIn]) -> list[str]:
    return [reason for book in taken for source in book.sources for _, reason in source.unread]


def test_a_correction_is_read_by_the_steps_of_its_system_and_keeps_who_and_when(case: Case) -> None:
    deposit = one(took([case.back(put(4, AMOUNT, "4,50"))], case.deposits))
    base = next(d for d in case.deposits if d.place.row == 4)
    assert deposit.values == {**base.values, "gratification.montant": Decimal("4.50")}
    assert deposit.deposited_at == SAVED
    assert deposit.form.home == Place(NAME, "", 4)
    assert deposit.place.file == "rendu.xlsx"
    made = deposit.form.correction
    assert made is not None
    assert (made.who, made.saved, made.reference) == ("Zoé MARTIN", SAVED, "C2026-000002")
    assert told(made) == "Montant\u00a0: 3,10 → 4,50"


def test_the_cells_of_a_correction_are_those_of_the_returned_workbook(case: Case) -> None:
    def move(book: Any) -> None:
        book[TAB].insert_cols(6)
        book[TAB].cell(1, 6).value = "Ma remarque"

    deposit = one(took([case.back(put(4, AMOUNT, "4,50"), move)], case.deposits))
    (address,) = deposit.form.addresses("gratification.montant")
    base = next(d for d in case.deposits if d.place.row == 4).form.layout.columns["gratification.montant"][0]
    assert deposit.form.layout.column_of(base) == base + 6
    assert address.endswith("3")


def test_an_unchanged_workbook_gives_nothing(case: Case) -> None:
    (taken,) = took([case.back()], case.deposits)
    assert taken.deposits == ()
    assert refusals([taken]) == []
    assert "4 fiches sans changement" in taken.sources[0].notes[0]


def test_what_a_person_typed_in_an_added_column_is_read_under_its_field(case: Case) -> None:
    label = tables().fields["assurance.rc_compagnie"].label
    deposit = one(took([case.back(put(4, label, "Mutuelle du Cèdre"))], case.deposits))
    assert deposit.values["assurance.rc_compagnie"] == "Mutuelle du Cèdre"
    assert len(deposit.form.addresses("assurance.rc_compagnie")) == 1


def test_the_next_workbook_shows_it_in_the_same_tab_and_takes_it_back_again(case: Case, tmp_path: Path) -> None:
    label = tables().fields["assurance.rc_compagnie"].label
    first = one(took([case.back(put(4, label, "Mutuelle"), put(4, AMOUNT, "4,50"))], case.deposits))
    rows = [*case.deposits, first]
    again = written(rows, tmp_path / "second.xlsx")
    second = back(edited(again, tmp_path / "rendu2.xlsx", put(4, AMOUNT, "5,00")), SAVED + timedelta(hours=1))
    deposit = one(took([second], rows))
    assert deposit.values["assurance.rc_compagnie"] == "Mutuelle"
    assert deposit.values["gratification.montant"] == Decimal("5.00")
    entries = entries_of([*rows, deposit])
    assert current(entries, 4).deposit is deposit
    assert len({e.reference for e in entries}) == 4


def test_a_correction_stays_in_its_dossier_whatever_it_changes(case: Case) -> None:
    edits = (put(4, "Numéro étudiant", "29999999"), put(4, "Début du stage", "2027-03-01"), put(4, "N° SIRET", None))
    deposit = one(took([case.back(*edits)], case.deposits))
    entries = entries_of([*case.deposits, deposit])
    assert current(entries, 4).reference == "C2026-000002"
    old = next(e for e in entries if e.place == Place(NAME, "", 4))
    assert (old.standing, old.other) == ("replaced", deposit.place)
    assert old.overwritten == ()


def test_a_row_that_changed_since_is_refused_with_both_values(case: Case) -> None:
    newer = export(case.folder / "encore", change(4, AMOUNT, "3,90", "2026-11-20 10:00:00"), "encore.csv")
    taken = took([case.back(put(4, AMOUNT, "4,50"), put(4, CITY, "Autre sujet"))], [*case.deposits, *newer])
    assert [d for book in taken for d in book.deposits] == []
    (reason,) = refusals(taken)
    assert "4,50" in reason
    assert "3,90" in reason
    assert CITY not in reason


def test_what_changed_elsewhere_in_the_row_is_kept_beside_the_correction(case: Case) -> None:
    newer = export(case.folder / "encore", change(4, CITY, "Nouveau sujet", "2026-11-20 10:00:00"), "encore.csv")
    deposit = one(took([case.back(put(4, AMOUNT, "4,50"))], [*case.deposits, *newer]))
    assert value(deposit, CITY) == "Nouveau sujet"
    assert value(deposit, AMOUNT) == "4,50"


def test_what_stands_already_is_neither_taken_nor_refused(case: Case) -> None:
    newer = export(case.folder / "encore", change(4, AMOUNT, "4,50", "2026-11-20 10:00:00"), "encore.csv")
    (taken,) = took([case.back(put(4, AMOUNT, "4,50"))], [*case.deposits, *newer])
    assert (taken.deposits, refusals([taken])) == ((), [])


def test_two_workbooks_give_their_changes_to_one_dossier(case: Case) -> None:
    first = case.back(put(4, AMOUNT, "4,50"), name="un.xlsx")
    second = case.back(put(4, CITY, "Autre sujet"), name="deux.xlsx", at=SAVED + timedelta(hours=1))
    taken = took([second, first], case.deposits)
    rows = [d for book in taken for d in book.deposits]
    assert [row.place.file for row in rows] == ["un.xlsx", "deux.xlsx"]
    assert (value(rows[1], AMOUNT), value(rows[1], CITY)) == ("4,50", "Autre sujet")
    assert current(entries_of([*case.deposits, *rows]), 4).deposit is rows[1]


def test_two_workbooks_that_differ_on_one_cell_are_not_both_applied(case: Case) -> None:
    first = case.back(put(4, AMOUNT, "4,50"), name="un.xlsx")
    second = case.back(put(4, AMOUNT, "4,60"), name="deux.xlsx", at=SAVED + timedelta(hours=1))
    taken = took([first, second], case.deposits)
    assert value(one(taken), AMOUNT) == "4,50"
    (reason,) = refusals(taken)
    assert "4,60" in reason
    assert "4,50" in reason


def test_an_earlier_saving_that_comes_later_is_laid_over_what_stands(case: Case) -> None:
    late = case.back(put(4, CITY, "Autre sujet"), name="tard.xlsx", at=SAVED - timedelta(days=1))
    first = one(took([case.back(put(4, AMOUNT, "4,50"))], case.deposits))
    deposit = one(took([late], [*case.deposits, first], case.known(first)))
    assert value(deposit, AMOUNT) == "4,50"
    assert current(entries_of([*case.deposits, first, deposit], case.known(first)), 4).deposit is deposit


def test_a_value_may_be_brought_back(case: Case, tmp_path: Path) -> None:
    first = one(took([case.back(put(4, AMOUNT, "4,50"))], case.deposits))
    again = written([*case.deposits, first], tmp_path / "second.xlsx")
    second = back(edited(again, tmp_path / "rendu2.xlsx", put(4, AMOUNT, "3,10")), SAVED + timedelta(hours=1))
    deposit = one(took([second], [*case.deposits, first]))
    assert deposit.digest not in {d.digest for d in case.deposits}
    assert current(entries_of([*case.deposits, first, deposit]), 4).deposit is deposit


def test_the_same_file_under_two_names_counts_once(case: Case) -> None:
    first = case.back(put(4, AMOUNT, "4,50"), name="un.xlsx")
    (case.folder / "copie.xlsx").write_bytes((case.folder / "un.xlsx").read_bytes())
    copy = back(case.folder / "copie.xlsx")
    taken = took([first, copy], case.deposits)
    assert [len(book.deposits) for book in taken] == [1, 0]
    assert "copie.xlsx" in taken[1].sources[0].notes[0]


def test_a_workbook_that_does_not_say_when_it_was_saved_has_the_moment_of_the_run(case: Case) -> None:
    assert one(took([case.back(put(4, AMOUNT, "4,50"), at=None)], case.deposits)).deposited_at == NOW
    ahead = case.back(put(4, AMOUNT, "4,50"), name="b.xlsx", at=NOW + timedelta(days=400))
    assert one(took([ahead], case.deposits)).deposited_at == NOW


def test_without_the_export_it_is_laid_over_what_the_register_holds(case: Case) -> None:
    kept = {deposit.digest: deposit for deposit in case.deposits}
    deposit = one(took([case.back(put(4, AMOUNT, "4,50"))], [], case.known(), kept))
    assert value(deposit, AMOUNT) == "4,50"
    assert current(entries_of([deposit], case.known()), 4).reference == "C2026-000002"


def test_a_dossier_that_nobody_knows_is_refused(case: Case) -> None:
    (reason,) = refusals(took([case.back(put(4, AMOUNT, "4,50"))], []))
    assert "registre" in reason


def test_a_row_whose_cells_were_all_emptied_is_refused(case: Case) -> None:
    def empty(book: Any) -> None:
        for cell in book[TAB][3][5:]:
            cell.value = None

    taken = took([case.back(empty)], case.deposits)
    assert len(refusals(taken)) == 1


def test_what_was_taken_in_is_remembered_and_read_by_the_schemas_of_today(case: Case) -> None:
    (taken,) = took([case.back(put(4, AMOUNT, "4,50"))], case.deposits)
    kept = unpack_deposits(pack_deposits(taken.deposits), "rendu.xlsx")
    assert kept == list(taken.deposits)
    sources, deposits = recalled((taken.sources, kept), "rendu.xlsx", tables())
    assert (sources, deposits) == (taken.sources, list(taken.deposits))
    sources, deposits = recalled((taken.sources, kept), "autre nom.xlsx", tables())
    assert deposits == []
    assert "autre nom.xlsx" in sources[0].notes[0]


def test_an_export_that_repeats_the_row_changes_nothing(case: Case) -> None:
    deposit = one(took([case.back(put(4, AMOUNT, "4,50"))], case.deposits))
    again = export(case.folder / "encore", None, "zz.csv")
    entries = entries_of([*case.deposits, *again, deposit], case.known(deposit))
    assert current(entries, 4).deposit is deposit


@pytest.mark.parametrize("moment", ["2026-11-22 08:00:00", "2026-11-19 08:00:00"])
def test_a_later_export_whose_row_changed_is_newer_and_tells_what_it_overwrites(case: Case, moment: str) -> None:
    deposit = one(took([case.back(put(4, AMOUNT, "4,50"), put(4, CITY, "Autre sujet"))], case.deposits))
    newer = export(case.folder / "encore", change(4, CITY, "Autre sujet", moment), "encore.csv")
    entries = entries_of([*case.deposits, *newer, deposit], case.known(deposit))
    assert current(entries, 4).place.file == "encore.csv"
    old = next(e for e in entries if e.deposit is deposit)
    assert old.standing == "replaced"
    assert [(c.label, c.after) for c in old.overwritten] == [(AMOUNT, "4,50")]


def test_an_older_export_that_comes_late_does_not_overtake_a_correction(case: Case) -> None:
    deposit = one(took([case.back(put(4, AMOUNT, "4,50"))], case.deposits))
    older = export(case.folder / "encore", change(4, CITY, "Premier jet", "2026-11-01 08:00:00"), "vieux.csv")
    entries = entries_of([*case.deposits, *older, deposit], case.known(deposit))
    assert current(entries, 4).deposit is deposit


def test_the_reader_says_what_the_example_is(case: Case) -> None:
    assert {d.form.layout.system for d in case.deposits} == {"drupal_webform"}
    assert read(case.book).returned is not None


def test_the_finding_of_an_overwritten_correction_names_its_cells(case: Case) -> None:
    deposit = one(took([case.back(put(4, AMOUNT, "4,50"))], case.deposits))
    newer = export(case.folder / "encore", change(4, AMOUNT, "3,90", "2026-11-22 08:00:00"), "encore.csv")
    entries = entries_of([*case.deposits, *newer, deposit], case.known(deposit))
    verdict = judge().judge(next(e for e in entries if e.deposit is deposit))
    (found,) = verdict.findings
    assert (verdict.status, found.rule, found.severity) == ("remplacé", "LIG-11", "information")
    assert "Montant (4,50)" in found.message
    assert "Montant (4,50)" in found.message_en
