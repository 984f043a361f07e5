"""Mail: one recipient, ours; no header of a cell; attachments under plain names."""

from __future__ import annotations

import email
import email.policy
from datetime import date

import pytest

from pipeline.documents.message.sealing import is_sound, sealed

DAY = date(2026, 11, 21)
_ADDRESSES = (
    "a@b.fr, victim@canary.test",
    '"a"@b.fr, victim@canary.test',
    "a@b.fr;victim@canary.test",
    "a@b.fr\r\nBcc: victim@canary.test",
    "a@b.fr\nCc:victim@canary.test",
    "<a@b.fr>",
    "A <a@b.fr>",
    "a@b.fr (x) victim@canary.test",
    "group: a@b.fr, victim@canary.test;",
    "@canary.test:a@b.fr",
    "=?utf-8?q?a@b.fr,victim?=@canary.test",
    "a%canary.test@b.fr,",
    "mailto:a@b.fr?bcc=victim@canary.test",
    "a@b.fr\x00",
    "a@b.fr\u2028Bcc: x",
    "a@[127.0.0.1]",
)


@pytest.mark.parametrize("address", _ADDRESSES)
def test_what_is_no_single_address_is_no_recipient(address: str) -> None:
    message = email.message_from_bytes(_sealed(to=address), policy=email.policy.default)
    assert "To" not in message or [a.addr_spec for a in message["To"].addresses] == [address]
    assert set(message.keys()) <= {"Subject", "From", "Date", "X-Unsent", "MIME-Version", "Content-Type"}
    assert not is_sound(address)


@pytest.mark.parametrize(
    "text",
    ["a\r\nBcc: v@canary.test", "a\n\nbody", "=?utf-8?q?a=0ABcc:_v@canary.test?=", "a\x0b\x85\u2028Bcc: x", "\x00"],
)
def test_no_text_writes_a_header(text: str) -> None:
    whole = _sealed(subject=text, name=f"{text}.pdf")
    message = email.message_from_bytes(whole, policy=email.policy.default)
    assert sorted(message.keys()) == sorted(
        ["Subject", "From", "To", "Date", "X-Unsent", "MIME-Version", "Content-Type"]
    )
    assert [a.addr_spec for a in message["To"].addresses] == ["etudiante@univ.test.fr"]
    assert [a.addr_spec for a in message["From"].addresses] == ["service@univ.test.fr"]
    head = whole.partition(b"\r\n\r\n")[0].decode("ascii")
    assert not [line for line in head.split("\r\n") if line.lower().startswith(("bcc", "cc"))]
    assert [part.get_content_type() for part in message.walk()].count("application/pdf") == 1


def _sealed(
    to: str = "etudiante@univ.test.fr", subject: str = "Objet", sender: str = "Service", name: str = "a.pdf"
) -> bytes:
    return sealed(subject, (sender, "service@univ.test.fr"), to, DAY, "texte", "<p>texte</p>", [(name, b"%PDF")])
