"""``rapport.pdf``: two pages for the meeting, without the name of any student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

from pipeline.config import Settings
from pipeline.documents.jinja import html_environment
from pipeline.language import long_date, short_date
from pipeline.model import Outcome, Status
from pipeline.report.morning.figures import etape_counts, status_counts
from pipeline.report.morning.lines import Line
from pipeline.report.morning.lists import destinations, table_alerts
from pipeline.report.phrases import by_rule, count, shorten, typographic
from pipeline.report.sentence import night, reasons
from pipeline.tables import Tables
from pipeline.tables.words import fold

_FOLDER = Path(__file__).parent / "html"
_AT_RISK, _PROGRAMMES, _MANAGERS, _RULES, _COUNTRIES = 17, 12, 6, 9, 9
"""Lines of each list: with all of them full, the paper is two pages."""
_REASONS = 4
_SHOWN: Sequence[Status] = ("à corriger", "à vérifier", "prêt", "refusé", "réorienté")


@dataclass(frozen=True, slots=True)
class Listed:
    """The lines of a list that fit, and what is said of the others."""

    lines: Sequence[Sequence[object]]
    more: str


def meeting_html(
    outcome: Outcome, lines: Sequence[Line], settings: Settings, tables: Tables, titles: Mapping[str, str]
) -> str:
    """Return the paper as HTML that wkhtmltopdf lays out on two A4 pages, whatever the number of dossiers.

    ``lines`` are :func:`lines_of` the outcome; ``titles`` say what a rule is about, by its id.
    """
    live = [line for line in lines if line.status != "remplacé"]
    places = destinations(lines, outcome, tables, settings.advice_days)
    stale = [alert.fr for alert in table_alerts(outcome, tables, places, settings.advice_days)]
    told = [f"{reason[:1].upper()}{reason[1:]}." for reason in reasons(outcome)] + stale
    abroad = [
        (
            place.name.fr,
            place.level.fr,
            place.as_of.fr if place.as_of else "",
            len(place.lines),
            short_date(first) if first else "–",
        )
        for place in sorted(places, key=lambda place: -len(place.lines))
        for first in [place.lines[0].start]
    ]
    rules = [
        (shorten(rule.title, 90), rule.name, rule.dossiers)
        for rule in sorted(by_rule(outcome.verdicts, tables, titles), key=lambda rule: -rule.dossiers)
    ]
    return (
        _environment()
        .get_template("reunion.html.j2")
        .render(
            day=long_date(outcome.day, "fr"),
            university=settings.university.name,
            faculty=settings.university.faculty,
            sentence=night(outcome),
            calm=not told,
            told=[shorten(text, 260) for text in told[:_REASONS]],
            counts=status_counts(outcome),
            etapes=[(text.fr, number) for text, number in etape_counts(outcome)],
            risk=_listed(
                _at_risk(live, outcome, settings.processing_days), _AT_RISK, ("autre dossier", "autres dossiers")
            ),
            days=settings.processing_days,
            statuses=_SHOWN,
            programmes=_listed(
                _crossed((line.programme, line.status) for line in live),
                _PROGRAMMES,
                ("autre formation", "autres formations"),
            ),
            managers=_listed(
                _crossed(_by_manager(live)),
                _MANAGERS,
                ("autre gestionnaire", "autres gestionnaires"),
            ),
            rules=_listed(rules, _RULES, ("autre constat", "autres constats")),
            abroad=_listed(abroad, _COUNTRIES, ("autre pays", "autres pays")),
            run_id=outcome.run_id,
        )
    )


def _at_risk(lines: Sequence[Line], outcome: Outcome, days: int) -> Sequence[Sequence[object]]:
    """Return the dossiers that begin within ``days`` and that not everybody has signed, the nearest start first."""
    last = outcome.day + timedelta(days)
    return [
        (
            short_date(line.start),
            line.wait.fr,
            line.reference or "sans numéro",
            shorten(line.programme, 60),
            shorten(line.country.fr, 30) or "–",
            line.desk.etape.fr if line.desk else line.status,
            shorten(line.to_do.fr, 84),
        )
        for line in lines
        if line.start is not None
        and outcome.day <= line.start <= last
        and line.open
        and line.status != "refusé"
        and not (line.desk and line.desk.etape.fr in ("signé", "repris"))
    ]


def _by_manager(lines: Sequence[Line]) -> Iterable[tuple[str, Status]]:
    """Yield the portfolio and the status of each dossier; nothing where nobody has one."""
    found = [(line.desk.manager, line.status) for line in lines if line.desk]
    if any(manager for manager, _ in found):
        yield from ((manager or "Sans gestionnaire", status) for manager, status in found)


def _crossed(pairs: Iterable[tuple[str, Status]]) -> Sequence[Sequence[object]]:
    """Return a line per name: the name, how many dossiers have each status, the total; the most dossiers first."""
    table: dict[str, Counter[Status]] = {}
    for name, status in pairs:
        table.setdefault(name, Counter())[status] += 1
    ordered: Sequence[tuple[str, Mapping[Status, int]]] = sorted(
        table.items(), key=lambda item: (-sum(item[1].values()), fold(item[0]))
    )
    return [
        (shorten(name, 70), *(numbers.get(status, 0) for status in _SHOWN), sum(numbers.values()))
        for name, numbers in ordered
    ]


def _listed(lines: Sequence[Sequence[object]], most: int, words: tuple[str, str]) -> Listed:
    more = len(lines) - most
    return Listed(lines[:most], f"Et {count(more, *words)} : rapport.html." if more > 0 else "")


@cache
def _environment() -> SandboxedEnvironment:
    environment = html_environment(loader=FileSystemLoader(_FOLDER))
    environment.filters["frenchly"] = typographic
    return environment
