"""What a rule judged of a dossier, as one hash: a manager's decision holds for it and falls when it changes."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

from pipeline.check.catalogue import Rule
from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit
from pipeline.codec import encode
from pipeline.model import Deposit, Period, Value
from pipeline.tables.countries import Country
from pipeline.tables.words import fold

_TOLD: Mapping[str, str] = {
    "date_debut": "stage.date_debut",
    "date_fin": "stage.date_fin",
    "duree_heures": "stage.duree_heures",
    "heures_hebdo": "stage.heures_hebdomadaires",
}
"""Slots that every message may use and that tell a value of the form → its field."""
_COUNTRY = frozenset({"pays", "territoire", "dans_pays"})
"""Those that tell the country of the internship."""


def judged(rule: Rule, hit: Hit, facts: Facts, around: str = "") -> str:
    """Return a hash of what ``hit`` says: the cells that it marks, the values that its sentence tells.

    ``around`` is what it judged of other rows (:func:`others_judged`). Neither the wording nor the place of the row is
    part of it; an empty cell of the host is judged as that of this very host.
    """
    asked = _slots(rule.variant(hit.variant).wording.message) - hit.slots.keys()
    told = [_TOLD[name] for name in asked if name in _TOLD]
    values = {key: _cell(facts.deposit, key) for key in {*hit.fields, *told}}
    slots = {name: canonical(value) for name, value in hit.slots.items()}
    if not _COUNTRY.isdisjoint(asked):
        slots["dans_pays"] = canonical(facts.country)
    return hashed([rule.id, list(hit.fields), values, slots, around])


@functools.lru_cache(maxsize=1024)
def _slots(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def is_doubt(rule: Rule, hit: Hit) -> bool:
    """Tell whether ``hit`` is for a manager to decide: no document and no answer that is awaited settles it."""
    return rule.variant(hit.variant).severity == "à vérifier" and not rule.awaits


def others_judged(rule: Rule, others: Iterable[Deposit]) -> str:
    """Return a hash of the values that ``rule`` reads in the other rows that it is about, in any order.

    What cannot be read is left out: the register does not keep it once the row has left the inbox.
    """
    return hashed(sorted(hashed({k: canonical(d.values.get(k)) for k in rule.fields}) for d in others))


def hashed(value: Any) -> str:
    """Return 32 hexadecimal digits for JSON data: the same in every run, process and machine."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def canonical(value: Any) -> Any:
    """Return a value or a slot as JSON, equal for equal values: 35 and 35.0 are one number."""
    match value:
        case Bilingual():
            return value.fr
        case Country():
            return value.code
        case bool() | None | str():
            return value
        case int() | Decimal():
            return {"n": format(Decimal(value).normalize(), "f")}
        case float():
            return {"n": repr(value)}
        case date():
            return encode(value)
    if isinstance(value, Sequence) and not any(isinstance(item, Period) for item in value):
        return [canonical(item) for item in value]
    return encode(value)


def _cell(deposit: Deposit, key: str) -> Any:
    """Return the value under ``key``; an empty cell of the host is told apart by the host that left it empty."""
    value = _value(deposit, key)
    if value is None and key.startswith("organisme."):
        return {"vide": host_name(deposit.values)}
    return value


def _value(deposit: Deposit, key: str) -> Any:
    if key in deposit.values:
        return canonical(deposit.values[key])
    unreadable = deposit.unreadable.get(key)
    return None if unreadable is None else {"illisible": unreadable.value}


def host_name(values: Mapping[str, Value]) -> str:
    """Return the host's name as it is compared; "" when it is not given."""
    return compared(values.get("organisme.raison_sociale"))


def compared(text: object) -> str:
    """Return a name without case, accents or punctuation; one in no Latin letter as it stands."""
    written = str(text or "")
    return fold(written) or " ".join(written.casefold().split())
