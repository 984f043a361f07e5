"""Agreements that people hold: which version was sent or signed, which amendments followed, what is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.desk.model import Event, Told
from pipeline.desk.stages import ABANDONED, ABANDONED_WHY, SENT, SIGNED

AMENDMENT, AMENDMENT_DRAFT, AMENDMENT_SIGNED = "avenant", "avenant_projet", "avenant_signe"
"""Words for « amendment n was made » (its value is n), « it bears the PROJET mark » and « it has been signed »."""
CERTIFICATE, CERTIFICATE_BACK = "attestation", "attestation_recue"
"""Words for « the certificate form was made for the host » (its value is the version) and for its return."""
_SIGNATURES = "signature_"


@dataclass(frozen=True, slots=True)
class MadeAmendment:
    """One amendment that the register knows."""

    number: int
    version: int
    """The version that it brings."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A dossier whose agreement has been sent or signed."""

    reference: str
    version: int
    """The version whose agreement people hold."""
    signed: bool
    """The university, which signs last, has signed it."""
    binding: bool
    """A change needs an amendment; False: it makes a new version, to be signed anew."""
    amendments: tuple[MadeAmendment, ...] = ()
    """In the order of their numbers."""
    signed_amendment: int = 0
    """The highest number of those signed; 0: none is."""
    draft: bool = False
    """The last amendment bears the PROJET mark: it is made anew once everything is decided."""
    abandoned: bool = False
    certified: int | None = None
    """The version for which the certificate form was made for the host."""
    certificate_back: bool = False
    """The host has returned the certificate."""

    @property
    def base(self) -> int:
        """The version that the next amendment starts from: that of the last signed amendment, else of the agreement."""
        signed = [one.version for one in self.amendments if one.number <= self.signed_amendment]
        return signed[-1] if signed else self.version

    @property
    def pending(self) -> MadeAmendment | None:
        """The last amendment, while it has not been signed: a later change makes it anew under its number."""
        last = self.amendments[-1] if self.amendments else None
        return last if last is not None and last.number > self.signed_amendment else None

    @property
    def next_number(self) -> int:
        """The number of the amendment that a change asks for now."""
        if self.pending is not None:
            return self.pending.number
        return self.amendments[-1].number + 1 if self.amendments else 1

    @property
    def in_force(self) -> int:
        """The version that counts: that of the last amendment, else of the agreement."""
        return self.amendments[-1].version if self.amendments else self.version

    def to_sign_again(self, current: int) -> bool:
        """Tell whether version ``current`` is newer than the one sent: the signatures given no longer count."""
        return not self.binding and current > self.version


def issued_dossiers(events: Mapping[str, Iterable[Event]], *, from_sending: bool) -> Mapping[str, Issued]:
    """Return the issued dossiers by reference; ``events`` are all that was told of each dossier, in order.

    ``from_sending``: the university amends from the sending on, not only once it has signed.
    """
    found = {ref: one for ref, told in events.items() if (one := _issued(ref, list(told), from_sending)) is not None}
    return dict(sorted(found.items()))


def may_be_issued(told: Told) -> bool:
    """Tell whether the state of a dossier says that its agreement has gone out: nothing else need be asked of it."""
    return SENT in told or any(what.startswith(_SIGNATURES) for what in told)


def given_up(told: Mapping[str, Told]) -> Mapping[str, date | None]:
    """Return the dossiers whose internship was given up, with its day, None when it was not told."""
    found = {ref: one.get(ABANDONED) for ref, one in told.items() if ABANDONED in one or ABANDONED_WHY in one}
    return {ref: _day(event.value) if event is not None else None for ref, event in found.items()}


def _day(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _issued(reference: str, events: list[Event], from_sending: bool) -> Issued | None:
    told = _last(events)
    signed, sent = told.get(SIGNED), told.get(SENT)
    given = [event for what, event in told.items() if what.startswith(_SIGNATURES) and _day(event.value)]
    if signed is not None:
        version = signed.version
    elif sent is not None or given:
        version = max(event.version for event in (*given, *([sent] if sent is not None else [])))
    else:
        return None
    amendments, signed_amendment = _amendments(events)
    certificate = told.get(CERTIFICATE)
    return Issued(
        reference,
        version,
        signed=signed is not None,
        binding=signed is not None or from_sending,
        amendments=amendments,
        signed_amendment=signed_amendment,
        draft=AMENDMENT_DRAFT in told,
        abandoned=ABANDONED in told or ABANDONED_WHY in told,
        certified=certificate.version if certificate is not None else None,
        certificate_back=CERTIFICATE_BACK in told,
    )


def _last(events: Iterable[Event]) -> dict[str, Event]:
    """Return the last event of each word, those left out that take back what was told."""
    told = {event.what: event for event in events}
    return {what: event for what, event in told.items() if event.value is not None and event.value is not False}


def _amendments(events: Iterable[Event]) -> tuple[tuple[MadeAmendment, ...], int]:
    """Return the amendments in the order of their numbers, and the highest number signed."""
    made: dict[int, MadeAmendment] = {}
    signed: set[int] = set()
    for event in events:
        if event.what == AMENDMENT and isinstance(event.value, int):
            made[event.value] = MadeAmendment(event.value, event.version)
        elif event.what == AMENDMENT_SIGNED and made:
            if event.value is None or event.value is False:
                signed.discard(max(made))
            else:
                signed.add(max(made))
    return tuple(made[number] for number in sorted(made)), max(signed, default=0)
