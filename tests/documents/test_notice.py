"""The messages of amendments and certificates: their words, their addressees, and what hostile cells may not do."""

from __future__ import annotations

import email
import email.policy
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pipeline.documents.notice import NAMES, load_notices, notice_mail
from pipeline.errors import SetupError
from tests.rules.forms import ROOT, entry, judge

_FIELDS = judge().tables.fields
_NOTICES = load_notices(ROOT / "schemas", _FIELDS)


def _mail(name: str, given: dict[str, Any]) -> EmailMessage:
    data = notice_mail(_NOTICES[name], judge().facts(entry(given)), [("a.pdf", b"%PDF")], date(2027, 5, 21), 2)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _text(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("name", NAMES)
def test_every_message_is_filled_in_one_language_or_in_two(name: str) -> None:
    french, both = _mail(name, {}), _mail(name, {"etranger": "Italie"})
    assert "Kind regards" not in _text(french)
    for message in (french, both):
        assert "{" not in _text(message) + str(message["Subject"])
        assert "None" not in _text(message)
        assert [part.get_content_type() for part in message.iter_attachments()] == ["application/pdf"]
    assert "Kind regards" in _text(both)
    assert " / " in str(both["Subject"])


def test_the_certificate_goes_to_the_tutor_else_to_the_host_and_the_amendment_to_the_student() -> None:
    form = entry({}).deposit.values
    assert str(_mail("attestation", {})["To"]) == form["tuteur.email"]
    assert str(_mail("attestation", {"tuteur.email": None})["To"]) == form["organisme.email"]
    assert str(_mail("avenant", {})["To"]) == form["etudiant.email"]


def test_hostile_cells_neither_add_a_header_nor_run() -> None:
    given = {"etudiant.nom": "Durand\r\nBcc: x@y.z", "organisme.raison_sociale": "<script>alert(1)</script> {fin}"}
    for name in NAMES:
        message = _mail(name, given)
        assert message["Bcc"] is None
        assert "<script>" not in _text(message, "html")
        assert "{fin}" in _text(message), "les accolades d’une cellule restent du texte"


@pytest.mark.parametrize(
    ("old", "new"), [("{fin}. Merci", "{secret}. Merci"), ("tuteur.email", "tuteur.inconnu"), ("  objet:", "  sujet:")]
)
def test_a_faulty_entry_stops_the_run(tmp_path: Path, old: str, new: str) -> None:
    text = (ROOT / "schemas" / "notices.yaml").read_text(encoding="utf-8")
    (tmp_path / "notices.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SetupError):
        load_notices(tmp_path, _FIELDS)
