"""What a manager types in suivi.xlsx, masked like a form: it goes on to lists that others read (practice.md Q16)."""

from __future__ import annotations

import dataclasses

from pipeline.desk.model import DecisionEdit, Edit, Refusal
from pipeline.desk.returned_follow_up import Returned
from pipeline.normalise import masked_remark
from pipeline.tables import Tables

MASKED = (
    "Une information personnelle (santé, famille, convictions, numéro de sécurité sociale…) a été masquée dans ce que vous "
    "avez écrit\u00a0: d’autres personnes lisent ces listes."
)
"""Told beside the workbook, the same whatever was masked."""


def discreet(found: Returned, tables: Tables) -> tuple[Returned, bool]:
    """Return the answers of a workbook with personal details masked in its texts, and whether there were any."""
    edits = tuple(_edit(edit, tables) for edit in found.edits)
    decisions = tuple(_decision(decision, tables) for decision in found.decisions)
    refusals = tuple(_refusal(refusal, tables) for refusal in found.refusals)
    masked = (edits, decisions, refusals) != (found.edits, found.decisions, found.refusals)
    return dataclasses.replace(found, edits=edits, decisions=decisions, refusals=refusals), masked


def _edit(edit: Edit, tables: Tables) -> Edit:
    value = masked_remark(edit.value, tables) if isinstance(edit.value, str) else edit.value
    return edit if value is edit.value else dataclasses.replace(edit, value=value)


def _decision(decision: DecisionEdit, tables: Tables) -> DecisionEdit:
    reason = masked_remark(decision.reason, tables)
    return decision if reason is decision.reason else dataclasses.replace(decision, reason=reason)


def _refusal(refusal: Refusal, tables: Tables) -> Refusal:
    """Mask what the refusal quotes of her cell."""
    reason = masked_remark(refusal.reason, tables)
    return refusal if reason is refusal.reason else dataclasses.replace(refusal, reason=reason)
