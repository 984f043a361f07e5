"""The values that a template may ask for, as formatted text: French at the top, English under ``en``.

``docs/modeles.md`` lists them for the managers who edit the templates. An absent value is None: it prints as
nothing, and ``{%p if etudiant.telephone %}`` removes its line. The names under ``cas`` are booleans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import phonenumbers

from pipeline.check.facts import Facts
from pipeline.check.hours import DAYS_IN_MONTH, HOURS_IN_DAY
from pipeline.check.presence import days_in_period
from pipeline.check.stipend_amounts import monthly, total
from pipeline.config import Settings
from pipeline.documents.cases import cases
from pipeline.language import Language, country_name, in_country, long_date, money, number
from pipeline.model import LEGAL_RATE, OVER_200, Period, Schedule
from pipeline.tables.fields import Field, Fields
from pipeline.tables.yamls import check_shape, read_yaml

Tree = dict[str, Any]

SERVICES = (
    "conventions", "relations_internationales", "securite_defense", "respect_egalite", "medecine_preventive",
    "donnees_personnelles", "handicap",
)  # fmt: skip
"""Services that a template may name; one that is not configured has only the university's name."""

CONFIDENTIAL = {
    "fr": "Voir l’annexe confidentielle signée par les parties.",
    "en": "See the confidential appendix signed by the parties.",
}
_HIDDEN = ("stage.sujet", "stage.activites", "stage.competences")


@dataclass(frozen=True, slots=True)
class Translations:
    """French value of a choice → English, by field."""

    by_field: Mapping[str, Mapping[str, str]]

    def english(self, key: str, value: str) -> str:
        """Return the English of ``value``, or ``value`` itself when none is given."""
        return self.by_field.get(key, {}).get(value, value)


def load_translations(schemas: Path, fields: Fields) -> Translations:
    """Load ``translations.yaml``; every allowed value of a choice must be translated.

    Raises SetupError naming the field when one is unknown or a value is missing.
    """
    path = schemas / "translations.yaml"
    data = read_yaml(path)
    shape: dict[str, Any] = dict.fromkeys(fields, {"type": "dict", "valuesrules": {"type": "string"}})
    for key, field in fields.items():
        if field.allowed and field.genre == "choix":
            entries = {value: {"type": "string", "required": True} for value in field.allowed}
            shape[key] = {"type": "dict", "required": True, "schema": entries}
    check_shape(data, shape, str(path))
    return Translations(data)


def template_values(
    facts: Facts,
    translations: Translations,
    *,
    draft: bool = False,
) -> Tree:
    """Return everything that the templates may ask for about one dossier.

    ``draft`` puts the PROJET mark on every page.
    """
    cas = {**cases(facts), "projet": draft}
    french = _tree(facts, translations, "fr", cas)
    french["en"] = _tree(facts, translations, "en", cas)
    return french


def _tree(facts: Facts, translations: Translations, language: Language, cas: Mapping[str, bool]) -> Tree:
    write = _Writer(facts, translations, language)
    tree: Tree = {}
    for key, field in facts.tables.fields.items():
        group, _, name = key.partition(".")
        tree.setdefault(group, {})[name] = write.field(field)
    confidential = {key.partition(".")[2]: tree["stage"][key.partition(".")[2]] for key in _HIDDEN}
    tree["confidentiel"] = confidential
    if facts.confidential:
        tree["stage"] |= dict.fromkeys(confidential, CONFIDENTIAL[language])
    tree["cas"] = dict(cas)
    tree["convention"] = write.agreement()
    tree["universite"] = write.university()
    tree["services"] = {name: write.service(name) for name in SERVICES}
    tree["guide"] = {"nom": facts.settings.guide}
    tree["avis"] = write.advice()
    for group, extra in write.computed(tree).items():
        tree[group] |= extra
    return tree


