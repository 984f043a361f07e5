"""French social security numbers (NIR), which a university may not collect: hidden before anything is kept.

What is hidden here never reaches a value, a message, a workbook, a document or the register; the digest of a deposit
is that of its hidden content, so that a row that comes back from the workbook is the deposit that it was.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable

from pipeline.model import CellValue, Form, Layout
from pipeline.normalise.cells import plain
from pipeline.normalise.texts import clean_block
from pipeline.tables.fields import Fields

MASK = "[NIR masqué]"
"""Stands where a number stood; never longer than its digits, so that hiding makes no text too long."""

_NUMBERS_OF_OTHER_THINGS = frozenset(
    {"etudiant.numero", "formulaire.identifiant", "assurance.rc_police", "organisme.identifiant"}
)
_GENRES_OF_OTHER_NUMBERS = frozenset({"siret", "téléphone"})
_STUDENT = "etudiant.numero"
"""The one of them in which a social security number is taken for what is asked: one whose key is right is hidden there."""
_SHORTEST = 13
_GAP = r"[\s\xad\u200b-\u200d\u2060\ufeff]*"
_KEY_GAP = r"[\s\xad\u200b-\u200d\u2060\ufeff./()_–-]*(?:cl[ée][\s:]*)?"
_MONTH = ("0[1-9]", "1[0-2]", "[23][0-9]", "4[0-2]", "[5-9][0-9]")


def _spaced(pattern: str) -> str:
    """Let spaces stand between the characters that ``pattern`` describes one by one."""
    return _GAP.join(re.findall(r"\[[^]]*\]|.", pattern))


_BODY = (
    rf"[12378]{_GAP}{_spaced('[0-9][0-9]')}{_GAP}(?:{'|'.join(map(_spaced, _MONTH))}){_GAP}"
    rf"(?:{_spaced('[0-9][0-9]')}|{_spaced('2[ABab]')}){_GAP}{_spaced('[0-9]' * 6)}"
)
# In its usual groups, set apart by points, hyphens or the like: 1.85.05.78.006.084.
_GROUPED = (
    rf"[12378](?P<mark>[._/–-])[0-9]{{2}}(?P=mark)(?:{'|'.join(_MONTH)})(?P=mark)(?:[0-9]{{2}}|2[ABab])"
    r"(?P=mark)[0-9]{3}(?P=mark)[0-9]{3}"
)
_NUMBER = re.compile(rf"(?<![0-9])(?P<body>{_GROUPED}|{_BODY})(?:{_KEY_GAP}(?P<key>[0-9]{_GAP}[0-9]))?(?![0-9])")
# As a spreadsheet shortens it, or a text export of it: 1,85058E+14. Its first digits still tell sex, age and birthplace.
_SHORTENED = re.compile(r"(?<![0-9.,])[12378][.,][0-9]{2,14}\s?E\+?1[24](?![0-9])", re.IGNORECASE)
_WORD = re.compile(r"s[ée]cu|\bnir\b|\bn[\s°ºo.]*(?:de\s+)?s\.?\s?s\b|insee", re.IGNORECASE)
_NEAR = 30
"""Characters before and after thirteen digits in which a word must name them: there is no key to prove them by."""
_DIGIT = re.compile(r"\d")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
"""Of another script or width: ０１２, ٠١٢."""
_NOT_KEPT = re.compile(r"[^0-9AB]")


def hide_nir(text: str, label: str = "", *, proven: bool = True) -> str:
    """Return ``text`` with :data:`MASK` for each number in it; the same object when there is none.

    A number is fifteen digits whose key is right, or at least the first thirteen beside a word that names them;
    ``label`` is the header of the cell's column, which may be that word. Spaces inside are nothing. Without ``proven`` the
    key alone proves nothing: other long numbers are asked for here.
    """
    plain_digits = _FOREIGN_DIGIT.sub(lambda match: str(int(match[0])), text)
    if not _may_be_in(plain_digits):
        return text
    clean = clean_block(plain_digits)

    def _hidden(match: re.Match[str]) -> str:
        if proven and match.re is _NUMBER and _has_its_key(match["body"], match["key"]):
            return MASK
        around = clean[max(0, match.start() - _NEAR) : match.start()], clean[match.end() : match.end() + _NEAR]
        return MASK if any(map(_WORD.search, (*around, label))) else match[0]

    hidden = _SHORTENED.sub(_hidden, _NUMBER.sub(_hidden, clean))
    return text if hidden == clean else hidden


def _may_be_in(text: str) -> bool:
    if len(text) >= _SHORTEST and _DIGIT.search(text) is not None and _NUMBER.search(text) is not None:
        return True
    return ("E+1" in text or "e+1" in text) and _SHORTENED.search(text) is not None


def _has_its_key(body: str, key: str | None) -> bool:
    """Tell whether ``key`` is 97 less the remainder of the number, where Corsica's 2A counts as 19 and 2B as 18."""
    if key is None:
        return False
    digits = _NOT_KEPT.sub("", body.upper()).replace("2A", "19").replace("2B", "18")
    return 97 - int(digits) % 97 == int(_NOT_KEPT.sub("", key))


