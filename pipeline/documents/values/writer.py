"""The writer of one dossier in one language: each field of the dictionary as formatted text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pipeline.check.facts import Facts
from pipeline.config import Settings
from pipeline.documents.values.translations import Translations
from pipeline.language import Language, country_name, long_date, number
from pipeline.model import LEGAL_RATE, OVER_200, Period, Schedule
from pipeline.tables.fields import Field


@lru_cache(maxsize=16384)
def _phone(text: str, region: str) -> str:
    """Return a phone of ``region`` in the international format when it is one, else as typed."""
    import phonenumbers  # here: who fills no document does not load it

    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_valid_number(parsed):
        return text
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace(" ", "\u00a0")


class Writer:
    """Writes the values of one dossier in one language."""

    def __init__(self, facts: Facts, translations: Translations, language: Language) -> None:
        self.facts, self.translations, self.language = facts, translations, language
        self.settings: Settings = facts.settings

    def either(self, french: str, english: str) -> str:
        return french if self.language == "fr" else english

    def day(self, day: date | None) -> str | None:
        return long_date(day, self.language) if day else None

    def number(self, value: Decimal | int) -> str:
        return number(value, self.language)

    # ── fields ────────────────────────────────────────────────────────────────────────────────────

    def field(self, field: Field) -> str | None:
        """Write one field of the dictionary; None when it is absent."""
        value = self.facts[field.key]
        if value is None or value == "":
            return None
        writer = _BY_GENRE.get(field.genre)
        written = writer(self, field, value) if writer else str(value)
        # What was masked leaves nothing on a paper that is signed; the report and the workbook show that it was.
        kept = self.facts.tables.private.marks.dropped(written)
        return kept or (written if field.needed else None)

    def choice(self, field: Field, value: str) -> str:
        return value if self.language == "fr" else self.translations.english(field.key, value)

    def country(self, _: Field, code: str) -> str:
        return country_name(self.facts.tables.countries[code], self.language)

    def nationalities(self, _: Field, codes: tuple[str, ...]) -> str:
        return ", ".join(country_name(self.facts.tables.countries[code], self.language) for code in codes)

    def phone(self, field: Field, value: str) -> str:
        """Write a phone in the international format when it is one, else as typed."""
        group = {"etudiant": "etudiant.pays", "enseignant": ""}.get(field.group, "organisme.pays")
        return _phone(value, (self.facts[group] if group else None) or "FR")

    def yes_no(self, _: Field, value: bool) -> str:
        return self.either("oui" if value else "non", "yes" if value else "no")

    def siret(self, _: Field, value: str) -> str:
        if len(value) != 14 or not value.isdigit():
            return value
        return "\u00a0".join((value[:3], value[3:6], value[6:9], value[9:]))

    def academic_year(self, _: Field, value: int) -> str:
        return f"{value}-{value + 1}"

    def periods(self, _: Field, value: tuple[Period, ...]) -> str:
        return " ; ".join(self.period(p.start, p.end) for p in value)

    def schedule(self, _: Field, value: Schedule) -> str:
        return value.text

    def amount(self, _: Field, value: Decimal | str) -> str:
        if value == LEGAL_RATE:
            return self.either("taux légal en vigueur", "statutory rate in force")
        return self.number(value)  # type: ignore[arg-type]

    def taught_hours(self, _: Field, value: Decimal | str) -> str:
        if value == OVER_200:
            return self.either("plus de 200 heures", "more than 200 hours")
        return self.either(f"{self.number(value)} heures", f"{self.number(value)} hours")  # type: ignore[arg-type]

    def period(self, start: date, end: date) -> str:
        """Write a period: « du 1er au 15 novembre 2026 », "from 1 to 15 November 2026"."""
        first, last = long_date(start, self.language), long_date(end, self.language)
        if start == end:
            return self.either(f"le {last}", f"on {last}")
        if (start.year, start.month) == (end.year, end.month):
            first = first.split(" ")[0]
        elif start.year == end.year:
            first = " ".join(first.split(" ")[:2])
        return self.either(f"du {first} au {last}", f"from {first} to {last}")


_BY_GENRE: Mapping[str, Callable[[Writer, Field, Any], str]] = {
    "date": lambda w, _, v: long_date(v, w.language),
    "date-heure": lambda w, _, v: long_date(v, w.language),
    "nombre": lambda w, _, v: w.number(v),
    "oui/non": Writer.yes_no,
    "choix": Writer.choice,
    "pays": Writer.country,
    "nationalités": Writer.nationalities,
    "téléphone": Writer.phone,
    "siret": Writer.siret,
    "année universitaire": Writer.academic_year,
    "périodes": Writer.periods,
    "périodes ou texte": Writer.schedule,
    "montant": Writer.amount,
    "volume horaire": Writer.taught_hours,
    "texte": Writer.choice,
}
