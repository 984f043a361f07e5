"""Cleaning of text: what no document can print leaves, accents, emoji and right-to-left letters stay."""

from __future__ import annotations

import functools
import re
import unicodedata

# Text of Windows read as Latin-1 shows its apostrophes, dashes and œ as control characters.
_WINDOWS = {
    code: char for code in range(0x80, 0xA0) if code != 0x85 and (char := bytes([code]).decode("cp1252", "ignore"))
}
_ESCAPED = re.compile(r"_x00(0[9ADad])_")  # how spreadsheets write control characters in their XML
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters, what XML forbids, marks without width, marks that turn the direction of writing.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
    "|[" + "".join(f"{chr(p * 0x10000 + 0xFFFE)}{chr(p * 0x10000 + 0xFFFF)}" for p in range(1, 17)) + "]"
)
# Joiners make one emoji of several and shape some scripts; after other characters they are only invisible.
_STRAY_JOINER = re.compile("(?<![\u0600-\u1dff\u2190-\U0010ffff])[\u200c\u200d]+|[\u200c\u200d]+$")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_STOPS = (",", ";", ":", ".", "!", "?", "…", "-", "–", "—", "/", "(")


def _printable(text: str) -> str:
    """Return ``text`` in NFC with \\n for every line break and nothing invisible."""
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    text = _BREAKS.sub("\n", text.translate(_WINDOWS))
    text = unicodedata.normalize("NFC", _UNPRINTABLE.sub("", text))
    return _STRAY_JOINER.sub("", text)


@functools.lru_cache(maxsize=16384)
def clean_block(text: str) -> str:
    """Return ``text`` with its line breaks; stray spaces and more than one empty line in a row collapse."""
    if text.isascii() and text.isprintable() and "  " not in text and "_x00" not in text:
        return text.strip()
    lines = [_SPACES.sub(" ", line).strip() for line in _printable(text).split("\n")]
    return unicodedata.normalize("NFC", _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip())


def clean_line(text: str) -> str:
    """Return ``text`` on one line, a line break becoming a space."""
    block = clean_block(text)
    return " ".join(line for line in block.split("\n") if line) if "\n" in block else block


def clean_list(text: str) -> str:
    """Return ``text`` on one line, its lines set apart by a comma unless they end in punctuation: addresses."""
    lines = [line for line in clean_block(text).split("\n") if line]
    if len(lines) < 2:
        return "".join(lines)
    parts = [line + (" " if line.endswith(_STOPS) else ", ") for line in lines[:-1]]
    return "".join(parts) + lines[-1]


def clean_sentences(text: str) -> str:
    """Return ``text`` on one line, with a comma only where a line begins like a new item."""
    out = ""
    for line in (line for line in clean_block(text).split("\n") if line):
        if out:
            begins = line[0].isupper() or line[0].isdigit()
            out += ", " if begins and not out.endswith(_STOPS) else " "
        out += line
    return out
