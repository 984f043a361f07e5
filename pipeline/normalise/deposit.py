"""A form → a deposit: every cell becomes a typed value, a reason why it cannot be read, or nothing."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from pipeline.codec import encode
from pipeline.model import CellValue, Deposit, Form, Unreadable, Value
from pipeline.normalise.cells import FORMULA_ERROR, is_formula_error, plain, shown
from pipeline.normalise.choices import read_academic_year, read_choice, read_currency, read_yes_no
from pipeline.normalise.contacts import read_address, read_identifier, read_phone, read_siret, restore_zero
from pipeline.normalise.dates import read_date, read_datetime
from pipeline.normalise.numbers import read_amount, read_number, read_taught_hours
from pipeline.normalise.periods import read_periods, read_schedule
from pipeline.normalise.private import Masking
from pipeline.normalise.refusal import NOT_TEXT, Refusal
from pipeline.normalise.texts import clean_block, clean_line, clean_list, clean_sentences
from pipeline.tables import Tables
from pipeline.tables.fields import Field

_Reader = Callable[[Field, CellValue, Tables], Value | Refusal | None]
_POSTCODES = {"etudiant.code_postal": "etudiant.pays", "organisme.code_postal": "organisme.pays"}
_COUNTRIES = {
    "etudiant": "etudiant.pays",
    "organisme": "organisme.pays",
    "signataire": "organisme.pays",
    "tuteur": "organisme.pays",
}
_ADDRESSES = frozenset({"adresse", "caisse_adresse", "lieu_adresse"})
_NAMES = frozenset({"etudiant.nom", "etudiant.prenom"})
_OTHER_NAMES = re.compile(r"\w+\.(?:pre)?nom(?:_usage)?")
_LONG = 200
"""From this length on, a text may hold a list, whose lines must not run into each other; two rows seldom share one."""
_MOST_KNOWN = 20_000
"""Cells whose reading is remembered at most."""
_LONGEST_NAME = 200
"""No country or nationality is longer, and searching one in pages of brackets takes seconds."""
_NO_COUNTRY = Refusal("pays non reconnu", "unknown country")
_NO_NUMBER = Refusal("ce n’est pas un nombre", "not a number")
_NOTHING = re.compile(r"[-–—_.…/\\\s]*")


class _Readings:
    """Reads cells; a text that stands in several rows is read once, and its value is one object in all of them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.masking = Masking(tables)
        self._known: dict[tuple[str, str], Value | Refusal | None] = {}

    def read(self, field: Field, raw: CellValue) -> Value | Refusal | None:
        """Return the value of a cell, None for an empty one."""
        if type(raw) is not str or len(raw) > _LONG:
            return _read(field, raw, self._tables)
        cell = field.key, raw
        try:
            return self._known[cell]
        except KeyError:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            return self._known.setdefault(cell, _read(field, raw, self._tables))


def normalise(form: Form, tables: Tables) -> Deposit:
    """Return what ``form`` says, read by the types of ``schemas/contact_form.yaml``. Never raises for a cell."""
    return _normalise(form, tables, _Readings(tables))


def normalise_all(forms: Iterable[Form], tables: Tables) -> list[Deposit]:
    """Return what each of ``forms`` says, in their order: what many rows repeat is read once."""
    readings = _Readings(tables)
    return [_normalise(form, tables, readings) for form in forms]


def _normalise(form: Form, tables: Tables, readings: _Readings) -> Deposit:
    form = readings.masking.masked(form)
    values: dict[str, Value] = {}
    unreadable: dict[str, Unreadable] = {}
    for key, raw in form.cells.items():
        field = tables.fields[key]
        read = readings.read(field, raw)
        if isinstance(read, Refusal):
            unreadable[key] = _unreadable(field, raw, read)
        elif read is not None and read not in ("", ()):
            values[key] = read
    _restore_zeros(form, tables, values)
    at = form.correction.at if form.correction else values.get("formulaire.depose_le")
    return Deposit(
        form, values, unreadable, _digest(form, tables, values, unreadable), at if isinstance(at, datetime) else None
    )


def _read(field: Field, raw: CellValue, tables: Tables) -> Value | Refusal | None:
    if is_formula_error(raw):
        return Refusal(FORMULA_ERROR, "formula error")
    if raw is None:
        return None
    if isinstance(raw, float) and not math.isfinite(raw):
        return _NO_NUMBER
    if isinstance(raw, str):
        raw = clean_block(raw)
        if _NOTHING.fullmatch(raw):
            return None
        if tables.synonyms.is_empty(raw) and not _is_name(field.key, raw):
            return None
    return _READERS[field.genre](field, raw, tables)


def _is_name(key: str, text: str) -> bool:
    """Tell whether « Na » is a name here: of the student it always is, of others when written as one, not « NA »."""
    return text.isalpha() and (key in _NAMES or (text == "Na" and _OTHER_NAMES.fullmatch(key) is not None))


def _text(field: Field, raw: CellValue, _: Tables) -> Value | Refusal:
    if field.key in ("etudiant.numero", "formulaire.identifiant"):
        return read_identifier(raw)
    name = field.key.partition(".")[2]
    if name in _ADDRESSES:
        return clean_list(plain(raw))
    if (field.max_length or 0) >= _LONG:
        return clean_sentences(plain(raw))
    return clean_line(plain(raw))


def _country(_: Field, raw: CellValue, tables: Tables) -> Value | Refusal:
    text = clean_line(plain(raw))
    if len(text) > _LONGEST_NAME:
        return _NO_COUNTRY
    country = tables.countries.find(text)
    if country is None:  # « Espagne / Spain » names one country twice
        found = {part and tables.countries.find(part) for part in text.split("/", 4)}
        country = found.pop() or None if len(found) == 1 else None
    return country.code if country else _NO_COUNTRY


