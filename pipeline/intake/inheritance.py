"""A column file over the one that it inherits from: what it says of a header or a field prevails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from pipeline.intake.labels import header_key
from pipeline.tables.words import fold

Data: TypeAlias = Mapping[str, Any]

_BY_FIELD = ("colonnes", "entetes_seuls", "au_choix", "a_defaut", "assemble", "ignore")
_IN_SECTIONS = ("entetes_de_rubrique", "entetes_seuls")
_WHOLE = ("reprend_le_formulaire", "reponses_multiples")


def named_headers(data: Data) -> frozenset[str]:
    """Return every header to which ``data`` gives a meaning of its own, as :func:`header_key` writes them."""
    return frozenset(header_key(label) for label in _named(data))


def _named(data: Data) -> Iterable[str]:
    for block in _BY_FIELD:
        for labels in data.get(block, {}).values():
            yield from labels
    for split in data.get("noms_complets", {}).values():
        yield from split["entetes"]
    for conversion in data.get("conversions", {}).values():
        for labels in conversion["entetes"].values():
            yield from labels
    for labels in data.get("brouillon", {}).values():
        yield from labels
    yield from data.get("horodatage", ())


def inherit(own: Data, above: Data) -> dict[str, Any]:
    """Return ``own`` completed by ``above``, to which it takes the headers and the fields that it names.

    Headers are added to those inherited; values, conversions and whole names replace those of the same
    name, and so does what a signature asks; what it excludes is added. Both are of the shape that
    load_systems has checked.
    """
    taken = named_headers(own)
    merged: dict[str, Any] = {key: above[key] for key in _WHOLE if key in above}
    merged |= {key: own[key] for key in ("libelle", *_WHOLE) if key in own}
    merged["signature"] = _signature(own["signature"], above.get("signature", {}))
    for block in _BY_FIELD:
        merged[block] = _joined(own.get(block, {}), _without(above.get(block, {}), taken))
    merged["entetes_de_rubrique"] = _joined(
        own.get("entetes_de_rubrique", {}), _other_sections(above.get("entetes_de_rubrique", {}), own)
    )
    merged["rubriques"] = _joined(own.get("rubriques", {}), _other_titles(above.get("rubriques", {}), own))
    for block in ("valeurs", "sous_entendu"):
        merged[block] = {**above.get(block, {}), **own.get(block, {})}
    merged["noms_complets"] = {
        **{
            person: {**entry, "entetes": kept}
            for person, entry in above.get("noms_complets", {}).items()
            if (kept := _left(entry["entetes"], taken))
        },
        **own.get("noms_complets", {}),
    }
    merged["conversions"] = {**_conversions(above, taken), **own.get("conversions", {})}
    merged["brouillon"] = _joined(own.get("brouillon", {}), _without(above.get("brouillon", {}), taken))
    if validated := own.get("validee", above.get("validee")):
        merged["validee"] = validated
    if stamps := [*own.get("horodatage", ()), *_left(above.get("horodatage", ()), taken)]:
        merged["horodatage"] = stamps
    return merged


def _signature(own: Data, above: Data) -> dict[str, Any]:
    signature = {**above, **own}
    if excluded := [*dict.fromkeys((*own.get("sans", ()), *above.get("sans", ())))]:
        signature["sans"] = excluded
    return signature


def _left(labels: Sequence[str], taken: frozenset[str]) -> list[str]:
    return [label for label in labels if header_key(label) not in taken]


def _without(block: Data, taken: frozenset[str]) -> dict[str, list[str]]:
    return {key: kept for key, labels in block.items() if (kept := _left(labels, taken))}


def _joined(own: Data, above: Data) -> dict[str, list[str]]:
    keys = dict.fromkeys((*own, *above))
    return {key: [*own.get(key, ()), *above.get(key, ())] for key in keys}


def _conversions(above: Data, taken: frozenset[str]) -> dict[str, Any]:
    """Return the conversions of ``above`` that still have a header for each of their parts."""
    kept: dict[str, Any] = {}
    for name, entry in above.get("conversions", {}).items():
        parts = {part: _left(labels, taken) for part, labels in entry["entetes"].items()}
        if all(parts.values()):
            kept[name] = {**entry, "entetes": parts}
    return kept


def _other_sections(block: Data, own: Data) -> dict[str, list[str]]:
    """Return the headers of sections that ``own`` does not give to another field of the same section."""
    given = {
        (key.partition(".")[0], header_key(label))
        for name in _IN_SECTIONS
        for key, labels in own.get(name, {}).items()
        for label in labels
    }
    kept: dict[str, list[str]] = {}
    for key, labels in block.items():
        left = [label for label in labels if (key.partition(".")[0], header_key(label)) not in given]
        if left:
            kept[key] = left
    return kept


def _other_titles(titles: Data, own: Data) -> dict[str, list[str]]:
    given = {fold(label) for labels in own.get("rubriques", {}).values() for label in labels}
    return {section: [t for t in labels if fold(t) not in given] for section, labels in titles.items()}
