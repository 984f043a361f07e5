"""Invented identifiers: SIREN that begin with 000 are never given, phones are of the ranges kept for fiction."""

from __future__ import annotations


def luhn_digit(digits: str) -> str:
    """Return the digit that makes ``digits`` + it pass the Luhn check."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def siret(number: int, site: int = 1) -> str:
    """Return an invented SIRET: SIREN 000 + ``number``, establishment ``site``."""
    siren = f"000{number:05d}"
    siren += luhn_digit(siren)
    head = f"{siren}{site:04d}"
    return head + luhn_digit(head)


def phone(number: int) -> str:
    """Return a French number of a range kept for fiction."""
    return f"04 65 71 {number // 100 % 100:02d} {number % 100:02d}"
