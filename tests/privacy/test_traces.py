"""A trace is found wherever a file can hide it, and a homonym's is none."""

from __future__ import annotations

import io
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from pipeline.model import Deposit, Form, Layout, Place, Value
from pipeline.privacy.common_words import common_words
from pipeline.privacy.person import Needles, folded, needles_of
from pipeline.privacy.traces import owned, search

_NEEDLES = Needles(
    ("Léa D’ARTIGUES", "D’ARTIGUES Léa", "21007777", "lea.d@etu.example.org"),
    ("21007777", "lea.d@etu.example.org", "D’ARTIGUES Léa"),
)


def _zip(name: str, data: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return content.getvalue()


def _workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["Léa", "DUPONT"], ["D’ARTIGUES", "Hugo"], ["D’ARTIGUES", "Léa"]):
        sheet.append(row)
    book.save(path)


def _letter(path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Convention de stage de Léa D’ARTIGUES"
    message.set_content("Bonjour")
    message.add_attachment(_zip("a.txt", b"rien"), maintype="application", subtype="zip", filename="a.zip")
    path.write_bytes(message.as_bytes())


def _attachment(path: Path) -> None:
    message = EmailMessage()
    message.set_content("Bonjour")
    data = _zip("a.txt", b"numero 21007777")
    message.add_attachment(data, maintype="application", subtype="zip", filename="a.zip")
    path.write_bytes(message.as_bytes())


def _pdf(path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page()
        document.docinfo["/Title"] = "Convention de Léa D’Artigues"
        document.save(path)


def _database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE t (content BLOB)")
        database.execute("INSERT INTO t VALUES (?)", (b"[]\n" + zlib.compress(b'{"n": "21007777"}'),))


def _freed(path: Path) -> None:
    """A row that was deleted, and still stands in a free page."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE t (content TEXT)")
        database.execute("INSERT INTO t VALUES ('lea.d@etu.example.org')")
        database.commit()
        database.execute("DELETE FROM t")
        database.commit()


_HIDING: dict[str, Callable[[Path], object]] = {
    "a.txt": lambda path: path.write_text("à Lea  d'artigues !", "utf-8"),
    "latin.csv": lambda path: path.write_bytes("nom;D’Artigues Léa".encode("cp1252")),
    "wide.txt": lambda path: path.write_text("léa d’artigues", "utf-16"),
    "a.html": lambda path: path.write_text("<td>D’ARTIGUES</td>\n<td class='x'>Léa</td>", "utf-8"),
    "a.xlsx": _workbook,
    "deep.zip": lambda path: path.write_bytes(_zip("b.zip", _zip("c.txt", b"lea.d@etu.example.org"))),
    "member.zip": lambda path: path.write_bytes(_zip("D-ARTIGUES_Lea.txt", b"rien")),
    "a.eml": _letter,
    "b.eml": _attachment,
    "a.pdf": _pdf,
    "a.sqlite3": _database,
    "b.sqlite3": _freed,
    "C2026-000001_D-ARTIGUES_Lea.txt": lambda path: path.write_text("rien", "utf-8"),
    "broken.zip": lambda path: path.write_bytes(b"PK\x03\x04 21007777"),
}


@pytest.mark.parametrize("name", sorted(_HIDING))
def test_a_trace_is_found_whatever_it_is_wrapped_in(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    _HIDING[name](path)
    proof = search([path], _NEEDLES, [tmp_path])
    assert [trace.path for trace in proof.traces][:1] == [path]
    assert not proof.is_clean
    assert bool(proof.closed) == (name == "broken.zip")


def test_others_are_no_trace(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("D’ARTIGUES Hugo ; Léa DUPONT ; 210077771 ; amelea.d@etu.example.org", "utf-8")
    (tmp_path / "b.zip").write_bytes(_zip("c.txt", b"121007777"))
    proof = search(sorted(tmp_path.iterdir()), _NEEDLES, [tmp_path])
    assert proof.is_clean
    assert proof.searched == 2


def _form(**values: Value) -> Deposit:
    named = {f"etudiant.{key}": value for key, value in values.items()}
    form = Form(Place("a.xlsx", "", 2), Layout("x", 1, (), {}), {}, ())
    return Deposit(form, named, {}, "digest", datetime(2026, 11, 2, 9, 0))  # noqa: DTZ001 (naive, local)


def test_what_others_have_too_is_not_searched_for() -> None:
    hers = _form(nom="Martin", prenom="Léa", numero="21000001", adresse="Cité des Gazelles", telephone="06 12 34 56 78")
    other = _form(nom="Martin", prenom="Hugo", numero="21000002", adresse="Cité des Gazelles")
    alone = needles_of([hers], [other], ["dossiers/2026-2027/C2026-000001_MARTIN_Lea"], frozenset())
    assert "Martin" not in alone.typed
    assert "Cité des Gazelles" not in alone.typed
    assert {"Martin Léa", "Léa Martin", "21000001", "+33612345678", "C2026-000001_MARTIN_Lea"} <= set(alone.typed)
    whole = needles_of([hers], [], [], frozenset())
    assert {"Martin", "Cité des Gazelles"} <= set(whole.typed)
    again = needles_of([hers], [hers], [], frozenset())
    assert again.typed == (), "the same person keeps another dossier"


def test_a_part_of_another_word_is_not_searched_in_bytes() -> None:
    alone = needles_of([_form(nom="Durand", prenom="Léa")], [_form(nom="Durandeau", prenom="Hugo")], [], frozenset())
    assert "Durand" in alone.typed
    assert "Durand" not in alone.within


def test_a_surname_that_is_a_common_word_is_searched_with_the_given_name_only() -> None:
    assert "stage" in common_words()
    assert "durand" not in common_words(), "names of examples are no common words"
    alone = needles_of([_form(nom="Stage", prenom="Léa")], [], [], common_words())
    assert set(alone.typed) == {"Stage Léa", "Léa Stage"}


def test_words_are_compared_without_case_accents_and_punctuation() -> None:
    assert folded("D’Artigues-ÉLOÏSE") == " d artigues eloise "
    assert folded("E\u0301loise") == folded("Éloise") == " eloise "


def test_what_is_owned_is_the_outbox_the_register_its_copies_and_the_lock(tmp_path: Path) -> None:
    outbox, register = tmp_path / "outbox", tmp_path / "outbox.sqlite3"
    ours = [
        "outbox/a/b.txt",
        "outbox.sqlite3",
        "outbox.sqlite3-wal",
        "outbox.sqlite3.sauvegardes/a.sqlite3",
        ".outbox.lock",
    ]
    others = ["outbox.sqlite3.effacement.json", "autre/c.txt", "inbox/d.xlsx"]
    for name in (*ours, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    found = {
        path.relative_to(tmp_path).as_posix()
        for path in owned(outbox, register, None)
        if path.is_file() and tmp_path in path.parents
    }
    assert found == set(ours)
