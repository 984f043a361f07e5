"""Rows of a recognised sheet → forms, their cells under field keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from pipeline.intake.conversions import CONVERSIONS
from pipeline.intake.headers import Recognised
from pipeline.intake.labels import header_key
from pipeline.intake.names import ORDERS, split_name
from pipeline.intake.systems import TIMESTAMP
from pipeline.intake.tables import Table
from pipeline.intake.typography import thousands, typeset
from pipeline.model import CellValue, ErrorCell, Form, Layout, Limits, Note, Place, column_letters
from pipeline.tables.fields import Fields
from pipeline.tables.words import clean_spaces, fold, says_yes

Row: TypeAlias = tuple[CellValue, ...]
Cells: TypeAlias = dict[str, CellValue]
_Step: TypeAlias = Callable[[Row, Cells], Note | None]

_BLANK = " \t\r\n\u00a0\u202f\u2007\u200b\ufeff"
_PEOPLE = ("enseignant", "signataire", "tuteur", "tuteur2", "representant", "etudiant")


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is no form, and why, in French."""

    row: int
    reason: str


def read_forms(
    table: Table, recognised: Recognised, file: str, fields: Fields, limits: Limits
) -> Iterator[Form | Unread]:
    """Yield one form for each row under the headers, or the reason why the row is none.

    Blank rows and repeated headers are passed over. A row of at most two cells that names neither student
    nor host (a total, a remark), a form begun and never sent and a row with an overlong cell are
    :class:`Unread`.
    """
    layout = recognised.layout
    several = _several_answers(table, recognised)
    if several:
        layout = replace(layout, several=tuple(sorted(several)))
    reader = RowReader(layout, recognised, file, table.sheet, fields, limits)
    for index in range(layout.header_row, len(table.rows)):
        read = reader.read(table.rows[index], index + 1)
        if read is not None:
            yield read


class RowReader:
    """Reads the rows of one sheet, one by one, by the steps of its source system."""

    def __init__(
        self, layout: Layout, recognised: Recognised, file: str, sheet: str, fields: Fields, limits: Limits
    ) -> None:
        self._layout, self._recognised, self._limits = layout, recognised, limits
        self._file, self._sheet = file, sheet
        self._steps = _steps(recognised, fields)
        self._several = frozenset(layout.several)
        self._width = max((i + 1 for i, label in enumerate(layout.headers) if label), default=0)

    def read(self, row: Row, number: int) -> Form | Unread | None:
        """Return the form that ``row`` is, why it is none, or None for a blank row and for repeated headers."""
        filled = [i for i, value in enumerate(row) if not _is_blank(value)]
        if not filled or _repeats_headers(row, filled, self._layout.headers):
            return None
        long = next((i for i in filled if _is_overlong(row[i], self._limits)), None)
        if long is not None:
            return Unread(
                number,
                typeset(
                    f"la cellule {column_letters(long)}{number} dépasse "
                    f"{thousands(self._limits.cell_characters)} caractères : raccourcissez-la."
                ),
            )
        if _is_unsent(row, self._recognised):
            return Unread(
                number, "réponse commencée et jamais envoyée : la ou le stagiaire doit terminer le formulaire."
            )
        cells: Cells = {}
        separator = self._recognised.system.separator
        answers = _listed(row, self._several, separator) if self._several else row
        notes = tuple(note for step in self._steps if (note := step(answers, cells)) is not None)
        if len(filled) <= 2 and (_is_total(row, filled) or not _names_someone(cells)):
            return Unread(number, "ni stagiaire ni organisme d’accueil sur cette ligne (total ou remarque).")
        original = row + (None,) * (self._width - len(row))
        return Form(Place(self._file, self._sheet, number), self._layout, cells, original, notes)


def _several_answers(table: Table, recognised: Recognised) -> frozenset[int]:
    """Return the columns of questions with several answers: every filled cell ends with the separator."""
    separator = recognised.system.separator
    if separator is None:
        return frozenset()
    filled: set[int] = set()
    single: set[int] = set()
    for row in table.rows[recognised.layout.header_row :]:
        for index, value in enumerate(row):
            if not _is_blank(value):
                filled.add(index)
                if not (isinstance(value, str) and value.strip(_BLANK).endswith(separator)):
                    single.add(index)
    return frozenset(filled - single)


