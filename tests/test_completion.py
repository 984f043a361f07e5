"""What a source does not ask comes from the contact form of the same student and host, and keeps its origin."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from datetime import date, datetime

from pipeline.completion import complete
from pipeline.config import AcademicYear
from pipeline.dossiers import Snapshot, identify
from pipeline.model import Deposit, Entry, Layout, Place
from tests.deposits import deposit

TODAY = date(2026, 11, 21)
YEARS = AcademicYear((9, 1), (9, 30))
REQUIRED = ("etudiant.nom", "assurance.responsabilite_civile")
MORNING = datetime.fromisoformat("2026-11-02T09:00")
_ASKED = ("etudiant.numero", "etudiant.nom", "etudiant.prenom", "organisme.siret", "organisme.raison_sociale",
          "organisme.pays", "stage.date_debut", "stage.date_fin", "stage.duree_heures")  # fmt: skip


def _asking(row: Deposit, *keys: str) -> Deposit:
    """Return ``row`` as a source with columns for ``keys`` gives it."""
    layout = Layout(row.form.layout.system, 1, keys, {key: (i,) for i, key in enumerate(keys)})
    return dataclasses.replace(row, form=dataclasses.replace(row.form, layout=layout))


def _esup(row: int = 2, file: str = "z_esup.xlsx", **changes: object) -> Deposit:
    return _asking(deposit(file, row, system="esup_stage", **changes), *_ASKED)  # type: ignore[arg-type]


def _contact(row: int = 2, file: str = "fiches.xlsx", **changes: object) -> Deposit:
    given = {"assurance__responsabilite_civile": True, "stage__sujet": "Récits", **changes}
    return _asking(deposit(file, row, **given), *_ASKED, "assurance.responsabilite_civile", "stage.sujet")  # type: ignore[arg-type]


def _nothing(_: Collection[str]) -> Iterable[tuple[str, Deposit]]:
    return ()


def _completed(*rows: Deposit) -> list[Entry]:
    return complete(identify(list(rows), Snapshot(), TODAY, YEARS), REQUIRED, Snapshot(), _nothing, YEARS, TODAY)


def _of(entries: Iterable[Entry], file: str) -> Entry:
    (found,) = [entry for entry in entries if entry.place.file == file]
    return found


def test_a_row_takes_what_its_source_does_not_ask_from_the_form_of_the_same_internship() -> None:
    entry = _of(_completed(_contact(), _esup()), "z_esup.xlsx")
    assert entry.deposit.values["assurance.responsabilite_civile"] is True
    assert entry.deposit.values["stage.sujet"] == "Récits"
    (loan,) = entry.loans
    assert (loan.fields, loan.place) == (
        ("assurance.responsabilite_civile", "stage.sujet"),
        Place("fiches.xlsx", "Feuil1", 2),
    )


def test_it_keeps_its_own_values_and_its_own_hash() -> None:
    mine = _esup(stage__duree_heures=None)
    entry = _of(_completed(_contact(stage__duree_heures=400), mine), "z_esup.xlsx")
    assert "stage.duree_heures" not in entry.deposit.values  # asked, and left empty: the cell must be filled
    assert entry.deposit.digest == mine.digest


def test_another_internship_with_the_same_host_lends_only_what_belongs_to_the_student() -> None:
    entry = _of(_completed(_contact(stage__date_debut=date(2027, 1, 4)), _esup()), "z_esup.xlsx")
    assert entry.loans[0].fields == ("assurance.responsabilite_civile",)


def test_neither_another_student_nor_another_host_nor_another_year_lends() -> None:
    others = (
        _contact(etudiant__numero="21999999"),
        _contact(row=3, organisme__siret="35600000000048", organisme__raison_sociale="Autre"),
        _contact(row=4, stage__date_debut=date(2027, 11, 2), stage__date_fin=date(2027, 12, 3)),
    )
    assert _of(_completed(*others, _esup()), "z_esup.xlsx").loans == ()


def test_the_newest_of_two_forms_lends() -> None:
    old = _contact(stage__sujet="Ancien", at=MORNING.replace(day=1))
    new = _contact(row=3, stage__sujet="Nouveau", at=MORNING)
    entry = _of(_completed(old, new, _esup()), "z_esup.xlsx")
    assert entry.deposit.values["stage.sujet"] == "Nouveau"


def test_the_order_of_the_files_changes_nothing() -> None:
    rows = [_contact(), _esup(), _contact(row=3, etudiant__numero="21999999")]
    assert _completed(*rows) == _completed(*rows[::-1])


def test_a_source_that_asks_everything_borrows_nothing_and_the_register_is_not_asked() -> None:
    def _refuse(_: Collection[str]) -> Iterable[tuple[str, Deposit]]:
        raise AssertionError("the register was asked")

    entries = identify([_contact()], Snapshot(), TODAY, YEARS)
    assert complete(entries, REQUIRED, Snapshot(), _refuse, YEARS, TODAY) == entries


def test_the_register_lends_what_no_file_shows_any_more() -> None:
    asked: list[str] = []

    def _remember(references: Collection[str]) -> Iterable[tuple[str, Deposit]]:
        asked.extend(references)
        return [("C2026-000007", _contact(file="octobre.xlsx"))]

    known = Snapshot(
        keys={"H|21000001|editions de la sauge|FR|2027-02-01": "C2026-000007", "H|21999999|x|FR|y": "C2026-000008"}
    )
    entries = [dataclasses.replace(e, reference="C2026-000007") for e in identify([_esup()], Snapshot(), TODAY, YEARS)]
    (entry,) = complete(entries, REQUIRED, known, _remember, YEARS, TODAY)
    assert asked == ["C2026-000007"]
    assert [(loan.place.file, loan.reference) for loan in entry.loans] == [("octobre.xlsx", "C2026-000007")]
