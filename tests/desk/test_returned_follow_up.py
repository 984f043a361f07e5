"""suivi.xlsx that comes back: what was changed in it and nothing else, whatever was done to its rows and columns."""

# ruff: noqa: DTZ001 (the cells of a spreadsheet have no time zone)

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.cells import Unfit, plain, read, show
from pipeline.desk.columns import Columns
from pipeline.desk.model import Edit, Event
from pipeline.desk.returned_follow_up import Returned, read_follow_up
from pipeline.intake.files import InboxFile
from pipeline.intake.tables import Table, read_tables
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import CellValue, ErrorCell, Limits, Outcome, Value
from pipeline.report.follow_up import write_follow_up
from tests.desk.told import columns
from tests.report.follow_ups import decision, follow_up, pieces
from tests.report.outcomes import empty_outcome, finding, tables, verdict

COLUMNS: Columns = columns()
SAVED, WHO = datetime(2026, 11, 23, 9, 5), "Jeanne Roux"
FIRST, SECOND, THIRD = "C2026-000004", "C2026-000005", "C2026-000006"
TITLES = {key: column.heading for key, column in COLUMNS.items()}


def outcome() -> Outcome:
    """Return three dossiers: one with answers and a question, one whose form says much, one that is decided."""
    doubt = finding("GEO-03", "à vérifier", ("stage.pays",), 4, "Une partie du territoire est déconseillée.")
    doubt = dataclasses.replace(doubt, judged="a" * 64)
    at = datetime(2026, 11, 20, 9, 30)
    answers: dict[str, Value] = {"rc": date(2027, 8, 31), "envoyee_le": date(2026, 11, 20), "note": "=à rappeler"}
    said = {what: Event(FIRST, what, value, at, WHO) for what, value in answers.items()}
    first = follow_up(verdict(4, "à vérifier", (doubt,)), told=said, pieces=pieces(), manager="")
    form: dict[str, Value] = {"protection.attestation_cpam": True, "formation.autorisation": "Validée"}
    second = follow_up(verdict(5, "prêt", values=form), pieces=pieces(), manager="Lettres")
    taken = dataclasses.replace(
        doubt, severity="information", decision=decision(verdict(6, "prêt", (doubt,)), "GEO-03")
    )
    third = follow_up(verdict(6, "prêt", (taken,)), pieces=pieces())
    return dataclasses.replace(empty_outcome(), follow_ups=(first, second, third))


def tables_of(path: Path) -> list[Table]:
    """Return the sheets of a file as the intake reads them."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return read_tables(InboxFile(path.name, path, sha256, "à lire"), Limits())


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("suivi") / "suivi.xlsx"
    write_follow_up(outcome(), path, COLUMNS, tables())
    return path


class Book:
    """A written workbook that is edited as a person would."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.book = openpyxl.load_workbook(path)
        self.path = folder / "mon suivi.xlsx"
        self.sheet: Any = self.book["Dossiers"]

    def column(self, title: str, sheet: str = "Dossiers", header: int = 2) -> int:
        return [c.value for c in self.book[sheet][header]].index(title) + 1

    def row(self, reference: str, sheet: str = "Dossiers", header: int = 2) -> int:
        place = self.column("Référence", sheet, header)
        rows = range(header + 1, self.book[sheet].max_row + 1)
        return next(n for n in rows if self.book[sheet].cell(n, place).value == reference)

    def put(self, reference: str, key: str, value: str | date | None) -> str:
        """Type ``value``; return the address of the cell."""
        cell = self.sheet.cell(self.row(reference), self.column(TITLES[key]))
        cell.value = value
        if isinstance(value, str) and value.startswith("="):
            cell.data_type = "s"
        return str(cell.coordinate)

    def decide(self, reference: str, **cells: str | date | None) -> None:
        sheet = self.book["À décider"]
        for title, value in cells.items():
            heading = f"● {title.replace('_', ' ')}"
            sheet.cell(self.row(reference, "À décider", 1), self.column(heading, "À décider", 1)).value = value

    def read(self) -> Returned:
        self.book.save(self.path)
        return read_follow_up(tables_of(self.path), self.path.name, COLUMNS, SAVED, WHO)


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Book:
    return Book(original, tmp_path)


def changes(found: Returned) -> set[tuple[str, str, Value | None, Value | None]]:
    """Return reference, column, value shown and value asked for of each edit."""
    return {(edit.reference, edit.what, edit.shown, edit.value) for edit in found.edits}


def test_an_untouched_workbook_tells_nothing(original: Path) -> None:
    assert read_follow_up(tables_of(original), "suivi.xlsx", COLUMNS, SAVED, WHO) == Returned((), (), ())


def test_what_was_typed_is_told_with_its_cell_the_moment_and_the_person(book: Book) -> None:
    address = book.put(SECOND, "rc", "Reçu")
    (edit,) = book.read().edits
    assert isinstance(edit, Edit)
    assert (edit.reference, edit.what, edit.shown, edit.value) == (SECOND, "rc", None, True)
    assert (edit.cell, edit.place.file, edit.place.sheet) == (address, "mon suivi.xlsx", "Dossiers")
    assert (edit.at, edit.who, edit.title) == (SAVED, WHO, "RC (fin)")


