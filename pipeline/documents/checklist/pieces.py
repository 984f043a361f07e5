"""``schemas/checklist.yaml``: every kind of line, its words, and where and when it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipeline.documents.conditions import CONDITIONS
from pipeline.errors import SetupError
from pipeline.tables.csvs import read_csv
from pipeline.tables.fields import Fields
from pipeline.tables.yamls import check_entries, read_yaml

Block: TypeAlias = Literal["A", "B", "C", "D", "E"]
BLOCKS: Mapping[str, Block] = {
    "obligatoire": "A",
    "recommandé": "B",
    "fortement recommandé": "B",
    "situation": "C",
    "établi": "D",
    "information": "E",
}


@dataclass(frozen=True, slots=True)
class Slots:
    """What the slots of the texts hold for one dossier, by name."""

    fr: Mapping[str, str]
    en: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages, with slots."""

    fr: str
    en: str

    def filled(self, slots: Slots) -> Text:
        """Return the text with its slots written."""
        return Text(self.fr.format_map(slots.fr), self.en.format_map(slots.en))


@dataclass(frozen=True, slots=True)
class Piece:
    """One kind of line."""

    code: str
    statuses: Mapping[str, str]
    """Zone → status; the key "" holds everywhere."""
    only_in: frozenset[str]
    """Codes of the countries to which it is confined; empty: everywhere."""
    not_in: frozenset[str]
    """Codes of the countries that have a line of their own instead."""
    condition: str | None
    label: Text
    reason: Text
    issuer: Text
    to_check: Text
    when: Text | None
    supplied_by: str | None
    until: str | None
    signature: bool
    """It is a signature on the agreement, no document: the follow-up has its own column for it."""

    def concerns(self, country: str) -> bool:
        """Tell whether it may be printed for an internship in ``country``."""
        return country not in self.not_in and (not self.only_in or country in self.only_in)


@dataclass(frozen=True, slots=True)
class Checklist:
    """All kinds of lines, in the order of the page."""

    pieces: tuple[Piece, ...]


_TEXTS = ("libelle", "raison", "delivre_par", "verifier")
_TEXT = {"type": "string", "empty": False}
_COUNTRIES = {"type": "list", "minlength": 1, "schema": {"type": "string", "regex": "[A-Z]{2}"}}
_SHAPE: dict[str, Any] = {
    "type": "dict",
    "schema": {
        **{name + suffix: {**_TEXT, "required": name == "libelle"} for name in _TEXTS for suffix in ("", "_en")},
        "quand": {**_TEXT, "dependencies": "quand_en"},
        "quand_en": {**_TEXT, "dependencies": "quand"},
        "statut": {"allowed": list(BLOCKS)},
        "matrice": {"type": "string"},
        "si": {"allowed": list(CONDITIONS)},
        "pays": _COUNTRIES,
        "sauf": _COUNTRIES,
        "fourni": {"type": "string"},
        "fin": {"type": "string"},
        "signature": {"type": "boolean"},
    },
}


def load_checklist(schemas: Path, fields: Fields) -> Checklist:
    """Load ``checklist.yaml`` and the statuses by zone. Raises SetupError (status 2) on an unknown key or code."""
    path = schemas / "checklist.yaml"
    data = read_yaml(path)
    check_entries(data, _SHAPE, str(path))
    matrix: dict[str, dict[str, str]] = {}
    for row in read_csv(schemas / "reference" / "document_matrix.csv", ("document_code", "zone", "statut")):
        zone = "" if row["zone"] == "TOUTES" else row["zone"]
        matrix.setdefault(row["document_code"], {})[zone] = row["statut"]
    return Checklist(tuple(_piece(code, entry, matrix, fields, str(path)) for code, entry in data.items()))


def _piece(
    code: str, entry: Mapping[str, Any], matrix: Mapping[str, Mapping[str, str]], fields: Fields, path: str
) -> Piece:
    for key in ("fourni", "fin"):
        if entry.get(key) and entry[key] not in fields:
            raise SetupError(path, f"{code}.{key}", f"champ inconnu « {entry[key]} »", "Corrigez son nom.")
    statuses = {"": entry["statut"]} if "statut" in entry else matrix.get(entry.get("matrice", code))
    if not statuses:
        raise SetupError(path, code, "statut inconnu : absent de document_matrix.csv", "Donnez un « statut ».")
    if entry.get("statut") != "information":
        for key in (name + suffix for name in _TEXTS for suffix in ("", "_en")):
            if key not in entry:
                raise SetupError(path, f"{code}.{key}", "texte absent", "Écrivez-le, ou donnez le statut information.")
    label, reason, issuer, to_check = (Text(entry.get(name, ""), entry.get(f"{name}_en", "")) for name in _TEXTS)
    return Piece(
        code=code,
        statuses=statuses,
        only_in=frozenset(entry.get("pays", ())),
        not_in=frozenset(entry.get("sauf", ())),
        condition=entry.get("si"),
        label=label,
        reason=reason,
        issuer=issuer,
        to_check=to_check,
        when=Text(entry["quand"], entry["quand_en"]) if "quand" in entry else None,
        supplied_by=entry.get("fourni"),
        until=entry.get("fin"),
        signature=entry.get("signature", False),
    )
