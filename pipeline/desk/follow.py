"""Every dossier of the register as the desk sees it on the day of the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.check.facts import Facts
from pipeline.check.judge import Judge
from pipeline.check.rules.dates import month_before
from pipeline.desk.actions import Case, next_action
from pipeline.desk.alerts import alerts
from pipeline.desk.columns import Column, Columns
from pipeline.desk.decisions import decisions_of
from pipeline.desk.model import FollowUp, PieceState, Signature, Told
from pipeline.desk.stages import SIGNED, etape_of, since
from pipeline.documents.cases import cases
from pipeline.documents.checklist.lines import applying, supplied
from pipeline.documents.checklist.pieces import Checklist
from pipeline.documents.checklist.slots import slots
from pipeline.model import Amended, Entry, Verdict
from pipeline.settings.delegations import signatory
from pipeline.settings.portfolios import in_charge, portfolio_of
from pipeline.signed.issued import AMENDMENT, AMENDMENT_SIGNED


@dataclass(frozen=True, slots=True)
class Past:
    """What the register knew of a dossier before this run."""

    etape: str
    since: str
    """ISO day; "" when never told."""
    version: int
    status: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is told of the dossiers, by reference."""

    told: Mapping[str, Told]
    past: Mapping[str, Past]
    """Absent: the dossier is new."""
    documents: Mapping[str, Sequence[str]]
    """Paths under the outbox."""
    amended: Mapping[str, Amended]
    """What became of a change to a signed agreement; absent: nothing has changed."""


def follow_ups(
    shown: Iterable[Verdict],
    absent: Iterable[Verdict],
    known: Known,
    judge: Judge,
    checklist: Checklist,
    columns: Columns,
    today: date,
) -> tuple[FollowUp, ...]:
    """Return every dossier in the order of references: those of this run's files, and those of the register alone."""
    current = [(v, True) for v in shown if v.entry.standing == "current" and v.entry.reference]
    rest = [(v, False) for v in absent]
    found = [_follow(v, known, judge, checklist, columns, today, in_run=in_run) for v, in_run in (*current, *rest)]
    return tuple(sorted(found, key=lambda follow: follow.reference))


def _follow(
    verdict: Verdict,
    known: Known,
    judge: Judge,
    checklist: Checklist,
    columns: Columns,
    today: date,
    *,
    in_run: bool,
) -> FollowUp:
    entry = verdict.entry
    reference = entry.reference or ""
    facts, told = judge.facts(entry), known.told.get(reference, {})
    past, amended = known.past.get(reference), known.amended.get(reference)
    etape = etape_of(verdict.status, told, entry.version, facts.end, today)
    begun = since(etape, told, (past.etape, past.since) if past else ("", ""), today)
    pieces, signatures = pieces_of(facts, checklist, told, columns), signatures_of(facts, told)
    mobility = facts.abroad and facts["etranger.mobilite_inscription"] is None and facts.start is not None
    case = Case(
        verdict=verdict,
        etape=etape,
        since=begun,
        told=told,
        pieces=pieces,
        signatures=signatures,
        start=facts.start,
        end=facts.end,
        abroad=facts.abroad,
        mobility_by=month_before(facts.start) if mobility and facts.start else None,
        today=today,
        processing_days=judge.settings.processing_days,
        titles=judge.catalogue.titles,
        titles_en=judge.catalogue.titles_en,
        fields=judge.tables.fields,
        amendment=_unsigned_amendment(told, amended),
        barred=amended is not None and bool(amended.reason),
    )
    return FollowUp(
        verdict=verdict,
        etape=etape,
        since=begun,
        manager=_manager(facts, told, today),
        told=told,
        pieces=pieces,
        signatures=signatures,
        action=next_action(case),
        documents=tuple(known.documents.get(reference, ())),
        amendments=_amendments(told, amended),
        in_run=in_run,
        new=past is None,
        changed=past is not None and (past.etape, past.version, past.status) != (etape, entry.version, verdict.status),
        alerts=alerts(case, amended),
        decisions=decisions_of(verdict),
    )


