"""``journal.jsonl``: what a run did, one JSON object per line; counts, ids and places, never what a cell holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.model import Outcome, Place
from pipeline.report.run_json import totals_of

_EVENT = re.compile(r"[a-z][a-z_]*")
_RULE = re.compile(r"[A-Z]{3}-\d{2}")
_REFERENCE = re.compile(r"C\d{4}-\d{6,}")
_NONE: Mapping[str, int | float] = {}


class Journal:
    """Adds lines to ``path``: what :meth:`event` tells is written at once and survives a crash of the program.

    The lines of a finished run (:meth:`outcome`) are written together: what they tell stands in the register and in
    run.json as well. ``clock`` gives the time of a line; the file is its owner's alone until it is published.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path, self._clock = path, clock
        path.touch(mode=0o600)

    def event(
        self,
        name: str,
        *,
        place: Place | None = None,
        reference: str | None = None,
        rules: Sequence[str] = (),
        counts: Mapping[str, int | float] | None = None,
    ) -> None:
        """Write one line, before it returns. Raises ValueError when a name, rule or reference is a text of another form:
        no personal data can slip in by mistake."""
        self._write([self._line(name, place, reference, rules, counts or {})])

    def _line(
        self,
        name: str,
        place: Place | None = None,
        reference: str | None = None,
        rules: Sequence[str] = (),
        counts: Mapping[str, int | float] = _NONE,
    ) -> str:
        if not all(_EVENT.fullmatch(word) for word in (name, *counts)):
            raise ValueError("an event and its counts are named in lower-case ASCII letters")
        if not all(_RULE.fullmatch(rule) for rule in rules):
            raise ValueError("a rule is three capitals, a dash and two digits")
        if reference is not None and not _REFERENCE.fullmatch(reference):
            raise ValueError("a reference is C, a year, a dash and six digits")
        line: dict[str, Any] = {"time": self._clock().isoformat(timespec="milliseconds"), "event": name}
        if place is not None:
            line |= {"file": place.file, "sheet": place.sheet, "row": place.row}
        if reference is not None:
            line["reference"] = reference
        if rules:
            line["rules"] = list(rules)
        line |= counts
        return json.dumps(line, ensure_ascii=False) + "\n"

    def _write(self, lines: Iterable[str]) -> None:
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(lines)

    def outcome(self, outcome: Outcome) -> None:
        """Write the lines of a finished run: sources by state, each row's rules, the totals."""
        self._write(self._told(outcome))

    def _told(self, outcome: Outcome) -> Iterator[str]:
        for source in outcome.sources:
            state = {"lu": "read", "inchangé": "unchanged", "rejeté": "rejected", "en attente": "waiting"}
            place = Place(source.file, source.sheet, 0)
            counts = {"rows": source.rows, "unread": len(source.unread)}
            yield self._line(f"source_{state[source.state]}", place, counts=counts)
        for verdict in outcome.verdicts:
            rules = tuple(dict.fromkeys(finding.rule for finding in verdict.findings))
            if rules:
                yield self._line("findings", verdict.place, verdict.entry.reference, rules)
        if outcome.erased:
            yield self._line("erased", counts=outcome.erased)
        names = {"prêt": "ready", "à vérifier": "to_decide", "à corriger": "to_correct", "refusé": "refused",
                 "réorienté": "redirected", "remplacé": "replaced", "repris": "taken_over", "rows": "rows"}  # fmt: skip
        counts = {names[name]: number for name, number in totals_of(outcome).items()}
        done = {"documents_made": outcome.made, "documents_failed": len(outcome.failures)}
        yield self._line("done", counts=counts | done)
