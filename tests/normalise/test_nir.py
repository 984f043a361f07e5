"""Social security numbers: which ones are known, and that none is left in anything that is made of a form."""

from __future__ import annotations

import sqlite3
import zipfile
import zlib
from contextlib import closing
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codec import pack_deposits, unpack_deposits
from pipeline.model import CellValue, Deposit, Form, Layout, Note, Place
from pipeline.normalise import MASK, normalise
from pipeline.normalise.nir import hide_nir
from tests.conftest import run
from tests.rules.forms import judge
from tools.examples.contact import perfect

TABLES = judge().tables
NIR = "1 85 05 78 006 084 91"
DIGITS = NIR.replace(" ", "")

HIDDEN = [
    NIR,
    DIGITS,
    "1850578 006084 91",
    "1\u00a085\u202f05 78 006 084 91",
    "1.85.05.78.006.084.91",
    "1-85-05-78-006-084 / 91",
    "1850578006084 (clé : 91)",
    "2 99 05 2A 004 123 96",
    "299052b00412326",
    "7 85 05 78 006 084 82",
    "n° sécu 1850578006084",
    "Sécurité sociale : 1 85 05 78 006 084",
    "1850578006084 (n° SS)",
    "NIR 1850578006084 37",
    "INSEE\u00a01850578006084",
    "NIR 185057800608492",
    "1_85_05_78_006_084_91",
    "1/85/05/78/006/084/91",
    "１８５０５７８００６０８４９１",
    "١٨٥٠٥٧٨٠٠٦٠٨٤٩١",
]
SHOWN = [
    "1850578006084",
    "185057800608492",
    "0 85 05 78 006 084 91",
    "1 85 15 78 006 084",
    "n° sécu 1 85 15 78 006 084",
    "1850578006084917",
    "SIRET 123 456 789 00012",
    "SIRET (INSEE) 12345678900012",
    "du 1/02/2027 au 5/03/2027, puis du 1/04/2027 au 5/05/2027",
    "du 1 02 2027 au 5 03 2027",
    "+33 4 65 71 00 00 ou 06 12 34 56 78",
    "1,85058E+14",
    "85.05.01-123.45",
    "NISS 850501 123 45, 756.1234.5678.97",
    "QQ 12 34 56 C, 12345678Z",
    "sécurité sociale, voir mon attestation de la rentrée, sous le numéro 1850578006084",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_number_is_hidden(text: str) -> None:
    hidden = hide_nir(text)
    assert MASK in hidden
    assert len(hidden) <= len(text)
    assert "006" not in hidden.replace(" ", "")


@pytest.mark.parametrize("text", SHOWN)
def test_another_number_is_left_alone(text: str) -> None:
    assert hide_nir(text) is text


def test_the_header_of_the_column_may_name_the_number() -> None:
    for number in ("1850578006084", "1,85058E+14", "1.85057800608491E+14"):
        assert hide_nir(number, "N° de sécurité sociale") == MASK
        assert hide_nir(number, "N° de commande") is number
    assert hide_nir("n° de sécurité sociale 1,85058E+14") == f"n° de sécurité sociale {MASK}"


@given(st.text(max_size=80), st.text(max_size=80))
def test_hiding_takes_any_text_and_once_is_enough(before: str, after: str) -> None:
    text = f"{before} {NIR} {after}"
    once = hide_nir(text)
    assert hide_nir(once) == once


def _deposit(cells: dict[str, CellValue], extra: CellValue = None) -> Deposit:
    """Return what a row says that has ``cells``, and ``extra`` under a header that no field reads."""
    layout = Layout("x", 1, (*cells, "N° sécu"), {key: (i,) for i, key in enumerate(cells)})
    notes = (Note("DUR-04", ("stage.duree_heures",), {"calcul": f"10 semaines {NIR}"}),)
    return normalise(Form(Place("a.xlsx", "F", 2), layout, cells, (*cells.values(), extra), notes), TABLES)


def test_values_cells_original_row_and_notes_hold_no_number() -> None:
    deposit = _deposit(
        {
            "stage.commentaires": f"Mon numéro est le {NIR}.",
            "protection.caisse_adresse": int(DIGITS),
            "formation.autorisation": f"oui {NIR}",
        },
        1850578006084,
    )
    form = deposit.form
    assert deposit.values["stage.commentaires"] == f"Mon numéro est le {MASK}."
    assert deposit.values["protection.caisse_adresse"] == MASK
    assert form.original == (f"Mon numéro est le {MASK}.", MASK, f"oui {MASK}", MASK)
    assert "006" not in repr(deposit)


def test_numbers_of_other_things_stay() -> None:
    cells: dict[str, CellValue] = {"assurance.rc_police": DIGITS, "formulaire.identifiant": DIGITS}
    assert _deposit(cells).form.cells == cells


def test_one_that_is_given_for_a_student_number_is_hidden_and_one_that_is_named_anywhere() -> None:
    form = _deposit({"etudiant.numero": int(DIGITS), "assurance.rc_police": f"n° sécu {NIR}"}).form
    assert form.cells == {"etudiant.numero": MASK, "assurance.rc_police": f"n° sécu {MASK}"}
    assert "006" not in repr(form.original)
    others: dict[str, CellValue] = {"etudiant.numero": "185057800608492", "organisme.siret": DIGITS}
    assert _deposit(others).form.cells == others


def test_a_row_that_comes_back_hidden_is_the_same_deposit() -> None:
    cells: dict[str, CellValue] = {"stage.commentaires": f"n° {NIR}"}
    first = _deposit(cells)
    assert _deposit(dict(first.form.cells)).digest == first.digest
    (back,) = unpack_deposits(pack_deposits([first]), "a.xlsx")
    assert back == first


def test_a_form_without_a_number_stays_the_same_object() -> None:
    form = Form(Place("a.xlsx", "F", 2), Layout("x", 1, (), {}), perfect(0), ())
    assert normalise(form, TABLES).form is form


def test_no_file_of_a_run_holds_the_number(tmp_path: Path) -> None:
    """In a text, in a choice that cannot be read, and in a column that no field reads."""
    row = perfect(0) | {
        "stage.commentaires": f"Numéro {NIR}",
        "stage.activites": f"Accueil du public, n° de sécu {DIGITS[:13]}, tenue des fiches.",
        "protection.attestation_cpam": f"voir {DIGITS}",
    }
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    kept = {key: value for key, value in row.items() if value is not None}
    sheet.append([*(TABLES.fields[key].label for key in kept), "Numéro de sécu"])
    sheet.append([*kept.values(), int(DIGITS)])
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    book.save(inbox / "a.xlsx")
    done = run(inbox, tmp_path / "outbox", "--no-pdf")
    (entry,) = done.report["dossiers"]
    assert {"IDE-03", "DOC-01"} <= {f["rule"] for f in entry["findings"]}, done.said
    for path in (p for p in tmp_path.rglob("*") if p.is_file() and inbox not in p.parents):
        for content in _contents(path):
            bare = content.replace(b" ", b"").replace(b"\xc2\xa0", b"")
            assert DIGITS[:13].encode() not in bare, path


def _contents(path: Path) -> list[bytes]:
    """Return what a file holds, unpacked: the members of a zip, the cells of the register."""
    if path.suffix == ".sqlite3":
        with closing(sqlite3.connect(path)) as base:
            tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            cells = [cell for name in tables for row in base.execute(f'SELECT * FROM "{name}"') for cell in row]  # noqa: S608
        return [_unpacked(c) if isinstance(c, bytes) else str(c).encode() for c in cells]
    data = path.read_bytes()
    if not zipfile.is_zipfile(BytesIO(data)):
        return [data]
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def _unpacked(blob: bytes) -> bytes:
    """Return a compressed cell of the register with what stands before it, a line of headings."""
    packed = max(blob.find(b"\x78\x5e"), 0)  # how the register's compression begins
    return blob[:packed] + zlib.decompress(blob[packed:])
