"""Judging by all the rules: seconds, milliseconds a row, and how the cost grows; against Cerberus alone as usual."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import cerberus

from benchmarks.forms import CONFIG, DAY, deposits, entries
from benchmarks.measuring import Spent, alternate, clocked, median, ratio, slope
from benchmarks.tables import Table, seconds, times
from pipeline.check.schema import FormSchema
from pipeline.model import Deposit
from pipeline.setup import Setup, load_setup
from pipeline.verdicts import judge_entries

SIZES = (1_000, 10_000, 100_000)
_ALONE = 100
"""Rows that Cerberus judges in a round: its cost a row does not depend on their number."""
_ROUNDS = {100_000: 1}


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:  # noqa: ARG001 – no file is needed
    """Judge batches of several sizes by all rules, those across rows included; each beside Cerberus's own validate."""
    setup = load_setup(CONFIG)
    some = deposits(_ALONE, setup)
    rows, costs = [], {}
    for size in sizes:
        found = deposits(size, setup)
        contestants = {
            "all": clocked(partial(_judge, found, setup), size),
            "cerberus": clocked(lambda: _cerberus(some, setup), len(some)),
        }
        spent = alternate(contestants, min(rounds, _ROUNDS.get(size, rounds)), warm=size <= 1_000)
        rows.append(_row(size, spent["all"], spent["cerberus"]))
        costs[size] = size * median(spent["all"], "cpu")
    grows = slope(costs)
    notes = [
        "The reference is Cerberus's own `validate(form)` with its defaults: each field alone (required, type, length)."
    ]
    if grows is not None:
        notes.append(f"Growth: processor time ∝ rows^{grows:.2f}.")
    columns = ("rows", "time", "a row", "processor time, a row", "ratio to Cerberus alone")
    yield Table("Identifying and judging by all rules", columns, rows, notes)


def _row(size: int, spent: Sequence[Spent], reference: Sequence[Spent]) -> list[str]:
    wall, cpu = median(spent, "wall"), median(spent, "cpu")
    return [f"{size}", seconds(wall * size), seconds(wall), seconds(cpu), times(ratio(spent, reference, "cpu"))]


def _judge(found: list[Deposit], setup: Setup) -> None:
    verdicts = judge_entries(entries(found, setup), [], {}, setup.judge, "", DAY, lambda _: None)
    if any(verdict.status != "prêt" for verdict in verdicts):
        raise ValueError("a perfect form is not ready")


def _cerberus(found: list[Deposit], setup: Setup) -> None:
    """Validate every form as the documentation of Cerberus does."""
    types = FormSchema(setup.tables.fields)._validator.types_mapping  # the types of the values; its owner lends them
    usual = type("_Usual", (cerberus.Validator,), {"types_mapping": types})
    validator = usual(dict(setup.tables.fields.schema), allow_unknown=False)
    for deposit in found:
        validator.validate(dict(deposit.values))