def test_a_date_a_choice_a_text_and_an_erased_cell_are_told(book: Book) -> None:
    book.put(FIRST, "rc", "30/09/2027")
    book.put(FIRST, "envoyee_le", None)
    book.put(FIRST, "signature_mode", "Papier")
    book.put(FIRST, "abandon_motif", "=1+1")
    book.put(FIRST, "note", "+33 6 00 00 00 00")
    assert changes(book.read()) == {
        (FIRST, "rc", date(2027, 8, 31), date(2027, 9, 30)),
        (FIRST, "envoyee_le", date(2026, 11, 20), None),
        (FIRST, "signature_mode", None, "papier"),
        (FIRST, "abandon_motif", None, "=1+1"),
        (FIRST, "note", "=à rappeler", "+33 6 00 00 00 00"),
    }


def test_what_cannot_be_read_is_refused_on_its_cell_with_what_is_expected(book: Book) -> None:
    address = book.put(FIRST, "envoyee_le", "bientôt")
    book.put(SECOND, "signature_mode", "pigeon")
    book.put(SECOND, "rc", "peut-être")
    book.put(THIRD, "transmise_le", "03/04/27")
    found = book.read()
    assert not found.edits
    reasons = [refusal.reason for refusal in found.refusals]
    assert len(reasons) == 4
    assert any(address in reason and "JJ/MM/AAAA" in reason for reason in reasons)
    assert any("pigeon" in reason and "électronique" in reason for reason in reasons)
    assert any("année à deux chiffres" in reason for reason in reasons)
    assert {r.place.row for r in found.refusals} == {book.row(FIRST), book.row(SECOND), book.row(THIRD)}


def test_what_the_form_says_is_not_taken_for_an_answer(book: Book) -> None:
    book.put(SECOND, "cpam", None)  # erased: it has not come after all
    book.put(SECOND, "autorisation", "Refusée")
    book.put(SECOND, "gestionnaire", "Paul Ozanne")
    assert changes(book.read()) == {
        (SECOND, "cpam", None, False),
        (SECOND, "autorisation", None, "Refusée"),
        (SECOND, "gestionnaire", None, "Paul Ozanne"),
    }
    book.put(SECOND, "autorisation", None)
    (refusal,) = book.read().refusals
    assert "Validée" in refusal.reason


def test_rows_may_be_sorted_filtered_deleted_and_columns_moved_added_or_removed(book: Book) -> None:
    sheet = book.sheet
    book.put(SECOND, "transmise_le", date(2026, 12, 1))
    sheet.insert_cols(2)
    sheet.cell(2, 2).value = "Mon repère"
    sheet.cell(book.row(FIRST), 2).value = "à voir"
    moved = book.column(TITLES["rc"])
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, sheet.max_column + (row == 1), sheet.cell(row, moved).value)
    sheet.delete_cols(moved)
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=3)]
    for number, row in enumerate(reversed(rows), 3):
        for index, value in enumerate(row, 1):
            sheet.cell(number, index).value = value
    sheet.delete_rows(book.row(FIRST))
    sheet.insert_rows(1)
    sheet.cell(1, 1).value = "Suivi de Jeanne"
    sheet.auto_filter.ref = None
    found = book.read()
    assert changes(found) == {(SECOND, "transmise_le", None, date(2026, 12, 1))}
    assert not found.refusals


def test_a_row_twice_with_one_answer_is_one_and_with_two_is_refused_with_both(book: Book) -> None:
    book.put(SECOND, "transmise_le", date(2026, 12, 1))
    row = book.row(SECOND)
    copy = book.sheet.max_row + 1
    for index, cell in enumerate(list(book.sheet[row]), 1):
        book.sheet.cell(copy, index).value = cell.value
    assert changes(book.read()) == {(SECOND, "transmise_le", None, date(2026, 12, 1))}
    book.sheet.cell(copy, book.column(TITLES["transmise_le"])).value = date(2026, 12, 3)
    found = book.read()
    assert not found.edits
    (refusal,) = found.refusals
    assert "01/12/2026" in refusal.reason
    assert "03/12/2026" in refusal.reason


@pytest.mark.parametrize("reference", [None, "C2026-999999", "à créer"])
def test_an_added_row_is_refused_with_what_to_do(reference: str | None, book: Book) -> None:
    row = book.sheet.max_row + 1
    book.sheet.cell(row, book.column("Référence")).value = reference
    book.sheet.cell(row, book.column(TITLES["note"])).value = "nouveau stage"
    (refusal,) = book.read().refusals
    assert refusal.place.row == row
    assert "fiche déposée" in refusal.reason


def test_a_decision_is_told_with_what_it_judged(book: Book) -> None:
    book.decide(FIRST, Décision="accepté", Motif="Hors de la zone.", Le=date(2026, 11, 22))
    book.decide(FIRST, Valable_pour="cette ville jusqu’au prochain avis")
    (edit,) = book.read().decisions
    assert (edit.reference, edit.rule, edit.choice, edit.reason) == (FIRST, "GEO-03", "accepté", "Hors de la zone.")
    assert (edit.on, edit.reach, edit.judged, edit.at) == (date(2026, 11, 22), "cette ville", "a" * 64, SAVED)
    assert edit.by == WHO  # « Par » was left empty


