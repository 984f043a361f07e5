"""What leaves the office tonight, once somebody sends it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.desk.model import Event
from pipeline.desk.reminders import Reminder
from pipeline.report.mailing import Earlier
from pipeline.report.sendings import Sending


@dataclass(frozen=True, slots=True)
class Post:
    """The messages of one night."""

    sendings: tuple[Sending, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    before: tuple[Earlier, ...] = ()
    """Letters of the nights before that may still wait."""
    events: tuple[Event, ...] = ()
    """What the register remembers of them."""


NO_POST = Post()
"""Nothing is sent."""