def without_nir(form: Form, fields: Fields) -> Form:
    """Return ``form`` with the numbers hidden in its cells, its original row and its notes.

    Cells that hold other long numbers (SIRET, phones, contract, student and form numbers) stay as they are, unless they
    name it themselves; the student's number is also told by its key.
    """
    if not any(map(_may_hold, {*form.cells.values(), *form.original})):
        return form
    columns = form.layout.columns
    others = {key for key in {*columns, *form.cells} if _holds_other_numbers(key, fields)}
    passed = {column: key for key in sorted(others) for column in columns.get(key, ())}
    cells = {
        key: _hide_other(value, key) if key in others else _hide(value, _label(form.layout, columns.get(key, ())))
        for key, value in form.cells.items()
    }
    original = tuple(
        _hide_other(value, passed[column]) if column in passed else _hide(value, _label(form.layout, (column,)))
        for column, value in enumerate(form.original)
    )
    notes = tuple(
        dataclasses.replace(note, slots={name: hide_nir(text) for name, text in note.slots.items()})
        for note in form.notes
    )
    return dataclasses.replace(form, cells=cells, original=original, notes=notes)


def _holds_other_numbers(key: str, fields: Fields) -> bool:
    return key in _NUMBERS_OF_OTHER_THINGS or fields[key].genre in _GENRES_OF_OTHER_NUMBERS


def _label(layout: Layout, columns: Iterable[int]) -> str:
    return " ".join(layout.headers[column] for column in columns if column < len(layout.headers))


def _may_hold(value: CellValue) -> bool:
    if type(value) is str and len(value) < _SHORTEST:
        return "E+1" in value and _may_be_in(value)
    text = _text(value)
    return text != "" and (_may_be_in(text) or _FOREIGN_DIGIT.search(text) is not None)


def hide_in_cell(value: CellValue, keys: Collection[str], label: str, fields: Fields) -> CellValue:
    """Return a cell under ``label`` that feeds the fields ``keys``, its numbers hidden unless these are other numbers."""
    other = next((key for key in keys if _holds_other_numbers(key, fields)), None)
    return _hide(value, label) if other is None else _hide_other(value, other)


def _hide(value: CellValue, label: str, *, proven: bool = True) -> CellValue:
    text = _text(value)
    hidden = hide_nir(text, label, proven=proven)
    return value if hidden == text else hidden


def _hide_other(value: CellValue, key: str) -> CellValue:
    return _hide(value, "", proven=key == _STUDENT)


def _text(value: CellValue) -> str:
    """Return what may hold a number: a text, or the digits of a numeric cell; "" for any other cell."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and abs(value) >= 10 ** (_SHORTEST - 1):
        return plain(value)
    return ""
