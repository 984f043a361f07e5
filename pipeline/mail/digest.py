"""The digest of the night by e-mail: the sentence, the counts, what to do today; references and verbs only."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from pipeline.desk.model import Etape, FollowUp
from pipeline.language import long_date, short_date
from pipeline.mail.mailer import FAULTS, Sent, send
from pipeline.model import Outcome
from pipeline.outbox import Outbox
from pipeline.report.journal import Journal
from pipeline.report.phrases import count, typographic
from pipeline.report.sentence import night, reasons
from pipeline.settings.mail import DigestSettings, is_address
from pipeline.tables.words import fold
from pipeline.workshops import workshop

LATEST = "rapports/dernier"
_SHOWN = 30
"""Dossiers that one message names; the report has them all."""
_PLAIN_PLACE = "dossier rapports/dernier de la boîte de sortie, fichier rapport.html"
_SENDER_NAME = "Conventions de stage"
_COLON = re.compile(r"\s*:")
_LEAST = 3
"""Letters from which a word of a cell is looked for in a sentence."""
_PEOPLE = ("etudiant", "tuteur", "enseignant", "signataire", "representant")
_NAMES = ("nom", "prenom", "nom_usage", "prenom_usage")
_OTHERWISE = "Voir ce dossier dans le rapport."


def digests(
    outcome: Outcome, settings: DigestSettings, managers: Mapping[str, str], now: datetime
) -> tuple[EmailMessage, ...]:
    """Return the messages of the night: one to the recipients, then one to each manager about her own dossiers.

    ``managers``: name of a portfolio → address; a portfolio without a usable address, or without anything to do
    today, receives nothing. ``now`` dates the messages.
    """
    found = []
    if settings.recipients:
        found.append(_message(outcome, outcome.follow_ups, settings, settings.recipients, "", now, 0))
    if settings.portfolios:
        for number, (name, address) in enumerate(sorted(managers.items()), 1):
            hers = [one for one in outcome.follow_ups if one.manager == name]
            if is_address(address) and any(one.action.today for one in hers):
                found.append(_message(outcome, hers, settings, [address], name, now, number))
    return tuple(found)


def send_digests(
    outcome: Outcome, settings: DigestSettings | None, managers: Mapping[str, str], now: datetime
) -> tuple[Sent | None, str]:
    """Send what is configured; return what came of it (None: nothing is configured) and a French notice, or "".

    Whatever the server does, the run goes on.
    """
    if settings is None:
        return None, ""
    sent = send(digests(outcome, settings, managers, now), settings)
    if sent.fault is None:
        return sent, ""
    told = f"Le récapitulatif de la nuit n’a pas pu être envoyé : {FAULTS[sent.fault]}."
    if sent.messages:
        taken = count(sent.messages, "message est parti", "messages sont partis")
        told = f"Le récapitulatif de la nuit n’a pas pu être envoyé à tout le monde ({taken}) : {FAULTS[sent.fault]}."
    return sent, typographic(told)


def deliver(
    outcome: Outcome, settings: DigestSettings | None, managers: Mapping[str, str], outbox: Outbox, now: datetime
) -> Outcome:
    """Send the digests of a published run; return the outcome with the notice of what could not be sent.

    The run's journal gets a line either way: how many messages left, or which fault; no address, no name.
    """
    sent, notice = send_digests(outcome, settings, managers, now)
    if sent is not None:
        name = f"digest_{sent.fault}" if sent.fault else "digest_sent"
        _add_to_journal(outbox, outcome.run_id, name, sent.messages, now)
    return dataclasses.replace(outcome, notices=(*outcome.notices, notice)) if notice else outcome


def _add_to_journal(outbox: Outbox, run_id: str, event: str, messages: int, now: datetime) -> None:
    """Add a line to the journal that has been published, in the run's folder and in that of the latest run."""
    with workshop() as folder:
        lines = folder / "journal.jsonl"
        with contextlib.suppress(FileNotFoundError):
            lines.write_bytes(outbox.read(f"rapports/{run_id}/journal.jsonl"))
        Journal(lines, lambda: now).event(event, counts={"messages": messages})
        for place in (f"rapports/{run_id}", LATEST):
            outbox.write(f"{place}/journal.jsonl", lines.read_bytes())


