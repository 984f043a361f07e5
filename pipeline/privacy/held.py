"""Everything that is held about one student, as values: what the person who asks for it (art. 15) reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pipeline.desk.archive import Archive
from pipeline.desk.history import PROGRAM, Version, title_of, told, where, written
from pipeline.desk.model import FollowUp
from pipeline.dossiers import student_by_names, student_number
from pipeline.language import short_date
from pipeline.model import CellValue, Deposit, Finding, Value
from pipeline.tables.words import fold

_SERVICE = "le service des conventions"
_OTHERS = "Remarque interne qui nomme d’autres personnes : son texte n’est pas communiqué."
_IDENTITY = "etudiant."


def dossiers_of(archive: Archive, number: str) -> tuple[FollowUp, ...]:
    """Return the dossiers of the student ``number``, in the order of references.

    Also those whose form gives no number, and the same names and birth date.
    """
    asked = fold(number).lstrip("0")
    references = [one.reference for one in archive.follow_ups]
    deposits = list(archive.register.deposits(references))
    named = {student_by_names(deposit) for _, deposit in deposits if student_number(deposit) == asked} - {None}
    hers = {
        reference
        for reference, deposit in deposits
        if asked
        and (
            student_number(deposit) == asked or (student_number(deposit) is None and student_by_names(deposit) in named)
        )
    }
    return tuple(one for one in archive.follow_ups if one.reference in hers)


def people_of(archive: Archive, follow_ups: Sequence[FollowUp]) -> tuple[tuple[str, ...], ...]:
    """Return the references of each person among ``follow_ups``: a number mistyped makes one of two.

    Two dossiers are of one person when a name with the birth date, a given name with it or an e-mail stands in both.
    """
    groups: list[tuple[set[str], set[str]]] = []
    for one in follow_ups:
        mine = (
            {one.reference},
            {key for _, deposit in archive.register.deposits([one.reference]) for key in _keys(deposit)},
        )
        same = [group for group in groups if group[1] & mine[1]]
        groups = [group for group in groups if group not in same]
        groups.append((mine[0].union(*(group[0] for group in same)), mine[1].union(*(group[1] for group in same))))
    return tuple(sorted(tuple(sorted(references)) for references, _ in groups))


def _keys(deposit: Deposit) -> Iterator[str]:
    values = deposit.values
    if names := student_by_names(deposit):
        yield names
    given, born = values.get("etudiant.prenom"), values.get("etudiant.date_naissance")
    if given and born:
        yield f"{fold(str(given)) or given} {born}"
    yield from (
        str(values[key]).casefold() for key in ("etudiant.email", "etudiant.email_personnel") if values.get(key)
    )


def held(archive: Archive, follow_ups: Sequence[FollowUp], number: str, today: date) -> dict[str, Any]:
    """Return all that the register says of the dossiers ``follow_ups``, ready for JSON; days as YYYY-MM-DD."""
    newest = max(follow_ups, key=lambda one: one.verdict.entry.deposit.deposited_at or datetime.min)  # noqa: DTZ901 (naive, local, as deposits are)
    return {
        "numero_etudiant": number,
        "etabli_le": today.isoformat(),
        "universite": archive.setup.settings.university.name,
        "durees_mois": {
            "abouti": archive.setup.settings.retention.concluded_months,
            "sans_suite": archive.setup.settings.retention.refused_months,
            "inacheve": archive.setup.settings.retention.open_months,
        },
        "identite": _values(archive, newest.verdict.entry.deposit.values, _IDENTITY),
        "dossiers": [_dossier(archive, one) for one in follow_ups],
    }


def _dossier(archive: Archive, one: FollowUp) -> dict[str, Any]:
    reference = one.reference
    deposits = [deposit for _, deposit in archive.register.deposits([reference])]
    places = {deposit.digest: where(deposit.place) for deposit in deposits}
    return {
        "reference": reference,
        "etape": one.etape,
        "depuis": one.since.isoformat(),
        "statut": one.verdict.status,
        "version": one.verdict.entry.version,
        "prochaine_action": one.action.verb,
        "versions": [
            _version(archive, version, places.get(version.deposit.digest, "")) for version in archive.versions(reference)
        ],
        "depots": [
            {"ou": where(deposit.place), "le": deposit.deposited_at.isoformat() if deposit.deposited_at else None}
            for deposit in deposits
        ],
        "constats": [_finding(archive, finding) for finding in one.verdict.findings],
        "pieces": [{"piece": piece.label, "recue": piece.received} for piece in one.pieces],
        "decisions": [
            {"regle": d.rule, "choix": d.choice, "portee": d.reach, "motif": d.reason, "le": d.on.isoformat(), "par": _SERVICE}
            for d in archive.decisions(reference)
        ],
        "evenements": [
            {
                "le": event.at.isoformat(),
                "quoi": title_of(event, archive.titles),
                "valeur": told(event),
                "par": _SERVICE if event.who else PROGRAM,
            }
            for event in archive.events(reference)
        ],
        "dossier": one.verdict.entry.folder,
    }  # fmt: skip


def _version(archive: Archive, version: Version, place: str) -> dict[str, Any]:
    return {
        "version": version.number,
        "lue_le": version.first_day.isoformat(),
        "statut": version.status,
        "ou": place,
        "valeurs": _values(archive, version.deposit.values),
        "cellules": _cells(archive, version.deposit),
    }


def _values(archive: Archive, values: Mapping[str, Value], only: str = "") -> list[dict[str, str]]:
    fields = archive.setup.tables.fields
    return [
        {"champ": fields[key].label if key in fields else key, "cle": key, "valeur": _written(archive, key, value)}
        for key, value in sorted(values.items(), key=lambda item: _rank(archive, item[0]))
        if key.startswith(only)
    ]


def _rank(archive: Archive, key: str) -> int:
    """Return where a field stands in the form."""
    order = list(archive.setup.tables.fields)
    return order.index(key) if key in order else len(order)


def _cells(archive: Archive, deposit: Deposit) -> list[dict[str, str]]:
    """Return the cells as they stood in the form, where they say otherwise than the value that was read."""
    fields, values = archive.setup.tables.fields, deposit.values
    return [
        {"champ": fields[key].label if key in fields else key, "cellule": _cell(cell)}
        for key, cell in sorted(deposit.form.cells.items(), key=lambda item: _rank(archive, item[0]))
        if _cell(cell) != _written(archive, key, values.get(key))
    ]


def _written(archive: Archive, key: str, value: Value | None) -> str:
    """Return a value as a person writes it: « 2026-2027 » and « France », where the register keeps 2026 and FR."""
    fields, countries = archive.setup.tables.fields, archive.setup.tables.countries
    kind = fields[key].genre if key in fields else ""
    if kind == "année universitaire" and isinstance(value, int):
        return f"{value}-{value + 1}"
    if kind in ("pays", "nationalités"):
        codes = value if isinstance(value, tuple) else (value,)
        if all(isinstance(code, str) and code in countries for code in codes):
            return ", ".join(countries[str(code)].name for code in codes)
    return written(value)


def _cell(cell: CellValue) -> str:
    return short_date(cell) if isinstance(cell, date) else str(cell)


def _finding(archive: Archive, finding: Finding) -> dict[str, str]:
    return {
        "regle": finding.rule,
        "titre": archive.setup.titles.get(finding.rule, ""),
        "gravite": finding.severity,
        "message": _OTHERS if finding.internal else finding.message,
        "a_faire": "" if finding.internal else finding.fix,
    }
