"""The .eml: a draft that mail programs open ready to send, its text twice (plain, HTML), its PDFs attached."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from jinja2 import FileSystemLoader

from pipeline.check.facts import Facts
from pipeline.check.rules.identity import is_address
from pipeline.documents.checklist import ChecklistPage
from pipeline.documents.jinja import html_environment
from pipeline.documents.message.body import body, plain, slots_of
from pipeline.documents.message.enclosed import Enclosed
from pipeline.documents.message.texts import LetterKind, Letters
from pipeline.language import Language
from pipeline.model import Verdict


def letter(
    facts: Facts, verdict: Verdict, page: ChecklistPage, letters: Letters, enclosed: Sequence[Enclosed] = ()
) -> bytes:
    """Return the message of one dossier as a draft, ``enclosed`` in the order given.

    The same dossier with the same PDFs gives the same bytes: the date is that of the judgement, the boundaries come
    from the content, which therefore cannot hold them.
    """
    kind = letters.by_status[verdict.status]
    languages: list[Language] = ["fr", "en"] if verdict.model == "bilingue" else ["fr"]
    bodies = [body(facts, verdict, page, kind, enclosed, language) for language in languages]
    text = plain(bodies)
    html = _ENVIRONMENT.get_template("message.html.j2").render(bodies=bodies)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _subject(facts, page, kind, languages)
    _address(message, facts)
    message["Date"] = format_datetime(datetime.combine(facts.today, time(8), UTC))
    message["X-Unsent"] = "1"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    attached = [(file.name, file.data) for file in enclosed if file.data is not None]
    digest = hashlib.sha256("\0".join((text, html)).encode("utf-8", "replace"))
    for _, data in attached:
        digest.update(data)
    message.set_boundary(f"conventions-texte-{digest.hexdigest()[:40]}")
    for name, data in attached:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    if attached:
        message.set_boundary(f"conventions-{digest.hexdigest()[:40]}")
    return message.as_bytes()


def _subject(facts: Facts, page: ChecklistPage, kind: LetterKind, languages: Sequence[Language]) -> str:
    """Write the subject on one line, in both languages for the bilingual model."""
    written = [kind.words[language].subject.format_map(slots_of(facts, page, language)) for language in languages]
    return " ".join(" / ".join(written).split())


def _address(message: EmailMessage, facts: Facts) -> None:
    """Write the sender and, when one of the student's addresses is sound, the addressee."""
    service = facts.settings.service("conventions")
    if service.email and is_address(service.email):
        message["From"] = str(Address(service.name, addr_spec=service.email))
    for key in ("etudiant.email", "etudiant.email_personnel"):
        address = facts[key]
        if address and is_address(address) and address.isascii():
            message["To"] = address
            return


_ENVIRONMENT = html_environment(loader=FileSystemLoader(Path(__file__).parents[1] / "html"))