def _listed(row: Row, several: frozenset[int], separator: str | None) -> Row:
    """Return the row with « a;b; » as « a, b » in the columns ``several``."""
    return tuple(
        ", ".join(part.strip() for part in value.split(separator) if part.strip())
        if index in several and isinstance(value, str)
        else value
        for index, value in enumerate(row)
    )


def _is_unsent(row: Row, recognised: Recognised) -> bool:
    system, by_header = recognised.system, recognised.by_header
    empty = _indexes(system.unsent_when_empty, by_header)
    if empty and all(_at(row, index) is None for index in empty):
        return True
    told = (_at(row, index) for index in _indexes(system.unsent_when_yes, by_header))
    return any(map(says_yes, told))


def _names_someone(cells: Cells) -> bool:
    return any(key.startswith(("etudiant.", "organisme.")) for key in cells)


def _is_total(row: Row, filled: list[int]) -> bool:
    return any(
        isinstance(value, str) and fold(value[:40]).startswith(("total", "sous total", "somme"))
        for value in (row[i] for i in filled)
    )


def _is_blank(value: CellValue) -> bool:
    return value is None or (type(value) is str and not value.strip(_BLANK))


def _is_overlong(value: CellValue, limits: Limits) -> bool:
    return type(value) is str and len(value) > limits.cell_characters


def _repeats_headers(row: Row, filled: list[int], labels: tuple[str, ...]) -> bool:
    """Tell whether most filled cells of the row are the labels of their columns."""
    probe = filled[: min(len(filled), 3)]
    if not any(_is_label(row, i, labels) for i in probe):
        return False
    same = sum(_is_label(row, i, labels) for i in filled)
    return same * 2 > len(filled) and same >= min(3, sum(1 for label in labels if label))


def _is_label(row: Row, index: int, labels: tuple[str, ...]) -> bool:
    value = row[index]
    if not isinstance(value, str) or index >= len(labels) or not labels[index]:
        return False
    return value == labels[index] or (
        len(value) < 300 and bool(header_key(value)) and header_key(value) == header_key(labels[index])
    )


def _at(row: Row, index: int) -> CellValue:
    if index >= len(row) or _is_blank(row[index]):
        return None
    return row[index]


def _first(row: Row, indexes: tuple[int, ...]) -> CellValue:
    for index in indexes:
        if (value := _at(row, index)) is not None:
            return value
    return None


def _steps(recognised: Recognised, fields: Fields) -> list[_Step]:
    """Return what is done to each row, in order: copy, join, split, convert, translate."""
    system, layout, by_header = recognised.system, recognised.layout, recognised.by_header
    steps: list[_Step] = []
    handled: set[str] = set()
    for field, headers in system.join.items():
        if field in layout.columns:
            steps.append(_joining(field, _indexes(headers, by_header)))
            handled.add(field)
    for split in system.splits:
        if indexes := _indexes(split.headers, by_header):
            steps.append(_splitting(split.person, indexes, split.order, fields))
            handled |= {f"{split.person}.nom", f"{split.person}.prenom"}
    for conversion in system.conversions:
        parts = {part: _indexes(headers, by_header) for part, headers in conversion.parts.items()}
        if any(parts.values()):
            steps.append(_converting(conversion.name, conversion.targets, parts, conversion.words))
            handled |= set(conversion.targets)
            steps += [
                _copying(target, recognised.feeding[target])
                for target in conversion.targets
                if target in recognised.feeding
            ]
    implied = {
        (field, (by_header[header],))
        for header, values in system.implied.items()
        if header in by_header
        for field in values
    }
    for field, indexes in layout.columns.items():
        if field not in handled and ((field, indexes) not in implied or field in recognised.feeding):
            first = _indexes(system.coalesce.get(field, ()), by_header)
            last = _indexes(system.fallback.get(field, ()), by_header)
            asked = tuple(index for index in indexes if index not in last)
            steps.append(_copying(field, tuple(dict.fromkeys((*first, *asked, *last)))))
    for person in _PEOPLE:
        nom, prenom = f"{person}.nom", f"{person}.prenom"
        if nom in layout.columns and nom not in handled and prenom not in layout.columns:
            steps.append(_splitting(person, layout.columns[nom], ORDERS[0], fields))
    steps.extend(_translating(field, values) for field, values in system.values.items() if field in layout.columns)
    if TIMESTAMP in layout.columns:
        steps.append(_dating)
    for header, values in system.implied.items():
        if header in by_header:
            steps.append(_implying(by_header[header], values))
    return steps


