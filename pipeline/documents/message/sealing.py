"""The bytes of a draft .eml, written by Python's email package: whatever the texts are, they forge nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from pipeline.check.rules.identity import is_address

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SUBTYPES = {"pdf": "pdf", "docx": "vnd.openxmlformats-officedocument.wordprocessingml.document"}


def sealed(
    subject: str,
    sender: tuple[str, str],
    to: str,
    day: date,
    text: str,
    html: str,
    attached: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """Return a draft .eml; whatever the texts are, they write no header and forge no part.

    ``sender`` is (name, address), ``attached`` are (file name, PDF or .docx). An address that is not sound is left out.
    The same values give the same bytes: the boundaries come from the content, which therefore cannot hold them.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(subject)
    if sender[1] and is_sound(sender[1]):
        message["From"] = str(Address(one_line(sender[0]), addr_spec=sender[1]))
    if to and is_sound(to):
        message["To"] = to
    message["Date"] = format_datetime(datetime.combine(day, time(8), UTC))
    message["X-Unsent"] = "1"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    digest = hashlib.sha256("\0".join((text, html)).encode("utf-8", "replace"))
    for _, data in attached:
        digest.update(data)
    message.set_boundary(f"conventions-texte-{digest.hexdigest()[:40]}")
    for name, data in attached:
        subtype = _SUBTYPES.get(name.rpartition(".")[2], "pdf")
        message.add_attachment(data, maintype="application", subtype=subtype, filename=one_line(name))
    if attached:
        message.set_boundary(f"conventions-{digest.hexdigest()[:40]}")
    return message.as_bytes()


def one_line(text: str) -> str:
    """Return ``text`` on one line, as a header holds it.

    The email package decodes what looks like an encoded word (RFC 2047) in a text that it is given, and writes the line
    breaks that it finds in there: « =?utf-8?q?a=0ABcc:_x?= » would be a header. It is kept from looking like one.
    """
    return " ".join(_UNFIT.sub(" ", text).split()).replace("=?", "= ?")


def is_sound(address: str) -> bool:
    """Tell whether mail can be sent to ``address``, and a header can hold it."""
    return address.isascii() and not any(c.isspace() for c in address) and is_address(address)
