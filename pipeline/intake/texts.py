"""Text exports: encoding, separator, records (CSV and TSV)."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

from pipeline.intake.packages import too_many_columns, too_many_rows
from pipeline.intake.unreadable import UnreadableFile
from pipeline.model import Limits

_SAMPLE = 60
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NOT_TEXT = "le contenu n’est pas du texte : exportez de nouveau le fichier au format CSV ou Excel."


def read_text(content: bytes, tabs: bool, limits: Limits) -> tuple[tuple[str | None, ...], ...]:
    """Return the records of a CSV or TSV file, "" as None; a blank line is an empty record.

    ``tabs`` prefers the tab when the separator is in doubt. Raises UnreadableFile when the bytes are no
    text, when a quotation mark is left open or when there are more rows or columns than ``limits`` allows.
    """
    text = _decode(content)
    first, _, rest = text.partition("\n")
    separator = None
    if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5:
        # Excel hides this line, which only names the separator, and numbers the next one 1.
        separator, text = first.rstrip("\r")[4:5] or None, rest
    csv.field_size_limit(max(limits.file_bytes, 131_072))
    separator = separator or _separator(text, tabs)
    rows: list[tuple[str | None, ...]] = []
    texts: dict[str, str] = {}  # what many rows repeat is one object in all of them
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if len(rows) >= limits.rows and any(record):
                raise UnreadableFile(too_many_rows(limits))
            if len(record) > limits.columns and any(record[limits.columns :]):
                raise UnreadableFile(too_many_columns(limits))
            rows.append(tuple(texts.setdefault(value, value) or None for value in record[: limits.columns]))
    except csv.Error as error:
        raise UnreadableFile("le fichier CSV est mal formé : exportez-le de nouveau.") from error
    if _is_left_open(text, separator):
        raise UnreadableFile("un guillemet ouvert n’est pas refermé avant la fin du fichier : exportez-le de nouveau.")
    return tuple(rows)


def _decode(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig"]
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in content[:4096]:
        head = content[:4096]
        odd, even = head[1::2].count(0), head[0::2].count(0)
        if max(odd, even) < len(head) // 8:
            raise UnreadableFile(_NOT_TEXT)
        encodings = ["utf-16-le" if odd > even else "utf-16-be"]
    else:
        encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Bytes of another kind of file decode as cp1252 or UTF-16 too, but are full of control characters.
        if "\0" in text or len(_CONTROLS.findall(text[:20_000])) > len(text[:20_000]) // 50:
            break
        return text
    raise UnreadableFile(_NOT_TEXT)


def _separator(text: str, tabs: bool) -> str:
    """Return the separator under which most records have the same width, the widest first."""
    best, best_score = ("\t" if tabs else ";"), (0, 0)
    for candidate in ("\t", ";", ",") if tabs else (";", ",", "\t"):
        widths: Counter[int] = Counter()
        sound = 1
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=candidate, strict=True)
        try:
            for record in reader:
                widths[len(record)] += 1
                if sum(widths.values()) >= _SAMPLE:
                    break
        except csv.Error:
            sound = 0
        score = (sound, max((width * count for width, count in widths.items() if width > 1), default=0))
        if score[1] and score > best_score:
            best, best_score = candidate, score
    return best


def _is_left_open(text: str, separator: str) -> bool:
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
