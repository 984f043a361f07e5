"""IDE and INS: who the student is, how to reach her or him, whether enrolled."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule

OVERSEAS_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM", "NC", "PF")
"""Regions tried for a number that names none."""


@rule("IDE-01")
def has_an_odd_student_number(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Does not follow the university's pattern, leading zeros restored."""
    number = facts["etudiant.numero"]
    pattern = facts.settings.student_number
    if number and not any(re.fullmatch(pattern, candidate) for candidate in _with_zeros(number)):
        yield Hit(("etudiant.numero",))


def _with_zeros(number: str) -> Iterator[str]:
    yield number
    if number.isdigit():
        for missing in range(1, 5):
            yield "0" * missing + number


@rule("IDE-02")
def has_another_address_than_the_universitys(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Malformed is blocking; well formed but of another domain is to be checked."""
    address = facts["etudiant.email"]
    if not address:
        return
    if not is_address(address):
        yield Hit(("etudiant.email",), {"domaine": _domains(facts)}, "mal_forme")
    elif facts.settings.student_domains and not in_domains(address, facts.settings.student_domains):
        yield Hit(("etudiant.email",), {"domaine": _domains(facts)})


def _domains(facts: Facts) -> str | Bilingual:
    named = ", ".join(f"@{domain}" for domain in facts.settings.student_domains)
    return named or Bilingual("l’adresse de l’université", "the university’s domain")


_PLAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
"""What may stand before the @ of any address."""
_SURELY_SHORT = 63
"""An address of so many ASCII characters has at most 254 bytes, however its domain is written (RFC 5321)."""


def is_address(text: str) -> bool:
    """Tell whether ``text`` is an e-mail address; its domain is not looked up."""
    local, _, domain = text.rpartition("@")
    plain = text.isascii() and len(text) <= _SURELY_SHORT and _PLAIN.fullmatch(local)
    # People are many and domains few: before a plain name, the domain alone decides.
    return _is_address(f"x@{domain}" if plain else text)


@functools.lru_cache(maxsize=32768)
def _is_address(text: str) -> bool:
    import email_validator  # here, as phonenumbers below: who judges nothing does not load them

    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


def in_domains(address: str, domains: tuple[str, ...]) -> bool:
    """Tell whether the address is of one of ``domains`` or of a subdomain."""
    domain = address.rpartition("@")[2].lower()
    return any(domain == known or domain.endswith(f".{known}") for known in domains)


@rule("IDE-05")
def has_an_unlikely_age(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """On the first day of the internship."""
    born: date | None = facts["etudiant.date_naissance"]
    age = facts.age_at_start
    if age is not None and not p["minimum"] <= age <= p["maximum"]:
        yield Hit(("etudiant.date_naissance",), {"date": born})


@rule("IDE-06")
def is_a_minor(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """The agreement has a place for the guardian's signature, and the checklist asks for the authorisation."""
    if facts.age_at_start is not None and facts.age_at_start < p["majorite"]:
        yield Hit(("etudiant.date_naissance",))


@rule("IDE-07")
def has_an_unreadable_phone(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """No valid number in the student's country, nor overseas."""
    phone = facts["etudiant.telephone"]
    if phone and not is_phone(phone, facts["etudiant.pays"]):
        yield Hit(("etudiant.telephone",))


@functools.lru_cache(maxsize=32768)
def is_phone(text: str, country: str | None) -> bool:
    """Tell whether ``text`` is a valid number of ``country`` (none: France), of an overseas territory, or with +."""
    import phonenumbers

    for region in dict.fromkeys((country or "FR", *OVERSEAS_REGIONS)):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


@rule("INS-01")
def is_not_enrolled(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The form has the answer and it is not yes; a source that does not ask says nothing."""
    key = "formation.inscription_administrative"
    if facts.filled(key) and facts[key] is not True:
        yield Hit((key,))
