"""What ``conventions register`` shows on the terminal, readable at 80 columns, and the same as values for --json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.desk.history import PROGRAM, Step, Version, title_of, told, written
from pipeline.desk.model import Decision, Event, FollowUp
from pipeline.desk.stages import IPRO
from pipeline.language import short_date
from pipeline.model import Value
from pipeline.report.phrases import count, country, day, host, level_name, student, typographic, worst_first
from pipeline.tables import Tables

_SILENT = frozenset({"lettre", "étape"})
"""Words of the desk that are no news for who asks where a dossier stands."""
_OPEN = ("bloquant", "à vérifier")
_COLOURS = {
    "à corriger": "red",
    "à vérifier": "yellow",
    "prêt": "green",
    "envoyé": "cyan",
    "signé": "green",
    "refusé": "red",
}


def last_event(one: FollowUp) -> Event | None:
    """Return the last thing told of a dossier: of one workbook, the one of the latest day; None when nothing was."""
    events = [event for event in one.told.values() if event.what not in _SILENT]
    return max(events, key=lambda event: (event.at, _day_of(event.value)), default=None)


def _day_of(value: Value | None) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.min


def list_screen(found: Sequence[FollowUp], titles: Mapping[str, str], console: Console) -> None:
    """Print a table, two or three lines a dossier: who, where it stands, what comes next and who has it."""
    if not found:
        console.print("Aucun dossier ne correspond.")
        return
    table = Table("Dossier", "Étudiante ou étudiant", "Étape", "Ensuite", box=None, pad_edge=False, expand=True)
    table.columns[0].width, table.columns[2].width = 12, 15
    table.columns[1].ratio, table.columns[3].ratio = 3, 4
    for one in found:
        start = day(one.verdict, "stage.date_debut")
        who = _lines(student(one.verdict) or "(sans nom)", host(one.verdict))
        stage = Text(one.etape, _COLOURS.get(one.etape, ""))
        stage.append(f"\ndepuis {_short(one.since)}", "dim")
        event = last_event(one)
        latest = f"dernier : {_event(event, titles)}" if event else ""
        table.add_row(
            _lines(one.reference, f"le {_short(start)}" if start else ""), who, stage, _lines(_next(one), latest)
        )
    console.print(table)
    console.print(count(len(found), "dossier", "dossiers"), style="bold" if console.is_terminal else "")


def show_screen(
    one: FollowUp,
    versions: Sequence[Version],
    decisions: Sequence[Decision],
    events: Sequence[Event],
    tables: Tables,
    titles: Mapping[str, str],
    console: Console,
) -> None:
    """Print one dossier: who, where, when, its étape, what is open, what came in, what was made."""
    verdict, values = one.verdict, one.verdict.entry.deposit.values
    _title(f"{one.reference}  {student(verdict) or '(sans nom)'}", console)
    place = ", ".join(
        part for part in (_text(values, "stage.lieu_ville", "organisme.ville"), country(verdict, tables)) if part
    )
    _pairs(
        [
            ("Étape", f"{one.etape} depuis le {short_date(one.since)} (IPRO : {IPRO[one.etape]})"),
            ("Statut", f"{verdict.status}, version {verdict.entry.version}"),
            ("Ensuite", _next(one)),
            ("Gestionnaire", one.manager),
            ("N° étudiant", _text(values, "etudiant.numero")),
            ("Courriel", _text(values, "etudiant.email", "etudiant.email_personnel")),
            ("Formation", _text(values, "formation.diplome", "formation.code_etape")),
            ("Organisme", f"{host(verdict)} ({place})" if place else host(verdict)),
            ("Dates", _period(one)),
            ("Heures", written(values.get("stage.duree_heures"))),
            ("Référent", _person(values, "enseignant")),
            ("Tuteur", _person(values, "tuteur")),
            ("Avenants", str(one.amendments) if one.amendments else ""),
        ],
        console,
    )
    open_findings = [finding for finding in worst_first(verdict.findings) if finding.severity in _OPEN]
    _part("Remarques", [f"{level_name(f)} – {f.message} ({f.rule})" for f in open_findings], console)
    _part("Alertes", one.alerts, console)
    _part("Pièces", [_piece(one, index) for index in range(len(one.pieces))], console)
    signed = [
        f"{s.party} : {short_date(s.day) if s.day else 'attendue'}{f', {s.channel}' if s.channel else ''}"
        for s in one.signatures
    ]
    _part("Signatures", signed, console)
    _part(
        "Décisions",
        [f"{short_date(d.on)} {d.rule} : {d.choice}, pour {d.reach}, par {d.by} – {d.reason}" for d in decisions],
        console,
    )
    _part("Versions", [f"n° {v.number}, lue le {short_date(v.first_day)} : {v.status}" for v in versions], console)
    _part("Documents", _documents(one.documents), console)
    _part("Derniers événements", [_event(event, titles) for event in events[-8:]], console)


def history_screen(one: FollowUp, steps: Iterable[Step], console: Console) -> None:
    """Print every step of a dossier in order: day, what, who and from where."""
    _title(f"{one.reference}  {student(one.verdict) or '(sans nom)'}", console)
    table = Table("Date", "Quoi", "Qui, d’où", box=None, pad_edge=False, expand=True)
    table.columns[0].width = 16
    table.columns[1].ratio, table.columns[2].ratio = 3, 2
    for step in steps:
        told_alone = step.kind in ("dépôt", "version")
        text = step.text if told_alone else " : ".join(filter(None, (step.kind, step.text)))
        table.add_row(_moment(step.when), Text(_visible(typographic(text))), _lines(step.who, step.where))
    console.print(table)


# ── values for --json ─────────────────────────────────────────────────────────────────────────────


def summary_value(one: FollowUp, tables: Tables, titles: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the list says of one dossier."""
    verdict, values = one.verdict, one.verdict.entry.deposit.values
    event = last_event(one)
    return {
        "reference": one.reference,
        "student": student(verdict),
        "student_number": _text(values, "etudiant.numero"),
        "host": host(verdict),
        "country": country(verdict, tables),
        "programme": _text(values, "formation.diplome", "formation.code_etape"),
        "start": _iso(day(verdict, "stage.date_debut")),
        "end": _iso(day(verdict, "stage.date_fin")),
        "status": verdict.status,
        "etape": one.etape,
        "ipro": IPRO[one.etape],
        "since": one.since.isoformat(),
        "version": verdict.entry.version,
        "manager": one.manager,
        "next": {"verb": one.action.verb, "who": one.action.who, "deadline": _iso(one.action.deadline)},
        "missing": list(one.missing),
        "last_event": _event_value(event, titles) if event else None,
    }


