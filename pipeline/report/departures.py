"""The lists of a run (« genre: liste »): who is about to leave, and the rows of the extracts; their cells as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from pipeline.desk.model import FollowUp
from pipeline.documents.listings import COMPUTED, NAME, Column, Each, Listing, ListSheet
from pipeline.language import short_date
from pipeline.model import Actor, CellValue, Entry, Outcome, Value, Verdict
from pipeline.report.phrases import day, shorten
from pipeline.tables import Tables
from pipeline.tables.advice import Advice
from pipeline.tables.countries import Country
from pipeline.tables.words import fold

LEVELS: Mapping[str, str] = {
    "rouge_total": "zone rouge",
    "rouge_partiel": "rouge en partie",
    "orange": "orange",
    "none": "ni rouge ni orange",
}
"""The travel advice in a word, the gravest first."""
UNKNOWN = "pas de conseil enregistré"
_LONGEST = 400
"""Characters of one value or finding that a list repeats; the agreement holds the whole."""

READERS: Mapping[Each, Actor] = {"formation": "responsable pédagogique", "référent": "référent"}
"""Who reads the workbooks « un_par », as findings and actions call them."""
Cases: TypeAlias = Callable[[Entry], Mapping[str, bool]]
"""Every condition of the templates for one dossier."""
Case: TypeAlias = tuple[Verdict, FollowUp | None]
Values: TypeAlias = Callable[[Entry], Mapping[str, Any]]
"""The template values of one dossier."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One dossier of a list."""

    verdict: Verdict
    country: Country
    """Where the student goes: the country of the internship or, when that is in France, of the telework abroad."""
    advice: Advice | None
    start: date | None
    cells: Mapping[str, CellValue]
    """By column title."""
    links: Mapping[str, str]
    """By column title, the address that the cell opens."""
    awaits: bool = False
    """The reader of the workbook has something to do."""

    @property
    def level(self) -> str:
        """The travel advice in a word."""
        return LEVELS[self.advice.level] if self.advice else UNKNOWN


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """One sheet of a list with its rows: by country, then start, then reference; in an extract by start."""

    sheet: ListSheet
    columns: tuple[Column, ...]
    """Those that this night needs: an optional one without any value is left out."""
    rows: tuple[Departure, ...]


def fill(
    listing: Listing,
    outcome: Outcome,
    tables: Tables,
    cases: Cases,
    values: Values,
) -> tuple[FilledSheet, ...]:
    """Return the sheets of ``listing`` that have rows: current dossiers that have not begun on the run's day.

    A dossier whose start is not known has not begun; one that was abandoned does not begin. A confidential subject is
    never among the values.
    """
    waiting = [
        (verdict, followed)
        for verdict, followed in _candidates(outcome)
        if verdict.entry.standing == "current" and verdict.status in listing.statuses
        if (start := day(verdict, "stage.date_debut")) is None or start >= outcome.day
        if followed is None or followed.etape != "abandonné"
    ]
    return fill_rows(listing, waiting, outcome.day, tables, cases, values)


def remembering(values: Values, listings: Sequence[Listing]) -> Values:
    """Return ``values`` asked once per dossier for all lists, of which only what their columns name is kept."""
    columns = [column for listing in listings for sheet in listing.sheets for column in sheet.columns]
    names = {name for column in columns for name in column.names} - COMPUTED
    known: dict[str, Mapping[str, Any]] = {}

    def asked(entry: Entry) -> Mapping[str, Any]:
        key = entry.reference or ""
        if key not in known or not key:
            tree = values(entry)
            kept: dict[str, Any] = {"confidentiel": tree["confidentiel"], "cas": tree["cas"], "stage": {}}
            for name in names:
                group, _, rest = name.partition(".")
                kept.setdefault(group, {})[rest.partition(".")[0]] = tree[group][rest.partition(".")[0]]
            known[key] = kept
        return known[key]

    return asked


