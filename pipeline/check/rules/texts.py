"""LIG-07, IDE-03: what any text may hold that it should not; and how words are looked for in a text."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.normalise import MASK
from pipeline.tables.words import fold

# UTF-8 read as Latin-1 or Windows-1252: é → Ã©, É → Ã‰. Quotation marks are left out: « AMANHÃ” » is Portuguese.
_MISREAD = re.compile("\ufffd|ï¿½|[ÃÂ][\u0080-\u00bf]|Ã[€‚ƒ„†‡ˆ‰Š‹ŒŽ˜™š›œžŸ]")
_folded = functools.lru_cache(maxsize=32)(fold.__wrapped__)
"""Long texts are folded for several rules in a row, and not worth the large cache of :func:`fold`."""


@rule("LIG-07")
def holds_misread_characters(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Read in the cells as they came: normalise takes some of these characters away."""
    keys = tuple(
        key
        for key, cell in facts.deposit.form.cells.items()
        if type(cell) is str
        and not cell.isascii()
        and ("Ã" in cell or "Â" in cell or "\ufffd" in cell or "ï¿½" in cell)
        and _MISREAD.search(cell)
        and not facts.unreadable(key)
    )
    if keys:
        named = [facts.tables.fields[key] for key in keys]
        yield Hit(keys, {"champs": Bilingual(", ".join(f.label for f in named), ", ".join(f.label_en for f in named))})


@rule("IDE-03")
def holds_a_social_security_number(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Normalise has hidden it already; its mark remains."""
    for key, cell in facts.deposit.form.cells.items():
        if type(cell) is str and MASK in cell:
            yield Hit((key,))


@functools.lru_cache(maxsize=256)
def _writings(words: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    by_folded = {fold(word): word for word in words}
    longest_first = sorted(by_folded, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"), by_folded


def said(text: str, words: tuple[str, ...], unless: tuple[str, ...] = ()) -> str | None:
    """Return the first of ``words`` that stands in ``text`` as whole words, outside the phrases ``unless``."""
    folded = _folded(text)
    if unless:
        folded = _writings(unless)[0].sub(" / ", folded)
    pattern, by_folded = _writings(words)
    match = pattern.search(folded)
    return by_folded[match[0]] if match else None
