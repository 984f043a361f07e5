"""The letter in one language: greeting, what is enclosed, what is to do, farewell; and its plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.check.facts import Facts
from pipeline.check.wording import contracted
from pipeline.documents.checklist import ChecklistPage
from pipeline.documents.message.enclosed import Enclosed
from pipeline.documents.message.texts import LetterKind
from pipeline.language import Language
from pipeline.model import Finding, Verdict

_HOST_GROUPS = frozenset({"organisme", "signataire", "tuteur", "tuteur2", "gratification"})
"""Fields that the student has to ask of the host."""


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
_ATTACHED: Mapping[Language, str] = {
    "fr": "Vous trouverez ci-joint\u00a0:",
    "en": "Please find attached:",
}
_NAMED: Mapping[Language, str] = {
    "fr": "Documents transmis avec ce message\u00a0:",
    "en": "Documents sent along with this message:",
}
_FOLLOWING: Mapping[Language, str] = {
    "fr": "Vous recevrez ensuite\u00a0:",
    "en": "You will receive later:",
}


def body(
    facts: Facts,
    verdict: Verdict,
    page: ChecklistPage,
    kind: LetterKind,
    enclosed: Sequence[Enclosed],
    language: Language,
) -> Body:
    """Return the letter of one dossier in ``language``."""
    words, slots = kind.words[language], slots_of(facts, page, language)
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
    with_it = _enclosed_sections(enclosed, language)
    # What a letter asks for goes before what it carries.
    sections = [*sections, *with_it] if kind.corrections else [*with_it, *sections]
    services = facts.settings.services.values()
    given = facts["etudiant.prenom_usage"] or facts["etudiant.prenom"]
    hello, nobody = {"fr": ("Bonjour", "Bonjour"), "en": ("Dear", "Dear student")}[language]
    return Body(
        language=language,
        greeting=f"{hello} {given}," if given else f"{nobody},",
        opening=contracted(words.opening.format_map(slots), services),
        sections=tuple(section for section in sections if section.items),
        closing=tuple(contracted(text.format_map(slots), services) for text in words.closing),
        farewell={"fr": "Bien cordialement,", "en": "Kind regards,"}[language],
        signature=(facts.settings.service("conventions").name, facts.settings.university.name),
    )


def _enclosed_sections(enclosed: Sequence[Enclosed], language: Language) -> list[Section]:
    attached = [e for e in enclosed if e.data is not None]
    named = [e for e in enclosed if e.standing and e.data is None]
    following = [e for e in enclosed if not e.standing]
    return [
        Section(_ATTACHED[language], tuple((e.called(language), e.name) for e in attached)),
        Section(_NAMED[language], tuple((e.called(language), e.name) for e in named)),
        Section(_FOLLOWING[language], tuple((e.called(language), "") for e in following)),
    ]


def _of_host(finding: Finding) -> bool:
    groups = {key.partition(".")[0] for key in finding.fields}
    return bool(groups) and groups <= _HOST_GROUPS


def _items(findings: Sequence[Finding], language: Language) -> tuple[tuple[str, str], ...]:
    if language == "fr":
        return tuple((f.message, f.fix) for f in findings)
    return tuple((f.message_en, f.fix_en) for f in findings)


def slots_of(facts: Facts, page: ChecklistPage, language: Language) -> Mapping[str, str]:
    """Return what the words of ``letters.yaml`` may hold between braces."""
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


def plain(bodies: Sequence[Body]) -> str:
    """Write the letter as plain text, French first."""
    parts = []
    for letter in bodies:
        lines = [letter.greeting, "", letter.opening, ""]
        for section in letter.sections:
            if section.heading:
                lines += [section.heading, ""]
            lines += [f"- {said}\n  {fix}\n" if fix else f"- {said}\n" for said, fix in section.items]
        lines += [f"{text}\n" for text in letter.closing]
        parts.append("\n".join([*lines, letter.farewell, *letter.signature]))
    return "\n\n– – –\n\n".join(parts) + "\n"
