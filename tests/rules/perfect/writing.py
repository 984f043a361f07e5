"""The ways in which people and spreadsheets write dates, numbers, choices, phones and addresses."""

from __future__ import annotations

import csv
import functools
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import phonenumbers

from tests.rules.forms import ROOT
from tests.rules.perfect.answers import Questions
from tools.examples.people import phone


def comma(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
           "décembre")  # fmt: skip


def write_day(ask: Questions, day: date | None) -> Any:
    if day is None:
        return None
    written = (
        day,
        f"{day:%d/%m/%Y}",
        datetime.combine(day, time()),
        f"{day.day}{'er' if day.day == 1 else ''} {_MONTHS[day.month - 1]} {day.year}",
        f"{day:%d.%m.%Y}",
        f"{day:%d-%m-%Y}",
    )
    return ask.of("a date", written)


def write_number(ask: Questions, number: Decimal | None, unit: str = "h") -> Any:
    if number is None:
        return None
    whole = number == number.to_integral_value()
    cell: Any = int(number) if whole else float(number)
    text = comma(number)
    ways = (cell, text, float(number), f"{text} {unit}", f"{number:.2f}".replace(".", ","), f" {text} ")
    return ask.of("a number", ways)


def write_money(ask: Questions, amount: Any) -> Any:
    if not isinstance(amount, Decimal):
        return amount
    text = f"{amount:.2f}".replace(".", ",")
    return ask.of("an amount", (float(amount), text, f"{text} €", comma(amount), str(amount)))


@functools.cache
def writings(field: str, value: str) -> tuple[str, ...]:
    with (ROOT / "schemas/reference/choice_synonyms.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if (row["field"], row["value"]) == (field, value)]
    others = [w for row in rows for w in row["synonyms"].split("|")]
    return tuple(dict.fromkeys([value, *others, value.upper()]))


def write_choice(ask: Questions, field: str, value: str | None) -> str | None:
    return None if value is None else ask.of(f"{field} as", writings(field, value))


def write_yes_no(ask: Questions, value: bool | None) -> Any:
    if value is None:
        return None
    said = "oui" if value else "non"
    return ask.of("yes or no", (said, *writings("oui/non", said)[1:], int(value), value))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("œ", "oe").replace("Œ", "oe"))
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in folded if not unicodedata.combining(c))
    return kept.strip("-").lower()[:25].strip("-") or "courriel"


def address(given: str, family: str, domain: str) -> str:
    return f"{_plain(given)}.{_plain(family)}@{domain}"


@functools.cache
def _example(region: str) -> phonenumbers.PhoneNumber | None:
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE):
        found = phonenumbers.example_number_for_type(region, kind)
        if found is not None and phonenumbers.is_valid_number(found):
            return found
    return None


def write_phone(ask: Questions, region: str, number: int) -> Any:
    """Return a phone of a party of ``region``, in one of the ways people write it."""
    local = phone(number)
    example = _example(region)
    if region == "FR" or example is None:
        bare = local.replace(" ", "")
        abroad = "+33 " + local[1:]
        ways: tuple[str, ...] = (abroad, f"0033 {local[1:]}", f"+33 (0){local[1:]}", f"33{bare[1:]}")
        if region == "FR":
            ways = (local, bare, local.replace(" ", "."), f"Tél. : {local}", *ways)
        if ask.of("phone as a number", (False, True)) and region == "FR":
            return int(bare)
        return ask.of("phone", ways)
    international = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    return ask.of("phone", (international, international.replace(" ", ""), "00" + international[1:], national))
