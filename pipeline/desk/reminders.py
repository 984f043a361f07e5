"""Who is reminded tonight, of what: pure, from the follow-ups, what was told of them, and the day."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.check.rules.dates import month_before
from pipeline.config import Closure, Settings
from pipeline.desk.model import FollowUp, Told
from pipeline.desk.reminder_texts import KINDS, ReminderKind
from pipeline.desk.signing import current, holding_since, is_abroad
from pipeline.desk.stages import SIGNED
from pipeline.documents.message.sealing import is_sound, one_line
from pipeline.language import NBSP, short_date
from pipeline.model import Value

REMINDED = "relance"
"""``what`` of the event that records the reminders of a dossier; its value is :func:`recorded`."""
LABELS: Mapping[ReminderKind, str] = {
    "signature": "signature",
    "corrections": "corrections",
    "pieces": "pièces",
    "mobilite": "portail de mobilité",
    "attestation": "attestation",
    "fsd": "avis de sécurité et de défense",
}
_PORTAL_DAYS = 10
"""Days before the last day for the mobility portal at which the first reminder is due; the other is due that day."""
_HURRY = 14
"""Days before the start within which who holds the agreement is reminded twice as often."""
_STUDENT = ("étudiant", "etudiant", ("etudiant.email", "etudiant.email_personnel"))
_PARTIES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "organisme": ("organisme", "signataire", ("signataire.email", "organisme.email")),
    "tuteur": ("tuteur", "tuteur", ("tuteur.email",)),
    "référent": ("référent", "enseignant", ("enseignant.email",)),
    "étudiant": _STUDENT,
}
"""Party of a signature → who is written to, the section of the name, the fields of the address."""


@dataclass(frozen=True, slots=True)
class Due:
    """One dossier that somebody is owed a reminder about tonight."""

    follow_up: FollowUp
    kind: ReminderKind
    party: str
    """« étudiant », « organisme », « tuteur », « référent » or « sécurité défense »."""
    name: str
    address: str
    """Sound, or "": to be reminded by telephone."""
    since: date
    """Day since which it is awaited."""
    rank: int
    """1 for the first reminder."""
    next: date | None
    """Day of the next one, closures aside; None when this is the last."""
    limit: date | None = None
    """Last day on which it helps."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message to one person tonight: every dossier for which the same is awaited of them."""

    dues: tuple[Due, ...]
    """At least one, in the order of references."""

    @property
    def kind(self) -> ReminderKind:
        return self.dues[0].kind

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(due.follow_up.reference for due in self.dues)

    @property
    def party(self) -> str:
        return self.dues[0].party

    @property
    def name(self) -> str:
        return self.dues[0].name

    @property
    def address(self) -> str:
        return self.dues[0].address

    @property
    def since(self) -> date:
        return min(due.since for due in self.dues)

    @property
    def rank(self) -> int:
        return max(due.rank for due in self.dues)

    @property
    def next(self) -> date | None:
        return min((due.next for due in self.dues if due.next), default=None)


def reminders(
    follow_ups: Iterable[FollowUp], day: date, settings: Settings, written: Collection[str] = ()
) -> tuple[Reminder, ...]:
    """Return the reminders of the night of ``day``, in the order of their first dossiers; none within a closure.

    At most one for each person, of the most pressing kind; none to the addresses ``written``, to which a letter
    goes tonight. What is left out is due again the next night.
    """
    if any(closure.start <= day <= closure.end for closure in settings.closures):
        return ()
    taken = {address.casefold() for address in written}
    people: dict[str, dict[ReminderKind, list[Due]]] = {}
    for follow_up in sorted(follow_ups, key=lambda one: one.reference):
        for due in dues(follow_up, day, settings):
            if due.address.casefold() not in taken:
                people.setdefault(_person(due), {}).setdefault(due.kind, []).append(due)
    chosen = (Reminder(tuple(kinds[min(kinds, key=KINDS.index)])) for kinds in people.values())
    return tuple(sorted(chosen, key=lambda reminder: (reminder.references, KINDS.index(reminder.kind))))


