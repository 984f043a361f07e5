"""The bytes of an .eml, read again: what went in comes out, and nothing else, whatever the texts are."""

from __future__ import annotations

import email
from collections.abc import Sequence
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.documents.message.sealing import one_line, sealed

DAY = date(2026, 11, 21)
_NAMES = ("convention_C2026-000001.pdf", "avenant_C2026-000001.docx", "é.pdf", "a b.pdf", 'a;b="c".pdf', "sans_point")
_HEADERS = {"Subject", "From", "To", "Date", "X-Unsent", "MIME-Version", "Content-Type"}

_texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=160)
_files = st.lists(st.tuples(st.sampled_from(_NAMES), st.binary(max_size=200)), max_size=2)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


@settings(max_examples=60, deadline=None)
@given(subject=_texts, name=_texts, text=_texts, html=_texts, attached=_files)
def test_what_went_in_comes_out_and_nothing_else(
    subject: str, name: str, text: str, html: str, attached: Sequence[tuple[str, bytes]]
) -> None:
    values = subject, (name, "service@example.org"), "camille@example.org", DAY, text, html, attached
    message = read(sealed(*values))
    assert set(message.keys()) == _HEADERS
    assert message["To"] == "camille@example.org"
    assert message["From"].addresses[0].addr_spec == "service@example.org"
    bodies = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    assert [body.rstrip("\r\n") for body in bodies] == [text, html]
    files = list(message.iter_attachments()) if attached else []
    assert [part.get_content() for part in files] == [data for _, data in attached]
    assert sealed(*values) == sealed(*values)


def test_a_text_of_several_lines_writes_no_header() -> None:
    hostile = "Objet\r\nBcc: tous@example.org\n\n<script>"
    message = read(sealed(hostile, (hostile, "service@example.org"), "camille@example.org", DAY, "x", "x"))
    assert message["Bcc"] is None
    assert message["Subject"] == one_line(hostile)


def test_another_sender_of_the_same_name_has_its_own_address() -> None:
    first, second = (sealed("s", ("Service", f"{who}@example.org"), "", DAY, "x", "x") for who in ("un", "deux"))
    assert b"From: Service <un@example.org>" in first
    assert b"From: Service <deux@example.org>" in second