def test_a_decision_that_is_erased_is_taken_back(book: Book) -> None:
    book.decide(THIRD, Décision=None)
    (edit,) = book.read().decisions
    assert (edit.reference, edit.choice) == (THIRD, "à revoir")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"Motif": "Vu."}, "à revoir"),
        ({"Décision": "plus tard"}, "plus tard"),
        ({"Décision": "accepté", "Le": "hier"}, "JJ/MM/AAAA"),
        ({"Décision": "accepté", "Valable_pour": "toujours"}, "cet organisme"),
    ],
)
def test_a_decision_that_cannot_be_read_is_refused(cells: dict[str, str | date | None], told: str, book: Book) -> None:
    book.decide(FIRST, **cells)
    found = book.read()
    assert not found.decisions
    (refusal,) = found.refusals
    assert told in refusal.reason


def test_a_question_answered_twice_otherwise_is_refused_with_both(book: Book) -> None:
    book.decide(FIRST, Décision="accepté", Motif="Vu.")
    sheet = book.book["À décider"]
    copy = sheet.max_row + 1
    for index, cell in enumerate(list(sheet[book.row(FIRST, "À décider", 1)]), 1):
        sheet.cell(copy, index).value = cell.value
    assert len(book.read().decisions) == 1
    sheet.cell(copy, book.column("● Décision", "À décider", 1)).value = "refusé"
    found = book.read()
    assert not found.decisions
    assert "accepté" in found.refusals[0].reason
    assert "refusé" in found.refusals[0].reason


@pytest.mark.parametrize("sheet", ["_valeurs", "_decisions"])
def test_a_workbook_without_its_hidden_sheets_is_refused_whole(sheet: str, original: Path) -> None:
    left = [table for table in tables_of(original) if table.sheet != sheet]
    with pytest.raises(UnreadableFile, match=r"suivi\.xlsx"):
        read_follow_up(left, "suivi.xlsx", COLUMNS, SAVED, WHO)


def test_what_calc_writes_reads_as_what_excel_writes(book: Book, tmp_path: Path) -> None:
    book.put(FIRST, "rc", date(2027, 9, 30))
    book.put(FIRST, "abandon_motif", "=1+1")
    book.put(SECOND, "cpam", "non")
    book.put(THIRD, "transmise_le", "bientôt")
    book.decide(FIRST, Décision="refusé", Motif="-zone rouge", Le=date(2026, 11, 22))
    here = book.read()
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for extension in ("xlsx", "ods"):
        out = tmp_path / extension
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", extension, "--outdir", str(out), str(book.path)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        found = read_follow_up(tables_of(out / f"mon suivi.{extension}"), book.path.name, COLUMNS, SAVED, WHO)
        assert found == here
    assert len(here.edits) == 3
    assert len(here.refusals) == 1
    assert here.decisions[0].reason == "-zone rouge"


# ── readers of one cell ───────────────────────────────────────────────────────────────────────────

CELLS: st.SearchStrategy[CellValue] = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(["#REF!", "#N/A"]).map(ErrorCell),
)
HERS = st.sampled_from(COLUMNS.hers)


@given(HERS, CELLS)
def test_any_cell_gives_a_value_of_its_column_or_says_what_is_expected(column: Any, raw: CellValue) -> None:
    found = read(column, raw)
    if isinstance(found, Unfit):
        assert found.expected in found.reason
    elif found is not None:
        fitting: dict[str, Callable[[Value], bool]] = {
            "date": lambda value: type(value) is date,
            "oui": lambda value: isinstance(value, bool) or type(value) is date,
            "choix": lambda value: value in column.choices,
            "texte": lambda value: isinstance(value, str) and bool(value),
        }
        assert fitting[column.kind](found)


@given(HERS, CELLS)
def test_what_is_shown_reads_as_what_it_shows(column: Any, raw: CellValue) -> None:
    value = read(column, raw)
    if not isinstance(value, Unfit):
        assert read(column, show(column, value)) == value


@given(CELLS)
def test_a_cell_made_plain_stays_as_it_is(raw: CellValue) -> None:
    once = plain(raw)
    assert plain(once) == once or once != once  # NaN


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("rc", " REÇU ", True),
        ("rc", "x", True),
        ("rc", "✓", True),
        ("rc", "pas reçu", False),
        ("rc", datetime(2027, 8, 31), date(2027, 8, 31)),
        ("rc", "S.O.", None),
        ("inscription", "Oui", True),
        ("fsd_reponse", "accorde", "Accordé"),
        ("envoyee_le", "1er mars 2027", date(2027, 3, 1)),
        ("note", 12, "12"),
        ("note", time(8, 30), "08:30"),
    ],
)
def test_cells_are_read_as_people_write_them(key: str, raw: CellValue, value: Value | None) -> None:
    assert read(COLUMNS[key], raw) == value
