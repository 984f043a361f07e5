"""A social security number and a personal detail, put wherever a file can hold them: no output of the nights shows them."""

from __future__ import annotations

import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.comments import Comment

from pipeline.cli import cli
from pipeline.tables import load_tables
from tests.conftest import ROOT, Ran, run_here
from tests.searching import files_below, places
from tools.examples.contact import perfect
from tools.shows.stage import answer, correct, edited

FIELDS = load_tables(ROOT / "schemas").fields
WORD, DIGITS = "quintalgie", "1850578006084"
NIR = "1 85 05 78 006 084 91"
DETAIL = f"Je souffre de {WORD}."
NEEDLES = (WORD, DIGITS)
OTHER_NUMBERS = [
    key
    for key, field in FIELDS.items()
    if field.genre in ("siret", "téléphone")
    or key in ("etudiant.numero", "formulaire.identifiant", "assurance.rc_police", "organisme.identifiant")
]
"""Fields of other long numbers, in which fifteen digits are not taken for somebody's."""
_TEXTS = ("texte", "texte long")
_TOGETHER = 8
"""Fields that hold them in one row: a row for each would cost half a minute."""
UNREAD = ("Remarque interne", "Situation de handicap", "N° de sécurité sociale", "Libre")
PERSONAL = "stage.cas_particulier"


def _rows() -> Iterator[dict[str, Any]]:
    """Yield forms whose fields hold both, a few in each; the first form is sound and tells them beside what it says."""
    row = perfect(0)
    yield row | {PERSONAL: f"{DETAIL} Départ à 16 h. {NIR}", "stage.activites": f"{row['stage.activites']} {DETAIL}"}
    keys = list(FIELDS)
    for number, first in enumerate(range(0, len(keys), _TOGETHER), 1):
        row = perfect(number)
        yield row | {key: _holding(key, row.get(key)) for key in keys[first : first + _TOGETHER]}


def _holding(key: str, was: object) -> str:
    held = f"{DETAIL} {'' if key in OTHER_NUMBERS else NIR}"
    return f"{was}. {held}" if isinstance(was, str) and FIELDS[key].genre in _TEXTS else held


