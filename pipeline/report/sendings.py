"""The messages to send tonight: one letter for each student, the reminders, what goes to tutors; none sends itself."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.check.wording import contracted
from pipeline.config import Settings
from pipeline.desk.reminder_texts import ReminderKind, ReminderText
from pipeline.desk.reminders import LABELS, Due, Reminder
from pipeline.documents.message import Draft, Letter, Letters, together, written
from pipeline.documents.message.body import Body, Section
from pipeline.documents.message.mail import Part
from pipeline.documents.message.sealing import one_line
from pipeline.language import NBSP, Language, country_name, long_date, short_date
from pipeline.model import Status
from pipeline.outbox import Outbox
from pipeline.tables import Tables

_WHY: Mapping[Status, str] = {
    "prêt": "Convention à faire signer",
    "à vérifier": "En attente de confirmation",
    "à corriger": "Informations à donner",
    "refusé": "Refus et sa raison",
    "réorienté": "Autre service",
}
_NOTICES: Mapping[str, str] = {
    "message_attestation": "Attestation à délivrer en fin de stage",
    "message_avenant": "Avenant à faire signer",
}
"""What a message of these names is for; the rest of a name is its reference."""
_READERS: Mapping[str, str] = {
    "message_attestation": "Tutrice ou tuteur",
    "message_avenant": "Étudiante ou étudiant",
}
_HEAD = 16_384
"""Bytes of an .eml that hold its headers."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One message to send, at its place under the outbox."""

    kind: str
    """« Lettre », « Relance », « Attestation » or « Avenant »."""
    who: str
    address: str
    """"" when none is known: to be reached by telephone."""
    subject: str
    why: str
    references: tuple[str, ...]
    path: str
    next: date | None = None
    """Day of the next reminder."""


# ── letters ───────────────────────────────────────────────────────────────────────────────────────


def send_letters(
    letters: Iterable[Letter], words: Letters, outbox: Outbox, run_id: str, most: int
) -> tuple[Sending, ...]:
    """Return one sending for each student; who has several letters gets them in one message, written here.

    Each dossier keeps its own message: a single one is sent from where it stands, several are put together under
    ``rapports/<run_id>/envois/``. When their PDFs weigh more than ``most`` bytes together they stay apart.
    """
    by_student: dict[str, list[Letter]] = {}
    for letter in letters:
        by_student.setdefault(letter.student, []).append(letter)
    found: list[Sending] = []
    for mine in by_student.values():
        if len(mine) > 1 and _weight(mine, outbox) <= most:
            mine.sort(key=lambda letter: letter.reference)
            draft = together(mine, words, outbox.read)
            path = f"rapports/{run_id}/envois/envoi_{mine[0].reference}.eml"
            outbox.write(path, written(draft))
            found.append(_letter(mine, draft, path))
        else:
            found += [_letter([letter], letter.draft, letter.path) for letter in mine]
    return tuple(found)


def _weight(letters: Sequence[Letter], outbox: Outbox) -> int:
    """Return the bytes of the messages: a PDF weighs a third more inside one."""
    return sum(outbox.path(letter.path).stat().st_size for letter in letters) * 3 // 4


def _letter(letters: Sequence[Letter], draft: Draft, path: str) -> Sending:
    why = "\u202f; ".join(dict.fromkeys(_WHY.get(letter.status, letter.status) for letter in letters))
    references = tuple(letter.reference for letter in letters)
    return Sending("Lettre", letters[0].name, draft.to, draft.subject, why, references, path)


# ── reminders ─────────────────────────────────────────────────────────────────────────────────────


def send_reminders(
    reminders: Iterable[Reminder],
    texts: Mapping[ReminderKind, ReminderText],
    settings: Settings,
    tables: Tables,
    outbox: Outbox,
    run_id: str,
    day: date,
) -> tuple[Sending, ...]:
    """Write the reminders under ``rapports/<run_id>/relances/`` and return them."""
    found = []
    for reminder in reminders:
        draft = reminder_draft(reminder, texts[reminder.kind], settings, tables, day)
        path = f"rapports/{run_id}/relances/relance_{reminder.kind}_{reminder.references[0]}.eml"
        outbox.write(path, written(draft))
        rank = "1re" if reminder.rank == 1 else f"{reminder.rank}e"
        why = f"{rank} relance, {LABELS[reminder.kind]}{NBSP}: attendu depuis le {short_date(reminder.since)}"
        who = reminder.name or reminder.party
        found.append(Sending("Relance", who, draft.to, draft.subject, why, reminder.references, path, reminder.next))
    return tuple(found)


def reminder_draft(reminder: Reminder, text: ReminderText, settings: Settings, tables: Tables, day: date) -> Draft:
    """Return the message of one reminder: a line for each dossier, English after French where somebody reads it."""
    bilingual = text.bilingual and any(due.follow_up.verdict.model == "bilingue" for due in reminder.dues)
    languages: tuple[Language, ...] = ("fr", "en") if bilingual else ("fr",)
    whole: Mapping[Language, Mapping[str, str]] = {
        language: _whole(reminder, settings, language) for language in languages
    }
    bodies = tuple(_body(reminder, text, settings, tables, whole[language], language) for language in languages)
    service = settings.service("conventions")
    subject = " / ".join(text.words[language].subject.format_map(whole[language]) for language in languages)
    return Draft(one_line(subject), (service.name, service.email), reminder.address, day, (), (Part("", bodies),))


