"""The year's register in one table, and what it says by programme: public or private, paid, abroad, hours, delay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import TypeAlias

from pipeline.desk.model import FollowUp
from pipeline.desk.stages import SENT, SIGNED
from pipeline.model import CellValue, Entry, Value
from pipeline.report.phrases import country, day, host, programme, student
from pipeline.tables import Tables

Cases = Callable[[Entry], Mapping[str, bool]]
"""Every condition of the templates for one dossier, by name."""

NAMED = ("Nom", "Numéro étudiant", "Organisme")
"""The columns that name people; left out unless they are asked for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One dossier of the table."""

    follow_up: FollowUp
    cells: Mapping[str, CellValue]
    """By French column title."""


@dataclass(frozen=True, slots=True)
class Count:
    """What one programme has in the year."""

    programme: str
    dossiers: int
    signed: int
    public: int
    private: int
    paid: int
    abroad: int
    hours: Decimal
    """Of the dossiers that are neither refused, redirected nor abandoned."""
    delay: float | None
    """Median number of days from the deposit to the university's signature; None while nothing is signed."""


def table(follow_ups: Sequence[FollowUp], tables: Tables, cases: Cases, *, names: bool = False) -> tuple[Line, ...]:
    """Return one line per dossier; people and hosts are named only with ``names``."""
    return tuple(Line(one, _cells(one, tables, cases(one.verdict.entry), names=names)) for one in follow_ups)


Erased: TypeAlias = tuple[int, str, str, str, int]
"""(first year of the academic year, programme, what is counted, its value, how many) of dossiers that were erased."""
OUT_OF_SUMS = ("refusé", "réorienté", "abandonné")
"""The étapes of dossiers whose hours are not counted."""


def by_programme(lines: Sequence[Line], erased: Iterable[Erased] = ()) -> tuple[Count, ...]:
    """Return the counts of each programme, those of erased dossiers included, in alphabetical order."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(programme(line.follow_up.verdict), []).append(line)
    gone: dict[str, list[Erased]] = {}
    for one in erased:
        gone.setdefault(one[1], []).append(one)
    return tuple(
        _count(name, groups.get(name, ()), gone.get(name, ())) for name in sorted({*groups, *gone}, key=str.casefold)
    )


def _count(name: str, lines: Sequence[Line], erased: Sequence[Erased]) -> Count:
    def number(title: str, value: str) -> int:
        return sum(line.cells[title] == value for line in lines)

    def gone(what: str, value: str = "") -> int:
        return sum(many for _, _, counted, told, many in erased if (counted, told) == (what, value))

    def values(what: str) -> list[str]:
        return [told for _, _, counted, told, many in erased if counted == what for _ in range(many)]

    live = [line for line in lines if line.follow_up.etape not in OUT_OF_SUMS]
    hours = [h for line in live if (h := _hours(line.follow_up.verdict.entry.deposit.values)) is not None]
    delays = [days for line in lines if isinstance(days := line.cells["Délai (jours)"], int)]
    delays += [int(days) for days in values("délai")]
    return Count(
        name,
        len(lines) + gone("dossiers"),
        sum(line.cells["Signée le"] is not None for line in lines) + gone("signé"),
        number("Statut de l’organisme", "public") + gone("organisme", "public"),
        number("Statut de l’organisme", "privé") + gone("organisme", "privé"),
        number("Gratifié", "oui") + gone("gratifié", "oui"),
        number("À l’étranger", "oui") + gone("étranger", "oui"),
        sum([*hours, *map(Decimal, values("heures"))], Decimal(0)),
        float(median(delays)) if delays else None,
    )


def _cells(one: FollowUp, tables: Tables, holds: Mapping[str, bool], *, names: bool) -> Mapping[str, CellValue]:
    verdict, values = one.verdict, one.verdict.entry.deposit.values
    deposited, sent, signed = _deposited(one), _told_day(one, SENT), _told_day(one, SIGNED)
    hours = _hours(values)
    who: dict[str, CellValue] = dict(
        zip(NAMED, (student(verdict), _text(values, "etudiant.numero"), host(verdict)), strict=True)
    )
    return {
        "Référence": one.reference,
        **(who if names else {}),
        "Formation": programme(verdict),
        "Code étape": _text(values, "formation.code_etape"),
        "Département": _text(values, "formation.departement"),
        "Statut": verdict.status,
        "Étape": one.etape,
        "Type d’organisme": _text(values, "organisme.type"),
        "Statut de l’organisme": "public" if holds["public"] else "privé" if holds["prive"] else None,
        "Pays": country(verdict, tables) or None,
        "À l’étranger": "oui" if holds["etranger"] else "non",
        "Gratifié": "oui" if holds["gratifie"] else "non",
        "Heures": None if hours is None else int(hours) if hours == hours.to_integral_value() else float(hours),
        "Début": day(verdict, "stage.date_debut"),
        "Fin": day(verdict, "stage.date_fin"),
        "Déposée le": deposited,
        "Envoyée le": sent,
        "Signée le": signed,
        "Délai (jours)": (signed - deposited).days if signed and deposited and signed >= deposited else None,
        "Avenants": one.amendments,
        "Gestionnaire": one.manager or None,
    }


def _deposited(one: FollowUp) -> date | None:
    """Return the day of the deposit: the source's own, else that on which it was first read."""
    at = one.verdict.entry.deposit.values.get("formulaire.depose_le") or one.verdict.entry.deposit.deposited_at
    if isinstance(at, datetime):
        return at.date()
    return at if isinstance(at, date) else one.verdict.entry.first_judged


def _told_day(one: FollowUp, what: str) -> date | None:
    event = one.told.get(what)
    value = event.value if event is not None else None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _hours(values: Mapping[str, Value]) -> Decimal | None:
    hours = values.get("stage.duree_heures")
    return hours if isinstance(hours, Decimal) else None


def _text(values: Mapping[str, Value], key: str) -> str | None:
    value = values.get(key)
    return value if isinstance(value, str) else None
