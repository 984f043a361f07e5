"""The message to the student: what it holds by status, and that no cell writes a header."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

import pypdf
import pytest

from pipeline.documents.checklist import checklist_values, load_checklist
from pipeline.documents.kinds import Kind
from pipeline.documents.message import Enclosed, enclose, letter, load_letters
from pipeline.errors import SetupError
from pipeline.model import Enclosure
from tests.rules.forms import ROOT, entry, judge

LETTERS = load_letters(ROOT / "schemas")
CHECKLIST = load_checklist(ROOT / "schemas", judge().tables.fields)


def _pdf() -> bytes:
    writer, buffer = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(buffer)
    return buffer.getvalue()


PDF = _pdf()
ENCLOSED = (
    Enclosed("convention_C2026-000001.pdf", "votre convention", "your agreement", standing=True, data=PDF),
    Enclosed("pieces_C2026-000001.pdf", "la liste des pièces", "the list", standing=True, data=PDF),
)


def _letter(changes: dict[str, Any], enclosed: Sequence[Enclosed] = ()) -> tuple[str, EmailMessage, bytes]:
    verdict = judge().judge(entry(changes))
    seen = judge().facts(verdict.entry)
    data = letter(seen, verdict, checklist_values(seen, verdict, CHECKLIST), LETTERS, enclosed)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return verdict.status, message, data


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_what_the_student_and_the_host_have_to_do_stand_in_two_lists() -> None:
    status, message, _ = _letter({"stage.duree_heures": 1000, "gratification.montant": 1, "organisme.siret": "12"})
    text = _text(message)
    assert status == "à corriger"
    mine, hosts = text.index("À faire par vous"), text.index("À demander à l’organisme d’accueil")
    assert mine < text.index("1\u202f000") < hosts < text.index("SIRET")


def test_a_refusal_says_why_and_whom_to_contact_and_nothing_else() -> None:
    status, message, _ = _letter({"etranger": "Ukraine", "stage.sujet": None, "assurance.accidents": None})
    text = _text(message)
    assert status == "refusé"
    assert "zone rouge" in text
    assert "Sujet" not in text
    assert "assurance individuelle" not in text


def test_english_follows_french_in_the_bilingual_model_only() -> None:
    assert "Kind regards" in _text(_letter({"etranger": "Italie"})[1])
    assert "Kind regards" not in _text(_letter({})[1])


@pytest.mark.parametrize("name", ["Léa\r\nBcc: a@example.org", "=?utf-8?q?x?=", "a,b;<c@d.fr>", "😀" * 100])
def test_no_cell_writes_a_header(name: str) -> None:
    _, message, _ = _letter(
        {"etudiant.prenom": name, "organisme.raison_sociale": name, "etudiant.email": f"x@y.fr\r\nBcc: {name}"}
    )
    assert message["Bcc"] is None
    assert set(message.keys()) <= {"Subject", "From", "To", "Date", "X-Unsent", "MIME-Version", "Content-Type"}


def test_a_malformed_address_gives_way_to_the_personal_one() -> None:
    assert _letter({"etudiant.email": "x@"})[1]["To"] is None
    assert _letter({"etudiant.email": "x@", "etudiant.email_personnel": "a@example.org"})[1]["To"] == "a@example.org"


def test_the_same_dossier_gives_the_same_bytes() -> None:
    assert _letter({"etranger": "Italie"})[2] == _letter({"etranger": "Italie"})[2]


# ── what is enclosed ──────────────────────────────────────────────────────────────────────────────


def test_the_attached_files_are_named_typed_and_whole() -> None:
    _, message, _ = _letter({"etranger": "Italie"}, ENCLOSED)
    attached = list(message.iter_attachments())
    assert [part.get_filename() for part in attached] == [file.name for file in ENCLOSED]
    for part in attached:
        assert (part.get_content_type(), part.get_content_disposition()) == ("application/pdf", "attachment")
        assert len(pypdf.PdfReader(io.BytesIO(part.get_content())).pages) == 1
    text, html = _text(message), message.get_body(("html",))
    assert html is not None
    for words in ("Vous trouverez ci-joint", "votre convention", "Please find attached:", "your agreement"):
        assert words in text
        assert words in html.get_content()
    assert not message.defects


def test_what_has_no_pdf_is_said_to_follow_and_what_is_only_named_is_not_attached() -> None:
    named = Enclosed("convention_C2026-000001.pdf", "votre convention", "your agreement", standing=True)
    later = Enclosed("pieces_C2026-000001.pdf", "la liste des pièces", "the list", standing=False)
    _, message, _ = _letter({}, (named, later))
    text = _text(message)
    assert list(message.iter_attachments()) == []
    assert "ci-joint" not in text
    assert text.index("transmis avec ce message") < text.index(named.name) < text.index("Vous recevrez ensuite")
    assert later.label in text
    assert later.name not in text


def test_no_part_of_the_message_can_be_forged_by_a_cell() -> None:
    _, message, data = _letter({}, ENCLOSED)
    boundary = message.get_boundary()
    assert boundary is not None
    forged = f"Léa\r\n--{boundary}\r\nContent-Type: text/html\r\n\r\n<b>x</b>"
    _, other, _ = _letter({"etudiant.prenom": forged, "organisme.raison_sociale": forged}, ENCLOSED)
    assert [part.get_content_type() for part in other.walk()] == [part.get_content_type() for part in message.walk()]
    assert data.count(f"--{boundary}\r\n".encode()) == 3


def test_the_subject_is_in_both_languages_for_the_bilingual_model() -> None:
    assert _letter({"etranger": "Italie"})[1]["Subject"].count(" / ") == 1
    assert "/" not in _letter({})[1]["Subject"]


def test_the_same_pdfs_give_the_same_bytes_and_another_pdf_another_message() -> None:
    assert _letter({}, ENCLOSED)[2] == _letter({}, ENCLOSED)[2]
    assert _letter({}, ENCLOSED)[2] != _letter({}, ENCLOSED[:1])[2]


_ENCLOSURES = (Enclosure("d/convention_C1.pdf", "la convention", "the agreement"), Enclosure("d/b.pdf", "b", "b"))


@pytest.mark.parametrize(
    ("standing", "attach", "most", "attached", "named"),
    [
        ({"d/convention_C1.pdf", "d/b.pdf"}, True, 8, ["convention_C1.pdf", "b.pdf"], []),
        ({"d/convention_C1.pdf", "d/b.pdf"}, True, 7, [], ["convention_C1.pdf", "b.pdf"]),
        ({"d/convention_C1.pdf", "d/b.pdf"}, False, 8, [], ["convention_C1.pdf", "b.pdf"]),
        ({"d/b.pdf", "d/other.pdf"}, True, 8, ["b.pdf"], []),
        (set(), True, 8, [], []),
    ],
)
def test_only_what_stands_is_attached_and_only_as_much_as_a_mail_may_weigh(
    standing: set[str], attach: bool, most: int, attached: list[str], named: list[str]
) -> None:
    found = enclose(_ENCLOSURES, standing, lambda _: b"%PDF", attach=attach, most=most)
    assert [file.name for file in found if file.data is not None] == attached
    assert [file.name for file in found if file.standing and file.data is None] == named


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind("autre", "autre", "word", {}, frozenset(), frozenset(), pdf=True, label="x"), "document inconnu"),
        (Kind("convention", "c", "word", {}, frozenset(), frozenset(), pdf=False, label="x"), "ne peut pas être joint"),
        (Kind("convention", "c", "word", {}, frozenset(), frozenset(), pdf=True), "ne peut pas être joint"),
    ],
)
def test_a_letter_that_encloses_what_cannot_be_stops_the_run(kind: Kind, said: str) -> None:
    with pytest.raises(SetupError, match=said) as refusal:
        load_letters(ROOT / "schemas", [kind])
    assert refusal.value.key == "prêt.joints"