def _candidates(outcome: Outcome) -> Iterable[Case]:
    """Return every dossier of the register; in a run without it, those of the files."""
    if outcome.follow_ups:
        return [(followed.verdict, followed) for followed in outcome.follow_ups]
    return [(verdict, None) for verdict in outcome.verdicts]


def fill_rows(
    listing: Listing, found: Iterable[Case], today: date, tables: Tables, cases: Cases, values: Values
) -> tuple[FilledSheet, ...]:
    """Return the sheets of ``listing`` that have rows, each dossier of ``found`` on the first one that fits it."""
    rows: dict[str, list[Departure]] = {}
    of_forms = bool(_conditions(listing) - _OWN)
    for verdict, followed in found:
        awaited = _awaited(listing, verdict, followed)
        holds = {
            **(cases(verdict.entry) if of_forms else {}),
            "a_repondre": bool(awaited),
            "stage_a_suivre": followed is None or followed.etape != "terminé",
        }
        fitting = (s for s in listing.sheets if not s.conditions or any(holds[name] for name in s.conditions))
        sheet = next(fitting, None)
        if sheet is not None:
            country = _country(verdict, tables)
            tree = _discreet(values(verdict.entry))
            advice = tables.advice.get(country.code) if country.abroad else None
            start = day(verdict, "stage.date_debut")
            extra = {
                **_computed(verdict, country, advice, start, today, listing.rules),
                **_followed(followed, awaited),
            }
            departure = _departure(verdict, country, advice, sheet, holds, tree, extra)
            rows.setdefault(sheet.title, []).append(dataclasses.replace(departure, awaits=bool(awaited)))
    order = _by_country if listing.each is None else _by_start
    return tuple(
        _filled(sheet, sorted(rows[sheet.title], key=order)) for sheet in listing.sheets if sheet.title in rows
    )


_OWN = frozenset({"a_repondre", "stage_a_suivre"})
"""The conditions that a list has beside those of the templates."""


def _conditions(listing: Listing) -> frozenset[str]:
    """Return the conditions that the sheets and the cells of ``listing`` ask for."""
    named = [(*sheet.conditions, *(name for c in sheet.columns for name in c.cases or ())) for sheet in listing.sheets]
    return frozenset(name for names in named for name in names)


def _awaited(listing: Listing, verdict: Verdict, followed: FollowUp | None) -> Sequence[str]:
    """Return in French what the reader of a workbook « un_par » has to do: a finding that is his, or his signature."""
    if listing.each is None:
        return ()
    reader = READERS[listing.each]
    told = [
        listing.subjects.get(f.rule, f.message)
        for f in verdict.findings
        if f.actor == reader and f.severity != "information"
    ]
    if not told and followed is not None and followed.action.who == reader:
        told = [followed.action.verb]
    return [shorten(text, _LONGEST) for text in dict.fromkeys(told)]


def _followed(followed: FollowUp | None, awaited: Sequence[str]) -> Mapping[str, CellValue]:
    def told(what: str) -> CellValue:
        event = followed.told.get(what) if followed is not None else None
        return event.value if event is not None and isinstance(event.value, date) else None

    return {
        "suivi.etape": followed.etape if followed else None,
        "suivi.depuis": followed.since if followed else None,
        "suivi.attendu": "\n".join(awaited) or None,
        "suivi.fsd_demande_le": told("fsd_demande_le"),
        "suivi.fsd_le": told("fsd_le"),
    }


def _by_country(row: Departure) -> tuple[str, date, str]:
    return fold(row.country.name), row.start or date.max, row.verdict.entry.reference or ""


def _by_start(row: Departure) -> tuple[str, date, str]:
    return "", row.start or date.max, row.verdict.entry.reference or ""


def _filled(sheet: ListSheet, rows: Sequence[Departure]) -> FilledSheet:
    columns = [c for c in sheet.columns if not c.optional or any(row.cells.get(c.title) is not None for row in rows)]
    return FilledSheet(sheet, tuple(columns), tuple(rows))


