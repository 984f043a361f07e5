"""``rapport.html``: the page that a manager opens in the morning; one file, no script, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from jinja2 import FileSystemLoader

from pipeline.config import Settings
from pipeline.documents.jinja import html_environment
from pipeline.language import long_date, short_date
from pipeline.model import Failure, Outcome, Place, Source, Status, Verdict
from pipeline.report.phrases import (
    LEVEL_NAMES,
    LEVELS,
    STATUSES,
    Level,
    RuleCount,
    by_rule,
    count,
    country,
    country_code,
    day,
    host,
    level,
    level_name,
    loans,
    needs_work,
    programme,
    see_also,
    shorten,
    student,
    to_do,
    typographic,
    worst_first,
)
from pipeline.report.sentence import night, reasons
from pipeline.tables import Tables
from pipeline.tables.advice import Advice
from pipeline.tables.words import fold

_FOLDER = Path(__file__).parent / "html"
_TO_OUTBOX = "../../"
"""From rapports/<run_id>/ (and from rapports/dernier/) to the outbox."""
_TODAY = 15
"""Dossiers under « À faire aujourd’hui »: more is no longer a list for one day."""
"""Travel advice older than this is said to be old."""
_CLASSES: Mapping[Status, str] = {
    "à corriger": "correct",
    "à vérifier": "decide",
    "prêt": "ready",
    "refusé": "correct",
    "réorienté": "other",
    "remplacé": "other",
}
_ADVICE: Mapping[str, str] = {
    "none": "aucune zone rouge ni orange",
    "orange": "zone orange",
    "rouge_partiel": "une partie du pays en rouge",
    "rouge_total": "tout le pays en rouge",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A document to click: what it is called and where it stands from the page."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding in words; ``css`` is its level."""

    css: Level
    level: str
    rule: str
    message: str
    fix: str
    cells: str
    also: str
    """The other rows that it is about, in a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a source, as the page shows it."""

    anchor: str
    reference: str
    student: str
    host: str
    country: str
    programme: str
    start: str
    end: str
    wait: str
    status: Status
    css: str
    model: str
    to_do: str
    remarks: Sequence[Remark]
    loans: Sequence[str]
    """What was taken from other rows, in sentences."""
    links: Sequence[Link]
    place: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A country abroad with its departures and what the foreign ministry says of it."""

    name: str
    level: str
    css: str
    as_of: str
    old: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Names:
    """What the page calls things."""

    rules: Mapping[str, str] = field(default_factory=dict)
    """What a rule is about, by its id."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """A source system, by its YAML file's stem."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """A kind of document, by the beginning of its file names."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """The workbooks beside the page, by file name."""


def report_html(outcome: Outcome, settings: Settings, tables: Tables, names: Names) -> str:
    """Return the whole page. Every row of every source stands in it; values are escaped."""
    lines = {
        verdict.place: _line(number, verdict, outcome, tables, names) for number, verdict in enumerate(outcome.verdicts)
    }
    urgent = [lines[verdict.place] for verdict in _by_urgency(outcome)]
    destinations = _destinations(outcome, tables, lines, settings.advice_days)
    alerts = _alerts(outcome, tables, destinations, settings.advice_days)
    environment = html_environment(loader=FileSystemLoader(_FOLDER))
    environment.filters["frenchly"] = typographic
    return environment.get_template("rapport.html.j2").render(
        day=long_date(outcome.day, "fr"),
        university=settings.university.name,
        faculty=settings.university.faculty,
        sentence=night(outcome),
        calm=not alerts,
        alerts=alerts,
        today=urgent[:_TODAY],
        later=_more(len(urgent) - _TODAY),
        rejected=[s for s in outcome.sources if s.state == "rejeté"],
        waiting=[s for s in outcome.sources if s.state == "en attente"],
        read=[s for s in outcome.sources if s.state in ("lu", "inchangé")],
        unread=[(s, row, reason) for s in outcome.sources for row, reason in s.unread],
        notes=[(s, note) for s in outcome.sources for note in s.notes],
        mend=_mend,
        systems=names.systems,
        counts=_counts(outcome),
        rules=_rules(outcome, tables, names.rules),
        level_names=LEVEL_NAMES,
        destinations=destinations,
        stale_after=settings.advice_days,
        lines=list(lines.values()),
        failures=[_failure(failure) for failure in outcome.failures],
        notices=outcome.notices,
        legend=[(_CLASSES[status], status, typographic(meaning)) for status, meaning in STATUSES.items()],
        run_id=outcome.run_id,
        lists=names.lists,
        workbook=any(map(needs_work, outcome.verdicts)),
    )


