"""What the desk refuses of a returned follow-up: a signature out of order, too late, or before what it waits for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date

from pipeline.desk.model import Edit, FollowUp, Refusal
from pipeline.desk.signing import university_waits
from pipeline.desk.stages import ABANDONED, PASSED_ON, SENT, SIGNED
from pipeline.language import short_date

_ISSUED = ("envoyé", "signé", "terminé")


def is_late(edit: Edit) -> bool:
    """Tell whether the answer waits for the verdict of the night: the university's signature, and what follows it."""
    return edit.value is not None and edit.what in (SIGNED, PASSED_ON)


def admit(
    edits: Iterable[Edit], follow_ups: Mapping[str, FollowUp], today: date
) -> tuple[tuple[Edit, ...], tuple[Refusal, ...]]:
    """Return the answers that may be, in the order of their saving, and why the others may not.

    ``follow_ups``, by reference, know whatever else the same workbooks told.
    """
    admitted: list[Edit] = []
    refusals: list[Refusal] = []
    state = dict(follow_ups)
    for edit in sorted(edits, key=_order):
        follow_up = state.get(edit.reference)
        reason = "" if follow_up is None else _refusal(edit, follow_up, today)
        if reason:
            refusals.append(Refusal(edit.place, f"{edit.reference}, « {edit.title} » ({edit.cell}) : {reason}."))
            continue
        admitted.append(edit)
        if follow_up is not None:
            state[edit.reference] = _with(follow_up, edit)
    return tuple(admitted), tuple(refusals)


def _order(edit: Edit) -> tuple[object, ...]:
    """Put the university's signature after the others of the same workbook, and its passing on after it.

    What is taken back comes before, the other way round.
    """
    rank = (edit.what == SIGNED) + 2 * (edit.what == PASSED_ON)
    return edit.at, edit.reference, -1 - rank if edit.value is None else rank, edit.place, edit.what


def _with(follow_up: FollowUp, edit: Edit) -> FollowUp:
    """Return the dossier once the answer is admitted, as far as the next answers look at it."""
    if edit.what in (ABANDONED, PASSED_ON) and edit.value is None:
        told = {what: event for what, event in follow_up.told.items() if what != edit.what}
        return dataclasses.replace(follow_up, told=told)
    if edit.value is not None and not isinstance(edit.value, date):
        return follow_up
    signed = tuple(
        dataclasses.replace(signature, day=edit.value) if signature.key == edit.what else signature
        for signature in follow_up.signatures
    )
    return dataclasses.replace(follow_up, signatures=signed)


def _refusal(edit: Edit, follow_up: FollowUp, today: date) -> str:
    """Return why the answer cannot be, in French; "" when it can."""
    day = edit.value if isinstance(edit.value, date) else None
    keys = {s.key for s in follow_up.signatures}
    if not (edit.what in (SENT, PASSED_ON) or edit.what in keys):
        return ""
    university = next((s.day for s in follow_up.signatures if s.key == SIGNED), None)
    if edit.value is None:
        if edit.what == SIGNED and PASSED_ON in follow_up.told:
            return "la convention a été transmise à tous avec cette signature ; retirez d’abord la date de transmission"
        if university is None or edit.what not in keys - {SIGNED}:
            return ""
        return (
            f"l’université a signé le {short_date(university)} sur cette signature ; retirez d’abord celle de "
            "l’université (SIG-01)"
        )
    given_up = follow_up.told.get(ABANDONED)
    last = given_up.value if given_up is not None else None
    if day is not None and isinstance(last, date) and day > last:
        return f"le dossier est abandonné depuis le {short_date(last)}"
    if day is not None and day > today:
        return f"le {short_date(day)} est à venir"
    if edit.what == PASSED_ON:
        return "" if university else "l’université n’a pas encore signé"
    if follow_up.etape not in _ISSUED and follow_up.verdict.status not in ("prêt", "repris"):
        return f"le dossier est « {follow_up.verdict.status} » et n’a pas de convention à signer"
    if edit.what == SIGNED:
        return _university(day, follow_up)
    if university is not None and day is not None and day > university:
        return f"l’université a signé le {short_date(university)}, et elle signe toujours en dernier (SIG-01)"
    return ""


def _university(day: date | None, follow_up: FollowUp) -> str:
    waits = list(university_waits(follow_up))
    awaited = [f for f in follow_up.verdict.findings if f.jalon == "signature" and f.severity != "information"]
    if not waits and awaited:
        waits.append(f"attendu avant la signature : {awaited[0].message.rstrip('.')} ({awaited[0].rule})")
    start = follow_up.verdict.entry.deposit.values.get("stage.date_debut")
    if day is not None and isinstance(start, date) and day >= start:
        waits.append(f"le stage commence le {short_date(start)}, avant cette signature")
    latest = max((s.day for s in follow_up.signatures if s.key != SIGNED and s.day is not None), default=None)
    if day is not None and latest is not None and day < latest:
        waits.append(f"une autre signature est du {short_date(latest)}, et l’université signe en dernier")
    return f"{' ; '.join(waits)} (SIG-01, SIG-02)" if waits else ""
