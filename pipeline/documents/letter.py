"""The message to the student, ready to send (.eml): what to correct, what to ask of the host, what is awaited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, get_args

from jinja2 import FileSystemLoader

from pipeline.check.facts import Facts
from pipeline.check.rules.identity import is_address
from pipeline.check.wording import contracted
from pipeline.documents.checklist import ChecklistPage
from pipeline.documents.jinja import html_environment
from pipeline.language import Language
from pipeline.model import Finding, Status, Verdict
from pipeline.tables.yamls import check_shape, read_yaml

_HOST_GROUPS = frozenset({"organisme", "signataire", "tuteur", "tuteur2", "gratification"})
"""Fields that the student has to ask of the host."""


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


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters by status."""

    by_status: Mapping[Status, LetterKind]


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
    },
}


def load_letters(schemas: Path) -> Letters:
    """Load ``letters.yaml``: one entry for each status but « remplacé ». Raises SetupError when one is missing."""
    path = schemas / "letters.yaml"
    data = read_yaml(path)
    statuses = [status for status in get_args(Status) if status != "remplacé"]
    check_shape(data, dict.fromkeys(statuses, _SHAPE), str(path))
    return Letters({status: _kind(data[status]) for status in statuses})


def _kind(entry: Mapping[str, Any]) -> LetterKind:
    words: dict[Language, LetterText] = {
        "fr": LetterText(entry["objet"], entry["debut"], tuple(entry["suite"])),
        "en": LetterText(entry["objet_en"], entry["debut_en"], tuple(entry["suite_en"])),
    }
    return LetterKind(words, entry["corrections"], entry["attendus"])


@dataclass(frozen=True, slots=True)
class Section:
    """A headed list."""

    heading: str
    items: tuple[tuple[str, str], ...]
    """(what is said, what to do)."""


@dataclass(frozen=True, slots=True)
class Body:
    """The letter in one language."""

    language: Language
    greeting: str
    opening: str
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    farewell: str
    signature: tuple[str, ...]


_HEADINGS: Mapping[Language, tuple[str, str, str]] = {
    "fr": (
        "À faire par vous",
        "À demander à l’organisme d’accueil",
        "Pièces et accords attendus avant la signature de l’université",
    ),
    "en": (
        "For you to do",
        "To ask of the host organisation",
        "Documents and approvals awaited before the university signs",
    ),
}


def letter(facts: Facts, verdict: Verdict, page: ChecklistPage, letters: Letters) -> bytes:
    """Return the message of one dossier as a draft that mail programs open ready to send.

    The same dossier gives the same bytes: the date is that of the judgement, the boundary comes from the reference.
    """
    kind = letters.by_status[verdict.status]
    languages: list[Language] = ["fr", "en"] if verdict.model == "bilingue" else ["fr"]
    bodies = [_body(facts, verdict, page, kind, language) for language in languages]
    slots = _slots(facts, page, "fr")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(kind.words["fr"].subject.format_map(slots))
    _address(message, facts)
    message["Date"] = format_datetime(datetime.combine(facts.today, time(8), UTC))
    message["X-Unsent"] = "1"
    message.set_content(_plain(bodies), cte="quoted-printable")
    html = _ENVIRONMENT.get_template("message.html.j2").render(bodies=bodies)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"conventions-{page.reference or 'sans-reference'}-{verdict.entry.version}")
    return message.as_bytes()


def _address(message: EmailMessage, facts: Facts) -> None:
    """Write the sender and, when one of the student's addresses is sound, the addressee."""
    service = facts.settings.service("conventions")
    if service.email and is_address(service.email):
        message["From"] = str(Address(service.name, addr_spec=service.email))
    for key in ("etudiant.email", "etudiant.email_personnel"):
        address = facts[key]
        if address and is_address(address) and address.isascii():
            message["To"] = address
            return


def _body(facts: Facts, verdict: Verdict, page: ChecklistPage, kind: LetterKind, language: Language) -> Body:
    words, slots = kind.words[language], _slots(facts, page, language)
    said = [f for f in verdict.findings if f.severity != "information" and not f.internal]
    edition = [f for f in said if f.jalon == "édition"] if kind.corrections else []
    if verdict.status in ("refusé", "réorienté"):
        motif = "refus" if verdict.status == "refusé" else "réorientation"
        sections = [Section("", _items([f for f in edition if f.motif == motif], language))]
    else:
        mine, hosts = [f for f in edition if not _of_host(f)], [f for f in edition if _of_host(f)]
        awaited = [f for f in said if f.jalon == "signature"] if kind.awaited else []
        sections = [
            Section(heading, _items(found, language))
            for heading, found in zip(_HEADINGS[language], (mine, hosts, awaited), strict=True)
        ]
    given = facts["etudiant.prenom_usage"] or facts["etudiant.prenom"]
    hello = {"fr": "Bonjour", "en": "Hello"}[language]
    return Body(
        language=language,
        greeting=f"{hello} {given}," if given else f"{hello},",
        opening=contracted(words.opening.format_map(slots), facts.settings.services.values()),
        sections=tuple(section for section in sections if section.items),
        closing=tuple(contracted(text.format_map(slots), facts.settings.services.values()) for text in words.closing),
        farewell={"fr": "Bien cordialement,", "en": "Kind regards,"}[language],
        signature=(facts.settings.service("conventions").name, facts.settings.university.name),
    )


def _of_host(finding: Finding) -> bool:
    groups = {key.partition(".")[0] for key in finding.fields}
    return bool(groups) and groups <= _HOST_GROUPS


def _items(findings: Sequence[Finding], language: Language) -> tuple[tuple[str, str], ...]:
    if language == "fr":
        return tuple((f.message, f.fix) for f in findings)
    return tuple((f.message_en, f.fix_en) for f in findings)


def _slots(facts: Facts, page: ChecklistPage, language: Language) -> Mapping[str, str]:
    service = facts.settings.service("conventions")
    host = facts["organisme.raison_sociale"] or {"fr": "l’organisme d’accueil", "en": "the host organisation"}[language]
    return {
        "prenom": facts["etudiant.prenom"] or "",
        "reference": page.reference,
        "organisme": host,
        "service": service.name,
        "contact": service.reach if language == "fr" else service.reach_en,
        "dates": page.dates.fr if language == "fr" else page.dates.en,
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(bodies: Sequence[Body]) -> str:
    """Write the letter as plain text, French first."""
    parts = []
    for body in bodies:
        lines = [body.greeting, "", body.opening, ""]
        for section in body.sections:
            if section.heading:
                lines += [section.heading, ""]
            lines += [f"- {said}\n  {fix}\n" for said, fix in section.items]
        lines += [f"{text}\n" for text in body.closing]
        parts.append("\n".join([*lines, body.farewell, *body.signature]))
    return "\n\n– – –\n\n".join(parts) + "\n"


_ENVIRONMENT = html_environment(loader=FileSystemLoader(Path(__file__).parent / "html"))
