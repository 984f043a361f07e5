"""The rules across rows: one pandas frame of every current version, of this run and of the register, and its rules.

A rule takes the :class:`Batch` and its parameters, and yields ``(line, Hit, other lines)`` for each line that it
concerns. It never depends on the order of the files.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from pipeline.check.batch.frame import Batch, Line, Member
from pipeline.check.rules import Hit, Parameters

BatchHit: TypeAlias = tuple[Line, Hit, Sequence[Line]]
"""(the line, what is said about it, the other lines that it is about)."""
BatchRule: TypeAlias = Callable[[Batch, Parameters], Iterator[BatchHit]]
BATCH_RULES: dict[str, BatchRule] = {}

__all__ = ["BATCH_RULES", "Batch", "BatchHit", "Line", "Member", "batch_rule"]


def batch_rule(rule_id: str) -> Callable[[BatchRule], BatchRule]:
    """Register the function that applies ``rule_id``; an id has one function."""

    def register(function: BatchRule) -> BatchRule:
        if rule_id in BATCH_RULES:
            raise ValueError(f"{rule_id} has two functions")
        BATCH_RULES[rule_id] = function
        return function

    return register


for _module in ("hours", "overlaps", "identities", "quotas"):
    importlib.import_module(f"{__name__}.{_module}")