def _amendments(told: Told, amended: Amended | None) -> int:
    """Return the number of amendments made: the highest that was told."""
    event = told.get(AMENDMENT)
    before = event.value if event is not None and isinstance(event.value, int) else 0
    return max(before, amended.number or 0 if amended is not None else 0)


def _unsigned_amendment(told: Told, amended: Amended | None) -> int:
    """Return the number of the last amendment while it is not signed; 0 when it is, or when there is none."""
    if amended is not None and amended.fresh:
        return amended.number or 0
    made, signed = told.get(AMENDMENT), told.get(AMENDMENT_SIGNED)
    if made is None or not isinstance(made.value, int):
        return 0
    return 0 if signed is not None and signed.value and signed.version >= made.version else made.value


def _manager(facts: Facts, told: Told, today: date) -> str:
    """Return who looks after the dossier: as the follow-up says, else its portfolio, else who replaces in absence."""
    portfolios = facts.settings.portfolios
    event = told.get("gestionnaire")
    if event is not None and event.value:
        return in_charge(portfolios, str(event.value), today)
    found = portfolio_of(
        portfolios, facts["formation.departement"], facts["formation.diplome"], facts["formation.code_etape"]
    )
    return in_charge(portfolios, found.name, today) if found else ""


def pieces_of(facts: Facts, checklist: Checklist, told: Told, columns: Columns) -> tuple[PieceState, ...]:
    """Return the documents that the student supplies, in the order of the checklist, with what has come of each."""
    ticked = {code for what, event in told.items() if event.value for code in _pieces(columns.get(what))}
    written = slots(facts)
    found = []
    for kind in applying(facts, checklist):
        piece = kind.piece
        if kind.block not in ("A", "B", "C") or piece.signature:
            continue
        label = kind.label.filled(written)
        received, settled = supplied(piece, facts)
        until = facts[piece.until] if piece.until else None
        # What no field of the form tells is known by the desk's tick alone.
        by_tick = piece.supplied_by is None and piece.code in ticked
        found.append(
            PieceState(
                piece.code,
                label.fr,
                kind.block == "A",
                by_tick or received is not None,
                until if isinstance(until, date) else None,
                by_tick or settled,
                label.en,
            )
        )
    return tuple(found)


def _pieces(column: Column | None) -> Sequence[str]:
    """Return the documents that a column of the manager's stands for."""
    return column.pieces if column is not None and column.hers else ()


def signatures_of(facts: Facts, told: Told) -> tuple[Signature, ...]:
    """Return who signs the university's agreement, in order; a date counts for the version that was then current."""
    seen = cases(facts)
    parties = [("signature_referent", "référent", facts.person("enseignant").full_name or "")]
    if not seen["double_convention"]:
        host = [
            ("signature_organisme", "organisme", facts.person("signataire").full_name or ""),
            ("signature_tuteur", "tuteur", facts.person("tuteur").full_name or ""),
        ]
        if facts["tuteur2.nom"]:
            host.append(("signature_tuteur", "second encadrant", facts.person("tuteur2").full_name or ""))
        parties = [*host, *parties]
    parties.append(("signature_etudiant", "étudiant", facts.person("etudiant").full_name or ""))
    if seen["mineur"]:
        parties.append(("signature_etudiant", "représentant légal", facts.person("representant").full_name or ""))
    parties.append((SIGNED, "université", _university_signatory(facts)))
    mode = told.get("signature_mode")
    channel = str(mode.value) if mode is not None else ""
    return tuple(
        Signature(key, party, holder, day, channel if day else "")
        for key, party, holder in parties
        for day in [_signed_on(key, told, facts.entry)]
    )


def _signed_on(key: str, told: Told, entry: Entry) -> date | None:
    """Return the day of a signature; None when it was given for an older version that not everybody has signed."""
    event = told.get(key)
    if event is None or not isinstance(event.value, date):
        return None
    return event.value if SIGNED in told or event.version == entry.version else None


def _university_signatory(facts: Facts) -> str:
    found = signatory(
        facts.settings.delegations, facts.today, facts["formation.composante"], facts["formation.departement"]
    )
    return found.name if found else facts.settings.university.representative
