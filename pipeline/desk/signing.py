"""Who has the agreement now, and what the university's signature waits for, as the follow-up shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pipeline.desk.model import FollowUp, Signature
from pipeline.desk.stages import SENT, SIGNED
from pipeline.language import NBSP, short_date

_AT_HOME = "FR_METRO_DROM_COM"


def is_abroad(follow_up: FollowUp) -> bool:
    """Tell whether the internship is abroad: outside the zone of France and its overseas departments."""
    return follow_up.verdict.zone not in (None, _AT_HOME)


def holders(follow_up: FollowUp) -> Mapping[str, tuple[Signature, ...]]:
    """Return the signatures by column: a second supervisor or a guardian signs in the column of another."""
    found: dict[str, tuple[Signature, ...]] = {}
    for signature in follow_up.signatures:
        found[signature.key] = (*found.get(signature.key, ()), signature)
    return found


def current(follow_up: FollowUp) -> Signature | None:
    """Return the signature that is waited for now; None when all have signed or nothing was sent."""
    if follow_up.etape != "envoyé":
        return None
    return next((signature for signature in follow_up.signatures if signature.day is None), None)


def holding_since(follow_up: FollowUp) -> date | None:
    """Return the day since which the current holder has the agreement: the last signature, else the sending."""
    days = [s.day for s in follow_up.signatures if s.day is not None]
    sent = follow_up.told.get(SENT)
    if sent is not None and isinstance(sent.value, date):
        days.append(sent.value)
    return max(days, default=None)


def university_waits(follow_up: FollowUp) -> tuple[str, ...]:
    """Return in French what the university's signature waits for; () when it may sign (SIG-01, SIG-02)."""
    found = []
    if follow_up.verdict.status not in ("prêt", "repris"):
        found.append(f"la fiche est «{NBSP}{follow_up.verdict.status}{NBSP}»")
    unsigned = dict.fromkeys(s.party for s in follow_up.signatures if s.key != SIGNED and s.day is None)
    if unsigned:
        found.append(f"signatures attendues{NBSP}: {', '.join(unsigned)}")
    if follow_up.missing:
        found.append(f"pièces attendues{NBSP}: {', '.join(follow_up.missing)}")
    answer = follow_up.verdict.entry.deposit.values.get("etranger.accord_fsd")
    if is_abroad(follow_up) and answer != "Accordé":
        found.append("accord du fonctionnaire de sécurité et de défense attendu")
    return tuple(found)


def last_day(follow_up: FollowUp) -> str:
    """Return « avant le 04/01/2027 », the day before which all must have signed; "" when the start is not known."""
    start = follow_up.verdict.entry.deposit.values.get("stage.date_debut")
    return f"avant le {short_date(start)}" if isinstance(start, date) else ""
