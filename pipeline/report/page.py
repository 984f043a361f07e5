"""``rapport.html``: the page that a manager opens in the morning; one file, no network, readable without its script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from pipeline.config import Settings
from pipeline.documents.jinja import page_environment
from pipeline.language import NBSP, long_date, short_date, short_date_en
from pipeline.model import RETURNED, Outcome, Source
from pipeline.report.morning.choices import ORDERS, choices
from pipeline.report.morning.details import Details, detailing
from pipeline.report.morning.english import night_en, reasons_en
from pipeline.report.morning.figures import delays, etape_counts, history, status_counts
from pipeline.report.morning.lines import COLOURS, TO_OUTBOX, Line, Names, on
from pipeline.report.morning.lists import cut, destinations, for_today, moved, soon, table_alerts
from pipeline.report.morning.words import KINDS, MODELS, STATUS_MEANINGS, STATUSES, Tag, Text, Words, as_data
from pipeline.report.morning.words import LEVELS as LEVELS_EN
from pipeline.report.phrases import LEVEL_NAMES, LEVELS, Level, RuleCount, by_rule, count, needs_work, typographic
from pipeline.report.phrases import STATUSES as MEANINGS
from pipeline.report.sentence import night, reasons
from pipeline.tables import Tables

__all__ = ["Names", "report_html"]

_FOLDER = Path(__file__).parent / "html"
_KEYS = (("ready", "prêt"), ("decide", "à vérifier"), ("correct", "à corriger"), ("refuse", "refusé"))


def report_html(
    outcome: Outcome, lines: Sequence[Line], settings: Settings, tables: Tables, names: Names
) -> Iterator[str]:
    """Return the page piece by piece, never whole in memory. ``lines`` are :func:`lines_of` the outcome.

    Every row of every source and every follow-up stands in it; values are escaped.
    """
    words = Words()
    places = destinations(lines, outcome, tables, settings.advice_days)
    stale = table_alerts(outcome, tables, places, settings.advice_days)
    alerts = [line for line in lines if line.desk and line.desk.alerts]
    told = [Text(_sentence(fr), _sentence(en)) for fr, en in zip(reasons(outcome), reasons_en(outcome), strict=True)]
    offered = choices(lines, names.rules, names.rules_en)
    desk = bool(outcome.follow_ups)
    managers = {
        value: place for f in offered.filters if f.name == "gestionnaire" for place, (value, _) in enumerate(f.options)
    }
    style, script = _asset("rapport.css"), _asset("rapport.js")
    return (
        _environment()
        .get_template("rapport.html.j2")
        .generate(
            t=words.text,
            o=words.of,
            l=words.label,
            number=words.number,
            words=words,
            english=words.table,
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
            day=long_date(outcome.day, "fr"),
            day_en=long_date(outcome.day, "en"),
            now=outcome.day,
            university=settings.university.name,
            faculty=settings.university.faculty,
            contents=_contents(outcome, bool(stale or alerts), desk, bool(names.extracts)),
            sentence=Text(night(outcome), night_en(outcome)),
            calm=not told and not stale,
            reasons=told,
            table_alerts=stale,
            alerts=alerts,
            desk=desk,
            today=cut(for_today(lines, outcome.day)),
            moved=cut(moved(lines)),
            soon=cut(soon(lines, outcome.day, settings.processing_days)),
            rejected=[s for s in outcome.sources if s.state == "rejeté"],
            waiting=[s for s in outcome.sources if s.state == "en attente"],
            read=[s for s in outcome.sources if s.state in ("lu", "inchangé")],
            unread=[(s, row, why) for s in outcome.sources if s.profile not in RETURNED for row, why in s.unread],
            refused=[(s, row, why) for s in outcome.sources if s.profile in RETURNED for row, why in s.unread],
            notes=[(s, note) for s in outcome.sources for note in s.notes],
            refusal=_refusal,
            systems=names.systems,
            destinations=places,
            lines=lines,
            details=detailing(outcome, tables, names),
            filters=[(f.name, f.title, f.every, f.options) for f in offered.filters],
            orders=[order for order in ORDERS if desk or order[0] != "echeance"],
            managers=managers,
            data=as_data(offered.data),
            counts=status_counts(outcome),
            etapes=etape_counts(outcome),
            history=history(outcome),
            history_keys=[(key, STATUSES[status]) for key, status in _KEYS],
            delays=delays(outcome),
            rules=_rules(outcome, tables, names),
            rules_en=names.rules_en,
            level_names=LEVEL_NAMES,
            levels_en=LEVELS_EN,
            statuses=STATUSES,
            models=MODELS,
            failures=[(failure.path, failure.reason) for failure in outcome.failures],
            notices=outcome.notices,
            legend=[(COLOURS[s], s, Text(typographic(meaning), STATUS_MEANINGS[s])) for s, meaning in MEANINGS.items()],
            run_id=outcome.run_id,
            lists=[(quote(file), Text(title, KINDS.get(title, ""))) for file, title in names.lists.items()],
            books=names.managers,
            extracts=list(names.extracts.items()),
            messages=names.messages,
            workbook=any(map(needs_work, outcome.verdicts)),
            follow_up=TO_OUTBOX + quote(names.follow_up) if names.follow_up else "",
        )
    )


@cache
def _environment() -> Environment:
    environment = page_environment(loader=FileSystemLoader(_FOLDER))
    environment.filters |= {
        "frenchly": typographic,
        "day": short_date,
        "iso": _iso,
        "of": count,
        "of_en": _count_en,
        "query": _query,
        "summary": _summary,
        "on": on,
        "both": _both,
        "mark": lambda text, words: words.mark(text.en),
        "before": lambda day: Text(f"avant le {short_date(day)}", f"by {short_date_en(day)}"),
    }
    return environment


@cache
def _asset(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text("utf-8"))  # noqa: S704 (our own file, in which no value stands)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _both(text: Text, words: Words, tag: Tag = "span", css: str = "") -> Markup:
    return words.of(text, tag, css)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _count_en(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _query(values: dict[str, str]) -> str:
    """Return the part of an address that sets filters: « gestionnaire=Jeanne%20Roux »."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())