def _country(verdict: Verdict, tables: Tables) -> Country:
    """Return the country of the internship, else the host's; that of the telework when it alone is abroad.

    A form that tells no country has no departure abroad: it is on a list for what it says of a French place.
    """
    values = verdict.entry.deposit.values
    codes = (values.get(key) for key in ("stage.pays", "organisme.pays"))
    found = next((tables.countries[code] for code in codes if isinstance(code, str)), None)
    away = values.get("stage.teletravail_pays")
    if (found is None or not found.abroad) and isinstance(away, str) and tables.countries[away].abroad:
        return tables.countries[away]
    return found or tables.countries["FR"]


def _discreet(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ``tree`` with « confidentiel » in the place of what the agreement keeps for its appendix."""
    if not tree["cas"]["confidentiel"]:
        return tree
    stage = {**tree["stage"], **dict.fromkeys(tree["confidentiel"], "confidentiel")}
    return {**tree, "stage": stage}


def _computed(
    verdict: Verdict, country: Country, advice: Advice | None, start: date | None, today: date, rules: Sequence[str]
) -> Mapping[str, CellValue]:
    values = verdict.entry.deposit.values
    town = values.get("stage.lieu_ville") or values.get("organisme.ville")
    remarks = [shorten(f.message, _LONGEST) for f in verdict.findings if f.rule in rules]
    return {
        "depart.pays": country.name,
        "depart.ville": town if isinstance(town, str) else None,
        "depart.adresse": _address(values),
        "depart.jours": (start - today).days if start else None,
        "depart.niveau": LEVELS[advice.level] if advice else UNKNOWN if country.abroad else None,
        "depart.avis_date": advice.as_of if advice else None,
        "depart.zones": shorten(advice.zones, _LONGEST) or None if advice and advice.level != "none" else None,
        "depart.url": advice.url or None if advice else None,
        "depart.statut": verdict.status,
        "depart.remarques": "\n".join(remarks) or None,
    }


def _address(values: Mapping[str, Value]) -> str | None:
    """Return the address of the internship; the host's when the form gives no other place."""
    other = any(values.get(key) for key in ("stage.lieu_adresse", "stage.lieu_ville"))
    found = values.get("stage.lieu_adresse" if other else "organisme.adresse")
    return found if isinstance(found, str) else None


def _departure(
    verdict: Verdict,
    country: Country,
    advice: Advice | None,
    sheet: ListSheet,
    holds: Mapping[str, bool],
    tree: Mapping[str, Any],
    extra: Mapping[str, CellValue],
) -> Departure:
    typed = verdict.entry.deposit.values

    def value(name: str) -> CellValue:
        """Return days as days, everything else as the agreement writes it."""
        if name in extra:
            return extra[name]
        raw = typed.get(name)
        return raw if isinstance(raw, date) else _text(tree, name)

    def line(pattern: str) -> str | None:
        texts = {name: extra[name] if name in extra else _text(tree, name) for name in NAME.findall(pattern)}
        if any(text is None for text in texts.values()):
            return None
        return NAME.sub(lambda match: _written(texts[match[1]]), pattern)

    def cell(column: Column) -> CellValue:
        if column.value:
            return value(column.value)
        lines = [line(pattern) for pattern in column.lines]
        lines += [text for name, text in (column.cases or {}).items() if holds[name]]
        return "\n".join(text for text in lines if text) or None

    links = {c.title: str(address) for c in sheet.columns if c.link and (address := value(c.link))}
    return Departure(
        verdict, country, advice, day(verdict, "stage.date_debut"), {c.title: cell(c) for c in sheet.columns}, links
    )


def _written(value: CellValue) -> str:
    return short_date(value) if isinstance(value, date) else str(value)


def _text(tree: Mapping[str, Any], name: str) -> str | None:
    found: Any = tree
    for part in name.split("."):
        found = found[part]
    text = "" if found is None else str(found)
    return (text if len(text) <= _LONGEST else shorten(text, _LONGEST)) or None
