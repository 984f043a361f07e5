"""One dossier as the page shows it, from its verdict and, when the desk knows it, its follow-up."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.desk.model import Etape, FollowUp
from pipeline.desk.stages import IPRO
from pipeline.language import long_date, short_date, short_date_en
from pipeline.model import Outcome, Place, Status, Verdict
from pipeline.report.morning.english import to_do_en
from pipeline.report.morning.words import ACTORS, ETAPES, Text
from pipeline.report.phrases import (
    country,
    country_code,
    day,
    host,
    programme,
    shorten,
    student,
    to_do,
    worst_first,
)
from pipeline.tables import Tables

TO_OUTBOX = "../../"
"""From rapports/<run_id>/ (and from rapports/dernier/) to the outbox."""
Cells = Mapping[tuple[Place, str], tuple[str, str]]
"""(row, rule) → the sheet and the address of the cell of the workbook that bears the finding."""
COLOURS: Mapping[Status, str] = {
    "à corriger": "correct",
    "à vérifier": "decide",
    "prêt": "ready",
    "refusé": "correct",
    "réorienté": "other",
    "remplacé": "other",
    "repris": "other",
}
_SAFE = re.compile(r"[A-Za-z][\w-]{1,40}", re.ASCII)
OVER = ("terminé", "refusé", "réorienté", "abandonné")
"""Étapes after which nobody waits for a document or a signature."""


@dataclass(frozen=True, slots=True)
class Link:
    """Something to click: what it is called and where it stands from the page."""

    name: Text
    href: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What the page calls things."""

    rules: Mapping[str, str] = field(default_factory=dict)
    """What a rule is about, by its id."""
    rules_en: Mapping[str, str] = field(default_factory=dict)
    """The same in English."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """A source system, by its YAML file's stem."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """A kind of document, by the beginning of its file names."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """The workbooks beside the page, by file name."""
    cells: Cells = field(default_factory=dict)
    """Where the workbook beside the page shows each finding; what is not in it has no link."""
    follow_up: str = ""
    """The follow-up workbook's path under the outbox; "" when there is none."""
    managers: Mapping[str, Sequence[Link]] = field(default_factory=dict)
    """The workbooks of each portfolio, by its name."""
    extracts: Mapping[Text, Sequence[Link]] = field(default_factory=dict)
    """The workbooks for others, by what their list is called."""
    messages: int = 0
    """How many messages are to be sent."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk adds to a dossier."""

    etape: Text
    standing: Text
    """The étape, IPRO's word for it and the day since when, in a sentence."""
    manager: str
    who: Text
    deadline: date | None
    group: int
    today: bool
    moved: bool
    """New, or not where it was at the run before."""
    new: bool
    alerts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One dossier, or one row of a source that is no dossier of its own: what is sorted, counted and listed of it."""

    anchor: str
    reference: str
    student: str
    number: str
    host: str
    town: str
    code: str
    """ISO code of the country; "" when it is not known."""
    country: Text
    programme: str
    start: date | None
    end: date | None
    wait: Text
    status: Status
    css: str
    model: str
    to_do: Text
    rules: Sequence[str]
    """Of its findings."""
    place: str
    desk: Desk | None
    verdict: Verdict
    follow_up: FollowUp | None

    @property
    def open(self) -> bool:
        """Whether somebody may still have to do something about it."""
        if self.desk is not None and self.desk.etape.fr in OVER:
            return False
        return self.status not in ("remplacé", "réorienté", "repris")

    @property
    def reason(self) -> Text | None:
        """What is said of a dossier that is refused."""
        for finding in worst_first(self.verdict.findings):
            if finding.motif in ("refus", "réorientation"):
                return Text(shorten(finding.message, 1200), shorten(finding.message_en, 1200))
        return None


def lines_of(outcome: Outcome, tables: Tables) -> Sequence[Line]:
    """Return a line per follow-up and one per row of the run that none of them shows, as :func:`by_start` has them."""
    found = [
        _line(_anchor(one.reference, number), one.verdict, one, outcome, tables)
        for number, one in enumerate(outcome.follow_ups)
    ]
    shown = {one.verdict.place for one in outcome.follow_ups if one.in_run}
    rest = (verdict for verdict in outcome.verdicts if verdict.place not in shown)
    found += [_line(f"d{number}", verdict, None, outcome, tables) for number, verdict in enumerate(rest, len(found))]
    return sorted(found, key=by_start(outcome.day))


def by_start(today: date) -> Callable[[Line], tuple[bool, date, str, str]]:
    """Return the key that puts coming starts first, the nearest first, then those begun or undated."""
    return lambda line: (line.start is None or line.start < today, line.start or date.max, line.reference, line.place)


def _anchor(reference: str, number: int) -> str:
    return reference if _SAFE.fullmatch(reference) else f"d{number}"


def _line(anchor: str, verdict: Verdict, one: FollowUp | None, outcome: Outcome, tables: Tables) -> Line:
    start = day(verdict, "stage.date_debut")
    place, values = verdict.place, verdict.entry.deposit.values
    known = tables.countries.get(country_code(verdict) or "")
    number, town = values.get("etudiant.numero"), values.get("stage.lieu_ville") or values.get("organisme.ville")
    return Line(
        anchor=anchor,
        reference=verdict.entry.reference or "",
        student=shorten(student(verdict), 120),
        number=shorten(number, 40) if isinstance(number, str) else "",
        host=shorten(host(verdict), 160),
        town=shorten(town, 80) if isinstance(town, str) else "",
        code=known.code if known else "",
        country=Text(country(verdict, tables), known.name_en if known else ""),
        programme=shorten(programme(verdict), 160),
        start=start,
        end=day(verdict, "stage.date_fin"),
        wait=wait(start, outcome.day),
        status=verdict.status,
        css=COLOURS[verdict.status],
        model=verdict.model or "",
        to_do=_to_do(verdict, one, tables),
        rules=[finding.rule for finding in verdict.findings],
        place=" – ".join(part for part in (place.file, place.sheet, f"ligne {place.row}") if part),
        desk=_desk(one) if one is not None else None,
        verdict=verdict,
        follow_up=one,
    )


def _to_do(verdict: Verdict, one: FollowUp | None, tables: Tables) -> Text:
    if one is not None and one.action.verb:
        return Text(one.action.verb, one.action.verb_en)
    return Text(to_do(verdict, tables.fields), to_do_en(verdict, tables.fields))


def _desk(one: FollowUp) -> Desk:
    return Desk(
        etape=ETAPES[one.etape],
        standing=_standing(one.etape, one.since),
        manager=one.manager,
        who=ACTORS[one.action.who],
        deadline=None if one.etape in OVER else one.action.deadline,
        group=one.action.group,
        today=one.action.today,
        moved=one.new or one.changed,
        new=one.new,
        alerts=one.alerts,
    )


@functools.lru_cache(maxsize=4096)
def _standing(etape: Etape, since: date) -> Text:
    return Text(
        f"Étape : {etape} (« {IPRO[etape]} »), depuis le {short_date(since)}.",
        f"Stage: {ETAPES[etape].en}, since {long_date(since, 'en')}.",
    )


@functools.lru_cache(maxsize=4096)
def on(day: date) -> Text:
    """Return ``day`` as each language writes it briefly: 01/03/2027, "1 Mar 2027"."""
    return Text(short_date(day), short_date_en(day))


@functools.lru_cache(maxsize=4096)
def wait(start: date | None, today: date) -> Text:
    """Return how far the start is: « J−14 », « aujourd’hui », « commencé »."""
    if start is None:
        return Text("")
    days = (start - today).days
    if days < 0:
        return Text("commencé", "begun")
    return Text(f"J−{days}", _in_days(days)) if days else Text("aujourd’hui", "today")


def _in_days(days: int) -> str:
    return "tomorrow" if days == 1 else f"in {days} days"
