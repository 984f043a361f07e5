"""What the register tells of an agreement: which version people hold, and where the next amendment starts."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pipeline.check.context import Context
from pipeline.desk.model import Event
from pipeline.model import Deposit, Entry, Place, Value
from pipeline.register import open_register
from pipeline.register.values import Held
from pipeline.signed.issued import Issued, given_up, issued_dossiers
from pipeline.verdicts import InForce, judge_entries
from tests.rules.forms import entry, judge

_DAY, _AT = date(2027, 1, 20), datetime(2027, 1, 20, 9)  # noqa: DTZ001 (a workbook's clock)


def _events(*told: tuple[str, Any, int]) -> list[Event]:
    return [Event("C2026-000001", what, value, _AT, version=version) for what, value, version in told]


def _issued(*told: tuple[str, Any, int], from_sending: bool = False) -> Issued | None:
    return issued_dossiers({"C2026-000001": _events(*told)}, from_sending=from_sending).get("C2026-000001")


def test_what_was_neither_sent_nor_signed_is_not_issued() -> None:
    assert _issued() is None
    assert _issued(("cpam", True, 1), ("signature_mode", "papier", 1)) is None
    assert _issued(("envoyee_le", _DAY, 1), ("envoyee_le", None, 1)) is None, "repris"


def test_one_signature_says_that_the_agreement_has_gone_out() -> None:
    sent = _issued(("signature_organisme", _DAY, 2))
    assert sent is not None
    assert (sent.version, sent.signed, sent.binding) == (2, False, False)
    assert sent.to_sign_again(3)
    assert not sent.to_sign_again(2)


def test_the_university_signs_last_and_binds() -> None:
    signed = _issued(("envoyee_le", _DAY, 1), ("signature_universite", _DAY, 1))
    assert signed is not None
    assert (signed.version, signed.signed, signed.binding, signed.base, signed.next_number) == (1, True, True, 1, 1)
    assert not signed.to_sign_again(2), "un avenant, non une nouvelle convention"
    early = _issued(("envoyee_le", _DAY, 1), from_sending=True)
    assert early is not None
    assert (early.signed, early.binding) == (False, True)


def test_an_amendment_keeps_its_number_until_it_is_signed() -> None:
    told = [("signature_universite", _DAY, 1), ("avenant", 1, 2)]
    one = _issued(*told)
    assert one is not None
    assert (one.base, one.in_force, one.next_number) == (1, 2, 1)
    one = _issued(*told, ("avenant", 1, 3))
    assert one is not None
    assert (one.base, one.in_force, one.next_number) == (1, 3, 1)
    one = _issued(*told, ("avenant_signe", _DAY, 2))
    assert one is not None
    assert (one.base, one.in_force, one.next_number) == (2, 2, 2)
    two = _issued(*told, ("avenant_signe", _DAY, 2), ("avenant", 2, 4))
    assert two is not None
    assert (two.base, two.in_force, two.next_number) == (2, 4, 2)
    undone = _issued(*told, ("avenant_signe", _DAY, 2), ("avenant_signe", None, 2))
    assert undone is not None
    assert (undone.base, undone.next_number) == (1, 1)


def test_a_dossier_is_given_up_by_its_day_or_by_its_reason() -> None:
    day, reason, none = (
        {event.what: event for event in _events(told)}
        for told in (("abandon_le", _AT, 1), ("abandon_motif", "parti", 1), ("envoyee_le", _DAY, 1))
    )
    assert given_up({"a": day, "b": reason, "c": none}) == {"a": _DAY, "b": None}


# ── what issued dossiers are judged by ────────────────────────────────────────────────────────────

_LATE = {"stage.date_debut": date(2026, 12, 1)}
"""Ten days after the day on which it is judged (DAT-04)."""


def _rules(given: dict[str, Any], **context: Any) -> set[str]:
    return {finding.rule for finding in judge().judge(entry(given), Context(**context)).findings}


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("DAT-03", {"stage.date_debut": date(2026, 11, 2)}),
        ("DAT-04", _LATE),
        ("DAT-05", {"etranger": "Italie", "etranger.mobilite_inscription": date(2027, 1, 25)}),
        ("IDE-06", {"etudiant.date_naissance": date(2010, 1, 1)}),
    ],
)
def test_a_rule_about_a_request_is_silent_once_the_agreement_is_issued(rule: str, given: dict[str, Any]) -> None:
    free = _rules(given)
    assert rule in free
    now = _rules(given, issued=True)
    assert rule not in now
    assert free - {rule} <= now, "les autres parlent toujours"


def test_the_data_name_the_rules_that_fall_silent() -> None:
    silent = {rule.id for rule in judge().catalogue.values() if rule.silent_once_issued}
    assert silent == {"DAT-03", "DAT-04", "DAT-05", "DAT-07", "IDE-06"}


def _night(days: list[Entry], stored: Any, issued: set[str], register: Any) -> list[Any]:
    verdicts = judge_entries(days, [], stored, judge(), "s", date(2026, 11, 21), lambda _: None, issued=issued)
    name = f"2026112{len(register.runs())}T020000Z"
    register.begin(name, date(2026, 11, 21), "s", {}, verdicts)
    return list(verdicts)


@pytest.mark.parametrize(("given", "told"), [({}, False), (_LATE, True)], ids=["nothing to silence", "late"])
def test_a_stored_verdict_is_judged_again_only_where_the_issue_silences_something(
    given: dict[str, Any], told: bool
) -> None:
    register = open_register(None)
    form = dataclasses.replace(entry(given), reference="C2026-000001", folder="dossiers/a")
    (first,) = _night([form], {}, set(), register)
    (issued,) = _night([form], register.current(), {"C2026-000001"}, register)
    assert (issued.context != first.context) == told
    assert ({f.rule for f in first.findings} != {f.rule for f in issued.findings}) == told
    (again,) = _night([form], register.current(), {"C2026-000001"}, register)
    assert (again.context, again.findings) == (issued.context, issued.findings)
    (free,) = _night([form], register.current(), set(), register)
    assert free.findings == first.findings
    register.close()


# ── what counts in sums ───────────────────────────────────────────────────────────────────────────


def _two(hours: int) -> tuple[Entry, Entry]:
    """Return a signed dossier whose form now asks for ``hours``, and another one with the same host."""
    rows = [
        entry({"stage.date_fin": date(2027, 4, 30), "stage.duree_heures": hours}),
        entry({"stage.date_debut": date(2027, 6, 1), "stage.date_fin": date(2027, 7, 30), "stage.duree_heures": 300}),
    ]
    return tuple(  # type: ignore[return-value]
        dataclasses.replace(
            row,
            reference=f"C2026-00000{number}",
            deposit=dataclasses.replace(
                row.deposit, form=dataclasses.replace(row.deposit.form, place=Place("a.xlsx", "F", number + 1))
            ),
        )
        for number, row in enumerate(rows, 1)
    )


def _hours(deposit: Deposit, hours: int) -> Deposit:
    values: dict[str, Value] = {**deposit.values, "stage.duree_heures": Decimal(hours)}
    return dataclasses.replace(deposit, values=values)


def _cumulated(in_force: InForce | None, hours: int = 450) -> list[int | None]:
    first, second = _two(hours)
    counts = {"C2026-000001": in_force} if in_force else {}
    verdicts = judge_entries([first, second], [], {}, judge(), "s", date(2026, 11, 21), lambda _: None, in_force=counts)
    totals = [verdict.entry.cumulated_hours for verdict in verdicts]
    return [int(total) if total is not None else None for total in totals]


def test_a_change_that_no_amendment_may_bring_counts_in_no_other_sum() -> None:
    signed = _hours(_two(450)[0].deposit, 400)
    assert _cumulated(None) == [750, 750]
    assert _cumulated(InForce(signed, pending=True, amendable=True)) == [750, 750]
    assert _cumulated(InForce(signed, pending=True)) == [750, 700], "elle-même est jugée sur ce qu’elle demande"
    assert _cumulated(InForce(signed, pending=True, amendable=True), hours=990)[1] == 700, "les règles l’arrêtent"


def test_a_dossier_given_up_counts_what_was_done_of_it() -> None:
    done = _hours(_two(450)[0].deposit, 120)
    assert _cumulated(InForce(done)) == [420, 420]
    assert _cumulated(InForce(None)) == [None, None]


def test_a_dossier_that_no_file_shows_counts_as_it_was_signed() -> None:
    first, second = _two(450)
    held = Held("C2026-000001", first.deposit, "prêt", active=True)
    counts = {"C2026-000001": InForce(_hours(first.deposit, 400))}
    (verdict,) = judge_entries([second], [held], {}, judge(), "s", date(2026, 11, 21), lambda _: None, in_force=counts)
    assert verdict.entry.cumulated_hours == 700
