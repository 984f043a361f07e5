"""The .eml: a draft that mail programs open ready to send, its text twice (plain, HTML), its PDFs attached."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import FileSystemLoader

from pipeline.check.facts import Facts
from pipeline.documents.checklist import ChecklistPage
from pipeline.documents.jinja import html_environment
from pipeline.documents.message.body import Body, HostBody, body, host_body, slots_of
from pipeline.documents.message.enclosed import Enclosed
from pipeline.documents.message.news import told_by
from pipeline.documents.message.plain import plain
from pipeline.documents.message.sealing import is_sound, one_line, sealed
from pipeline.documents.message.texts import Letters
from pipeline.dossiers import student_of
from pipeline.language import Language
from pipeline.model import Status, Verdict


@dataclass(frozen=True, slots=True)
class Part:
    """What a message says of one dossier."""

    title: str
    """What stands above it when the message treats several; "" when it treats one."""
    bodies: tuple[Body, ...]
    """One for each language, French first."""
    to_host: tuple[HostBody, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be written: every text on one line where a header holds it, addresses sound or ""."""

    subject: str
    sender: tuple[str, str]
    """(name, address)."""
    to: str
    day: date
    opening: tuple[str, ...]
    """What stands above the parts when there are several."""
    parts: tuple[Part, ...]
    enclosed: tuple[Enclosed, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter about one dossier: its draft, and what the office has to know to send it once."""

    reference: str
    student: str
    """Key of the student, the same for all of a student's dossiers; never shown."""
    name: str
    status: Status
    draft: Draft
    told: str
    """What it tells, hashed: see :func:`pipeline.documents.message.news.is_news`."""
    path: str = ""
    """Under the outbox."""

    def light(self, path: str, *, whole: bool = True) -> Letter:
        """Return the letter as it stands at ``path``, without the bytes of its PDFs; without its texts, unless ``whole``."""
        if not whole:
            return dataclasses.replace(self, path=path, draft=dataclasses.replace(self.draft, parts=(), enclosed=()))
        bare = tuple(
            dataclasses.replace(e, data=None if e.data is None else b"") for e in self.draft.enclosed
        )  # b"": attached, to be read again
        return dataclasses.replace(self, path=path, draft=dataclasses.replace(self.draft, enclosed=bare))


def compose(
    facts: Facts, verdict: Verdict, page: ChecklistPage, letters: Letters, enclosed: Sequence[Enclosed] = ()
) -> Letter:
    """Return the letter about one dossier, ``enclosed`` in the order given."""
    kind = letters.by_status[verdict.status]
    languages: list[Language] = ["fr", "en"] if verdict.model == "bilingue" else ["fr"]
    slots = slots_of(facts, page, "fr")
    hosts = (host_body(facts, verdict, page, letters, language) for language in languages)
    part = Part(
        title=" – ".join(text for text in (slots["organisme"], slots["dates"], page.reference) if text),
        bodies=tuple(body(facts, verdict, page, letters, enclosed, language) for language in languages),
        to_host=tuple(found for found in hosts if found is not None),
    )
    service = facts.settings.service("conventions")
    written = [kind.words[language].subject.format_map(slots_of(facts, page, language)) for language in languages]
    draft = Draft(
        subject=one_line(" / ".join(written)),
        sender=(service.name, service.email),
        to=address_of(facts),
        day=facts.today,
        opening=(),
        parts=(part,),
        enclosed=tuple(enclosed),
    )
    student = student_of(facts.deposit) or draft.to or page.reference
    name = one_line(facts.person("etudiant").full_name)
    return Letter(page.reference, student, name, verdict.status, draft, told_by(verdict, kind, enclosed))


def letter(
    facts: Facts, verdict: Verdict, page: ChecklistPage, letters: Letters, enclosed: Sequence[Enclosed] = ()
) -> bytes:
    """Return the message of one dossier, written."""
    return written(compose(facts, verdict, page, letters, enclosed).draft)


def together(found: Sequence[Letter], letters: Letters, read: Callable[[str], bytes]) -> Draft:
    """Return one message that says all that the letters ``found`` to one student say, PDFs attached.

    ``read`` gives the bytes of a path under the outbox: the PDFs stand beside the letters that attach them.
    """
    drafts = [each.draft for each in found]
    languages = {body.language for draft in drafts for part in draft.parts for body in part.bodies}
    order: list[Language] = ["fr", "en"] if "en" in languages else ["fr"]
    references, last = ", ".join(each.reference for each in found), len(drafts) - 1
    return dataclasses.replace(
        drafts[0],
        subject=one_line(" / ".join(letters.headings[each].subject.format(references=references) for each in order)),
        to=next((draft.to for draft in drafts if draft.to), ""),
        day=max(draft.day for draft in drafts),
        opening=(drafts[0].parts[0].bodies[0].greeting, *(letters.headings[each].separately for each in order)),
        parts=tuple(_among(part, rank == last) for rank, draft in enumerate(drafts) for part in draft.parts),
        enclosed=tuple(
            dataclasses.replace(e, data=read(f"{each.path.rpartition('/')[0]}/{e.name}")) if e.data is not None else e
            for each in found
            for e in each.draft.enclosed
        ),
    )


def _among(part: Part, last: bool) -> Part:
    """Return ``part`` as one of several: greeted once, signed once."""
    bodies = (
        dataclasses.replace(b, greeting="") if last else dataclasses.replace(b, greeting="", farewell="", signature=())
        for b in part.bodies
    )
    return dataclasses.replace(part, bodies=tuple(bodies))


def written(draft: Draft) -> bytes:
    """Return the .eml of ``draft``.

    The same draft gives the same bytes: the date is that of the judgement, the boundaries come from the content,
    which therefore cannot hold them.
    """
    text = plain(draft.opening, draft.parts)
    several = len(draft.parts) > 1
    html = _ENVIRONMENT.get_template("message.html.j2").render(
        opening=draft.opening, parts=draft.parts, several=several
    )
    attached = [(file.name, file.data) for file in draft.enclosed if file.data is not None]
    return sealed(draft.subject, draft.sender, draft.to, draft.day, text, html, attached)


def address_of(facts: Facts) -> str:
    """Return the first sound address of the student; "" when there is none."""
    addresses = (facts[key] for key in ("etudiant.email", "etudiant.email_personnel"))
    return next((address for address in addresses if address and is_sound(address)), "")


_ENVIRONMENT = html_environment(loader=FileSystemLoader(Path(__file__).parents[1] / "html"))
