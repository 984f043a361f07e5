"""``journal.jsonl``: what a run did, one JSON object per line; counts, ids and places, never what a cell holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.model import Outcome, Place
from pipeline.report.run_json import totals

_EVENT = re.compile(r"[a-z][a-z_]*")
_RULE = re.compile(r"[A-Z]{3}-\d{2}")
_REFERENCE = re.compile(r"C\d{4}-\d{6,}")


class Journal:
    """Adds lines to ``path``, each written at once: what stands there survives a crash.

    ``clock`` gives the time of a line; the file is readable by its owner alone until it is published.
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
        """Write one line. Raises ValueError when a name, rule or reference is a text of another form: no personal
        data can slip in by mistake."""
        if not all(_EVENT.fullmatch(word) for word in (name, *(counts or {}))):
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
        line |= counts or {}
        with self._path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    def outcome(self, outcome: Outcome) -> None:
        """Write the lines of a finished run: sources by state, each row's rules, the totals."""
        for source in outcome.sources:
            state = {"lu": "read", "inchangé": "unchanged", "rejeté": "rejected", "en attente": "waiting"}
            place = Place(source.file, source.sheet, 0)
            counts = {"rows": source.rows, "unread": len(source.unread)}
            self.event(f"source_{state[source.state]}", place=place, counts=counts)
        for verdict in outcome.verdicts:
            rules = tuple(dict.fromkeys(finding.rule for finding in verdict.findings))
            if rules:
                self.event("findings", place=verdict.place, reference=verdict.entry.reference, rules=rules)
        names = {"prêt": "ready", "à vérifier": "to_decide", "à corriger": "to_correct", "refusé": "refused",
                 "réorienté": "redirected", "remplacé": "replaced", "repris": "taken_over", "rows": "rows"}  # fmt: skip
        counts = {names[name]: number for name, number in totals(outcome.verdicts).items()}
        self.event(
            "done",
            counts=counts | {"documents_made": outcome.made, "documents_failed": len(outcome.failures)},
        )
