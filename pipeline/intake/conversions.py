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


_YES_NO = frozenset({"oui", "non", "o", "n", "yes", "no", "x"})


def _yes_or_amount(parts: Parts, words: Words, targets: tuple[str, ...]) -> Converted:
    """Read a column « Gratification » that some forms fill with yes or no, and others with the amount."""
    value = parts["montant"]
    if isinstance(value, bool) or fold(_shown(value)) in _YES_NO:
        return (value, None, None), None
    (amount, kind), note = _amount_and_type(parts, words, targets)
    paid = "oui" if re.search("[1-9]", _shown(value)) else None
    return (paid, amount, kind), note


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
    return ("non" if _is_nothing(_shown(parts["montant"])) else "oui",), None


_NOTHING = frozenset(
    {"", "0", "non", "no", "aucun", "aucune", "neant", "rien", "sans", "sans objet", "n a", "na",
     "non gratifie", "non concerne", "pas de gratification", "aucune gratification", "sans gratification"}
)  # fmt: skip


def _is_nothing(text: str) -> bool:
    return (
        fold(text) in _NOTHING
        or re.fullmatch(r"0+(?:[.,]0+)?\s*(?:€|euros?)?\s*(?:net|brut)?", text, re.IGNORECASE) is not None
    )


_SUM = re.compile(r"\s*(?P<amount>\d[\d\s.,\u00a0\u202f]*)(?:€|euros?\b|eur\b)?(?P<rest>.*)", re.IGNORECASE | re.DOTALL)


def _amount_in_words(parts: Parts, words: Words, _targets: tuple[str, ...]) -> Converted:
    """Read « 4,50 € net de l’heure » into an amount, a unit and a type; a part that is not said stays empty.

    What is not wholly understood stays in the amount, to be reported on its cell.
    """
    value = parts["montant"]
    if not isinstance(value, str):
        return (value, None, None), None
    if _is_nothing(value.strip()):
        return (None, None, None), None
    match = _SUM.fullmatch(value)
    if match is None:
        return (value, None, None), None
    rest = f" {fold(match['rest'].replace('/', ' par '))} "
    told: list[str | None] = []
    for kind in (("heure", "jour", "semaine", "mois", "stage"), ("net", "brut")):
        found = [(name, word) for name in kind for word in words.get(name, ()) if f" {word} " in rest]
        told.append(found[0][0] if found else None)
        for _, word in sorted(found, key=lambda pair: -len(pair[1])):
            rest = rest.replace(f" {word} ", " ")
    left = set(rest.split()) - {"par", "de", "l", "la", "le", "a", "en", "soit", "euros", "e"}
    return (value, None, None) if left else (match["amount"].strip(), told[0], told[1]), None


_DAY = (
    r"(?:\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{2,4}|\d{4}-\d{1,2}-\d{1,2}"
    r"|\d{1,2}(?:er)?\s+[^\W\d_]{3,9}\.?(?:\s+\d{4})?)"
)
_DAYS = re.compile(_DAY)


def _start_and_end(parts: Parts, _words: Words, _targets: tuple[str, ...]) -> Converted:
    """Read « du 01/02/2027 au 28/05/2027 » into two dates.

    A cell in which no two dates stand is left as it is in both fields, to be reported.
    """
    value = parts["periode"]
    days = _DAYS.findall(value) if isinstance(value, str) else []
    if len(days) != 2:
        return (value, value), None
    return (days[0], days[1]), None


_POSTCODE = re.compile(r"(?P<before>.*?)[\s,;]*\b(?P<postcode>\d{5})\b[\s,;]*(?P<after>[^\d]*)", re.DOTALL)
_COUNTRY_AFTER = re.compile(
    r"(?P<town>.+?)(?:\s*[,;(\n]\s*|\s+[-–]\s+|\s+(?=france$))(?P<country>[^,;()\n]+)\)?", re.IGNORECASE
)


