"""The words of the program itself: a surname that is one of them says nothing when it stands alone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pipeline.privacy.containers import UnsearchableError, texts
from pipeline.privacy.person import folded
from pipeline.privacy.wrapping import sayings
from pipeline.setup import ROOT

_WORD = re.compile(r"[^\W\d_]+")
_PRINTED = ("templates_docx/*.docx", "pipeline/**/*.html.j2")
"""What stands in the documents of everybody, also in capitals: « France », « Paris »."""
_SOURCES = (*_PRINTED, "schemas/**/*.yaml", "schemas/**/*.csv", "pipeline/**/*.py")


@cache
def common_words(root: Path = ROOT) -> frozenset[str]:
    """Return, folded, every word of what is printed for everybody, and those in lower case of the program's other texts."""
    found: set[str] = set()
    for pattern in _SOURCES:
        printed = pattern in _PRINTED
        for path in sorted(root.glob(pattern)):
            said = (saying for text in _texts(path) for saying in (sayings(text) if printed else (text,)))
            found.update(word for text in said for word in _WORD.findall(text) if printed or word.islower())
    return frozenset(folded(word).strip() for word in found)


def _texts(path: Path) -> list[str]:
    try:
        return [text for _, text in texts(path.name, path.read_bytes())]
    except (UnsearchableError, OSError):
        return []
