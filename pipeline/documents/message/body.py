"""The letter in one language: greeting, what is enclosed, what is to do, farewell; and the text for the host."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.check.facts import Facts
from pipeline.check.wording import contracted
from pipeline.documents.checklist import ChecklistPage
from pipeline.documents.message.enclosed import Enclosed
from pipeline.documents.message.texts import Headings, HostText, LetterKind, Letters
from pipeline.language import Language, long_date
from pipeline.model import Actor, Finding, Verdict

OTHERS: frozenset[Actor] = frozenset({"sécurité défense", "relations internationales", "université"})
"""Who acts without the student, and of whom it reassures to hear; what a manager does stays in the office."""


@dataclass(frozen=True, slots=True)
class Section:
    """A list under its heading and, below it, a line that says when or how; each may be empty."""

    heading: str
    items: tuple[tuple[str, str], ...]
    """(what is said, what to do)."""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class HostBody:
    """The text for the host in one language, complete by itself."""

    language: Language
    title: str
    greeting: str
    opening: str
    items: tuple[str, ...]
    closing: tuple[str, ...]
    farewell: str
    signature: tuple[str, ...]


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


def told(verdict: Verdict, kind: LetterKind) -> tuple[list[Finding], list[Finding]]:
    """Return what a letter of ``kind`` tells: what holds the agreement back, and what its signature waits for."""
    said = [f for f in verdict.findings if f.severity != "information" and not f.internal]
    edition = [f for f in said if f.jalon == "édition"] if kind.corrections else []
    if verdict.status in ("refusé", "réorienté"):
        motif = "refus" if verdict.status == "refusé" else "réorientation"
        return [f for f in edition if f.motif == motif], []
    return edition, [f for f in said if f.jalon == "signature"] if kind.awaited else []


def body(
    facts: Facts,
    verdict: Verdict,
    page: ChecklistPage,
    letters: Letters,
    enclosed: Sequence[Enclosed],
    language: Language,
) -> Body:
    """Return the letter of one dossier in ``language``."""
    kind, headings = letters.by_status[verdict.status], letters.headings[language]
    words, slots = kind.words[language], slots_of(facts, page, language)
    edition, awaited = told(verdict, kind)
    if verdict.status in ("refusé", "réorienté"):
        asked = [Section("", _items(edition, language))]
    else:
        asked = _asked(edition, awaited, headings, letters.host[language].announced, language)
        if verdict.status == "à vérifier" and all(_whose(f) is None for f in edition):
            asked[-1] = dataclasses.replace(asked[-1], items=((headings.checking, ""), *asked[-1].items))
    with_it = _enclosed_sections(enclosed, headings, language)
    # What a letter asks for goes before what it carries.
    sections = [*asked, *with_it] if kind.corrections else [*with_it, *asked]
    services = facts.settings.services.values()
    given = facts["etudiant.prenom_usage"] or facts["etudiant.prenom"]
    hello, nobody = {"fr": ("Bonjour", "Bonjour"), "en": ("Dear", "Dear student")}[language]
    return Body(
        language=language,
        greeting=f"{hello} {given}," if given else f"{nobody},",
        opening=contracted(words.opening.format_map(slots), services),
        sections=tuple(section for section in sections if section.items),
        closing=(
            *(contracted(text.format_map(slots), services) for text in words.closing),
            *_masked(verdict, language),
        ),
        farewell={"fr": "Bien cordialement,", "en": "Kind regards,"}[language],
        signature=(facts.settings.service("conventions").name, facts.settings.university.name),
    )


_MASKED = "IDE-09"
"""The one information that is told to the student: whom to ask for an arrangement, whatever the reason."""


def _masked(verdict: Verdict, language: Language) -> Iterator[str]:
    """Yield what the student reads when a personal detail was masked; nothing where another service takes over."""
    if verdict.status not in ("refusé", "réorienté"):
        for finding in verdict.findings:
            if finding.rule == _MASKED:
                french, english = (finding.message, finding.fix), (finding.message_en, finding.fix_en)
                yield " ".join(french if language == "fr" else english)


def _asked(
    edition: Sequence[Finding], awaited: Sequence[Finding], headings: Headings, announced: str, language: Language
) -> list[Section]:
    """Return what the student does, what is asked of the host, and what others see to."""
    sections: list[Section] = []
    for heading, of_host in ((headings.student, False), (headings.host, True)):
        now, later = ([f for f in found if _whose(f) == of_host] for found in (edition, awaited))
        forward = announced if of_host and any(f.to_host for f in (*now, *later)) else ""
        if now:
            sections.append(Section(heading, _items(now, language), forward))
        if later:
            lead = f"{forward} {headings.before_signing}" if forward and not now else headings.before_signing
            sections.append(Section("" if now else heading, _items(later, language), lead))
    ours = [f for f in (*edition, *awaited) if f.actor in OTHERS]
    return [*sections, Section(headings.us, _items(ours, language))]


def _whose(finding: Finding) -> bool | None:
    """Return whether the host has to act; None when neither the host nor the student, nor who the student asks."""
    if finding.actor in OTHERS or finding.actor == "gestionnaire":
        return None
    return finding.actor == "organisme"


def host_body(
    facts: Facts, verdict: Verdict, page: ChecklistPage, letters: Letters, language: Language
) -> HostBody | None:
    """Return the text to forward to the host; None when the host has nothing to do."""
    edition, awaited = told(verdict, letters.by_status[verdict.status])
    found = [f for f in (*edition, *awaited) if f.actor == "organisme" and f.to_host]
    if not found or verdict.status in ("refusé", "réorienté"):
        return None
    words: HostText = letters.host[language]
    slots = {**slots_of(facts, page, language), "etudiant": facts.person("etudiant").full_name or _SOMEBODY[language]}
    slots["periode"] = _period(facts, language)
    services = facts.settings.services.values()
    return HostBody(
        language=language,
        title=words.title,
        greeting=words.greeting,
        opening=contracted(words.opening.format_map(slots), services),
        items=tuple(f.to_host if language == "fr" else f.to_host_en for f in found),
        closing=tuple(contracted(text.format_map(slots), services) for text in words.closing),
        farewell=words.farewell,
        signature=(facts.settings.service("conventions").name, facts.settings.university.name),
    )


_SOMEBODY = {"fr": "une étudiante ou un étudiant", "en": "a student"}


def _period(facts: Facts, language: Language) -> str:
    if facts.start is None or facts.end is None or not facts.dates_in_order:
        return ""
    first, last = long_date(facts.start, language), long_date(facts.end, language)
    return f", du {first} au {last}" if language == "fr" else f", from {first} to {last}"


def _enclosed_sections(enclosed: Sequence[Enclosed], headings: Headings, language: Language) -> list[Section]:
    attached = [e for e in enclosed if e.data is not None]
    named = [e for e in enclosed if e.standing and e.data is None]
    following = [e for e in enclosed if not e.standing]
    return [
        Section(headings.attached, tuple((e.called(language), e.name) for e in attached)),
        Section(headings.named, tuple((e.called(language), e.name) for e in named)),
        Section(headings.following, tuple((e.called(language), "") for e in following)),
    ]


def _items(findings: Sequence[Finding], language: Language) -> tuple[tuple[str, str], ...]:
    if language == "fr":
        return tuple((f.message, f.fix) for f in findings)
    return tuple((f.message_en, f.fix_en) for f in findings)


def slots_of(facts: Facts, page: ChecklistPage, language: Language) -> dict[str, str]:
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
        "universite": facts.settings.university.name,
    }
