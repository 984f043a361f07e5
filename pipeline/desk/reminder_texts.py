"""``schemas/reminders.yaml``: the words of each kind of reminder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Literal, TypeAlias, get_args

from pipeline.errors import SetupError
from pipeline.language import Language
from pipeline.tables.yamls import check_shape, read_yaml

ReminderKind: TypeAlias = Literal["signature", "corrections", "pieces", "mobilite", "attestation", "fsd"]
KINDS: tuple[ReminderKind, ...] = get_args(ReminderKind)
"""Most pressing first: who is owed two kinds in one night gets the first."""
_WHOLE = frozenset({"references", "universite", "contact", "contact_ri"})
_LINE = frozenset(
    {"reference", "stagiaire", "organisme", "pays", "periode", "debut", "fin", "depuis", "limite", "pieces"}
)


@dataclass(frozen=True, slots=True)
class ReminderWords:
    """One kind in one language."""

    subject: str
    opening: str
    line: str
    """Of one dossier."""
    closing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReminderText:
    """One kind of reminder."""

    words: Mapping[Language, ReminderWords]
    bilingual: bool
    """English follows when one of the dossiers has the bilingual model."""


_TEXT = {"type": "string", "required": True, "empty": False}
_LIST = {"type": "list", "required": True, "schema": {"type": "string"}}
_ENTRY: Mapping[str, Any] = {
    "type": "dict",
    "required": True,
    "schema": {
        "langues": {"allowed": ["fr", "fr-en"], "required": True},
        **{f"{key}{tail}": _TEXT for key in ("objet", "debut", "ligne") for tail in ("", "_en")},
        **{f"suite{tail}": _LIST for tail in ("", "_en")},
    },
}


def load_reminder_texts(schemas: Path) -> Mapping[ReminderKind, ReminderText]:
    """Load ``reminders.yaml``. Raises SetupError (status 2) on a missing kind or a slot that nothing fills."""
    path = schemas / "reminders.yaml"
    data = read_yaml(path)
    check_shape(data, dict.fromkeys(KINDS, _ENTRY), str(path))
    for kind, entry in data.items():
        for key, texts in entry.items():
            known = _WHOLE | _LINE if key.startswith("ligne") else _WHOLE
            for text in [texts] if isinstance(texts, str) else texts:
                _check_slots(str(path), f"{kind}.{key}", text, known)
    tails: Mapping[Language, str] = {"fr": "", "en": "_en"}
    return {
        kind: ReminderText(
            {
                language: ReminderWords(
                    data[kind][f"objet{tail}"],
                    data[kind][f"debut{tail}"],
                    data[kind][f"ligne{tail}"],
                    tuple(data[kind][f"suite{tail}"]),
                )
                for language, tail in tails.items()
            },
            data[kind]["langues"] == "fr-en",
        )
        for kind in KINDS
    }


def _check_slots(path: str, key: str, text: str, known: frozenset[str]) -> None:
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise SetupError(path, key, f"accolade mal fermée dans « {text} »", "Écrivez {nom}.") from error
    for name in sorted(names - known):
        raise SetupError(path, key, f"nom inconnu « {{{name}}} »", f"Choisissez parmi : {', '.join(sorted(known))}.")
