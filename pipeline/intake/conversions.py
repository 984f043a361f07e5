"""Named conversions that a column file may ask for: several cells of a row → the cells of some fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from pipeline.model import CellValue, ErrorCell, Note
from pipeline.tables.words import fold, has_words

Parts: TypeAlias = Mapping[str, CellValue]
Words: TypeAlias = Mapping[str, tuple[str, ...]]
Converted: TypeAlias = tuple[tuple[CellValue, ...], Note | None]
"""One value per target field, in the order of the column file, and what the row must say about it."""

_AMOUNT = re.compile(r"^\s*(?P<amount>.*?\d.*?)\s+(?P<type>net|brut)e?s?\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(\d{1,6}(?:[.,]\d{1,6})?)\s*(?:semaines?|sem\.?|heures?|h)?\s*$", re.IGNORECASE)


def _shown(value: CellValue) -> str:
    if isinstance(value, (datetime, date)):
        return f"{value:%d/%m/%Y}"
    return "" if value is None or isinstance(value, ErrorCell) else str(value).strip()


def _number(value: CellValue) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return Decimal(str(value)) if 0 <= value < 1_000_000 else None
    match = _NUMBER.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return Decimal(match.group(1).replace(",", "."))
    except InvalidOperation:  # digits of other scripts that Decimal does not know
        return None


def _french(number: Decimal) -> str:
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _amount_and_type(parts: Parts, _words: Words, _targets: tuple[str, ...]) -> Converted:
    """Read « 450.00 Net » into an amount and « net » or « brut »; anything else stays in the amount."""
    value = parts["montant"]
    match = _AMOUNT.match(value) if isinstance(value, str) else None
    if match is None:
        return (value, None), None
    return (match.group("amount"), match.group("type").lower()), None


def _interruption_periods(parts: Parts, _words: Words, _targets: tuple[str, ...]) -> Converted:
    """Put the two dates into one period; a « Oui » without dates stays: its dates will be asked."""
    for name in ("debut", "fin", "presence"):
        if isinstance(parts[name], ErrorCell):
            return (parts[name],), None
    start, end, flag = _shown(parts["debut"]), _shown(parts["fin"]), _shown(parts["presence"])
    if start and end:
        return (f"du {start} au {end}",), None
    if start or end:
        return (f"du {start}" if start else f"au {end}",), None
    return (None if fold(flag) in {"", "non", "n", "no", "0", "false", "faux"} else flag,), None


def _weeks_to_hours(parts: Parts, _words: Words, targets: tuple[str, ...]) -> Converted:
    """Multiply weeks by weekly hours and say so (DUR-04): the export gives no hours of presence.

    Weeks that are no number are left as they stand, to be reported on their cell.
    """
    weeks, weekly = parts["semaines"], parts["heures"]
    count = _number(weeks)
    if weeks is None or count is None:
        return (weeks if weeks is None or isinstance(weeks, ErrorCell) else f"{_shown(weeks)} (semaines)",), None
    hours = _number(weekly)
    if hours is None:
        return (None,), None
    total = count * hours
    slots = {
        "calcul": (
            f"{_french(count)} semaine{'s' if count >= 2 else ''} × {_french(hours)}\u00a0h "
            f"par semaine = {_french(total)}\u00a0h"
        ),
        "semaines": _french(count),
        "heures_hebdo": _french(hours),
        "calc": _french(total),
    }
    return (str(total) if total % 1 else int(total),), Note("DUR-04", targets, slots)


def _paid_when_amount(parts: Parts, _words: Words, _targets: tuple[str, ...]) -> Converted:
    """Answer « Stage gratifié » from the amount: these exports print one only when a stipend is paid."""
    text = _shown(parts["montant"])
    nothing = not text or re.fullmatch(r"0+(?:[.,]0+)?\s*(?:net|brut|€)?", text, re.IGNORECASE) is not None
    return ("non" if nothing else "oui",), None


_KINDS = (("Association", "association"), ("Entreprise privée", "prive"), ("Établissement public", "public"))


def _host_type(parts: Parts, words: Words, _targets: tuple[str, ...]) -> Converted:
    """Take the kind of structure; when it says nothing, the legal status only tells public from private."""
    kind, status = parts["type"], _shown(parts["statut"])
    if kind is not None and fold(_shown(kind)) not in {"autre", "autres"}:
        return (kind,), None
    # « Association reconnue d’utilité publique » and « société publique locale » are of private law.
    for value, sort in _KINDS:
        if any(has_words(status, word) for word in words.get(sort, ())):
            return (value,), None
    return (kind,), None


CONVERSIONS: Mapping[str, Callable[[Parts, Words, tuple[str, ...]], Converted]] = {
    "gratifie_si_montant": _paid_when_amount,
    "montant_et_type": _amount_and_type,
    "periodes_interruption": _interruption_periods,
    "semaines_en_heures": _weeks_to_hours,
    "type_organisme": _host_type,
}
"""Conversions by the name that a column file gives them."""

PARTS: Mapping[str, tuple[frozenset[str], int]] = {
    "gratifie_si_montant": (frozenset({"montant"}), 1),
    "montant_et_type": (frozenset({"montant"}), 2),
    "periodes_interruption": (frozenset({"presence", "debut", "fin"}), 1),
    "semaines_en_heures": (frozenset({"semaines", "heures"}), 1),
    "type_organisme": (frozenset({"type", "statut"}), 1),
}
"""The parts that each conversion reads, and how many fields it fills."""
