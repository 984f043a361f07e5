"""The message to the student, ready to send (.eml): what to correct, what to ask of the host, what is enclosed."""

from __future__ import annotations

from pipeline.documents.message.enclosed import Enclosed, enclose
from pipeline.documents.message.mail import letter
from pipeline.documents.message.texts import Letters, load_letters

__all__ = ["Enclosed", "Letters", "enclose", "letter", "load_letters"]