def _whole_address(parts: Parts, _words: Words, _targets: tuple[str, ...]) -> Converted:
    """Read « 12 cours des Platanes, 13001 Marseille, France » into street, postcode, town and country.

    Without a postcode of five digits, only commas or lines tell the parts: street, town, country. What
    they do not tell stays with the street, and is asked.
    """
    value = parts["adresse"]
    if not isinstance(value, str):
        return (value, None, None, None), None
    text = re.sub(r"\s+cedex\b(?:\s*\d{1,2}\b)?", "", value.strip(), flags=re.IGNORECASE)
    if french := _POSTCODE.fullmatch(text):
        street, postcode, after = french["before"].strip(" ,;\n"), french["postcode"], french["after"].strip(" ,;\n.")
        named = _COUNTRY_AFTER.fullmatch(after)
        town, country = (named["town"], named["country"].strip()) if named else (after, None)
        if street and town:
            return (street, postcode, town, country), None
    pieces = [piece.strip() for piece in re.split(r"[,;\n]+", text) if piece.strip()]
    if len(pieces) < 3 or any(char.isdigit() for char in pieces[-1]):
        return (value, None, None, None), None
    return (", ".join(pieces[:-2]), None, pieces[-2], pieces[-1]), None


def _code_and_label(parts: Parts, _words: Words, _targets: tuple[str, ...]) -> Converted:
    """Read « 3M127C - Master Psychologie » into its code and its label; a label alone stays one."""
    value = parts["formation"]
    match = re.fullmatch(r"\s*(?P<code>(?=\w*\d)[A-Z0-9_]{3,12})\s+[-–—]\s+(?P<label>.+)", _shown(value), re.DOTALL)
    return ((match["code"], match["label"].strip()) if match else (None, value)), None


def _number_and_day(parts: Parts, _words: Words, _targets: tuple[str, ...]) -> Converted:
    """Name a form by its number and the day on which it was begun: such numbers begin again with each form."""
    number, day = _shown(parts["numero"]), parts["jour"]
    if not number or isinstance(parts["numero"], ErrorCell):
        return (parts["numero"],), None
    if re.fullmatch(r"\d+\.0+", number):
        number = number.partition(".")[0]
    shown = _shown(day).split(" ")[0].split("T")[0]
    if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", shown):
        shown = f"{iso[3]}/{iso[2]}/{iso[1]}"
    return (f"{number} du {shown}" if shown else number,), None


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
    "adresse_complete": _whole_address,
    "code_et_libelle": _code_and_label,
    "debut_et_fin": _start_and_end,
    "gratification_en_toutes_lettres": _amount_in_words,
    "gratifie_si_montant": _paid_when_amount,
    "montant_et_type": _amount_and_type,
    "montant_ou_oui_non": _yes_or_amount,
    "numero_et_jour": _number_and_day,
    "periodes_interruption": _interruption_periods,
    "semaines_en_heures": _weeks_to_hours,
    "type_organisme": _host_type,
}
"""Conversions by the name that a column file gives them."""

PARTS: Mapping[str, tuple[frozenset[str], int]] = {
    "adresse_complete": (frozenset({"adresse"}), 4),
    "code_et_libelle": (frozenset({"formation"}), 2),
    "debut_et_fin": (frozenset({"periode"}), 2),
    "gratification_en_toutes_lettres": (frozenset({"montant"}), 3),
    "gratifie_si_montant": (frozenset({"montant"}), 1),
    "montant_et_type": (frozenset({"montant"}), 2),
    "montant_ou_oui_non": (frozenset({"montant"}), 3),
    "numero_et_jour": (frozenset({"numero", "jour"}), 1),
    "periodes_interruption": (frozenset({"presence", "debut", "fin"}), 1),
    "semaines_en_heures": (frozenset({"semaines", "heures"}), 1),
    "type_organisme": (frozenset({"type", "statut"}), 1),
}
"""The parts that each conversion reads, and how many fields it fills."""
