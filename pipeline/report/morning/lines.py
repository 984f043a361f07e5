"""One dossier as the page shows it, from its verdict and, when the desk knows it, its follow-up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote

from pipeline.desk.model import FollowUp
from pipeline.desk.stages import IPRO
from pipeline.language import long_date, short_date, short_date_en
from pipeline.model import Finding, Outcome, Place, Status, Verdict
from pipeline.report.morning.english import to_do_en
from pipeline.report.morning.words import ACTORS, CHANNELS, ETAPES, KINDS, LEVELS, PARTIES, Text
from pipeline.report.phrases import (
    Level,
    country,
    country_code,
    day,
    host,
    level,
    level_name,
    loans,
    programme,
    see_also,
    shorten,
    student,
    to_do,
    worst_first,
)
from pipeline.tables import Tables

TO_OUTBOX = "../../"
"""From rapports/<run_id>/ (and from rapports/dernier/) to the outbox."""
WORKBOOK = "a_corriger.xlsx"
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
_OVER = ("terminé", "refusé", "réorienté", "abandonné")
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
class Remark:
    """One finding in words; ``css`` is its level."""

    css: Level
    level: Text
    rule: str
    message: Text
    fix: Text
    cells: str
    """Its cells in the file that came in."""
    link: Link | None
    """Its cell in the workbook to correct."""
    also: str
    """The other rows that it is about, in a French sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One signature: whose, the name, the day with its channel (None while it is awaited)."""

    party: Text
    holder: str
    day: date | None
    channel: Text | None


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
    missing: Sequence[str]
    steps: Sequence[Step]
    last: Text
    """The day on which somebody last told something about it; "" when nobody did."""
    last_by: str
    """Who did."""
    amendments: int


@dataclass(frozen=True, slots=True)
class Line:
    """One dossier, or one row of a source that is no dossier of its own."""

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
    remarks: Sequence[Remark]
    loans: Sequence[str]
    links: Sequence[Link]
    place: str
    desk: Desk | None

    @property
    def open(self) -> bool:
        """Whether somebody may still have to do something about it."""
        if self.desk is not None and self.desk.etape.fr in _OVER:
            return False
        return self.status not in ("remplacé", "réorienté", "repris")

    @property
    def reason(self) -> Text | None:
        """What is said of a dossier that is refused."""
        return next((r.message for r in self.remarks if r.level.fr in ("Refus", "Autre service")), None)


def lines_of(outcome: Outcome, tables: Tables, names: Names) -> Sequence[Line]:
    """Return a line per follow-up, in their order, then one per row of the run that none of them shows."""
    found = [
        _line(_anchor(one.reference, number), one.verdict, one, outcome, tables, names)
        for number, one in enumerate(outcome.follow_ups)
    ]
    shown = {one.verdict.place for one in outcome.follow_ups if one.in_run}
    first = len(found)
    rest = [verdict for verdict in outcome.verdicts if verdict.place not in shown]
    return found + [
        _line(f"d{first + number}", verdict, None, outcome, tables, names) for number, verdict in enumerate(rest)
    ]


def _anchor(reference: str, number: int) -> str:
    return reference if _SAFE.fullmatch(reference) else f"d{number}"


def _line(anchor: str, verdict: Verdict, one: FollowUp | None, outcome: Outcome, tables: Tables, names: Names) -> Line:
    start = day(verdict, "stage.date_debut")
    place, values = verdict.place, verdict.entry.deposit.values
    known = tables.countries.get(country_code(verdict) or "")
    number, town = values.get("etudiant.numero"), values.get("stage.lieu_ville") or values.get("organisme.ville")
    documents = outcome.documents.get(place, ()) or (one.documents if one is not None else ())
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
        remarks=[_remark(finding, place, names.cells) for finding in worst_first(verdict.findings)],
        loans=loans(verdict, tables.fields),
        links=[_link(path, names.documents) for path in documents],
        place=" – ".join(part for part in (place.file, place.sheet, f"ligne {place.row}") if part),
        desk=_desk(one) if one is not None else None,
    )


def _to_do(verdict: Verdict, one: FollowUp | None, tables: Tables) -> Text:
    if one is not None and one.action.verb:
        return Text(one.action.verb, one.action.verb_en)
    return Text(to_do(verdict, tables.fields), to_do_en(verdict, tables.fields))


def _desk(one: FollowUp) -> Desk:
    over = one.etape in _OVER
    # What the program noted by itself is no news of the dossier.
    last = max((event for event in one.told.values() if event.who), key=lambda event: event.at, default=None)
    return Desk(
        etape=ETAPES[one.etape],
        standing=Text(
            f"Étape : {one.etape} (« {IPRO[one.etape]} »), depuis le {short_date(one.since)}.",
            f"Stage: {ETAPES[one.etape].en}, since {long_date(one.since, 'en')}.",
        ),
        manager=one.manager,
        who=ACTORS[one.action.who],
        deadline=None if over else one.action.deadline,
        group=one.action.group,
        today=one.action.today,
        moved=one.new or one.changed,
        new=one.new,
        alerts=one.alerts,
        missing=() if over else one.missing,
        steps=() if over else _steps(one),
        last=on(last.at.date()) if last else Text(""),
        last_by=shorten(last.who, 60) if last else "",
        amendments=one.amendments,
    )


def _steps(one: FollowUp) -> Sequence[Step]:
    """Return the signatures once the agreement is on its way; before, there is nothing to chase."""
    if one.etape not in ("envoyé", "signé") and not any(signature.day for signature in one.signatures):
        return ()
    return [
        Step(
            PARTIES.get(signature.party, Text(signature.party)),
            shorten(signature.holder, 80),
            signature.day,
            CHANNELS.get(signature.channel),
        )
        for signature in one.signatures
    ]


def _remark(finding: Finding, place: Place, cells: Cells) -> Remark:
    name = level_name(finding)
    where = cells.get((place, finding.rule))
    return Remark(
        css=level(finding),
        level=Text(name, LEVELS.get(name, "")),
        rule=finding.rule,
        message=Text(shorten(finding.message, 1200), shorten(finding.message_en, 1200)),
        fix=Text(shorten(finding.fix, 800), shorten(finding.fix_en, 800)),
        cells=", ".join(finding.cells[:6]) + ("…" if len(finding.cells) > 6 else ""),
        link=cell_link(*where) if where else None,
        also=see_also(finding),
    )


def cell_link(sheet: str, address: str) -> Link:
    """Return the link to one cell of the workbook: Excel opens it there, the words say it to everybody else."""
    quoted = sheet.replace("'", "''")
    where = Text(f"{WORKBOOK}, onglet « {sheet} », cellule {address}", f"{WORKBOOK}, sheet “{sheet}”, cell {address}")
    return Link(where, f"{WORKBOOK}#'{quote(quoted, safe='')}'!{address}")


def _link(path: str, documents: Mapping[str, str]) -> Link:
    file = PurePosixPath(path)
    # The kind is the longest known beginning: annexe_etranger_C2026-000001.docx.
    kinds = [kind for kind in documents if file.name.startswith(f"{kind}_")]
    title = documents[max(kinds, key=len)] if kinds else ""
    name = Text(title, KINDS.get(title, "")) if title else Text(shorten(file.name, 60), shorten(file.name, 60))
    return Link(name, TO_OUTBOX + quote(path), file.suffix.lstrip(".") or "fichier")


def on(day: date) -> Text:
    """Return ``day`` as each language writes it briefly: 01/03/2027, "1 Mar 2027"."""
    return Text(short_date(day), short_date_en(day))


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