def _body(
    reminder: Reminder,
    text: ReminderText,
    settings: Settings,
    tables: Tables,
    whole: Mapping[str, str],
    language: Language,
) -> Body:
    words, services = text.words[language], settings.services.values()

    def said(wording: str, slots: Mapping[str, str]) -> str:
        filled = wording.format_map(slots)
        return contracted(filled, services) if language == "fr" else filled

    lines = tuple((said(words.line, _line(due, tables, language)), "") for due in reminder.dues)
    return Body(
        language=language,
        greeting={"fr": "Bonjour,", "en": "Hello,"}[language],
        opening=said(words.opening, whole),
        sections=(Section("", lines),),
        closing=tuple(said(closing, whole) for closing in words.closing),
        farewell={"fr": "Bien cordialement,", "en": "Kind regards,"}[language],
        signature=(settings.service("conventions").name, settings.university.name),
    )


_SHOWN = 3
"""The most references that a subject names."""


def _whole(reminder: Reminder, settings: Settings, language: Language) -> Mapping[str, str]:
    shown = list(reminder.references[:_SHOWN])
    more = len(reminder.references) - len(shown)
    office, abroad = settings.service("conventions"), settings.service("relations_internationales")
    return {
        "references": ", ".join([*shown, f"+{more}"] if more else shown),
        "universite": settings.university.name,
        "contact": office.reach if language == "fr" else office.reach_en,
        "contact_ri": abroad.reach if language == "fr" else abroad.reach_en,
    }


def _line(due: Due, tables: Tables, language: Language) -> Mapping[str, str]:
    values = due.follow_up.verdict.entry.deposit.values

    def written_day(day: object) -> str:
        if not isinstance(day, date):
            return {"fr": "(date à préciser)", "en": "(date to be given)"}[language]
        return short_date(day) if language == "fr" else long_date(day, "en")

    start, end = values.get("stage.date_debut"), values.get("stage.date_fin")
    first, last = written_day(start), written_day(end)
    period = {"fr": f", du {first} au {last}", "en": f", from {first} to {last}"}[language]
    family, given = values.get("etudiant.nom"), values.get("etudiant.prenom")
    student = " ".join(str(part) for part in (given, str(family).upper() if family else None) if part)
    country = values.get("stage.pays")
    known = tables.countries[country] if isinstance(country, str) and country in tables.countries else None
    host = values.get("organisme.raison_sociale")
    return {
        "reference": due.follow_up.reference,
        "stagiaire": one_line(student) or {"fr": "(nom à préciser)", "en": "(name to be given)"}[language],
        "organisme": one_line(str(host or {"fr": "organisme à préciser", "en": "host to be given"}[language])),
        "pays": country_name(known, language) if known else "–",
        "periode": period if isinstance(start, date) and isinstance(end, date) else "",
        "debut": first,
        "fin": last,
        "depuis": written_day(due.since),
        "limite": written_day(due.limit),
        "pieces": _missing(due, language),
    }


def _missing(due: Due, language: Language) -> str:
    if language == "fr":
        return "\u202f; ".join(due.follow_up.missing)
    pieces = (piece for piece in due.follow_up.pieces if piece.required and not piece.settled)
    return "; ".join(piece.label_en or piece.label for piece in pieces)


# ── what goes to tutors ───────────────────────────────────────────────────────────────────────────


def send_notices(
    paths: Iterable[str], outbox: Outbox, name_of: Callable[[str], str] = lambda _: ""
) -> tuple[Sending, ...]:
    """Return the messages that stand at ``paths`` for a certificate or an amendment; any other path is passed over.

    ``name_of`` gives the addressee of a dossier, by its reference; "" for one that is only known by the part played.
    """
    found = []
    for path in sorted(paths):
        stem = path.rpartition("/")[2].removesuffix(".eml")
        purpose = next((name for name in _NOTICES if stem.startswith(f"{name}_")), None)
        if purpose is None or not path.endswith(".eml") or not outbox.holds(path):
            continue
        reference = stem.rpartition("_")[2]
        to, subject = _heads(outbox, path)
        kind = purpose.removeprefix("message_").capitalize()
        found.append(
            Sending(kind, name_of(reference) or _READERS[purpose], to, subject, _NOTICES[purpose], (reference,), path)
        )
    return tuple(found)


def _heads(outbox: Outbox, path: str) -> tuple[str, str]:
    """Return the address and the subject of an .eml, from its headers alone."""
    head = outbox.read(path)[:_HEAD].partition(b"\r\n\r\n")[0]
    message = email.message_from_bytes(head, policy=email.policy.default)
    return one_line(str(message["To"] or "")), one_line(str(message["Subject"] or ""))
