"""What opening a dossier of the page shows: its findings, its signatures, its documents; made when its row is written."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from pipeline.desk.model import FollowUp
from pipeline.model import Finding, Outcome, Place
from pipeline.report.morning.lines import OVER, TO_OUTBOX, Cells, Line, Link, Names, on
from pipeline.report.morning.words import CHANNELS, KINDS, LEVELS, PARTIES, Text
from pipeline.report.phrases import Level, level, level_name, loans, see_also, shorten, typographic, worst_first
from pipeline.tables import Tables

_WORKBOOK = "a_corriger.xlsx"


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
class Details:
    """All that a dossier's row says once it is opened."""

    remarks: Sequence[Remark]
    loans: Sequence[str]
    links: Sequence[Link]
    missing: Sequence[str] = ()
    steps: Sequence[Step] = ()
    last: Text | None = None
    """The day on which somebody last told something about it; None when nobody did."""
    last_by: str = ""
    """Who did."""
    amendments: int = 0


def detailing(outcome: Outcome, tables: Tables, names: Names) -> Callable[[Line], Details]:
    """Return what makes the details of a line of ``outcome``; nobody keeps them: a year's dossiers have many texts."""
    # The kind is the longest known beginning: annexe_etranger_C2026-000001.docx.
    kinds = [
        (f"{kind}_", Text(title, KINDS.get(title, "")))
        for kind, title in sorted(names.documents.items(), key=lambda item: -len(item[0]))
        if title
    ]

    def details(line: Line) -> Details:
        verdict, one = line.verdict, line.follow_up
        documents = outcome.documents.get(verdict.place, ()) or (one.documents if one is not None else ())
        remarks = [_remark(finding, verdict.place, names.cells) for finding in worst_first(verdict.findings)]
        links = [_link(path, kinds) for path in documents]
        lent = loans(verdict, tables.fields)
        if one is None:
            return Details(remarks, lent, links)
        over = one.etape in OVER
        # What the program noted by itself is no news of the dossier.
        last = max((event for event in one.told.values() if event.who), key=lambda event: event.at, default=None)
        return Details(
            remarks,
            lent,
            links,
            missing=() if over else one.missing,
            steps=() if over else _steps(one),
            last=on(last.at.date()) if last else None,
            last_by=shorten(last.who, 60) if last else "",
            amendments=one.amendments,
        )

    return details


def cell_link(sheet: str, address: str) -> Link:
    """Return the link to one cell of the workbook: Excel opens it there, the words say it to everybody else."""
    quoted = sheet.replace("'", "''")
    where = Text(f"{_WORKBOOK}, onglet « {sheet} », cellule {address}", f"{_WORKBOOK}, sheet “{sheet}”, cell {address}")
    return Link(where, f"{_WORKBOOK}#'{quote(quoted, safe='')}'!{address}")


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


def _link(path: str, kinds: Sequence[tuple[str, Text]]) -> Link:
    file = posixpath.basename(path)
    name = next((title for start, title in kinds if file.startswith(start)), None)
    if name is None:
        name = Text(shorten(file, 60), shorten(file, 60))
    kind = posixpath.splitext(file)[1].lstrip(".") or "fichier"
    return Link(_with_kind(name, kind), TO_OUTBOX + quote(path))


@functools.lru_cache(maxsize=1024)
def _with_kind(name: Text, kind: str) -> Text:
    """Return « Convention (docx) » in both languages."""
    return Text(typographic(f"{name.fr} ({kind})"), name.en and f"{name.en} ({kind})")
