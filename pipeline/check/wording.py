"""A hit → a finding: the wording of rules.yaml, its slots written in each language."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.check.acting import acting
from pipeline.check.catalogue import Rule
from pipeline.check.facts import Facts
from pipeline.check.judged import is_doubt, judged
from pipeline.check.rules import Bilingual, Hit
from pipeline.config import Service
from pipeline.language import Language, country_name, in_country, long_date, number, short_date, the_country
from pipeline.model import Companion, Finding
from pipeline.tables.countries import Country


def finding(rule: Rule, hit: Hit, facts: Facts, others: tuple[Companion, ...] = (), around: str = "") -> Finding:
    """Return the finding that ``hit`` is, its texts filled in French and English.

    ``others`` are the rows that it is about, ``around`` the hash of what it judged of them.
    """
    variant = rule.variant(hit.variant)
    words = variant.wording
    french, english = _Slots(rule, hit, facts, "fr"), _Slots(rule, hit, facts, "en")
    services = facts.settings.services.values()
    actor = acting(variant.acts, hit.fields)
    hosted = actor == "organisme"
    cells = [address for key in hit.fields for address in facts.deposit.form.addresses(key)]
    return Finding(
        rule=rule.id,
        severity=variant.severity,
        motif=variant.motif,
        jalon=variant.jalon,
        fields=hit.fields,
        cells=tuple(dict.fromkeys(cells)),
        message=contracted(words.message.format_map(french), services),
        fix=contracted(words.fix.format_map(french), services),
        message_en=words.message_en.format_map(english),
        fix_en=words.fix_en.format_map(english),
        source=rule.source,
        internal=rule.internal,
        others=others,
        actor=actor,
        to_host=contracted(words.to_host.format_map(french), services) if hosted else "",
        to_host_en=words.to_host_en.format_map(english) if hosted else "",
        judged=judged(rule, hit, facts, around) if is_doubt(rule, hit) else "",
    )


def written(value: Any, language: Language) -> str:
    """Write a slot's value: Decimal and int as numbers, dates as dd/mm/yyyy or in words (English), countries by name."""
    if isinstance(value, Bilingual):
        return value.fr if language == "fr" else value.en
    if isinstance(value, Decimal | int):
        return number(value, language)
    if isinstance(value, date):
        return short_date(value) if language == "fr" else long_date(value, "en")
    if isinstance(value, Country):
        return country_name(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(written(item, language) for item in value)
    return "" if value is None else str(value)


class _Slots(dict[str, str]):
    """The slots of one text: those of the hit, else the common ones, computed only when asked for."""

    def __init__(self, rule: Rule, hit: Hit, facts: Facts, language: Language) -> None:
        super().__init__()
        self._rule, self._hit, self._facts, self._language = rule, hit, facts, language

    def __missing__(self, name: str) -> str:
        if name in self._hit.slots:
            value = self._hit.slots[name]
        elif name in COMMON:
            value = COMMON[name](self._facts, self._rule, self._hit)
        else:
            raise KeyError(f"{self._rule.id}: slot {{{name}}} is neither common nor given by the rule")
        text = self[name] = written(value, self._language)
        return text


def _office(facts: Facts) -> Bilingual:
    office = facts.settings.service("conventions")
    return Bilingual(office.in_text, office.in_text_en)


def _reach(facts: Facts, name: str) -> Bilingual:
    service = facts.settings.service(name)
    return Bilingual(service.reach, service.reach_en)


def contracted(text: str, services: Iterable[Service]) -> str:
    """Write « au » and « du » where a French sentence meets the article of a service's name."""
    for apart, joined in _contractions(tuple(service.in_text for service in services)):
        text = text.replace(apart, joined)
    return text


@functools.lru_cache(maxsize=64)
def _contractions(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return what meets the article of each name, and what is written instead."""
    pairs = []
    for name in dict.fromkeys(name for name in names if name.startswith(("le ", "les "))):
        article, _, rest = name.partition(" ")
        for preposition, joined in (("à", {"le": "au", "les": "aux"}), ("de", {"le": "du", "les": "des"})):
            pairs.append((f"{preposition} {name}", f"{joined[article]} {rest}"))
    return tuple(pairs)


def _guide(facts: Facts, rule: Rule) -> str:
    return f"{facts.settings.guide}, {rule.guide}" if rule.guide else facts.settings.guide


def _responsible(facts: Facts) -> str | Bilingual:
    return facts["formation.responsable_pedagogique"] or Bilingual(
        "votre responsable pédagogique", "your programme director"
    )


def _territory(facts: Facts) -> str | Bilingual | Country:
    return facts.country or Bilingual("le pays du stage", "the country of the internship")


def _with_article(facts: Facts) -> Bilingual:
    if facts.country is None:
        return Bilingual("le pays du stage", "the country of the internship")
    return Bilingual(the_country(facts.country, "fr"), the_country(facts.country, "en"))


def _in_country(facts: Facts) -> str | Bilingual:
    if facts.in_quebec:
        return Bilingual("au Québec", "in Québec")
    if facts.country is None:
        return Bilingual("dans ce pays", "in this country")
    return Bilingual(in_country(facts.country, "fr"), in_country(facts.country, "en"))


def _model(facts: Facts) -> Bilingual:
    if facts.model == "bilingue":
        return Bilingual("bilingue français-anglais", "bilingual, French and English")
    return Bilingual("rédigée en français", "written in French")


def _label(facts: Facts, hit: Hit) -> Bilingual:
    field = facts.tables.fields[hit.fields[0]]
    return Bilingual(field.label, field.label_en)


_NO_DATE = Bilingual("(date à préciser)", "(date to be given)")
_Common = Callable[[Facts, Rule, Hit], Any]
COMMON: Mapping[str, _Common] = {
    "source_guide": lambda facts, rule, _: _guide(facts, rule),
    "service": lambda facts, *_: _office(facts),
    "courriel_service": lambda facts, *_: _reach(facts, "conventions"),
    "courriel_ri": lambda facts, *_: _reach(facts, "relations_internationales"),
    "interlocuteur": lambda facts, *_: _office(facts),
    "responsable": lambda facts, *_: _responsible(facts),
    "universite": lambda facts, *_: facts.settings.university.name,
    "delai": lambda facts, *_: Bilingual(facts.settings.processing_text, facts.settings.processing_text_en),
    "date_debut": lambda facts, *_: facts.start or _NO_DATE,
    "date_fin": lambda facts, *_: facts.end or _NO_DATE,
    "duree_heures": lambda facts, *_: facts.hours or Bilingual("(durée à préciser)", "(duration to be given)"),
    "heures_hebdo": lambda facts, *_: facts["stage.heures_hebdomadaires"],
    "pays": lambda facts, *_: _territory(facts),
    "territoire": lambda facts, *_: _with_article(facts),
    "dans_pays": lambda facts, *_: _in_country(facts),
    "modele": lambda facts, *_: _model(facts),
    "champ": lambda facts, _, hit: _label(facts, hit),
    "valeur": lambda facts, _, hit: facts.shown(hit.fields[0]) or Bilingual("vide", "empty"),
}
"""Slots that every message may use."""