def dossier_value(
    one: FollowUp,
    versions: Sequence[Version],
    decisions: Sequence[Decision],
    events: Sequence[Event],
    tables: Tables,
    titles: Mapping[str, str],
) -> Mapping[str, Any]:
    """Return everything that ``show`` says."""
    return {
        **summary_value(one, tables, titles),
        "alerts": list(one.alerts),
        "findings": [
            {"rule": f.rule, "severity": f.severity, "jalon": f.jalon, "actor": f.actor, "message": f.message, "fix": f.fix}
            for f in worst_first(one.verdict.findings)
        ],
        "pieces": [
            {"code": p.code, "label": p.label, "required": p.required, "received": p.received, "until": _iso(p.until)}
            for p in one.pieces
        ],
        "signatures": [
            {"party": s.party, "holder": s.holder, "day": _iso(s.day), "channel": s.channel} for s in one.signatures
        ],
        "decisions": [
            {"rule": d.rule, "choice": d.choice, "reason": d.reason, "by": d.by, "on": d.on.isoformat(), "reach": d.reach}
            for d in decisions
        ],
        "versions": [
            {"number": v.number, "first_day": v.first_day.isoformat(), "status": v.status, "documents": list(v.documents)}
            for v in versions
        ],
        "amendments": one.amendments,
        "documents": list(one.documents),
        "events": [_event_value(event, titles) for event in events],
    }  # fmt: skip


