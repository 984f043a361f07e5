"""What a text says underneath the signs in which pages, letters, addresses and programs wrap it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|([nrtbf"\'/\\]))')
_ENTITY = re.compile(r"&#?\w{1,31};")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_SOFT = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]|=\r?\n")
"""What stands within words and is not seen: places at which a word or a line of a letter may be broken."""


def sayings(text: str) -> Iterator[str]:
    """Yield ``text`` as it stands and, where it is wrapped, what it says: escapes, entities and tags undone.

    A tag parts two words (two cells) or none (the runs of one word in Word): both are tried.
    """
    yield text
    plain = _SOFT.sub("", text)
    if "\\" in plain:
        plain = _ESCAPE.sub(_unescaped, plain)
    if "%" in plain and _PERCENT.search(plain):
        plain = unquote(plain)
    if _TAG.search(plain):
        yield _without_entities(_TAG.sub(" ", plain))
        yield _without_entities(_TAG.sub("", plain))
    elif (bare := _without_entities(plain)) != text:
        yield bare


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else " "


def _without_entities(text: str) -> str:
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text
