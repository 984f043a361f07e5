"""Follow-ups made by hand for the tests of the reminders and of the index of messages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from pipeline.desk.model import Action, Etape, Event, FollowUp, PieceState, Signature
from pipeline.model import Value
from tests.rules.forms import entry, judge

SIGNERS = (
    ("signature_organisme", "organisme", "Anne DIRECTION"),
    ("signature_tuteur", "tuteur", "Paul TUTEUR"),
    ("signature_referent", "référent", "Rose REFERENTE"),
    ("signature_etudiant", "étudiant", "Élodie EXEMPLE"),
    ("signature_universite", "université", "La doyenne"),
)


def told_on(what: str, value: Value | None, day: date) -> Event:
    """Return something told on ``day``."""
    return Event("C2026-000001", what, value, datetime.combine(day, time(7)))


def followed(
    etape: Etape,
    day: date,
    *,
    changes: Mapping[str, Any] | None = None,
    told: Sequence[Event] = (),
    signed: Sequence[date] = (),
    missing: Sequence[str] = (),
    reference: str = "C2026-000001",
) -> FollowUp:
    """Return a dossier in ``etape`` since ``day``; ``signed`` are the days of the first signatures."""
    found = dataclasses.replace(entry(changes or {}), reference=reference, folder=f"dossiers/2026-2027/{reference}")
    days = [*signed, *[None] * len(SIGNERS)]
    return FollowUp(
        verdict=judge().judge(found),
        etape=etape,
        since=day,
        manager="",
        told={event.what: dataclasses.replace(event, reference=reference) for event in told},
        pieces=tuple(PieceState(f"P{n}", label, True, False, None, False) for n, label in enumerate(missing)),
        signatures=tuple(
            Signature(key, party, name, on, "papier" if on else "")
            for (key, party, name), on in zip(SIGNERS, days, strict=False)
        ),
        action=Action(0, "Envoyer.", "Send.", "gestionnaire", None, today=False),
        documents=(f"dossiers/2026-2027/{reference}/message_{reference}.eml",),
    )
