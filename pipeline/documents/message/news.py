"""Whether a letter tells something that the last one about the same dossier did not."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from pipeline.codec import encode
from pipeline.documents.message.body import told
from pipeline.documents.message.enclosed import Enclosed
from pipeline.documents.message.texts import LetterKind
from pipeline.model import Finding, Verdict

_NUMBERS = re.compile(r"\d+")


def told_by(verdict: Verdict, kind: LetterKind, enclosed: Sequence[Enclosed]) -> str:
    """Return what a letter tells, hashed: its core, then one mark for each thing awaited before the signature.

    The core is the status, what holds the agreement back, the kinds of what is enclosed and whether each stands and,
    once the agreement goes with it, the version that it was made from. A rule that is only worded otherwise changes
    nothing: a mark is made of the rule, the values that it read and the numbers and dates that it says.
    """
    edition, awaited = told(verdict, kind)
    version = verdict.entry.version if not kind.corrections else 0
    kinds = [(e.name.partition("_C")[0], e.standing) for e in enclosed]
    core = _hash([verdict.status, version, kinds, sorted(_mark(f, verdict) for f in edition)])
    return " ".join([core, *sorted(_mark(f, verdict) for f in awaited)])


def is_news(told_now: str, told_before: str | None) -> bool:
    """Tell whether a letter has something to say after the last one told about the same dossier.

    Fewer things awaited are no news: a document that has come needs no letter.
    """
    if told_before is None:
        return True
    core, *awaited = told_now.split()
    core_before, *awaited_before = told_before.split() or [""]
    return core != core_before or not set(awaited) <= set(awaited_before)


def _mark(finding: Finding, verdict: Verdict) -> str:
    values = verdict.entry.deposit.values
    read = [[key, encode(values.get(key))] for key in finding.fields]
    return _hash([finding.rule, finding.severity, finding.motif, read, _NUMBERS.findall(finding.message)])


def _hash(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
