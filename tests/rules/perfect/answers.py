"""The questions that a form is made by, and who answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
Answer = Callable[[str, int], int]
"""(question, number of options) → the index of the option taken; the first is the simplest."""


class Questions:
    """Asks one question after the other, and remembers the kinds that were answered."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.kinds: set[str] = set()

    def of(self, question: str, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return options[self._answer(question, len(options))] if len(options) > 1 else options[0]

    def kind(self, question: str, options: Sequence[str]) -> str:
        """Return one of the names ``options``, and remember it as a kind of form."""
        taken = options[self._named(question, options)]
        self.kinds.add(f"{question}={taken}")
        return taken

    def _named(self, question: str, options: Sequence[str]) -> int:
        wanted = getattr(self._answer, "wanted", {}).get(question)
        if wanted is None:
            return self._answer(question, len(options)) if len(options) > 1 else 0
        return options.index(wanted)


class Fixed:
    """Answers with the kinds that a case names; to the rest with the first option, or as ``rest`` does."""

    def __init__(self, wanted: Mapping[str, str], rest: Answer | None = None) -> None:
        self.wanted = wanted
        self._rest = rest

    def __call__(self, question: str, count: int) -> int:
        return self._rest(question, count) if self._rest else 0
