"""``schemas/letters.yaml``: the words of each status and the documents that its letter encloses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pipeline.documents.kinds import Kind
from pipeline.errors import SetupError
from pipeline.language import Language
from pipeline.model import Status
from pipeline.tables.yamls import check_shape, read_yaml


@dataclass(frozen=True, slots=True)
class LetterText:
    """The words of one status in one language."""

    subject: str
    opening: str
    closing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterKind:
    """What the letter of one status holds."""

    words: Mapping[Language, LetterText]
    corrections: bool
    awaited: bool
    enclosed: tuple[str, ...] = ()
    """Keys of ``documents.yaml``, in the order in which the letter names them."""


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters by status."""

    by_status: Mapping[Status, LetterKind]

    @property
    def enclosed(self) -> Mapping[Status, tuple[str, ...]]:
        """The keys of the documents that each status encloses."""
        return {status: kind.enclosed for status, kind in self.by_status.items()}


_TEXT = {"type": "string", "required": True, "empty": False}
_LIST = {"type": "list", "required": True, "schema": {"type": "string"}}
_FLAG = {"type": "boolean", "required": True}
_SHAPE: dict[str, Any] = {
    "type": "dict",
    "required": True,
    "schema": {
        **dict.fromkeys(("objet", "objet_en", "debut", "debut_en"), _TEXT),
        "suite": _LIST,
        "suite_en": _LIST,
        "corrections": _FLAG,
        "attendus": _FLAG,
        "joints": _LIST,
    },
}


def load_letters(schemas: Path, kinds: Iterable[Kind] | None = None) -> Letters:
    """Load ``letters.yaml``: one entry for each status but « remplacé ».

    Raises SetupError when one is missing or, ``kinds`` given, when a letter encloses what has no PDF or no name.
    """
    path = schemas / "letters.yaml"
    data = read_yaml(path)
    statuses = [status for status in get_args(Status) if status != "remplacé"]
    check_shape(data, dict.fromkeys(statuses, _SHAPE), str(path))
    if kinds is not None:
        _check_enclosed(data, {kind.key: kind for kind in kinds}, str(path))
    return Letters({status: _kind(data[status]) for status in statuses})


def _kind(entry: Mapping[str, Any]) -> LetterKind:
    words: dict[Language, LetterText] = {
        "fr": LetterText(entry["objet"], entry["debut"], tuple(entry["suite"])),
        "en": LetterText(entry["objet_en"], entry["debut_en"], tuple(entry["suite_en"])),
    }
    return LetterKind(words, entry["corrections"], entry["attendus"], tuple(entry["joints"]))


def _check_enclosed(data: Mapping[str, Any], kinds: Mapping[str, Kind], path: str) -> None:
    for status, entry in data.items():
        for key in entry["joints"]:
            kind = kinds.get(key)
            if kind is None:
                mend = f"Choisissez parmi : {', '.join(k.key for k in kinds.values() if k.pdf)}."
                raise SetupError(path, f"{status}.joints", f"document inconnu « {key} »", mend)
            if not (kind.pdf and kind.label):
                mend = f"Donnez à « {key} » « pdf: true » et un « libelle » dans documents.yaml."
                raise SetupError(path, f"{status}.joints", f"« {key} » ne peut pas être joint", mend)
