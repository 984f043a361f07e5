"""Who receives which dossiers: one group per programme for its director, one per supervisor for herself."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.desk.model import Etape, FollowUp
from pipeline.documents.listings import Each
from pipeline.model import Status, Value
from pipeline.tables.words import clean_spaces, fold

LIVE: frozenset[Etape] = frozenset(
    {"déposé", "à corriger", "à vérifier", "prêt", "envoyé", "signé", "terminé", "repris"}
)
"""The étapes in which an internship takes place or may still take place."""
_LONGEST = 60
"""Characters of a file's name."""


@dataclass(frozen=True, slots=True)
class Extract:
    """The dossiers that one reader may see."""

    name: str
    """The programme, or the supervisor's name."""
    reader: str
    """Whom it is for, as far as the forms agree on it; "" otherwise."""
    stem: str
    """The file's name without extension: plain letters, unlike that of every other reader."""
    follow_ups: tuple[FollowUp, ...]
    """In the order of references."""


def extracts(
    follow_ups: Iterable[FollowUp], each: Each, statuses: frozenset[Status], prefix: str, today: date
) -> tuple[Extract, ...]:
    """Return one extract per reader, in the order of their names; each dossier stands in one alone.

    A form that names no programme or no supervisor is in none, nor is a dossier in another status than ``statuses``
    (one taken over, « repris », is), or that was given up. What ended more than a year ago is left out.
    """
    kept = [
        one
        for one in follow_ups
        if one.etape in LIVE and (one.verdict.status in statuses or one.etape == "repris") and not _is_old(one, today)
    ]
    groups = _grouped(kept, each)
    names = {key: _name(members, each) for key, members in groups.items()}
    slugs = {key: fold(name).replace(" ", "_") for key, name in names.items()}
    shared = {slug for slug, number in Counter(slugs.values()).items() if number > 1}
    found = []
    for key in sorted(groups, key=lambda k: (slugs[k], k)):
        slug = slugs[key]
        # All who share a name are told apart: one who joins later does not take another's file name.
        if not slug or slug in shared or len(slug) > _LONGEST:
            slug = f"{slug[:_LONGEST]}_{_mark(key)}".lstrip("_")
        members = tuple(sorted(groups[key], key=lambda one: one.reference))
        found.append(Extract(names[key], _reader(members, each), f"{prefix}_{slug}", members))
    return tuple(found)


def most_at_once(follow_ups: Iterable[FollowUp]) -> int:
    """Return how many internships share their busiest day; one whose dates are not both known is not counted."""
    changes: dict[date, int] = {}
    for one in follow_ups:
        values = one.verdict.entry.deposit.values
        start, end = values.get("stage.date_debut"), values.get("stage.date_fin")
        if isinstance(start, date) and isinstance(end, date) and start <= end:
            changes[start] = changes.get(start, 0) + 1
            after = end + timedelta(days=1)
            changes[after] = changes.get(after, 0) - 1
    most = present = 0
    for day in sorted(changes):
        present += changes[day]
        most = max(most, present)
    return most


def _is_old(one: FollowUp, today: date) -> bool:
    end = one.verdict.entry.deposit.values.get("stage.date_fin")
    return isinstance(end, date) and (today - end).days > 365


def _grouped(follow_ups: Iterable[FollowUp], each: Each) -> Mapping[str, list[FollowUp]]:
    """Group by code or e-mail address; a form without one joins the only group under the same title or name."""
    groups: dict[str, list[FollowUp]] = {}
    known: dict[str, set[str]] = {}
    unkeyed: list[tuple[str, FollowUp]] = []
    for one in follow_ups:
        if each == "formation":
            key, name = (
                fold(_text(_values(one), "formation.code_etape")),
                fold(_text(_values(one), "formation.diplome")),
            )
        else:
            key, name = _text(_values(one), "enseignant.email").casefold(), fold(_supervisor(one))
        if key:
            groups.setdefault(key, []).append(one)
            known.setdefault(name, set()).add(key)
        elif name:
            unkeyed.append((name, one))
    for name, one in unkeyed:
        keys = known.get(name, set())
        groups.setdefault(next(iter(keys)) if len(keys) == 1 else name, []).append(one)
    return groups


def _name(members: Sequence[FollowUp], each: Each) -> str:
    """Return the name that most forms of the group give, the first in the alphabet among equals."""
    names = [_supervisor(one) if each == "référent" else _programme(one) for one in members]
    known = sorted({name for name in names if name})
    return max(known, key=names.count, default="") or _text(members[0].verdict.entry.deposit.values, "enseignant.email")


def _reader(members: Sequence[FollowUp], each: Each) -> str:
    if each == "référent":
        return _name(members, each)
    names = {fold(name): name for one in members if (name := _text(_values(one), "formation.responsable_pedagogique"))}
    return next(iter(names.values())) if len(names) == 1 else ""


def _values(one: FollowUp) -> Mapping[str, Value]:
    return one.verdict.entry.deposit.values


def _programme(one: FollowUp) -> str:
    return _text(_values(one), "formation.diplome") or _text(_values(one), "formation.code_etape")


def _supervisor(one: FollowUp) -> str:
    return clean_spaces(f"{_text(_values(one), 'enseignant.prenom')} {_text(_values(one), 'enseignant.nom')}")


def _text(values: Mapping[str, Value], key: str) -> str:
    value = values.get(key)
    return clean_spaces(value) if isinstance(value, str) else ""


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:6]
