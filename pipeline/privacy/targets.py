"""Which dossiers are to be erased: those that somebody names, or those whose time has come."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.desk.archive import Archive
from pipeline.desk.model import FollowUp
from pipeline.errors import ConventionsError
from pipeline.settings.retention import Retention

_CONCLUDED = ("signé", "terminé", "repris")
_WITHOUT_SEQUEL = ("refusé", "réorienté", "abandonné")


class UnknownDossierError(ConventionsError):
    """A reference that the register has never given, or whose dossier has been erased already."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Target:
    """One dossier that is to be erased."""

    reference: str
    etape: str
    end: date | None
    """Last day of the internship; None when no version tells it."""
    folder: str
    """Path of its documents under the outbox."""


def last_day(one: FollowUp) -> date | None:
    """Return the last day of the internship, None when the form does not tell it."""
    end = one.verdict.entry.deposit.values.get("stage.date_fin")
    return end if isinstance(end, date) and not isinstance(end, datetime) else None


def counted_from(one: FollowUp) -> date:
    """Return the day from which a dossier's time runs: the end of the internship, else its last deposit."""
    at = one.verdict.entry.deposit.deposited_at
    return last_day(one) or (at.date() if at else one.verdict.entry.first_judged)


def by_reference(archive: Archive, references: Iterable[str]) -> tuple[Target, ...]:
    """Return the dossiers of ``references``. Raises UnknownDossierError for one that is not in the register."""
    asked = tuple(dict.fromkeys(reference.strip().upper() for reference in references))
    found = {one.reference: _target(one) for one in archive.follow_ups}
    lives, folders = archive.register.lives(), archive.register.folders()
    for reference in asked:
        if reference in found:
            continue
        if reference not in lives:
            raise UnknownDossierError(
                f"Le registre n’a pas de dossier {reference}. Cherchez-le avec : conventions register list."
            )
        if not folders[reference]:
            raise UnknownDossierError(f"Le dossier {reference} est déjà effacé : le registre n’en garde que le numéro.")
        found[reference] = Target(reference, lives[reference][0], None, folders[reference])
    return tuple(found[reference] for reference in sorted(asked))


def before(archive: Archive, day: date) -> tuple[Target, ...]:
    """Return the dossiers whose internship ended before ``day``; without an end, those deposited before it."""
    return _those(archive, lambda one: counted_from(one) < day)


def expired(archive: Archive, retention: Retention, today: date) -> tuple[Target, ...]:
    """Return the dossiers that have been kept for as long as the configuration says; never one that it holds back."""
    held = retention.kept

    def is_over(one: FollowUp) -> bool:
        return one.reference not in held and _later(counted_from(one), _months(one, retention)) < today

    return _those(archive, is_over)


def _months(one: FollowUp, retention: Retention) -> int:
    if one.etape in _CONCLUDED:
        return retention.concluded_months
    return retention.refused_months if one.etape in _WITHOUT_SEQUEL else retention.open_months


def _later(day: date, months: int) -> date:
    """Return the same day some months later; the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _those(archive: Archive, chosen: Callable[[FollowUp], bool]) -> tuple[Target, ...]:
    return tuple(_target(one) for one in archive.follow_ups if chosen(one))


def _target(one: FollowUp) -> Target:
    return Target(one.reference, one.etape, last_day(one), one.verdict.entry.folder)


def references_of(targets: Collection[Target]) -> tuple[str, ...]:
    """Return the references, in order."""
    return tuple(sorted(target.reference for target in targets))
