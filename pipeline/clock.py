"""What a jump of the machine's clock may not do: name a run twice, or age every dossier in one night."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from pipeline.language import short_date

_NAME = "%Y%m%dT%H%M%SZ"
_RUN = re.compile(r"\d{8}T\d{6}Z")
_FORWARD = timedelta(days=60)
"""A longer pause between two runs is told: the machine stood still, or its clock has jumped."""
_BACK = timedelta(days=1)
"""A change of time zone may take a night back to the day before."""
_CONFIRMED = 7
"""Days of work, one after the other, after which a jump is believed."""


def run_name(now: datetime, known: Collection[str]) -> str:
    """Return the name of a run that begins at ``now`` (with its time zone): its UTC time, later than all ``known``.

    A clock that was set back, or that was ahead for a night, leaves the names in the order of the runs.
    """
    wanted = f"{now.astimezone(UTC):{_NAME}}"
    last = max((name for name in known if begun_at(name) is not None), default="")
    moment = begun_at(last)
    if wanted > last or moment is None:
        return wanted
    return f"{moment + timedelta(seconds=1):{_NAME}}"


def doubt_of(day: date, before: Sequence[date]) -> str:
    """Return in French why the processing day ``day`` cannot be relied upon, "" when it can.

    ``before`` are the days of the earlier runs, in the order of their numbers. A day is doubtful when it, or one of the
    last days of work, lies before the one before it or more than sixty days after it; seven days of work in a row settle
    it. While it is doubtful, nothing may be done that the passing of time alone brings and that cannot be taken back:
    no reminder, no retention.
    """
    days = [*before, day]
    jump, since = None, {days[0]}
    for earlier, later in pairwise(days):
        if -_BACK <= later - earlier <= _FORWARD:
            since.add(later)
        else:
            jump, since = (earlier, later), {later}
    if jump is None or len(since) >= _CONFIRMED:
        return ""
    earlier, later = jump
    days_apart = abs((later - earlier).days)
    many = f"{days_apart} jour{'s' if days_apart > 1 else ''}"
    way = "après" if later > earlier else "avant"
    return (
        f"L’horloge de la machine est à vérifier : un traitement est daté du {short_date(later)}, {many} {way} celui qui l’a"
        f" précédé ({short_date(earlier)}). Tant que {_CONFIRMED} jours de traitement ne se suivent pas sans écart, aucune"
        " relance n’est préparée et rien n’est effacé pour son ancienneté."
    )


def begun_at(run_id: str) -> datetime | None:
    """Return when the run of this name began (UTC); None when no run is called so."""
    try:
        return datetime.strptime(run_id, _NAME).replace(tzinfo=UTC) if _RUN.fullmatch(run_id) else None
    except ValueError:
        return None
