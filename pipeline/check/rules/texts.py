"""LIG-07, IDE-03, IDE-09: what any text may hold that it should not; and how words are looked for in a text."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.config import Service
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


@rule("IDE-09")
def told_a_personal_detail(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Normalise has masked it already; its mark remains, and does not tell what it hides.

    Of a cell that cannot be read, the rule that owns it says so.
    """
    marks = facts.tables.private.marks
    cells = facts.deposit.form.cells
    keys = tuple(k for k, v in cells.items() if type(v) is str and marks.in_text(v) and not facts.unreadable(k))
    if keys:
        named = [facts.tables.fields[key] for key in keys]
        yield Hit(
            keys,
            {
                "champs": Bilingual(_listed(f.label for f in named), ", ".join(f"“{f.label_en}”" for f in named)),
                "amenagements": _arrangements(facts.settings.services),
            },
        )


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(f"«\u00a0{label}\u00a0»" for label in labels)


def _arrangements(services: Mapping[str, Service]) -> Bilingual:
    """Name who arranges things for students, configured or not: the same services whatever was masked."""
    disability, health = services.get("handicap"), services.get("medecine_preventive")
    first = disability.in_text if disability else "la mission handicap"
    second = f"à {health.in_text}" if health else "au service de santé des étudiants"
    first_en = disability.in_text_en if disability else "the disability office"
    second_en = health.in_text_en if health else "the student health service"
    return Bilingual(f"{first} ou {second}", f"{first_en} or {second_en}")


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
