"""``run.json``: the outcome of a run for other programs, key by key as design.md § 4 fixes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pipeline import __version__
from pipeline.desk.model import Decision
from pipeline.model import Finding, Outcome, Place, Source, Status, Verdict


def run_json(outcome: Outcome) -> Iterator[str]:
    """Yield the JSON text of ``outcome``, rows in the order of their places, every status counted, even at 0.

    It comes dossier by dossier: nothing is ever in memory as a whole.
    """
    verdicts = sorted(outcome.verdicts, key=lambda verdict: verdict.place)
    sources = sorted(outcome.sources, key=lambda source: (source.file, source.sheet))
    before = {
        "run_id": outcome.run_id,
        "date": outcome.day.isoformat(),
        "version": __version__,
        "sources": [_source(source) for source in sources],
    }
    after = {
        "totals": totals(verdicts),
        "failures": [{"path": failure.path, "reason": failure.reason} for failure in outcome.failures],
        "notices": list(outcome.notices),
        "timings": {"seconds": round(outcome.seconds, 3), "made": outcome.made},
    }
    yield run_json_text(before).removesuffix("\n}\n") + ',\n "dossiers": ['
    for number, verdict in enumerate(verdicts):
        dossier = run_json_text(_dossier(verdict, outcome.documents.get(verdict.place, ()))).removesuffix("\n")
        yield ("," if number else "") + f"\n{dossier}".replace("\n", "\n  ")  # no text of JSON holds a line end
    yield ("\n ]" if verdicts else "]") + run_json_text(after).replace("{", ",", 1)


def run_json_text(data: Mapping[str, Any]) -> str:
    """Return ``data`` as run.json is written."""
    # A lone surrogate cannot be written as UTF-8: escaped, it stays visible and the file stays readable.
    return _encodable(json.dumps(data, ensure_ascii=False, indent=1)) + "\n"


def totals_of(outcome: Outcome) -> Mapping[str, int]:
    """Return the totals of a night; those of the night that it repeats when nothing had changed."""
    return totals(outcome.verdicts) if outcome.repeated is None else outcome.repeated


def totals(verdicts: Sequence[Verdict]) -> Mapping[str, int]:
    """Return the number of rows, then of each status in the order of readiness; the statuses add up to the rows."""
    order: tuple[Status, ...] = ("prêt", "à vérifier", "à corriger", "refusé", "réorienté", "remplacé", "repris")
    assert set(order) == set(get_args(Status))  # noqa: S101 (a status added to the model must be counted here)
    counts = dict.fromkeys(order, 0)
    for verdict in verdicts:
        counts[verdict.status] += 1
    total: dict[str, int] = {"rows": len(verdicts)}
    total.update((str(status), number) for status, number in counts.items())
    return total


def _source(source: Source) -> Mapping[str, Any]:
    return {
        "file": source.file,
        "sheet": source.sheet,
        "sha256": source.sha256,
        "profile": source.profile,
        "state": source.state,
        "reason": source.reason,
        "rows": source.rows,
        "unread": [{"row": row, "reason": reason} for row, reason in source.unread],
        "notes": list(source.notes),
    }


def _dossier(verdict: Verdict, documents: Sequence[str]) -> Mapping[str, Any]:
    place = verdict.place
    return {
        "source": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "reference": verdict.entry.reference,
        "status": verdict.status,
        "model": verdict.model,
        "zone": verdict.zone,
        "documents": list(documents),
        "borrowed": [{"fields": list(loan.fields), **_row(loan.place, loan.reference)} for loan in verdict.entry.loans],
        "findings": [_finding(finding) for finding in verdict.findings],
    }


def _row(place: Place, reference: str | None) -> Mapping[str, Any]:
    return {"source": place.file, "sheet": place.sheet, "row": place.row, "reference": reference}


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "motif": finding.motif,
        "jalon": finding.jalon,
        "fields": list(finding.fields),
        "cells": list(finding.cells),
        "message": finding.message,
        "fix": finding.fix,
        "actor": finding.actor,
        "source": finding.source,
        "others": [_row(other.place, other.reference) for other in finding.others],
        "decision": _decision(finding.decision),
    }


def _decision(decision: Decision | None) -> Mapping[str, str] | None:
    """Return the manager's decision that made a finding what it is."""
    if decision is None:
        return None
    told = {"choice": decision.choice, "by": decision.by, "on": decision.on.isoformat()}
    return {**told, "reason": decision.reason, "reach": decision.reach}


def _encodable(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text) if _lone(text) else text


def _lone(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
