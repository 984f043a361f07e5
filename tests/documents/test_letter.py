"""The message to the student: what it holds by status, and that no cell writes a header."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest

from pipeline.documents.checklist import checklist_values, load_checklist
from pipeline.documents.letter import letter, load_letters
from tests.rules.forms import ROOT, entry, judge

LETTERS = load_letters(ROOT / "schemas")
CHECKLIST = load_checklist(ROOT / "schemas", judge().tables.fields)


def _letter(changes: dict[str, Any]) -> tuple[str, EmailMessage, bytes]:
    verdict = judge().judge(entry(changes))
    seen = judge().facts(verdict.entry)
    data = letter(seen, verdict, checklist_values(seen, verdict, CHECKLIST), LETTERS)
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