class _Writer:
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
        return writer(self, field, value) if writer else str(value)

    def choice(self, field: Field, value: str) -> str:
        return value if self.language == "fr" else self.translations.english(field.key, value)

    def country(self, _: Field, code: str) -> str:
        return country_name(self.facts.tables.countries[code], self.language)

    def nationalities(self, _: Field, codes: tuple[str, ...]) -> str:
        return ", ".join(country_name(self.facts.tables.countries[code], self.language) for code in codes)

    def phone(self, field: Field, value: str) -> str:
        """Write a phone in the international format when it is one, else as typed."""
        group = {"etudiant": "etudiant.pays", "enseignant": ""}.get(field.group, "organisme.pays")
        region = (self.facts[group] if group else None) or "FR"
        try:
            parsed = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            return value
        if not phonenumbers.is_valid_number(parsed):
            return value
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace(" ", "\u00a0")

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

    # ── what does not stand in the form ───────────────────────────────────────────────────────────

    def agreement(self) -> Tree:
        facts, entry = self.facts, self.facts.entry
        year = _reference_year(entry.reference) or facts["formation.annee_universitaire"]
        return {
            "reference": entry.reference or self.either("sans référence", "no reference"),
            "version": str(entry.version),
            "date_edition": self.day(entry.first_judged),
            "annee_universitaire": f"{year}-{year + 1}" if year else None,
            "numero_source": facts["formulaire.identifiant"],
            "systeme": entry.deposit.form.layout.system,
            "modele": facts.model,
        }

    def university(self) -> Tree:
        uni = self.settings.university
        return {
            "nom": uni.name,
            "composante": uni.faculty or None,
            "departement": self.facts["formation.departement"],
            "adresse": uni.address,
            "ville": uni.city,
            "telephone": uni.phone or None,
            "courriel": uni.email or None,
            "site": uni.site or None,
            "siret": uni.siret or None,
            "representant": uni.representative or None,
            "qualite": uni.quality or None,
            "delegation": uni.delegation or None,
            "telephone_urgence": uni.emergency_phone or None,
            "directeur_formation": self.facts["formation.responsable_pedagogique"],
        }

    def service(self, name: str) -> Tree:
        found = self.settings.services.get(name)
        if found is None:
            return {"nom": self.settings.university.name, "courriel": None, "telephone": None, "adresse": None}
        return {
            "nom": found.name,
            "courriel": found.email or found.form_url or None,
            "telephone": found.phone or None,
            "adresse": found.address or None,
        }

    def advice(self) -> Tree:
        advice = self.facts.advice if self.facts.abroad else None
        if advice is None:
            return dict.fromkeys(("niveau", "date", "zones", "url"))
        levels = {
            "none": ("aucune zone déconseillée signalée", "no area advised against"),
            "orange": ("zone orange", "orange zone"),
            "rouge_partiel": ("zones rouges sur une partie du territoire", "red zones in part of the country"),
            "rouge_total": ("zone rouge", "red zone"),
        }
        return {
            "niveau": self.either(*levels[advice.level]),
            "date": self.day(advice.as_of),
            "zones": advice.zones if advice.level != "none" else None,
            "url": advice.url,
        }

    def computed(self, tree: Tree) -> dict[str, Tree]:
        """Return the computed names of each group, from what the tree already holds."""
        return {
            "etudiant": self._student(tree),
            "organisme": self._host(tree),
            "stage": self._internship(tree),
            "gratification": self._stipend(tree),
        } | {
            group: {"nom_complet": self._full_name(tree[group])}
            for group in ("signataire", "tuteur", "tuteur2", "enseignant", "representant")
        }

    def _full_name(self, person: Mapping[str, str | None]) -> str | None:
        if not person.get("nom"):
            return None
        title = person.get("civilite")
        if title in ("Non précisé", "Not stated"):
            title = None
        return " ".join(part for part in (title, person.get("prenom"), str(person["nom"]).upper()) if part)

    def _student(self, tree: Tree) -> Tree:
        student = tree["etudiant"]
        used = [student["prenom_usage"], student["nom_usage"]]
        return {
            "nom_complet": self._full_name(student),
            "adresse_complete": self._address(student),
            "usage": " ".join(part for part in used if part) or None,
            "naissance": student["date_naissance"],
        }

    def _address(self, group: Mapping[str, str | None]) -> str | None:
        town = " ".join(part for part in (group.get("code_postal"), group.get("ville")) if part)
        country = group.get("pays")
        lines = [group.get("adresse"), town, country if country != "France" else None]
        return "\n".join(line for line in lines if line) or None

    def _host(self, tree: Tree) -> Tree:
        host, facts = tree["organisme"], self.facts
        if host["siret"]:
            label, value = "SIRET", host["siret"]
        else:
            label, value = self.either("Identifiant", "Identifier"), host["identifiant"]
        status = {
            True: self.either("organisme de droit public", "public-law body"),
            False: self.either("organisme de droit privé", "private-law organisation"),
        }
        return {
            "adresse_complete": self._address(host),
            "identifiant_libelle": label,
            "identifiant_valeur": value,
            "statut": status.get(facts.public_host) if facts.public_host is not None else None,
        }

    def _internship(self, tree: Tree) -> Tree:
        facts, stage = self.facts, tree["stage"]
        models = {
            "français": ("français", "French"),
            "francophone": ("francophone", "French-language"),
            "bilingue": ("bilingue français-anglais", "bilingual (French–English)"),
        }
        return {
            "lieu": self._place(tree),
            "pays_nom": country_name(facts.country, self.language) if facts.country else None,
            "dans_pays": self._in_country(),
            "periode": self.period(facts.start, facts.end) if facts.start and facts.end else None,
            "heures": stage["duree_heures"],
            **self._duration(),
            "interruptions_liste": [self.period(p.start, p.end) for p in facts.interruptions],
            "calendrier": [self._calendar_line(p) for p in facts.schedule],
            "modele_nom": self.either(*models[facts.model]) if facts.model else None,
        }

    def _in_country(self) -> str | None:
        if self.facts.in_quebec:
            return self.either("au Québec", "in Québec")
        return in_country(self.facts.country, self.language) if self.facts.country else None

    def _place(self, tree: Tree) -> str | None:
        stage, host = tree["stage"], tree["organisme"]
        if not (stage["lieu_adresse"] or stage["lieu_ville"]):
            return host_address if (host_address := self._address(host)) else None
        lines = [stage["lieu_adresse"], stage["lieu_ville"], stage["lieu_region"]]
        if stage["lieu_adresse"] and stage["lieu_ville"] and stage["lieu_ville"] in stage["lieu_adresse"]:
            lines[1] = None
        country = stage["pays"]
        return "\n".join(line for line in (*lines, country if country != "France" else None) if line)

    def _duration(self) -> Tree:
        """Hours, then days of 7 hours and months of 22 days (D124-6)."""
        hours = self.facts.hours
        if hours is None:
            return dict.fromkeys(("duree_texte", "jours_calcules", "mois_calcules"))
        days, rest = divmod(hours, HOURS_IN_DAY)
        months, left = divmod(days, DAYS_IN_MONTH)
        in_days = self._count((days, "jour", "day"), (rest, "heure", "hour"))
        in_months = self._count((months, "mois", "month"), (left, "jour", "day"), (rest, "heure", "hour"))
        text = self.either(
            f"{self.number(hours)} heures de présence effective, soit {in_days}",
            f"{self.number(hours)} hours of actual attendance, i.e. {in_days}",
        )
        return {
            "duree_texte": f"{text} ({in_months})" if months else text,
            "jours_calcules": in_days,
            "mois_calcules": in_months,
        }

    def _count(self, *parts: tuple[Decimal, str, str]) -> str:
        """Write « 3 mois, 21 jours et 3 heures » without its zeros."""
        words = []
        for value, french, english in parts:
            if value:
                plural = "s" if value >= 2 and not french.endswith("s") else ""
                word = self.either(french + plural, english + ("s" if value != 1 else ""))
                words.append(f"{self.number(value)} {word}")
        if len(words) < 2:
            return words[0] if words else self.either("0 jour", "0 days")
        return f"{', '.join(words[:-1])} {self.either('et', 'and')} {words[-1]}"

    def _calendar_line(self, period: Period) -> Tree:
        worked = days_in_period(self.facts, period)
        hours = period.hours_per_day
        return {
            "periode": self.period(period.start, period.end),
            "jours": self.number(worked),
            "heures_par_jour": self.number(hours) if hours is not None else None,
            "total": self.number(hours * worked) if hours is not None else None,
        }

    def _stipend(self, tree: Tree) -> Tree:
        facts = self.facts
        day = facts.start or facts.today
        rate = facts.tables.rates.on(day)
        year = min(day, facts.tables.rates.last_day).year
        minimum = money(rate.minimum, "EUR", self.language)
        currency = facts["gratification.devise"] or "EUR"
        whole, month = total(facts), monthly(facts)
        return {
            "montant_texte": self._amount_text(minimum, year, currency) if facts.paid else None,
            "total": money(whole, currency, self.language) if whole is not None else None,
            "mensuel": money(month, currency, self.language) if month is not None else None,
            "minimum": minimum,
            "annee_minimum": str(year),
            "modalite_texte": self.translations.english("gratification.modalite", tree["gratification"]["modalite"])
            if self.language == "en" and tree["gratification"]["modalite"]
            else tree["gratification"]["modalite"],
        }

    def _amount_text(self, minimum: str, year: int, currency: str) -> str | None:
        amount, unit = self.facts["gratification.montant"], self.facts["gratification.unite"]
        if amount == LEGAL_RATE:
            return self.either(
                f"taux légal en vigueur, soit 15 % du plafond horaire de la sécurité sociale ({minimum} par heure"
                f" de présence en {year})",
                f"the statutory rate in force, i.e. 15% of the hourly social security ceiling ({minimum} per hour"
                f" of attendance in {year})",
            )
        if amount is None:
            return None
        kind = self.facts["gratification.type"]
        french = {"brut": " bruts", "net": " nets"}.get(kind or "", "")
        english = {"brut": " gross", "net": " net"}.get(kind or "", "")
        text = money(amount, currency, self.language) + self.either(french, english)
        if unit == "stage":
            return text + self.either(" pour l’ensemble du stage", " for the whole internship")
        return text + (self.either(f" par {unit}", f" per {_UNITS[unit]}") if unit else "")


_UNITS = {"heure": "hour", "jour": "day", "semaine": "week", "mois": "month", "année": "year"}
_BY_GENRE: Mapping[str, Callable[[_Writer, Field, Any], str]] = {
    "date": lambda w, _, v: long_date(v, w.language),
    "date-heure": lambda w, _, v: long_date(v, w.language),
    "nombre": lambda w, _, v: w.number(v),
    "oui/non": _Writer.yes_no,
    "choix": _Writer.choice,
    "pays": _Writer.country,
    "nationalités": _Writer.nationalities,
    "téléphone": _Writer.phone,
    "siret": _Writer.siret,
    "année universitaire": _Writer.academic_year,
    "périodes": _Writer.periods,
    "périodes ou texte": _Writer.schedule,
    "montant": _Writer.amount,
    "volume horaire": _Writer.taught_hours,
    "texte": _Writer.choice,
}


def _reference_year(reference: str | None) -> int | None:
    return int(reference[1:5]) if reference else None
