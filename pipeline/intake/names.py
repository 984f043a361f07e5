"""Whole names in one cell → family name and given name."""

from __future__ import annotations

import re

from pipeline.tables.words import clean_spaces, fold

ORDERS = ("Prénom NOM", "NOM Prénom")

_PARTICLES = frozenset(
    [
        "de",
        "du",
        "des",
        "d",
        "da",
        "das",
        "do",
        "dos",
        "di",
        "del",
        "della",
        "van",
        "von",
        "der",
        "den",
        "ten",
        "le",
        "la",
        "les",
        "el",
        "al",
        "ben",
        "bin",
        "ibn",
        "abu",
        "saint",
        "mac",
        "mc",
        "o",
    ]
)
_TITLES = {
    "m": "M.", "mr": "M.", "monsieur": "M.",
    "mme": "Mme", "madame": "Mme", "mlle": "Mme", "mademoiselle": "Mme",
}  # fmt: skip
_RANKS = frozenset({"dr", "docteur", "docteure", "pr", "professeur", "professeure", "prof", "me", "maitre"})
_COMMA = re.compile(r"^([^,]+),\s*([^,]+)$")


def split_name(text: str, order: str = ORDERS[0]) -> tuple[str, str, str]:
    """Return (family name, given name, civility); a part that is not there is "".

    Words in capitals are the family name; else the order tells: the last word (« Prénom NOM ») or the first
    (« NOM Prénom »), with the particles before it. « DUPONT, Jeanne » is read as it is meant.
    """
    words = clean_spaces(text).split(" ")
    civility = ""
    while len(words) > 1 and (fold(words[0]) in _TITLES or fold(words[0]) in _RANKS):
        # « M » and « Me » without a dot may be an initial or a name, but never before two more words.
        civility = _TITLES.get(fold(words[0]), civility)
        words = words[1:]
    if comma := _COMMA.match(" ".join(words)):
        return comma.group(1).strip(), comma.group(2).strip(), civility
    if len(words) == 1:
        return words[0], "", civility
    capital = [_is_capital(word) for word in words]
    if any(capital) and not all(capital):
        return _by_capitals(words, capital) + (civility,)
    if order == ORDERS[0]:
        start = len(words) - 1
        while start > 1 and fold(words[start - 1]) in _PARTICLES:
            start -= 1
        if start == 1 and fold(words[0]) in _PARTICLES:
            return " ".join(words), "", civility
        return " ".join(words[start:]), " ".join(words[:start]), civility
    end = 1
    while end < len(words) and fold(words[end - 1]) in _PARTICLES:
        end += 1
    return " ".join(words[:end]), " ".join(words[end:]), civility


def _is_capital(word: str) -> bool:
    letters = [c for c in word if c.isalpha()]
    return len(letters) > 1 and all(c.isupper() or not c.islower() for c in letters)


def _by_capitals(words: list[str], capital: list[bool]) -> tuple[str, str]:
    """Split at the capitals; a particle or an initial between or before them goes with the family name."""
    first, last = capital.index(True), len(capital) - 1 - capital[::-1].index(True)
    while first > 0 and words[first - 1].islower() and fold(words[first - 1].partition("’")[0]) in _PARTICLES:
        first -= 1
    family = words[first : last + 1]
    given = words[:first] + words[last + 1 :]
    return (" ".join(family), " ".join(given)) if given else (" ".join(words), "")