def _person(due: Due) -> str:
    """Return the key of whom to write to: the address; without one, the name, else the dossier."""
    return due.address.casefold() or f"{due.party}/{due.name.casefold() or due.follow_up.reference}"


# ── what one dossier asks for ─────────────────────────────────────────────────────────────────────


def dues(follow_up: FollowUp, day: date, settings: Settings) -> Iterator[Due]:
    """Yield what is awaited about one dossier and has to be recalled on ``day``."""
    values = follow_up.verdict.entry.deposit.values
    start, end = _day(values, "stage.date_debut"), _day(values, "stage.date_fin")
    if follow_up.etape in ("abandonné", "refusé", "réorienté", "repris"):
        return
    if follow_up.etape == "terminé":
        if end is not None and "attestation_recue" not in follow_up.told:
            yield from _paced(follow_up, "attestation", end, day, settings, _PARTIES["tuteur"])
        return
    if start is not None and day >= start:
        return  # an internship under way: nobody can sign or send anything for it any more
    if follow_up.etape == "à corriger":
        yield from _paced(follow_up, "corrections", _asked(follow_up), day, settings, _STUDENT)
    if follow_up.etape in ("prêt", "envoyé") and not follow_up.complete:
        yield from _paced(follow_up, "pieces", _asked(follow_up), day, settings, _STUDENT)
    if follow_up.etape == "envoyé":
        yield from _signer(follow_up, day, start, settings)
    if is_abroad(follow_up) and follow_up.etape in ("à vérifier", "prêt", "envoyé"):
        yield from _officer(follow_up, day, settings)
        yield from _portal(follow_up, day, start, settings)


def _paced(
    follow_up: FollowUp,
    kind: ReminderKind,
    since: date,
    day: date,
    settings: Settings,
    party: tuple[str, str, tuple[str, ...]],
) -> Iterator[Due]:
    """Yield the reminder whose day has come, of those counted from ``since``."""
    days, closures = settings.reminders.days, settings.closures
    rank, last = _before(follow_up.told, kind, since)
    if rank >= len(days) or working(since, day, closures) < days[rank]:
        return
    if last is not None and working(last, day, closures) < days[rank] - days[rank - 1]:
        return
    following = day + timedelta(days[rank + 1] - days[rank]) if rank + 1 < len(days) else None
    yield _due(follow_up, kind, party, since, rank + 1, following)


