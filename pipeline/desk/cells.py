"""One cell of hers: how the workbook shows a value, and how what stands in a returned cell is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pipeline.desk.columns import NO, NOT_CONCERNED, Column
from pipeline.language import short_date
from pipeline.model import CellValue, ErrorCell, Value
from pipeline.normalise.dates import read_date
from pipeline.normalise.refusal import UNKNOWN
from pipeline.normalise.refusal import Refusal as NotRead
from pipeline.tables.words import clean_spaces, fold

LONGEST = 2_000
"""Characters of a text that the register keeps."""
_YES = frozenset({"recu", "recue", "recus", "recues", "oui", "yes", "ok", "x", "vrai", "true", "fait"})
_NO = frozenset({"non", "no", "faux", "false", "pas recu", "pas recue", "pas encore", "non recu", "non recue"})
_TICKS, _CROSSES = frozenset("✓✔☑✅"), frozenset("✗✘☒❌")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Unfit:
    """What stands in a cell and that its column cannot take."""

    value: str
    """As text, shortened."""
    expected: str
    """In French: « une date (JJ/MM/AAAA) »."""
    cause: str = ""
    """In French, when it can be told: « année à deux chiffres »."""

    @property
    def reason(self) -> str:
        """What is wrong and what is expected, as the end of a sentence."""
        cause = f" ({self.cause})" if self.cause else ""
        return f"«\u00a0{self.value}\u00a0» n’a pas été compris{cause}\u00a0; attendu\u00a0: {self.expected}"


def show(column: Column, value: Value | None) -> CellValue:
    """Return what the cell of ``column`` holds for ``value``: the inverse of :func:`read`."""
    if value is None:
        return None
    if isinstance(value, bool):
        return column.word if value else NO
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    return str(value)


def shown_text(column: Column, value: Value | None) -> str:
    """Return ``value`` as a sentence names it: « 12/03/2027 », « reçu », « vide » for nothing."""
    cell = show(column, value)
    return "vide" if cell is None else short_date(cell) if isinstance(cell, date) else f"«\u00a0{cell}\u00a0»"


def form_value(column: Column, values: Mapping[str, Value]) -> Value | None:
    """Return what the form itself answers to ``column``: an end of validity, else that it has come; None otherwise."""
    until = values.get(column.until) if column.until else None
    found = values.get(column.field) if column.field else None
    if isinstance(until, date) and found is not False:
        return until
    return found if found is not False else None


def read(column: Column, raw: CellValue) -> Value | Unfit | None:
    """Read a cell of ``column``; None when it is empty or says that it does not concern the dossier."""
    cell = plain(raw)
    if cell is None or (isinstance(cell, str) and fold(cell) == fold(NOT_CONCERNED)):
        return None
    if isinstance(cell, ErrorCell):
        return Unfit(cell.code, expected(column), "formule en erreur")
    match column.kind:
        case "date":
            return _day(cell, column)
        case "oui":
            return _tick(cell, column)
        case "choix":
            return _choice(cell, column)
        case _:
            return _text(cell)


def expected(column: Column) -> str:
    """Return in French what ``column`` takes."""
    match column.kind:
        case "date":
            return "une date (JJ/MM/AAAA)"
        case "oui":
            return f"«\u00a0{column.word}\u00a0», «\u00a0{NO}\u00a0» ou une date (JJ/MM/AAAA)"
        case "choix":
            return " ou ".join(f"«\u00a0{choice}\u00a0»" for choice in column.choices)
        case _:
            return "un texte"


def plain(raw: CellValue) -> CellValue:
    """Return ``raw`` as two programs that saved the same cell would both give it.

    Texts without stray spaces or control characters, "" as None, whole numbers as int, midnights as days.
    """
    match raw:
        case str():
            lines = [clean_spaces(part) for part in _CONTROL.sub("", raw.replace("_x000D_", "")).splitlines()]
            return "\n".join(lines).strip("\n ") or None
        case bool():
            return raw
        case float():
            return int(raw) if raw == raw and abs(raw) < 1e18 and raw.is_integer() else raw
        case datetime():
            return raw.date() if raw.time() == time() else raw.replace(tzinfo=None)
        case _:
            return raw


def as_text(raw: CellValue) -> str:
    """Return a cell as a sentence quotes it, on one line."""
    cell = plain(raw)
    match cell:
        case None:
            return ""
        case ErrorCell():
            return cell.code
        case bool():
            return "oui" if cell else NO
        case datetime():
            return cell.strftime("%d/%m/") + f"{cell.year:04d}" + cell.strftime(" %H:%M")
        case date():
            return cell.strftime("%d/%m/") + f"{cell.year:04d}"
        case time():
            return cell.strftime("%H:%M")
        case timedelta():
            return str(cell)
        case _:
            return clean_spaces(str(cell))


def _unfit(cell: CellValue, column: Column, found: NotRead | None = None) -> Unfit:
    text = as_text(cell)
    cause = found.cause if found is not None and found is not UNKNOWN else ""
    return Unfit(text if len(text) <= 60 else text[:59] + "…", expected(column), cause)


def _day(cell: CellValue, column: Column) -> date | Unfit:
    found = read_date(cell)
    return _unfit(cell, column, found) if isinstance(found, NotRead) else found


def _tick(cell: CellValue, column: Column) -> bool | date | Unfit:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int) and cell in (0, 1):
        return bool(cell)
    if isinstance(cell, str):
        word = fold(cell)
        if word == fold(column.word) or word in _YES or (not word and set(cell) <= _TICKS):
            return True
        if word in _NO or (not word and set(cell) <= _CROSSES):
            return False
    return _day(cell, column)


def _choice(cell: CellValue, column: Column) -> str | Unfit:
    wanted = fold(as_text(cell))
    found = [choice for choice in column.choices if fold(choice) == wanted]
    return found[0] if found else _unfit(cell, column)


def _text(cell: CellValue) -> str | Unfit:
    text = cell if isinstance(cell, str) else as_text(cell)
    if len(text) > LONGEST:
        return Unfit(text[:40] + "…", f"un texte de {LONGEST} caractères au plus")
    return text
