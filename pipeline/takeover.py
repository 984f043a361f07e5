"""The first night (``[reprise]``): what was signed before this software came counts, and nothing is made for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date

from pipeline.intake.systems import Systems
from pipeline.model import Entry, Form
from pipeline.register.values import Stored
from pipeline.tables.words import says_yes


def take_over(
    entries: Iterable[Entry], stored: Mapping[str, Stored], systems: Systems, before: date | None
) -> list[Entry]:
    """Return the entries, those marked that were deposited before the day ``before`` or validated by their source.

    A row without a date of deposit counts by the day on which it was first read. What the register has taken over stays
    so while its content is the same; a dossier that it has judged otherwise is never taken over. None: no takeover.
    """
    validating = {system.name: system.validated_when_yes for system in systems}
    return [_marked(entry, stored.get(entry.reference or ""), validating, before) for entry in entries]


def _marked(entry: Entry, known: Stored | None, validating: Mapping[str, Iterable[str]], before: date | None) -> Entry:
    if entry.standing == "replaced" or entry.deposit.form.correction is not None:
        return entry
    if known is not None:
        taken = known.verdict[0] == "repris" and known.digest == entry.deposit.digest
    elif before is None:
        taken = False
    else:
        at = entry.deposit.deposited_at
        early = at.date() < before if at is not None else entry.first_judged <= before
        taken = early or _is_validated(entry.deposit.form, validating.get(entry.deposit.form.layout.system, ()))
    return dataclasses.replace(entry, taken_over=True) if taken else entry


def _is_validated(form: Form, headers: Iterable[str]) -> bool:
    """Tell whether the row says yes under one of ``headers``."""
    columns = [form.layout.named[header] for header in headers if header in form.layout.named]
    told = (form.original[index] for index in columns if index < len(form.original))
    return any(map(says_yes, told))
