"""``schemas/letters.yaml``: the words of each status, of the text for the host, and what the letters enclose."""

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
class Headings:
    """What stands above the lists of a letter, in one language."""

    student: str
    host: str
    us: str
    checking: str
    """Said under ``us`` when only the office still has something to see to."""
    before_signing: str
    attached: str
    named: str
    following: str
    separately: str
    """Of a letter that treats several dossiers: what introduces them."""
    subject: str
    """Of such a letter."""


@dataclass(frozen=True, slots=True)
class HostText:
    """The words of the text that a student forwards to the host, in one language."""

    title: str
    announced: str
    """Said under the list of what the host is asked."""
    greeting: str
    opening: str
    closing: tuple[str, ...]
    farewell: str


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters by status, and the words that they share."""

    by_status: Mapping[Status, LetterKind]
    headings: Mapping[Language, Headings]
    host: Mapping[Language, HostText]

    @property
    def enclosed(self) -> Mapping[Status, tuple[str, ...]]:
        """The keys of the documents that each status encloses."""
        return {status: kind.enclosed for status, kind in self.by_status.items()}


SILENT: frozenset[Status] = frozenset({"remplacé", "repris"})
"""The statuses that nobody is written to about."""
_TEXT = {"type": "string", "required": True, "empty": False}
_LIST = {"type": "list", "required": True, "schema": {"type": "string"}}
_FLAG = {"type": "boolean", "required": True}


def _shape(texts: Iterable[str], lists: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """Return the shape of an entry: each text and each list in French and, with « _en », in English."""
    both = {f"{text}{tail}": _TEXT for text in texts for tail in ("", "_en")}
    both |= {f"{text}{tail}": _LIST for text in lists for tail in ("", "_en")}
    return {"type": "dict", "required": True, "schema": both | more}


_STATUS = _shape(("objet", "debut"), ("suite",), corrections=_FLAG, attendus=_FLAG, joints=_LIST)
_HEADINGS = {
    "etudiant": "student",
    "organisme": "host",
    "nous": "us",
    "verification": "checking",
    "avant_signature": "before_signing",
    "joints": "attached",
    "cites": "named",
    "a_suivre": "following",
    "ensemble": "separately",
    "objet_ensemble": "subject",
}
_HOST = {"titre": "title", "annonce": "announced", "appel": "greeting", "debut": "opening", "salut": "farewell"}


def load_letters(schemas: Path, kinds: Iterable[Kind] | None = None) -> Letters:
    """Load ``letters.yaml``: one entry for each status but those of :data:`SILENT`, and the shared words.

    Raises SetupError when one is missing or, ``kinds`` given, when a letter encloses what has no PDF or no name.
    """
    path = schemas / "letters.yaml"
    data = read_yaml(path)
    statuses = [status for status in get_args(Status) if status not in SILENT]
    shared = {"titres": _shape(_HEADINGS), "a_l_organisme": _shape(_HOST, ("suite",))}
    check_shape(data, dict.fromkeys(statuses, _STATUS) | shared, str(path))
    if kinds is not None:
        _check_enclosed(
            {key: entry for key, entry in data.items() if key not in shared},
            {kind.key: kind for kind in kinds},
            str(path),
        )
    tails: Mapping[Language, str] = {"fr": "", "en": "_en"}
    return Letters(
        {status: _kind(data[status]) for status in statuses},
        {language: Headings(**_texts(data["titres"], _HEADINGS, tail)) for language, tail in tails.items()},
        {
            language: HostText(
                **_texts(data["a_l_organisme"], _HOST, tail), closing=tuple(data["a_l_organisme"][f"suite{tail}"])
            )
            for language, tail in tails.items()
        },
    )


def _texts(entry: Mapping[str, Any], names: Mapping[str, str], tail: str) -> dict[str, str]:
    return {name: entry[f"{key}{tail}"] for key, name in names.items()}


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
