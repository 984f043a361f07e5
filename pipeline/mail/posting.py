"""The messages of the night: what is sent to whom, and what the register remembers of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.desk.model import Event, FollowUp
from pipeline.desk.reminders import REMINDED, recorded, reminders
from pipeline.documents.message import Letter
from pipeline.outbox import Outbox
from pipeline.report.mailing import earlier
from pipeline.report.post import Post
from pipeline.report.sendings import send_letters, send_notices, send_reminders
from pipeline.setup import Setup

LETTER = "lettre"
"""Word for « the student was told this »: its value is the hash of what the letter told."""


def last_told(told: Mapping[str, Mapping[str, Event]]) -> Mapping[str, str]:
    """Return reference → what the last letter told."""
    return {reference: str(events[LETTER].value) for reference, events in told.items() if LETTER in events}


def post(
    letters: Sequence[Letter],
    made: Iterable[str],
    follow_ups: Sequence[FollowUp],
    setup: Setup,
    outbox: Outbox,
    run_id: str,
    moment: datetime,
    *,
    reminding: bool = True,
) -> Post:
    """Put together the letters of the night, the reminders and the notices among the paths ``made``.

    Writes the messages that stand in the run's own folder: those of several dossiers, and the reminders. ``moment`` is
    that of the run on the processing day. ``reminding=False``: nobody is reminded tonight.
    """
    day = moment.date()
    settings = setup.settings
    sent = send_letters(letters, setup.letters, outbox, run_id, settings.attached_bytes)
    due = reminders(follow_ups if reminding else (), day, settings, {sending.address for sending in sent})
    reminded = send_reminders(due, setup.reminder_texts, settings, setup.tables, outbox, run_id, day)
    sendings = (*sent, *send_notices(made, outbox), *reminded)
    versions = {follow.reference: follow.verdict.entry.version for follow in follow_ups}
    told = [Event(one.reference, LETTER, one.told, moment, "", versions.get(one.reference, 1)) for one in letters]
    again = [
        Event(reference, REMINDED, text, moment, "", versions.get(reference, 1))
        for reference, text in recorded(due, day).items()
    ]
    return Post(sendings, due, earlier(follow_ups, day, sendings), (*told, *again))


def with_told(follow_ups: Iterable[FollowUp], events: Iterable[Event]) -> tuple[FollowUp, ...]:
    """Return the dossiers with what this night told of them besides."""
    news: dict[str, dict[str, Event]] = {}
    for event in events:
        news.setdefault(event.reference, {})[event.what] = event
    return tuple(
        replace(one, told={**one.told, **news[one.reference]}) if one.reference in news else one for one in follow_ups
    )