def _export(path: Path) -> None:
    """Write the forms, and both secrets where no field is read: other columns, comments, titles, other sheets."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Réponses"
    sheet.append([*(field.label for field in FIELDS.values()), *UNREAD])
    for row in _rows():
        sheet.append([*(row.get(key) for key in FIELDS), DETAIL, "Oui", 185057800608491.0, f"{DETAIL} {NIR}"])
    sheet["A2"].comment = Comment(f"{DETAIL} {NIR}", WORD)
    other = book.create_sheet("Notes")
    other.append([DETAIL, NIR])
    book.save(path)


def _corrected(book: Any) -> None:
    """Type both into the workbook of corrections: in a field, in a cell that cannot be read, in a comment."""
    (sheet,) = (tab for tab in book if tab.sheet_state == "visible" and "Ligne" in [cell.value for cell in tab[1]])
    for line in (3, 4, 5):
        correct(sheet, line, FIELDS["stage.commentaires"].label, f"{DETAIL} {NIR}")
    correct(sheet, 5, FIELDS["stage.date_debut"].label, f"{DETAIL} {NIR}")
    sheet.cell(3, 3).comment = Comment(DETAIL, "Zoé")


def _followed(book: Any) -> None:
    """Tell both in the follow-up: in a note, in a reason, where a date is expected, in the reason of a decision."""
    answer(book["Dossiers"], "C2026-000001", Note_libre=f"Appel lundi. {DETAIL} {NIR}", Envoyée_le=f"{DETAIL} {NIR}")
    sheet = book["À décider"]
    titles = {str(cell.value).removeprefix("● "): cell.column for cell in sheet[1]}
    sheet.cell(2, titles["Décision"]).value = "accepté"
    sheet.cell(2, titles["Motif"]).value = f"Vu. {DETAIL} {NIR}"


@dataclass(frozen=True)
class Nights:
    """A night of forms, and one of her workbooks."""

    last: Ran
    said: tuple[str, str]
    first: dict[str, Any]
    """The run.json of the first one."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The first night's rows that hold a few fields each."""
        found: list[dict[str, Any]] = self.first["dossiers"][1:]
        return found


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Let both pass, and write what the register exports."""
    folder = tmp_path_factory.mktemp("masked")
    inbox, outbox = folder / "inbox", folder / "outbox"
    inbox.mkdir()
    _export(inbox / "export.xlsx")
    (inbox / "lettre.txt").write_text(f"{DETAIL} {NIR}", encoding="utf-8")
    night = run_here(inbox, outbox, "--no-pdf")
    first = night.report
    edited(outbox / "rapports/dernier/a_corriger.xlsx", inbox / "corrige.xlsx", _corrected, "Zoé")
    edited(outbox / "suivi.xlsx", inbox / "suivi.xlsx", _followed, "Zoé")
    last = run_here(inbox, outbox, "--no-pdf")
    return Nights(last, (night.said, last.said), first)


def _shown(ran: Ran, *words: str) -> str:
    """Return what ``conventions register`` prints of the outbox."""
    done = CliRunner().invoke(
        cli, ["register", *words, "--outbox", str(ran.outbox), "--config", str(ROOT / "conventions.toml")]
    )
    assert done.exit_code == 0, done.output
    return done.output


def test_the_nights_read_every_form_and_took_what_was_typed(nights: Nights) -> None:
    assert nights.last.status == 0, nights.said
    assert nights.first["totals"]["rows"] == len(list(_rows()))
    sources = {source["file"]: source for source in nights.last.report["sources"]}
    assert sources["lettre.txt"]["state"] == "rejeté"
    corrected, followed = sources["corrige.xlsx"], sources["suivi.xlsx"]
    assert corrected["rows"] + len(corrected["unread"]) > 2
    assert (followed["state"], len(followed["unread"])) == ("lu", 1)
    assert any("masquée" in note for note in followed["notes"])


def test_no_byte_of_what_the_nights_wrote_holds_the_number_or_the_detail(nights: Nights) -> None:
    outbox = nights.last.outbox
    written = files_below(outbox, *outbox.parent.glob("outbox.sqlite3*"), *outbox.parent.glob(".outbox*"))
    assert places(written, *NEEDLES) == []


def test_the_terminal_and_the_commands_of_the_register_hold_neither(nights: Nights) -> None:
    one = nights.first["dossiers"][0]["reference"]
    words = ["list"], ["show", one], ["history", one], ["export", "--noms"]
    said = [*nights.said, *(_shown(nights.last, *asked) for asked in words)]
    assert [text for text in said if WORD in text.casefold() or DIGITS in text.replace(" ", "")] == []


def test_the_detail_is_told_in_neutral_words_and_stops_nothing(nights: Nights) -> None:
    dossier = nights.first["dossiers"][0]
    told = {finding["rule"]: finding["severity"] for finding in dossier["findings"]}
    assert (dossier["status"], told["IDE-09"], told["IDE-03"]) == ("prêt", "information", "à vérifier")
    agreement = next(path for path in dossier["documents"] if "/convention_" in path and path.endswith(".docx"))
    with zipfile.ZipFile(nights.last.outbox / agreement) as archive:
        assert "information personnelle" not in archive.read("word/document.xml").decode()
    letter = nights.last.outbox / agreement.replace("convention_", "message_").replace(".docx", ".eml")
    body = message_from_bytes(letter.read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    assert "service de santé des étudiants" in " ".join(body.get_content().split())


def test_every_text_field_in_which_something_was_masked_is_named(nights: Nights) -> None:
    told = {key for row in nights.rows for f in row["findings"] if f["rule"] == "IDE-09" for key in f["fields"]}
    read = {key for key, field in FIELDS.items() if field.genre in _TEXTS}
    assert {key for key in read if key.startswith("stage.")} <= told


def test_the_search_finds_what_stands_in_every_kind_of_file(tmp_path: Path) -> None:
    """The proof of the proof: both are found in the inbox, in letters, archives, registers and pages."""
    _export(tmp_path / "a.xlsx")
    (tmp_path / "b.html").write_text(f"<p>1850578<b>006084</b> {WORD.upper()}</p>", encoding="utf-8")
    letter = EmailMessage()
    letter.set_content(f"é {DETAIL}", cte="base64")
    letter.add_attachment((tmp_path / "a.xlsx").read_bytes(), maintype="application", subtype="x", filename="a.xlsx")
    (tmp_path / "c.eml").write_bytes(letter.as_bytes())
    with closing(sqlite3.connect(tmp_path / "d.sqlite3")) as base, base:
        base.execute("CREATE TABLE t (x BLOB)")
        base.execute("INSERT INTO t VALUES (?)", (zlib.compress(NIR.encode()),))
    for path in files_below(tmp_path):
        assert places([path], *NEEDLES), path