def step_value(step: Step) -> Mapping[str, Any]:
    """Return one line of a history."""
    return {
        "when": _iso(step.when),
        "kind": step.kind,
        "text": step.text,
        "who": step.who,
        "where": step.where,
        "version": step.version,
    }


def _event_value(event: Event, titles: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "at": event.at.isoformat(),
        "what": event.what,
        "title": title_of(event, titles),
        "value": written(event.value),
        "who": event.who,
    }


# ── words ─────────────────────────────────────────────────────────────────────────────────────────


def _next(one: FollowUp) -> str:
    until = f", avant le {short_date(one.action.deadline)}" if one.action.deadline else ""
    return typographic(f"{one.action.verb.rstrip('.')} ({one.action.who}{until})")


def _event(event: Event, titles: Mapping[str, str]) -> str:
    value = told(event)
    said = f"{title_of(event, titles)}{f' : {value}' if value else ''}"
    return typographic(f"{said} ({event.who or PROGRAM}, le {short_date(event.at.date())})")


def _documents(paths: Sequence[str]) -> list[str]:
    """Return the folders, each with the names of what stands in it."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    return [f"{folder}/ : {', '.join(names)}" for folder, names in folders.items()]


def _piece(one: FollowUp, index: int) -> str:
    piece = one.pieces[index]
    state = "reçue" if piece.received else "attendue" if piece.required else "conseillée"
    if piece.received and piece.required and not piece.settled:
        state = "à renouveler"
    return f"{piece.label} : {state}{f', valable jusqu’au {short_date(piece.until)}' if piece.until else ''}"


def _period(one: FollowUp) -> str:
    start, end = (day(one.verdict, f"stage.date_{name}") for name in ("debut", "fin"))
    parts = [f"du {short_date(start)}" if start else "", f"au {short_date(end)}" if end else ""]
    return " ".join(part for part in parts if part)


def _person(values: Mapping[str, Value], who: str) -> str:
    name = " ".join(text for text in (_text(values, f"{who}.prenom"), _text(values, f"{who}.nom")) if text)
    return ", ".join(part for part in (name, _text(values, f"{who}.email")) if part)


def _text(values: Mapping[str, Value], *keys: str) -> str:
    """Return the first text among the fields ``keys``; "" without one."""
    return next((value for key in keys if isinstance(value := values.get(key), str)), "")


def _short(value: date | None) -> str:
    return value.strftime("%d/%m/%y") if value else ""


def _moment(value: datetime | date | None) -> str:
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    return short_date(value) if value else "date inconnue"


def _iso(value: datetime | date | None) -> str | None:
    return value.isoformat() if value else None


def _visible(text: str) -> str:
    """Return a text on one line without the control characters that could write over the terminal."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else "\ufffd" for c in " ".join(text.split("\n")))


def _lines(first: str, second: str) -> Text:
    text = Text(_visible(first))
    if second:
        text.append(f"\n{_visible(second)}", "dim")
    return text


def _title(text: str, console: Console) -> None:
    console.print(Text(_visible(text), "bold" if console.is_terminal else ""), soft_wrap=True)


def _pairs(pairs: Iterable[tuple[str, str]], console: Console) -> None:
    table = Table.grid(padding=(0, 2), expand=False)
    for name, text in pairs:
        if text:
            table.add_row(Text(name, "dim"), Text(_visible(typographic(text))))
    console.print(Padding(table, (0, 0, 0, 2)))


def _part(title: str, lines: Sequence[str], console: Console) -> None:
    if lines:
        _title(title, console)
        for line in lines:
            console.print(Padding(Text(f"– {_visible(typographic(line))}"), (0, 0, 0, 2)))