def _message(
    outcome: Outcome,
    follow_ups: Sequence[FollowUp],
    settings: DigestSettings,
    recipients: Sequence[str],
    portfolio: str,
    now: datetime,
    number: int,
) -> EmailMessage:
    """Return one message; only bare addresses and our own words stand in its headers."""
    work = sum(one.action.today for one in follow_ups)
    message = EmailMessage(policy=SMTP)
    # Plain spaces: a header that is folded between two words written in code loses the space between them.
    subject = f"Conventions de stage, {long_date(outcome.day, 'fr')} : {_work(work)}"
    message["Subject"] = " ".join(subject.split())
    message["From"] = Address(_SENDER_NAME, addr_spec=settings.sender)
    message["To"] = ", ".join(recipients)
    message["Date"] = now
    message["Message-ID"] = f"<{outcome.run_id}.{number}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(typographic(body(outcome, follow_ups, settings.report, portfolio)))
    return message


def body(outcome: Outcome, follow_ups: Sequence[FollowUp], report: str, portfolio: str = "") -> str:
    """Return the French text of a message about ``follow_ups``; nobody is named in it.

    ``report``: where the recipients open the report, "" when it is not configured.
    """
    lines = [night(outcome), *(f"Attention : {reason}." for reason in reasons(outcome))]
    if portfolio:
        lines += ["", f"Ce qui suit concerne le portefeuille « {_line(portfolio)} »."]
    due = sorted((one for one in follow_ups if one.action.today), key=_order)
    lines += ["", f"À FAIRE AUJOURD’HUI : {_work(len(due))}", ""]
    lines += [_task(one) for one in due[:_SHOWN]]
    if len(due) > _SHOWN:
        lines.append(f"- et {count(len(due) - _SHOWN, 'autre dossier', 'autres dossiers')} : voir le rapport.")
    counts = _counts(follow_ups)
    if counts:
        lines += ["", "OÙ EN SONT LES DOSSIERS", "", *counts]
    lines += ["", f"Le rapport : {report or _PLAIN_PLACE}", ""]
    lines.append("Ce message est envoyé automatiquement ; il ne nomme personne : les noms sont dans le rapport.")
    return "\n".join(lines) + "\n"


def _work(number: int) -> str:
    return f"{count(number, 'dossier', 'dossiers')} à traiter" if number else "rien à traiter aujourd’hui"


def _order(one: FollowUp) -> tuple[int, int, str]:
    deadline = one.action.deadline
    return one.action.group, deadline.toordinal() if deadline else 10**7, one.reference


def _task(one: FollowUp) -> str:
    until = f" (avant le {short_date(one.action.deadline)})" if one.action.deadline else ""
    # What follows a colon repeats a finding, and a finding repeats cells.
    verb = _COLON.split(_line(one.action.verb), maxsplit=1)[0].rstrip(".")
    return f"- {one.reference} : {verb if _is_discreet(one, verb) else _OTHERWISE.rstrip('.')}{until}"


def _is_discreet(one: FollowUp, sentence: str) -> bool:
    """Tell whether ``sentence`` repeats no word of the names that the form gives."""
    values = one.verdict.entry.deposit.values
    names = [values.get(f"{person}.{name}") for person in _PEOPLE for name in _NAMES]
    names += [signature.holder for signature in one.signatures]
    people = {word for name in names if isinstance(name, str) for word in fold(name).split() if len(word) >= _LEAST}
    host = values.get("organisme.raison_sociale")
    told = fold(sentence)
    return people.isdisjoint(told.split()) and not (isinstance(host, str) and fold(host) and fold(host) in told)


def _counts(follow_ups: Iterable[FollowUp]) -> list[str]:
    stages = Counter(one.etape for one in follow_ups)
    order: Sequence[Etape] = (
        "à corriger",
        "à vérifier",
        "prêt",
        "envoyé",
        "signé",
        "terminé",
        "refusé",
        "réorienté",
        "abandonné",
    )
    return [f"- {name} : {stages[name]}" for name in order if stages[name]]


def _line(text: str) -> str:
    """Return ``text`` on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
