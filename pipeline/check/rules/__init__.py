"""The rules: one module per domain, one function per id of ``schemas/rules.yaml``.

A rule takes the facts of a dossier and its parameters, and yields a :class:`Hit` for each thing it finds. It
stays silent when what it reads is missing or unreadable: another rule owns that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pipeline.check.facts import Facts

Parameters: TypeAlias = Mapping[str, Any]
"""A rule's ``parametres`` in rules.yaml; numbers with a point are Decimal."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A slot that is not written alike in both languages."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found: the fields whose cells are marked, and the values of the message's slots.

    A slot may be a str, int, Decimal, date, Country, Bilingual, or a sequence of these; it is written in the
    language of the message. ``variant`` names an entry of ``variantes`` in rules.yaml.
    """

    fields: tuple[str, ...]
    slots: Mapping[str, Any] = field(default_factory=dict)
    variant: str | None = None


RuleFunction: TypeAlias = Callable[[Facts, Parameters], Iterator[Hit]]
RULES: dict[str, RuleFunction] = {}


def rule(rule_id: str) -> Callable[[RuleFunction], RuleFunction]:
    """Register the function that applies ``rule_id``; an id has one function."""

    def register(function: RuleFunction) -> RuleFunction:
        if rule_id in RULES:
            raise ValueError(f"{rule_id} has two functions")
        RULES[rule_id] = function
        return function

    return register
