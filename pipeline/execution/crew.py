"""A crew does tasks: in this process when there is little to do, else by whoever it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias, TypeVar

from pipeline.execution.bench import Bench

Item = TypeVar("Item")
Result = TypeVar("Result")
Task: TypeAlias = Callable[[Bench, Item], Result]
"""A function of a module, which can be found by its name in another process."""
Needs: TypeAlias = Callable[[Item], Iterable[str]]
"""Tells what a task reads in the outbox, as paths under it."""


def nothing(item: object) -> Iterable[str]:  # noqa: ARG001 – as Needs are called
    """Tell that a task reads nothing in the outbox."""
    return ()


class Crew(Protocol):
    """Maps tasks over items; what crosses to another process is picklable."""

    @property
    def size(self) -> int:
        """How many tasks are done at a time."""

    def helps(self, seconds: float) -> bool:
        """Tell whether so many seconds of work for one process are done sooner by the crew."""

    @property
    def notices(self) -> Sequence[str]:
        """French lines for the report, on workers that did not work."""

    def map(
        self, task: Task[Item, Result], items: Iterable[Item], needs: Needs[Item] = nothing
    ) -> Iterator[tuple[Item, Result | None]]:
        """Do ``task`` over ``items``; yield each item with its result, in the order of the items.

        Items are drawn as they are needed. The result is None when every worker that took the item died over it. What
        a task raises is raised here. ``needs`` is asked for workers that do not see the outbox.
        """

    def close(self) -> None:
        """Let the workers go, those at work at once."""


class Alone:
    """This process, by itself."""

    size = 1
    notices: Sequence[str] = ()

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def helps(self, seconds: float) -> bool:  # noqa: ARG002 – nobody helps, however long it takes
        return False

    def map(
        self,
        task: Task[Item, Result],
        items: Iterable[Item],
        needs: Needs[Item] = nothing,  # noqa: ARG002 – it sees the outbox
    ) -> Iterator[tuple[Item, Result | None]]:
        for item in items:
            yield item, task(self._bench, item)

    def close(self) -> None:
        """Nobody is to be let go."""
