"""The message to the student, ready to send (.eml): what to correct, what to ask of the host, what is enclosed."""

from __future__ import annotations

from pipeline.documents.message.enclosed import Enclosed, enclose
from pipeline.documents.message.mail import Draft, Letter, compose, letter, together, written
from pipeline.documents.message.news import is_news
from pipeline.documents.message.sealing import sealed
from pipeline.documents.message.texts import Letters, load_letters

__all__ = [
    "Draft",
    "Enclosed",
    "Letter",
    "Letters",
    "compose",
    "enclose",
    "is_news",
    "letter",
    "load_letters",
    "sealed",
    "together",
    "written",
]
