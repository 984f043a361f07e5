"""What is planned for a message: it is made after what it encloses, and again with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import pytest

from pipeline.documents.kinds import Kind
from pipeline.model import Document, Enclosure, Plan, Status
from pipeline.plan import plan_documents
from pipeline.signed.issued import Issued
from tests.report.outcomes import verdict

_ALWAYS: frozenset[Status] = frozenset({"prêt", "à corriger"})
MESSAGE = Kind("message", "message", "message", {}, _ALWAYS, frozenset(), pdf=False)
AGREEMENT = Kind(
    "convention", "convention", "word", {"français": "c.docx"}, frozenset({"prêt"}), frozenset(), True, "la c", "the c"
)
PIECES = Kind("pieces", "pieces", "pieces", {}, _ALWAYS, frozenset(), True, "la p", "the p")
FOLDER = "dossiers/2026-2027/C2026-000004_LAMBERTIN_Elodie"
ALL = tuple(
    f"{FOLDER}/{name}"
    for name in (
        "convention_C2026-000004.docx",
        "convention_C2026-000004.pdf",
        "pieces_C2026-000004.html",
        "pieces_C2026-000004.pdf",
        "message_C2026-000004.eml",
    )
)


def _plan(
    made: Collection[str], status: Status = "prêt", *, same: bool = True, pdf: bool = True, lost: Collection[str] = ()
) -> Plan:
    (plan,) = plan_documents(
        [verdict(4, status)],
        (MESSAGE, AGREEMENT, PIECES),
        lambda _: {},
        {"C2026-000004": (same, made)},
        lambda path: path not in lost,
        {"prêt": ("convention", "pieces"), "à corriger": ("pieces", "convention")},
        word_pdf=pdf,
        page_pdf=pdf,
    )
    return plan


def _kinds(plan: Plan) -> list[str]:
    return [document.kind for document in plan.documents]


def _message(plan: Plan) -> Document:
    return next(document for document in plan.documents if document.kind == "message")


def test_the_message_comes_last_and_names_what_its_status_encloses() -> None:
    plan = _plan((), same=False)
    assert _kinds(plan) == ["convention", "pieces", "message"]
    assert _message(plan).enclosures == (Enclosure(ALL[1], "la c", "the c"), Enclosure(ALL[3], "la p", "the p"))


def test_a_document_that_this_dossier_has_not_is_not_enclosed() -> None:
    assert [e.label for e in _message(_plan((), "à corriger", same=False)).enclosures] == ["la p"]


def test_what_is_enclosed_is_known_even_where_no_pdf_can_be_made() -> None:
    assert [e.path for e in _message(_plan((), same=False, pdf=False)).enclosures] == [ALL[1], ALL[3]]


def test_nothing_is_made_again_when_everything_stands() -> None:
    plan = _plan(ALL)
    assert (plan.documents, sorted(plan.kept), plan.obsolete) == ((), sorted(ALL), ())


@pytest.mark.parametrize(("lost", "again"), [(1, "convention"), (3, "pieces")])
def test_a_message_is_made_again_with_what_it_encloses(lost: int, again: str) -> None:
    plan = _plan([path for path in ALL if path != ALL[lost]])
    assert _kinds(plan) == [again, "message"]
    assert _kinds(_plan(ALL, lost=[ALL[lost]])) == [again, "message"]


def test_a_lost_message_is_made_again_alone() -> None:
    assert _kinds(_plan(ALL, lost=[ALL[4]])) == ["message"]


def test_pdfs_made_before_stay_and_leave_the_message_as_it_is_where_none_can_be_made() -> None:
    plan = _plan(ALL, pdf=False)
    assert (plan.documents, sorted(plan.kept), plan.obsolete) == ((), sorted(ALL), ())


# ── once it has been issued ───────────────────────────────────────────────────────────────────────

FROZEN = dataclasses.replace(AGREEMENT, frozen=True)


def _issued_plan(
    issued: Issued,
    status: Status = "prêt",
    *,
    made: Collection[str] = ALL,
    version: int = 1,
    there: Collection[str] = ALL,
) -> Plan:
    one = verdict(4, status)
    (plan,) = plan_documents(
        [dataclasses.replace(one, entry=dataclasses.replace(one.entry, version=version))],
        (MESSAGE, FROZEN, PIECES),
        lambda _: {},
        {"C2026-000004": (False, made)},
        lambda path: path in there,
        {"prêt": ("convention", "pieces"), "à corriger": ("pieces", "convention")},
        word_pdf=True,
        page_pdf=True,
        issued={"C2026-000004": issued},
    )
    return plan


SENT = Issued("C2026-000004", 1, signed=False, binding=False)
SIGNED = Issued("C2026-000004", 1, signed=True, binding=True)


@pytest.mark.parametrize("status", ["prêt", "à corriger", "refusé"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_signed_agreement_is_neither_made_nor_removed_whatever_becomes_of_the_form(
    status: Status, version: int
) -> None:
    plan = _issued_plan(SIGNED, status, version=version)
    assert "convention" not in _kinds(plan)
    assert {ALL[0], ALL[1]} <= set(plan.kept)
    assert plan.obsolete == ()


def test_a_sent_agreement_stays_for_its_version_and_is_made_anew_for_the_next() -> None:
    assert "convention" not in _kinds(_issued_plan(SENT))
    assert {ALL[0], ALL[1]} <= set(_issued_plan(SENT, "à corriger").kept)
    assert "convention" in _kinds(_issued_plan(SENT, version=2))
    assert ALL[0] in _issued_plan(SENT, "à corriger", version=2).obsolete


def test_what_a_killed_run_had_made_of_a_signed_agreement_is_found_again() -> None:
    assert {ALL[0], ALL[1]} <= set(_issued_plan(SIGNED, made=()).kept)


def test_the_message_still_carries_what_was_sent() -> None:
    assert [e.path for e in _message(_issued_plan(SENT)).enclosures] == [ALL[1], ALL[3]]


def test_it_names_what_was_sent_also_where_no_pdf_was_made() -> None:
    without = [path for path in ALL if path != ALL[1]]
    assert [e.path for e in _message(_issued_plan(SENT, there=without)).enclosures] == [ALL[1], ALL[3]]


@pytest.mark.parametrize("status", ["prêt", "à vérifier", "à corriger", "refusé"])
def test_no_letter_announces_an_agreement_that_is_signed(status: Status) -> None:
    assert "message" not in _kinds(_issued_plan(SIGNED, status, version=2))