def _summary(details: Details) -> Text:
    """Return what opening a dossier shows: « 3 constats, 4 documents »."""
    return _counted(len(details.remarks), len(details.links))


@lru_cache(maxsize=4096)
def _counted(findings: int, documents: int) -> Text:
    fr = [count(findings, "constat", "constats")] if findings else []
    en = [_count_en(findings, "finding", "findings")] if findings else []
    if documents:
        fr.append(count(documents, "document", "documents"))
        en.append(_count_en(documents, "document", "documents"))
    return Text(", ".join(fr) or "Détail", ", ".join(en) or "Details")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _contents(outcome: Outcome, alerts: bool, desk: bool, extracts: bool) -> Sequence[tuple[str, Text]]:
    found = [("aujourdhui", Text("À faire aujourd’hui", "To do today"))]
    if alerts:
        found.append(("alertes", Text("Alertes", "Alerts")))
    if desk:
        found.append(("changements", Text("Changements", "Changes")))
    found.append(("fichiers", Text("Fichiers", "Files")))
    if outcome.failures or outcome.notices:
        found.append(("incidents", Text("Incidents", "Incidents")))
    found.append(("etranger", Text("Étranger", "Abroad")))
    if extracts:
        found.append(("extraits", Text("À transmettre", "To pass on")))
    return (
        *found,
        ("dossiers", Text("Tous les dossiers", "All dossiers")),
        ("chiffres", Text("Chiffres", "Figures")),
        ("legende", Text("Légende", "Key")),
    )


def _rules(outcome: Outcome, tables: Tables, names: Names) -> Sequence[tuple[Level, Sequence[RuleCount]]]:
    counts = by_rule(outcome.verdicts, tables, names.rules)
    return [(name, found) for name in LEVELS if (found := [c for c in counts if c.level == name])]


def _refusal(source: Source) -> tuple[str, str, Text | None]:
    """Return why a file is refused and what to do, as its reason says it; else what helps against most faults."""
    told = typographic(source.reason or "raison inconnue")
    why, _, mend = f"{told[:1].upper()}{told[1:]}".partition(f"{NBSP}: ")
    if mend:
        return f"{why}.", f"{mend[:1].upper()}{mend[1:]}", None
    return (
        why,
        "",
        Text(
            "Ouvrez le fichier dans votre tableur, vérifiez qu’il contient les fiches avec leur ligne d’en-têtes, "
            f"enregistrez-le au format .xlsx et déposez-le de nouveau à la place de « {source.file} ».",
            "Open the file in your spreadsheet, check that it holds the forms with their header row, save it as .xlsx "
            f"and drop it again in place of “{source.file}”.",
        ),
    )