def _nationalities(_: Field, raw: CellValue, tables: Tables) -> Value | Refusal:
    text = clean_line(plain(raw))
    codes = tables.demonyms.read(text) if len(text) <= _LONGEST_NAME else None
    return codes or Refusal("nationalité non reconnue", "unknown nationality")


def _phone(_: Field, raw: CellValue, __: Tables) -> Value:
    return read_phone(raw)


_READERS: Mapping[str, _Reader] = {
    "texte": _text,
    "texte long": lambda _, raw, __: clean_block(plain(raw)),
    "date": lambda _, raw, __: read_date(raw),
    "date-heure": lambda _, raw, __: read_datetime(raw),
    "nombre": lambda field, raw, _: read_number(field.key, raw),
    "montant": lambda field, raw, _: read_amount(field.key, raw),
    "volume horaire": lambda field, raw, _: read_taught_hours(field.key, raw),
    "oui/non": lambda _, raw, tables: read_yes_no(raw, tables.synonyms),
    "choix": lambda field, raw, tables: read_choice(field, raw, tables.synonyms),
    "pays": _country,
    "nationalités": _nationalities,
    "courriel": lambda _, raw, __: read_address(raw),
    "téléphone": _phone,
    "siret": lambda _, raw, __: NOT_TEXT if isinstance(raw, bool) else read_siret(raw),
    "devise": lambda field, raw, tables: read_currency(field.key, raw, tables.synonyms),
    "année universitaire": lambda _, raw, __: read_academic_year(raw),
    "périodes": lambda _, raw, __: read_periods(raw),
    "périodes ou texte": lambda _, raw, __: read_schedule(raw),
}


def _restore_zeros(form: Form, tables: Tables, values: dict[str, Value]) -> None:
    """Give postcodes and phones of France back the zero that a numeric cell lost: 1000 → 01000."""
    for key, country in _POSTCODES.items():
        text = values.get(key)
        if isinstance(text, str):
            compact = text.removesuffix(".0").replace(" ", "")
            if compact and not compact.strip("0"):
                del values[key]  # « 00000 » is how forms that insist on a postcode are told that there is none
            elif compact.isascii() and compact.isdigit():
                french = _stands_in_france(form, tables, values, country)
                values[key] = compact.zfill(5) if len(compact) == 4 and french else compact
    for key, raw in form.cells.items():
        if isinstance(raw, str) or tables.fields[key].genre != "téléphone":
            continue
        phone = values.get(key)
        if isinstance(phone, str):
            country = _COUNTRIES.get(tables.fields[key].group, "")
            if _stands_in_france(form, tables, values, country):
                values[key] = restore_zero(phone)


def _stands_in_france(form: Form, tables: Tables, values: Mapping[str, Value], key: str) -> bool:
    """Tell whether country ``key`` is French; without one, the host is where the internship is, else in France."""
    if key == "organisme.pays" and key not in form.cells:
        key = "stage.pays"
    code = values.get(key)
    if isinstance(code, str):
        return not tables.countries[code].abroad
    return key not in form.cells  # a country that cannot be read is not France for certain


_EXPECTED: Mapping[str, tuple[str, str, str]] = {
    "date": ("une date (JJ/MM/AAAA)", "a date (DD/MM/YYYY)", "03/02/2027"),
    "date-heure": ("une date (JJ/MM/AAAA)", "a date (DD/MM/YYYY)", "03/02/2027"),
    "nombre": ("un nombre", "a number", "35"),
    "montant": ("un montant", "an amount", "4,50"),
    "volume horaire": ("un nombre d’heures, ou « plus de 200 heures »", "a number of hours, or “200+”", "400"),
    "oui/non": ("« oui » ou « non »", "“oui” (yes) or “non” (no)", "oui"),
    "pays": ("un nom de pays", "a country", "Allemagne"),
    "nationalités": ("une nationalité", "a nationality", "française"),
    "devise": ("un code de monnaie à trois lettres", "a three-letter currency code", "EUR"),
    "année universitaire": ("une année universitaire", "an academic year", "2026-2027"),
    "périodes": ("une ou plusieurs périodes", "one or more periods", "du 24/12/2026 au 02/01/2027"),
    "siret": ("quatorze chiffres", "fourteen digits", "123 456 789 00012"),
}


def _unreadable(field: Field, raw: CellValue, refusal: Refusal) -> Unreadable:
    if field.allowed:
        listed = ", ".join(f"«\u00a0{value}\u00a0»" for value in field.allowed)
        expected = (f"une de ces réponses\u00a0: {listed}", f"one of: {', '.join(field.allowed)}", field.allowed[0])
    else:
        expected = _EXPECTED.get(field.genre, ("un texte", "text", ""))

    return Unreadable(shown(raw), expected[0], expected[1], refusal.cause, refusal.cause_en, expected[2])


def _digest(form: Form, tables: Tables, values: Mapping[str, Value], unreadable: Mapping[str, Unreadable]) -> str:
    """Hash what the form says; what a message would cut off, and the region behind a country, count too."""
    content = [
        {key: encode(values[key]) for key in sorted(values)},
        {key: clean_block(plain(form.cells[key])) for key in sorted(unreadable)},
    ]
    country = tables.countries.get(str(values.get("stage.pays", "")))
    if country and (country.french_regions or country.bilingual_regions):
        # « Québec » and « Canada » are one country but not one model of agreement.
        content.append({"stage.pays": clean_line(plain(form.cells["stage.pays"]))})
    if form.correction and form.correction.again:
        # What brings an older content back is newer than that content, not the same deposit met again.
        content.append({"at": form.correction.at.isoformat(), "reference": form.correction.reference})
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
