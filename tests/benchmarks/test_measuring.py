"""What takes turns is compared round by round, and the growth is an exponent."""

from __future__ import annotations

import sys

import pytest

from benchmarks.commands import run
from benchmarks.measuring import Contestant, Spent, alternate, median, ratio, slope


def test_every_second_round_is_in_the_opposite_order_and_the_warm_one_is_not_counted() -> None:
    order: list[str] = []

    def contestant(name: str) -> Contestant:
        def work() -> Spent:
            order.append(name)
            return Spent(1, 1)

        return work

    found = alternate({"a": contestant("a"), "b": contestant("b")}, 3)
    assert "".join(order) == "ab" + "ab" + "ba" + "ab"
    assert [len(spent) for spent in found.values()] == [3, 3]


def test_a_ratio_is_the_median_of_the_rounds_and_not_that_of_the_medians() -> None:
    ours, theirs = [Spent(1, 4), Spent(2, 4), Spent(9, 4)], [Spent(2, 1), Spent(8, 2), Spent(9, 4)]
    assert ratio(theirs, ours, "wall") == 2
    assert ratio(theirs, ours, "cpu") == 0.5
    assert median(theirs, "wall") / median(ours, "wall") == 4


@pytest.mark.parametrize(("power", "exponent"), [(1, 1.0), (2, 2.0), (0, 0.0)])
def test_the_growth_is_the_exponent_of_the_size(power: int, exponent: float) -> None:
    assert slope({size: 3.0 * size**power for size in (100, 1_000, 10_000)}) == pytest.approx(exponent)


def test_one_size_has_no_growth() -> None:
    assert slope({100: 1.0}) is None


def test_a_command_tells_its_status_and_what_it_said() -> None:
    done = run([sys.executable, "-c", "print('ready'); raise SystemExit(3)"])
    assert (done.status, done.said) == (3, "ready\n")
    assert 0 < done.first <= done.wall
    assert done.cpu > 0
