"""The documents that are not filled from the dossier’s current version alone: amendments, certificates, their messages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from pipeline.documents.notice import notice_mail
from pipeline.documents.values import template_values
from pipeline.model import Document, Enclosure
from pipeline.outbox import Outbox
from pipeline.setup import Setup
from pipeline.signed.after_signing import Filling


def filled(document: Document, filling: Filling, setup: Setup, outbox: Outbox, standing: Collection[str]) -> bytes:
    """Return the content of ``document``; a message carries what is among ``standing``: the PDF, else the .docx."""
    facts = setup.judge.facts(filling.entry)
    if filling.notice:
        attached = [
            (PurePosixPath(path).name, outbox.read(path))
            for enclosure in document.enclosures
            for path in _carried(enclosure, standing)
        ]
        number = filling.amended.number if filling.amended else None
        return notice_mail(setup.notices[filling.notice], facts, attached, filling.day, number)
    values = template_values(facts, setup.translations, draft=document.draft, amended=filling.amended)
    return setup.templates[document.template].render(values)


def _carried(enclosure: Enclosure, standing: Collection[str]) -> Iterator[str]:
    stem = enclosure.path.rpartition(".")[0]
    found = [path for path in (f"{stem}.pdf", f"{stem}.docx") if path in standing]
    if not found:
        raise FileNotFoundError(enclosure.path)  # a message without what it announces is not sent
    yield found[0]
