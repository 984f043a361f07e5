"""No-break spaces where French typography wants them, in the sentences that the intake writes."""

from __future__ import annotations

_SPACES = (
    ("« ", "«\u00a0"),
    (" »", "\u00a0»"),
    (" :", "\u00a0:"),
    (" ;", "\u202f;"),
    (" !", "\u202f!"),
    (" ?", "\u202f?"),
)


def thousands(number: int) -> str:
    """Return a whole number as French writes it, its thousands apart by narrow no-break spaces."""
    return f"{number:_}".replace("_", "\u202f")


def typeset(sentence: str) -> str:
    """Return ``sentence`` with no-break spaces inside guillemets and before double punctuation marks."""
    for plain, fine in _SPACES:
        sentence = sentence.replace(plain, fine)
    return sentence