def _signer(follow_up: FollowUp, day: date, start: date | None, settings: Settings) -> Iterator[Due]:
    """Yield the reminder of who holds the agreement now: the first who has not signed, and never the university."""
    if not settings.reminders.signer_days:
        return
    holder, since = current(follow_up), holding_since(follow_up)
    if holder is None or since is None or holder.key == SIGNED:
        return
    hurry = start is not None and (start - day).days <= _HURRY
    pace = max(2, settings.reminders.signer_days // 2) if hurry else settings.reminders.signer_days
    kind: ReminderKind = "signature"
    rank, last = _before(follow_up.told, kind, since)
    if working(last or since, day, settings.closures) < pace:
        return
    party = _PARTIES.get(holder.party, _STUDENT)
    yield _due(follow_up, kind, party, since, rank + 1, day + timedelta(pace), name=holder.holder, limit=start)


def _officer(follow_up: FollowUp, day: date, settings: Settings) -> Iterator[Due]:
    asked = follow_up.told.get("fsd_demande_le")
    answered = follow_up.verdict.entry.deposit.values.get("etranger.accord_fsd") in ("Accordé", "Refusé")
    if asked is None or type(asked.value) is not date or "fsd_reponse" in follow_up.told or answered:
        return
    service = settings.services.get("securite_defense")
    for due in _paced(follow_up, "fsd", asked.value, day, settings, ("sécurité défense", "", ())):
        address = service.email if service and is_sound(service.email) else ""
        yield Due(
            due.follow_up, due.kind, due.party, service.name if service else "", address, due.since, due.rank, due.next
        )


def _portal(follow_up: FollowUp, day: date, start: date | None, settings: Settings) -> Iterator[Due]:
    """Yield the reminder ten days before the last day for the mobility portal, then the one of that day."""
    values = follow_up.verdict.entry.deposit.values
    if start is None or "portail_mobilite" in follow_up.told or values.get("etranger.mobilite_inscription"):
        return
    limit = month_before(start)
    first = limit - timedelta(_PORTAL_DAYS)
    rank, last = _before(follow_up.told, "mobilite", first)
    if not settings.reminders.days or rank > 1 or day < (first, limit)[rank] or last == day:
        return
    yield _due(
        follow_up, "mobilite", _STUDENT, first, rank + 1, limit if rank == 0 and day < limit else None, limit=limit
    )


def _due(
    follow_up: FollowUp,
    kind: ReminderKind,
    party: tuple[str, str, tuple[str, ...]],
    since: date,
    rank: int,
    following: date | None,
    *,
    name: str = "",
    limit: date | None = None,
) -> Due:
    values = follow_up.verdict.entry.deposit.values
    who, section, keys = party
    family, given = (values.get(f"{section}.{part}") for part in ("nom", "prenom"))
    found = name or " ".join(str(part) for part in (given, str(family).upper() if family else None) if part)
    addresses = (values.get(key) for key in keys)
    address = next((a for a in addresses if isinstance(a, str) and is_sound(a)), "")
    return Due(follow_up, kind, who, one_line(found), address, since, rank, following, limit)


def _asked(follow_up: FollowUp) -> date:
    """Return the day of the last letter about the dossier, else the one since which it stands where it is."""
    letter = follow_up.told.get("lettre")
    return letter.at.date() if letter is not None else follow_up.since


def _day(values: Mapping[str, Value], key: str) -> date | None:
    value = values.get(key)
    return value if isinstance(value, date) else None


def working(first: date, last: date, closures: Sequence[Closure]) -> int:
    """Return the number of days after ``first``, ``last`` included, that are in no closure."""
    closed = {
        closure.start + timedelta(n) for closure in closures for n in range((closure.end - closure.start).days + 1)
    }
    return max(0, (last - first).days) - sum(first < shut <= last for shut in closed)


# ── what is remembered ────────────────────────────────────────────────────────────────────────────

_DONE = re.compile(r"(\w+) n° (\d+) le (\d{4}-\d\d-\d\d) \(depuis le (\d{4}-\d\d-\d\d)\)")


def _done(told: Told) -> dict[ReminderKind, tuple[int, date, date]]:
    """Return kind → (rank, day, since) of the last reminder of each kind."""
    event = told.get(REMINDED)
    found = _DONE.findall(event.value) if event is not None and isinstance(event.value, str) else []
    by_name = {name: (int(rank), date.fromisoformat(on), date.fromisoformat(since)) for name, rank, on, since in found}
    return {kind: by_name[kind] for kind in KINDS if kind in by_name}


def _before(told: Told, kind: ReminderKind, since: date) -> tuple[int, date | None]:
    """Return the rank and the day of the last reminder of what is awaited since ``since``: (0, None) for none yet."""
    rank, on, counted = _done(told).get(kind, (0, None, since))
    return (rank, on) if counted == since else (0, None)


def times(told: Told) -> str:
    """Return « signature : 2e relance le 05/12/2026 », one kind after the other; "" when nobody was reminded."""
    return "\u202f; ".join(
        f"{LABELS[kind]}{NBSP}: {'1re' if rank == 1 else f'{rank}e'} relance le {short_date(on)}"
        for kind, (rank, on, _) in _done(told).items()
    )


def recorded(found: Iterable[Reminder], day: date) -> Mapping[str, str]:
    """Return reference → value of its event :data:`REMINDED`: the last reminder of each kind, tonight's included."""
    done: dict[str, dict[ReminderKind, tuple[int, date, date]]] = {}
    for reminder in found:
        for due in reminder.dues:
            known = done.setdefault(due.follow_up.reference, _done(due.follow_up.told))
            known[due.kind] = due.rank, day, due.since
    return {
        reference: " ; ".join(
            f"{kind} n° {rank} le {on.isoformat()} (depuis le {since.isoformat()})"
            for kind, (rank, on, since) in sorted(known.items())
        )
        for reference, known in done.items()
    }
