"""How words are compared: without case, accents, punctuation or stray spaces."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`´′", "'") | dict.fromkeys("‐‑‒–—−", "-"))
_SPACES = re.compile(r"[\s\u00a0\u202f\u2007\u200b\ufeff]+")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def without_accents(text: str) -> str:
    """Return ``text`` without diacritics, œ and æ written out: « Œuvre à Nîmes » → « OEuvre a Nimes »."""
    text = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE").replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@functools.lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return the words of ``text`` in lower case ASCII, one space between: « L’Étape (2) » → « l etape 2 »."""
    return _NOT_WORD.sub(" ", without_accents(text.translate(_APOSTROPHES)).casefold()).strip()


_YES = frozenset({"oui", "yes", "1", "true", "vrai", "x", "y", "o"})


def says_yes(value: object) -> bool:
    """Tell whether a cell says yes: « Oui », « x », 1, a ticked box."""
    return value is True or (value is not None and fold(str(value)) in _YES)


def clean_spaces(text: str) -> str:
    """Return ``text`` on one line, its spaces of every kind collapsed to one."""
    return _SPACES.sub(" ", text).strip()


_DENIAL = frozenset({"pas", "sans", "hors", "ni", "aucun", "aucune", "sauf", "non", "jamais", "except", "no", "not"})
_REACH = 5
_CLOSED = frozenset(
    {"repos", "ferme", "fermee", "fermes", "fermees", "fermeture", "conge", "chome", "chomes", "closed"}
)
_BETWEEN = frozenset({
    "le", "la", "les", "l", "un", "une", "du", "de", "des", "et", "ou", "tous", "toutes", "chaque", "jour", "jours", "on",
    "hebdomadaire", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lundis", "mardis", "mercredis",
    "jeudis", "vendredis", "samedis", "dimanches",
})  # fmt: skip


def announces(text: str, words: Iterable[str]) -> bool:
    """Tell whether ``text`` says one of ``words`` without denying it.

    « hors jours fériés » and « fermé le samedi et le dimanche » announce none; « repos le lundi, présence le dimanche » does.
    """
    said = fold(text).split()
    wanted = frozenset(words)
    return any(
        word in wanted and _DENIAL.isdisjoint(said[max(0, place - _REACH) : place]) and not _is_closed(said[:place])
        for place, word in enumerate(said)
    )


def _is_closed(before: list[str]) -> bool:
    """Tell whether the words lead back to « fermé » or « repos » through days and articles alone."""
    for word in reversed(before):
        if word not in _BETWEEN:
            return word in _CLOSED
    return False


def has_words(text: str, words: str) -> bool:
    """Tell whether ``words`` stand in ``text`` as whole words, whatever the case, accents or punctuation."""
    return f" {fold(words)} " in f" {fold(text)} "