def _line(number: int, verdict: Verdict, outcome: Outcome, tables: Tables, names: Names) -> Line:
    start, end = day(verdict, "stage.date_debut"), day(verdict, "stage.date_fin")
    place = verdict.place
    return Line(
        anchor=f"d{number}",
        reference=verdict.entry.reference or "sans numéro",
        student=shorten(student(verdict), 120) or "Nom non indiqué",
        host=shorten(host(verdict), 160) or "Organisme non indiqué",
        country=country(verdict, tables),
        programme=shorten(programme(verdict), 160),
        start=short_date(start) if start else "non lue",
        end=short_date(end) if end else "non lue",
        wait=_wait(start, outcome.day),
        status=verdict.status,
        css=_CLASSES[verdict.status],
        model=verdict.model or "",
        to_do=to_do(verdict, tables.fields),
        remarks=[
            Remark(
                level(finding),
                level_name(finding),
                finding.rule,
                shorten(finding.message, 1200),
                shorten(finding.fix, 800),
                ", ".join(finding.cells[:6]) + ("…" if len(finding.cells) > 6 else ""),
                see_also(finding),
            )
            for finding in worst_first(verdict.findings)
        ],
        loans=loans(verdict, tables.fields),
        links=[_link(path, names.documents) for path in outcome.documents.get(place, ())],
        place=" – ".join(part for part in (place.file, place.sheet, f"ligne {place.row}") if part),
    )


def _wait(start: date | None, today: date) -> str:
    """Return how far the start is: « J−14 », « aujourd’hui », « commencé »."""
    if start is None:
        return ""
    days = (start - today).days
    return "commencé" if days < 0 else "aujourd’hui" if days == 0 else f"J−{days}"


def _link(path: str, documents: Mapping[str, str]) -> Link:
    file = PurePosixPath(path)
    # The kind is the longest known beginning: annexe_etranger_C2026-000001.docx.
    kinds = [kind for kind in documents if file.name.startswith(f"{kind}_")]
    name = documents[max(kinds, key=len)] if kinds else shorten(file.name, 60)
    return Link(f"{name} ({file.suffix.lstrip('.') or 'fichier'})", _TO_OUTBOX + quote(path))


def _by_urgency(outcome: Outcome) -> Sequence[Verdict]:
    """Return the rows with something to do: coming starts first, the nearest first, then those begun or undated."""
    waiting = [v for v in outcome.verdicts if v.status != "remplacé"]

    def key(verdict: Verdict) -> tuple[bool, date, Place]:
        start = day(verdict, "stage.date_debut")
        return start is None or start < outcome.day, start or date.max, verdict.place

    return sorted(waiting, key=key)


def _more(number: int) -> str:
    return count(number, "autre dossier", "autres dossiers") if number > 0 else ""


def _counts(outcome: Outcome) -> Sequence[tuple[str, str, int]]:
    found = [verdict.status for verdict in outcome.verdicts]
    return [(_CLASSES[status], status, found.count(status)) for status in STATUSES]


def _rules(outcome: Outcome, tables: Tables, titles: Mapping[str, str]) -> Sequence[tuple[Level, Sequence[RuleCount]]]:
    counts = by_rule(outcome.verdicts, tables, titles)
    return [(name, found) for name in LEVELS if (found := [c for c in counts if c.level == name])]


def _destinations(
    outcome: Outcome, tables: Tables, lines: Mapping[Place, Line], stale_after: int
) -> Sequence[Destination]:
    groups: dict[str, list[Line]] = {}
    for verdict in outcome.verdicts:
        code = country_code(verdict)
        known = tables.countries.get(code) if code else None
        if known is not None and known.abroad and verdict.status not in ("remplacé", "réorienté"):
            groups.setdefault(known.code, []).append(lines[verdict.place])
    found = []
    for code, departures in sorted(groups.items(), key=lambda item: fold(tables.countries[item[0]].name)):
        advice: Advice | None = tables.advice.get(code)
        red = advice is not None and advice.level in ("rouge_partiel", "rouge_total")
        found.append(
            Destination(
                tables.countries[code].name,
                _ADVICE[advice.level] if advice is not None else "aucun conseil enregistré",
                "correct" if red else "decide" if advice is None or advice.level == "orange" else "ready",
                short_date(advice.as_of) if advice is not None else "",
                advice is not None and advice.is_stale(outcome.day, stale_after),
                departures,
            )
        )
    return found


def _alerts(outcome: Outcome, tables: Tables, destinations: Sequence[Destination], stale_after: int) -> Sequence[str]:
    """Return what makes the sentence amber: files, rows, documents, then tables that are no longer of the day."""
    alerts = list(reasons(outcome))
    if outcome.verdicts and tables.rates.last_day < outcome.day:
        alerts.append(f"le taux de gratification n’est connu que jusqu’au {long_date(tables.rates.last_day, 'fr')}")
    old = [destination.name for destination in destinations if destination.old]
    if old:
        alerts.append(f"les conseils aux voyageurs ont plus de {stale_after} jours pour : {', '.join(old)}")
    return alerts


def _failure(failure: Failure) -> tuple[str, str]:
    return failure.path, failure.reason


def _mend(source: Source) -> str:
    """Return what to do about a refused file."""
    return typographic(
        "Ouvrez le fichier dans votre tableur, vérifiez qu’il contient les fiches avec leur ligne d’en-têtes, "
        f"enregistrez-le au format .xlsx et déposez-le de nouveau à la place de « {source.file} »."
    )
