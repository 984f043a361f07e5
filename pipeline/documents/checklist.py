"""The checklist of documents for one student: only the lines that apply, why, who issues, what to check.

``schemas/checklist.yaml`` holds the words, ``reference/document_matrix.csv`` the statuses by zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

from jinja2 import FileSystemLoader

from pipeline.check.facts import Facts
from pipeline.check.hours import HOURS_IN_MONTH
from pipeline.check.presence import presence
from pipeline.check.rules.dates import month_before
from pipeline.check.stipend_amounts import exemption, monthly, total
from pipeline.check.wording import contracted
from pipeline.config import Service
from pipeline.documents.cases import cases
from pipeline.documents.conditions import CONDITIONS
from pipeline.documents.jinja import html_environment
from pipeline.errors import SetupError
from pipeline.language import Language, country_name, in_country, long_date, money, number, short_date
from pipeline.model import Verdict
from pipeline.tables.csvs import read_csv
from pipeline.tables.fields import Fields
from pipeline.tables.yamls import check_shape, read_yaml

Block: TypeAlias = Literal["A", "B", "C", "D", "E"]
_BLOCKS: Mapping[str, Block] = {
    "obligatoire": "A",
    "recommandé": "B",
    "fortement recommandé": "B",
    "établi": "D",
    "information": "E",
}


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages, with slots."""

    fr: str
    en: str

    def filled(self, slots: Mapping[str, Text]) -> Text:
        """Return the text with its slots written."""
        return Text(
            self.fr.format_map({k: v.fr for k, v in slots.items()}),
            self.en.format_map({k: v.en for k, v in slots.items()}),
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """One kind of line."""

    code: str
    statuses: Mapping[str, str]
    """Zone → status; the key "" holds everywhere."""
    condition: str | None
    label: Text
    reason: Text
    issuer: Text
    to_check: Text
    when: Text | None
    supplied_by: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Checklist:
    """All kinds of lines, in the order of the page."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one student's page."""

    code: str
    block: Block
    label: Text
    reason: Text
    issuer: Text
    to_check: Text
    supplied: Text | None
    """« reçu », and until when; None when it has not come yet."""
    strong: bool
    """Strongly recommended."""


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    """Everything that the page of one student says."""

    reference: str
    source_number: str | None
    student: str
    where: Text
    dates: Text
    opening: Text
    lines: tuple[Line, ...]
    signatures: tuple[Text, ...]
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


# ── loading ───────────────────────────────────────────────────────────────────────────────────────

_TEXTS = ("libelle", "raison", "delivre_par", "verifier")
_TEXT = {"type": "string", "required": True, "empty": False}
_SHAPE: dict[str, Any] = {
    "type": "dict",
    "schema": {
        **{name + suffix: _TEXT for name in _TEXTS for suffix in ("", "_en")},
        "quand": {"type": "string"},
        "quand_en": {"type": "string"},
        "statut": {"allowed": list(_BLOCKS)},
        "matrice": {"type": "string"},
        "si": {"allowed": list(CONDITIONS)},
        "fourni": {"type": "string"},
        "fin": {"type": "string"},
    },
}


def load_checklist(schemas: Path, fields: Fields) -> Checklist:
    """Load ``checklist.yaml`` and the statuses by zone. Raises SetupError (status 2) on an unknown key or code."""
    path = schemas / "checklist.yaml"
    data = read_yaml(path)
    check_shape(data, dict.fromkeys(data, _SHAPE), str(path))
    matrix: dict[str, dict[str, str]] = {}
    for row in read_csv(schemas / "reference" / "document_matrix.csv", ("document_code", "zone", "statut")):
        zone = "" if row["zone"] == "TOUTES" else row["zone"]
        matrix.setdefault(row["document_code"], {})[zone] = row["statut"]
    pieces = []
    for code, entry in data.items():
        for key in ("fourni", "fin"):
            if entry.get(key) and entry[key] not in fields:
                raise SetupError(str(path), f"{code}.{key}", f"champ inconnu « {entry[key]} »", "Corrigez son nom.")
        statuses = {"": entry["statut"]} if "statut" in entry else matrix.get(entry.get("matrice", code))
        if not statuses:
            raise SetupError(str(path), code, "statut inconnu : absent de document_matrix.csv", "Donnez un « statut ».")
        label, reason, issuer, to_check = (Text(entry[name], entry[f"{name}_en"]) for name in _TEXTS)
        when = Text(entry["quand"], entry["quand_en"]) if "quand" in entry else None
        condition, supplied, until = (entry.get(key) for key in ("si", "fourni", "fin"))
        pieces.append(Piece(code, statuses, condition, label, reason, issuer, to_check, when, supplied, until))
    return Checklist(tuple(pieces))


# ── one student's page ────────────────────────────────────────────────────────────────────────────


def checklist_values(facts: Facts, verdict: Verdict, checklist: Checklist) -> ChecklistPage:
    """Return what the page of one dossier says."""
    settings, slots = facts.settings, _slots(facts)
    lines = [line for piece in checklist.pieces if (line := _line(piece, facts, slots)) is not None]
    service = settings.service("conventions")
    return ChecklistPage(
        reference=verdict.entry.reference or "",
        source_number=facts["formulaire.identifiant"],
        student=facts.person("etudiant").full_name,
        where=_where(facts),
        dates=_dates(facts),
        opening=_opening(facts, service),
        lines=tuple(lines),
        signatures=_signatures(facts),
        copies=_copies(settings.copies_abroad if facts.abroad else settings.copies_france),
        remember=_remember(facts),
        notes=tuple(_notes(facts)),
        contact=" · ".join(part for part in (service.name, service.email or service.form_url, service.phone) if part),
        emergency=settings.university.emergency_phone or None,
        university=settings.university.name,
        edited=Text(long_date(facts.today, "fr"), long_date(facts.today, "en")),
    )


def _slots(facts: Facts) -> Mapping[str, Text]:
    country, advice = facts.country, facts.advice
    where = (
        Text(in_country(country, "fr"), in_country(country, "en"))
        if country
        else Text("dans ce pays", "in this country")
    )
    if facts.in_quebec:
        where = Text("au Québec", "in Québec")
    limit = month_before(facts.start) if facts.start else None
    levels = {
        "none": Text("aucune zone déconseillée", "no area advised against"),
        "orange": Text("zone orange", "orange zone"),
    }
    return {
        "date_debut": _day(facts.start),
        "date_fin": _day(facts.end),
        "dans_pays": where,
        "pays": Text(country_name(country, "fr"), country_name(country, "en")) if country else Text("", ""),
        "limite_mobilite": _day(limit),
        "seuil": Text(money(exemption(facts), "EUR", "fr"), money(exemption(facts), "EUR", "en")),
        "zone_rc": _liability_area(facts),
        "niveau": levels.get(advice.level if advice else "none", Text("zones rouges en partie", "partly red zones")),
        "date_avis": _day(advice.as_of if advice else None),
    }


def _day(day: date | None) -> Text:
    return Text(short_date(day), short_date(day)) if day else Text("(date à préciser)", "(date to be given)")


def _liability_area(facts: Facts) -> Text:
    country = facts.country
    if country is None or country.code == "FR":
        return Text("la France", "France")
    name, english = country_name(country, "fr"), country_name(country, "en")
    if not facts.abroad:
        return Text(f"{name} (« France » n’y suffit pas toujours)", f"{english} (“France” is not always enough)")
    if country.code in ("US", "CA"):
        return Text(
            "le monde entier, Amérique du Nord comprise, plafond élevé", "worldwide, North America included, high limit"
        )
    if country.in_eu_eea_switzerland:
        return Text("l’Europe ou le monde entier", "Europe or worldwide")
    return Text("le monde entier", "worldwide")


def _line(piece: Piece, facts: Facts, slots: Mapping[str, Text]) -> Line | None:
    zone = facts.country.zone if facts.country else "FR_METRO_DROM_COM"
    status = piece.statuses.get(zone) or piece.statuses.get("")
    if status is None or status in ("sans objet", ""):
        return None
    holds = CONDITIONS[piece.condition](facts) if piece.condition else True
    if holds is False:
        return None
    block = _BLOCKS.get(status, "C")
    label = piece.label
    if holds is None:
        block = "C"
        if piece.when:
            label = Text(f"{label.fr}, {piece.when.fr}", f"{label.en}, {piece.when.en}")
    return Line(
        code=piece.code,
        block=block,
        label=label.filled(slots),
        reason=piece.reason.filled(slots),
        issuer=piece.issuer.filled(slots),
        to_check=piece.to_check.filled(slots),
        supplied=_supplied(piece, facts),
        strong=status == "fortement recommandé",
    )


def _supplied(piece: Piece, facts: Facts) -> Text | None:
    """Say that the document has come, and until when it is valid."""
    value = facts[piece.supplied_by] if piece.supplied_by else None
    if value is None or value is False:
        return None
    until: date | None = facts[piece.until] if piece.until else None
    if until is None:
        return Text("reçu", "received")
    if facts.end is not None and until < facts.end:
        text = short_date(until)
        return Text(f"reçu ; à renouveler avant le {text}", f"received; to be renewed before {text}")
    return Text(f"reçu, valable jusqu’au {short_date(until)}", f"received, valid until {short_date(until)}")


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
    people = [
        Text("Représentant de l’organisme", "Host representative"),
        Text("Tuteur de stage", "Internship supervisor"),
        Text("Enseignant référent", "Academic advisor"),
        Text("Vous", "You"),
    ]
    if facts["tuteur2.nom"]:
        people.insert(2, Text("Second encadrant", "Second supervisor"))
    if cases(facts)["mineur"]:
        people.append(Text("Votre représentant légal", "Your guardian"))
    return (*people, Text("Université, en dernier", "University, last"))


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
        french = f"Gratification prévue\u00a0: {money(whole, currency, 'fr')} au total"
        english = f"Planned stipend: {money(whole, currency, 'en')} in total"
        if month is not None:
            french += f", soit {money(month, currency, 'fr')} pour un mois de {number(HOURS_IN_MONTH, 'fr')} h"
            english += f", i.e. {money(month, currency, 'en')} for a month of {number(HOURS_IN_MONTH, 'en')} h"
        notes.append(
            Text(f"{french}. Les frais de transport sont remboursés en plus.", f"{english}. Travel costs come on top.")
        )
    return notes


_ENVIRONMENT = html_environment(loader=FileSystemLoader(Path(__file__).parent / "html"))


def checklist_html(page: ChecklistPage, language: Literal["fr", "bilingue"]) -> str:
    """Return the page as HTML: French, or French with English under it."""
    english = language == "bilingue"
    # A short list is set larger; a long or bilingual one has to hold on its page.
    size = "8.4pt" if english else "11pt" if len(page.lines) <= 7 else "9.4pt"
    return _ENVIRONMENT.get_template("pieces.html.j2").render(page=page, english=english, size=size)