def _indexes(headers: tuple[str, ...], by_header: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(by_header[header] for header in headers if header in by_header)


def _copying(field: str, indexes: tuple[int, ...]) -> _Step:
    if len(indexes) == 1:
        (only,) = indexes

        def copy_one(row: Row, cells: Cells) -> None:
            if only < len(row):
                value = row[only]
                if value is not None and not (type(value) is str and not value.strip(_BLANK)):
                    cells[field] = value

        return copy_one

    def copy_first(row: Row, cells: Cells) -> None:
        value = _first(row, indexes)
        if value is not None:
            cells[field] = value

    return copy_first


def _joining(field: str, indexes: tuple[int, ...]) -> _Step:
    def join(row: Row, cells: Cells) -> None:
        values = [value for i in indexes if (value := _at(row, i)) is not None]
        error = next((value for value in values if isinstance(value, ErrorCell)), None)
        if error is not None:
            cells[field] = error
        elif values:
            cells[field] = ", ".join(str(value).strip() for value in values)

    return join


def _splitting(person: str, indexes: tuple[int, ...], order: str, fields: Fields) -> _Step:
    nom, prenom, civilite = f"{person}.nom", f"{person}.prenom", f"{person}.civilite"

    def split(row: Row, cells: Cells) -> None:
        value = _first(row, indexes)
        if value is None:
            return
        if not isinstance(value, str):
            cells[nom] = value
            return
        family, given, civility = split_name(value, order)
        cells[nom] = family
        if given and prenom in fields:
            cells[prenom] = given
        if civility and civilite in fields and civilite not in cells:
            cells[civilite] = civility

    return split


def _converting(
    name: str,
    targets: tuple[str, ...],
    parts: dict[str, tuple[int, ...]],
    words: Mapping[str, tuple[str, ...]],
) -> _Step:
    conversion = CONVERSIONS[name]

    def convert(row: Row, cells: Cells) -> Note | None:
        values, note = conversion({part: _first(row, where) for part, where in parts.items()}, words, targets)
        for target, value in zip(targets, values, strict=True):
            if value is not None:
                cells[target] = value
        return note

    return convert


_DAY_AND_HOUR = re.compile(r"(\d{1,2}/\d{1,2}/\d{4}) +[-–] +(\d{1,2}[:h]\d{2}.*)", re.DOTALL)


def _dating(_row: Row, cells: Cells) -> None:
    """Take away the dash that Drupal puts between the day and the hour."""
    value = cells.get(TIMESTAMP)
    if isinstance(value, str) and (match := _DAY_AND_HOUR.fullmatch(value.strip())):
        cells[TIMESTAMP] = f"{match[1]} {match[2]}"


def _implying(index: int, values: Mapping[str, str]) -> _Step:
    """Give the fields that the header itself tells their values, where nothing else does."""

    def imply(row: Row, cells: Cells) -> None:
        if _at(row, index) is not None:
            for field, value in values.items():
                cells.setdefault(field, value)

    return imply


def _translating(field: str, values: Mapping[str, str]) -> _Step:

    def translate(_row: Row, cells: Cells) -> None:
        value = cells.get(field)
        if not isinstance(value, (str, int, bool, datetime)):
            return
        text = ("oui" if value else "non") if isinstance(value, bool) else clean_spaces(str(value))
        translated = values.get(fold(text), values.get("*"))
        if translated:
            cells[field] = translated
        elif translated == "":
            del cells[field]

    return translate
