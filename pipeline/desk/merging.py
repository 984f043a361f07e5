"""Answers of returned follow-up workbooks → events, merged three ways: what stood there, what stands now, what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.desk.columns import Columns
from pipeline.desk.model import Edit, Event, Refusal, Told
from pipeline.language import short_date
from pipeline.model import Value


@dataclass(frozen=True, slots=True)
class Merged:
    """What returned workbooks bring."""

    events: tuple[Event, ...]
    """In the order in which the workbooks were saved."""
    told: Mapping[str, Told]
    """The state of every dossier with them."""
    refusals: tuple[Refusal, ...]


def merge(edits: Iterable[Edit], told: Mapping[str, Told], versions: Mapping[str, int], columns: Columns) -> Merged:
    """Return what ``edits`` change; an answer that somebody else has changed meanwhile is refused with both values.

    ``told`` is the state in the register, ``versions`` the current version of each dossier there.
    """
    state: dict[str, dict[str, Event]] = {reference: dict(events) for reference, events in told.items()}
    events: list[Event] = []
    refusals: list[Refusal] = []
    for edit in sorted(edits, key=lambda e: (e.at, e.place, e.what)):
        if edit.reference not in versions:
            refusals.append(
                Refusal(edit.place, f"{edit.reference} n’est pas dans le registre : vérifiez la référence.")
            )
            continue
        before = state.setdefault(edit.reference, {})
        standing = before.get(edit.what)
        now = standing.value if standing is not None else edit.shown
        if _same(now, edit.value):
            continue
        if not _same(now, edit.shown):
            refusals.append(Refusal(edit.place, _conflict(edit, now, standing, columns)))
            continue
        version = versions[edit.reference]
        event = Event(edit.reference, edit.what, edit.value, edit.at, edit.who, version, edit.place)
        events.append(event)
        if edit.value is None:
            before.pop(edit.what, None)
        else:
            before[edit.what] = event
    return Merged(tuple(events), state, tuple(refusals))


def _same(one: Value | None, other: Value | None) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _conflict(edit: Edit, now: Value | None, standing: Event | None, columns: Columns) -> str:
    by = f", de {standing.who}" if standing is not None and standing.who else ""
    return (
        f"{edit.reference}, « {edit.title} » ({edit.cell}) : votre réponse « {spoken(edit.value, edit.what, columns)} »"
        f" n’est pas reprise, une autre a été enregistrée depuis{by} : « {spoken(now, edit.what, columns)} »."
        " Répondez dans le classeur de ce jour si la vôtre est la bonne."
    )


def spoken(value: Value | None, what: str, columns: Columns) -> str:
    """Return an answer as its column shows it."""
    column = columns.get(what)
    if isinstance(value, date):
        return short_date(value)
    if isinstance(value, bool):
        return (column.word if column else "oui") if value else "non"
    return "vide" if value is None else str(value)
