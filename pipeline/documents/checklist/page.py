"""What the page of one student says around its lines: who and where, what to send when, who signs, what to retain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.check.facts import Facts
from pipeline.check.hours import HOURS_IN_MONTH
from pipeline.check.presence import presence
from pipeline.check.rules.dates import month_before
from pipeline.check.stipend_amounts import due, monthly, total
from pipeline.check.wording import contracted
from pipeline.config import Service
from pipeline.documents.cases import cases
from pipeline.documents.checklist.lines import Line, lines
from pipeline.documents.checklist.pieces import Block, Checklist, Text
from pipeline.documents.checklist.slots import slots
from pipeline.language import Language, country_name, long_date, money, number
from pipeline.model import Verdict


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    """Everything that the page of one student says."""

    reference: str
    code: str
    """What the QR code holds: reference and version."""
    source_number: str | None
    student: str
    where: Text
    dates: Text
    opening: Text
    lines: tuple[Line, ...]
    signatures: tuple[Text, ...]
    order: Text
    """How they sign."""
    copies: Text
    remember: tuple[Text, ...]
    notes: tuple[Text, ...]
    contact: str
    emergency: str | None
    university: str
    edited: Text

    def of(self, block: Block) -> tuple[Line, ...]:
        """Return the lines of ``block``."""
        return tuple(line for line in self.lines if line.block == block)


def checklist_values(facts: Facts, verdict: Verdict, checklist: Checklist) -> ChecklistPage:
    """Return what the page of one dossier says."""
    settings, entry = facts.settings, verdict.entry
    service = settings.service("conventions")
    return ChecklistPage(
        reference=entry.reference or "",
        code=f"{entry.reference}/{entry.version}" if entry.reference else "",
        source_number=facts["formulaire.identifiant"],
        student=facts.person("etudiant").full_name,
        where=_where(facts),
        dates=_dates(facts),
        opening=_opening(facts, service),
        lines=tuple(lines(facts, checklist, slots(facts))),
        signatures=_signatures(facts),
        order=_order(facts),
        copies=_copies(settings.copies_abroad if facts.abroad else settings.copies_france),
        remember=_remember(facts),
        notes=tuple(_notes(facts)),
        contact=" · ".join(part for part in (service.name, service.email or service.form_url, service.phone) if part),
        emergency=settings.university.emergency_phone or None,
        university=settings.university.name,
        edited=Text(long_date(facts.today, "fr"), long_date(facts.today, "en")),
    )


def _where(facts: Facts) -> Text:
    host, town = facts["organisme.raison_sociale"] or "", facts["stage.lieu_ville"] or facts["organisme.ville"]
    host = host if len(host) <= 90 else host[:89].rstrip() + "…"
    country = facts.country

    def write(language: Language) -> str:
        place = ", ".join(p for p in (town, country_name(country, language) if country else None) if p)
        return f"{host} ({place})" if place else host

    return Text(write("fr"), write("en"))


def _dates(facts: Facts) -> Text:
    hours = facts.hours
    french, english = [], []
    if facts.start and facts.end:
        french.append(f"du {long_date(facts.start, 'fr')} au {long_date(facts.end, 'fr')}")
        english.append(f"from {long_date(facts.start, 'en')} to {long_date(facts.end, 'en')}")
    if hours is not None:
        french.append(f"{number(hours, 'fr')}\u00a0heures")
        english.append(f"{number(hours, 'en')} hours")
    return Text(", ".join(french), ", ".join(english))


def _opening(facts: Facts, service: Service) -> Text:
    limit = facts.start - timedelta(days=14) if facts.start else None
    french, english = "", ""
    if limit and limit > facts.today:
        french, english = f", avant le {long_date(limit, 'fr')}", f", before {long_date(limit, 'en')}"
    return Text(
        contracted(
            "L’université signe la dernière, quand toutes les pièces obligatoires sont reçues. Envoyez-les en une fois à"
            f" {service.reach}{french}.",
            [service],
        ),
        "The university signs last, once every compulsory document has been received. Please send them all at once to"
        f" {service.reach_en}{english}.",
    )


def _signatures(facts: Facts) -> tuple[Text, ...]:
    """Return who signs the university's agreement, in order; the host's people sign its own one where there are two."""
    seen = cases(facts)
    people = [Text("Enseignant référent", "Academic advisor"), Text("Vous", "You")]
    if not seen["double_convention"]:
        host = [Text("Représentant de l’organisme", "Host representative"), Text("Tuteur de stage", "Supervisor")]
        if facts["tuteur2.nom"]:
            host.append(Text("Second encadrant", "Second supervisor"))
        people = [*host, *people]
    if seen["mineur"]:
        people.append(Text("Votre représentant légal", "Your legal guardian"))
    return (*people, Text("Université, en dernier", "University, last"))


def _order(facts: Facts) -> Text:
    if cases(facts)["double_convention"]:
        return Text(
            "Signatures sur la convention de l’université ; l’organisme et la personne qui vous encadre signent l’autre",
            "Signatures on the university’s agreement; the host and your supervisor sign the other",
        )
    return Text("Signatures, dans cet ordre et sur la même page", "Signatures, in this order and on one page")


def _copies(count: int) -> Text:
    if count == 0:
        return Text(
            "Un seul exemplaire, numérisé en entier (toutes les pages).", "One copy, scanned in full (every page)."
        )
    return Text(f"{count} exemplaires originaux.", f"{count} original copies.")


def _remember(facts: Facts) -> tuple[Text, ...]:
    """Return three dates at most: mobility portal, documents that expire during the internship, first day."""
    found: list[tuple[date, Text]] = []
    if facts.abroad and facts.start and facts["etranger.mobilite_inscription"] is None:
        limit = month_before(facts.start)
        found.append((limit, Text("inscription au portail de mobilité", "registration on the mobility portal")))
    for key, label in _EXPIRING.items():
        until = facts[key]
        if until and facts.end and until < facts.end:
            found.append((until, label))
    if facts.start:
        found.append(
            (facts.start, Text("premier jour, convention signée de tous", "first day, agreement signed by all"))
        )
    found.sort(key=lambda pair: pair[0])
    return tuple(
        Text(f"{long_date(day, 'fr')}\u00a0: {text.fr}", f"{long_date(day, 'en')}: {text.en}")
        for day, text in found[:3]
    )


_EXPIRING = {
    "assurance.rc_fin": Text("fin de la responsabilité civile", "end of liability cover"),
    "protection.attestation_cpam_fin": Text("fin de l’attestation de droits", "end of health cover"),
    "etudiant.titre_sejour_fin": Text("fin du titre de séjour", "end of residence permit"),
    "assurance.ceam_fin": Text("fin de la carte européenne", "end of the European card"),
    "assurance.accidents_fin": Text("fin de l’assurance accident", "end of accident insurance"),
    "assurance.rapatriement_fin": Text("fin de l’assurance rapatriement", "end of repatriation insurance"),
}


def _notes(facts: Facts) -> list[Text]:
    notes = []
    found = presence(facts)
    if found is not None and facts.hours is not None:
        notes.append(
            Text(
                f"Heures d’après les dates\u00a0: {found.detail.fr}, soit {number(found.net, 'fr')}\u00a0h\u00a0;"
                f" {number(facts.hours, 'fr')}\u00a0h déclarées.",
                f"Hours from the dates: {found.detail.en}, i.e. {number(found.net, 'en')} h;"
                f" {number(facts.hours, 'en')} h declared.",
            )
        )
    whole, month = total(facts), monthly(facts)
    if whole is not None and facts.paid:
        currency = facts["gratification.devise"] or "EUR"
        limit = facts.tables.thresholds.stipend_hours
        french, english = "Gratification prévue", "Planned stipend"
        if due(facts):
            french = f"Gratification obligatoire (plus de {number(limit, 'fr')}\u00a0h)"
            english = f"Compulsory stipend (over {number(limit, 'en')} h)"
        french += f"\u00a0: {money(whole, currency, 'fr')} au total"
        english += f": {money(whole, currency, 'en')} in total"
        if month is not None and facts["gratification.unite"] != "mois":
            french += f", soit {money(month, currency, 'fr')} pour un mois de {number(HOURS_IN_MONTH, 'fr')} h"
            english += f", i.e. {money(month, currency, 'en')} for a month of {number(HOURS_IN_MONTH, 'en')} h"
        french, english = f"{french}.", f"{english}."
        if facts.in_france and not (facts.country and facts.country.pacific):
            french += " Les abonnements de transport sont pris en charge en plus."
            english += " Transport passes are covered in addition."
        notes.append(Text(french, english))
    return notes
