"""The messages that go with what is made after the signature (.eml): ``schemas/notices.yaml``, filled for one dossier."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

from jinja2 import FileSystemLoader

from pipeline.check.facts import Facts
from pipeline.check.wording import contracted
from pipeline.documents.jinja import html_environment
from pipeline.documents.message.sealing import is_sound, sealed
from pipeline.errors import SetupError
from pipeline.language import Language, long_date
from pipeline.tables.yamls import check_shape, read_yaml

NAMES = ("attestation", "avenant")
"""The entries of ``notices.yaml``."""
_SLOTS = frozenset({"reference", "stagiaire", "organisme", "fin", "numero", "contact"})
_ENVIRONMENT = html_environment(loader=FileSystemLoader(Path(__file__).parent / "html"))


@dataclass(frozen=True, slots=True)
class Words:
    """One message in one language."""

    subject: str
    opening: str
    following: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One entry of ``notices.yaml``."""

    to: tuple[str, ...]
    """Fields that hold the addressee’s address: the first sound one is taken."""
    words: Mapping[Language, Words]


@dataclass(frozen=True, slots=True)
class _Letter:
    language: Language
    paragraphs: tuple[str, ...]
    signature: tuple[str, str]


_TEXT = {"type": "string", "required": True, "empty": False}
_LIST = {"type": "list", "required": True, "minlength": 1, "schema": {"type": "string"}}
_SHAPE: dict[str, Any] = {
    "type": "dict",
    "required": True,
    "schema": {
        "a": _LIST,
        **dict.fromkeys(("objet", "objet_en", "debut", "debut_en"), _TEXT),
        **dict.fromkeys(("suite", "suite_en"), _LIST),
    },
}


def load_notices(schemas: Path, fields: Collection[str]) -> Mapping[str, Notice]:
    """Load ``notices.yaml``. Raises SetupError (status 2) on a field or a slot that does not exist."""
    path = schemas / "notices.yaml"
    data = read_yaml(path)
    check_shape(data, dict.fromkeys(NAMES, _SHAPE), str(path))
    for name, entry in data.items():
        for key in entry["a"]:
            if key not in fields:
                raise SetupError(str(path), f"{name}.a", f"champ inconnu « {key} »", "Corrigez son nom.")
        texts = [text for key, text in entry.items() if key != "a"]
        for text in (line for one in texts for line in ([one] if isinstance(one, str) else one)):
            unknown = {slot for _, slot, _, _ in Formatter().parse(text) if slot is not None} - _SLOTS
            if unknown:
                mend = f"Choisissez parmi : {', '.join(sorted(_SLOTS))}."
                raise SetupError(str(path), name, f"nom inconnu « {{{min(unknown)}}} »", mend)
    return {name: _notice(entry) for name, entry in data.items()}


def _notice(entry: Mapping[str, Any]) -> Notice:
    return Notice(
        tuple(entry["a"]),
        {
            "fr": Words(entry["objet"], entry["debut"], tuple(entry["suite"])),
            "en": Words(entry["objet_en"], entry["debut_en"], tuple(entry["suite_en"])),
        },
    )


def notice_mail(
    notice: Notice, facts: Facts, attached: Sequence[tuple[str, bytes]], day: date, number: int | None = None
) -> bytes:
    """Return the message as a draft; the same dossier with the same PDFs on the same day gives the same bytes.

    ``attached`` are (file name, PDF or .docx); ``number`` is that of the amendment.
    """
    languages: list[Language] = ["fr", "en"] if facts.model == "bilingue" else ["fr"]
    letters = [_letter(notice.words[language], facts, language, number) for language in languages]
    text = "\n– – –\n\n".join(
        "".join(f"{paragraph}\n\n" for paragraph in letter.paragraphs) + "".join(f"{s}\n" for s in letter.signature)
        for letter in letters
    )
    html = _ENVIRONMENT.get_template("notice.html.j2").render(letters=letters)
    subjects = [_filled(notice.words[language].subject, facts, language, number) for language in languages]
    service = facts.settings.service("conventions")
    to = next((address for key in notice.to if (address := facts[key]) and is_sound(address)), "")
    return sealed(" / ".join(subjects), (service.name, service.email), to, day, text, html, attached)


def _letter(words: Words, facts: Facts, language: Language, number: int | None) -> _Letter:
    hello, bye = {"fr": ("Bonjour,", "Bien cordialement,"), "en": ("Hello,", "Kind regards,")}[language]
    texts = [_filled(text, facts, language, number) for text in (words.opening, *words.following)]
    signature = (facts.settings.service("conventions").name, facts.settings.university.name)
    return _Letter(language, (hello, *texts, bye), signature)


def _filled(text: str, facts: Facts, language: Language, number: int | None) -> str:
    service = facts.settings.service("conventions")
    host = {"fr": "l’organisme d’accueil", "en": "the host organisation"}[language]
    intern = {"fr": "votre stagiaire", "en": "your intern"}[language]
    slots = {
        "reference": facts.entry.reference or "",
        "stagiaire": facts.person("etudiant").full_name or intern,
        "organisme": facts["organisme.raison_sociale"] or host,
        "fin": long_date(facts.end, language) if facts.end else "",
        "numero": str(number or ""),
        "contact": service.reach if language == "fr" else service.reach_en,
    }
    if language == "en":
        return text.format_map(slots)
    return contracted(text.format_map(slots), facts.settings.services.values())
