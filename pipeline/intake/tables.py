"""Files → sheets of cells at the addresses that a person sees, formula errors included."""

from __future__ import annotations

import codecs
import contextlib
import encodings
import hashlib
import io
import pkgutil
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import python_calamine
import xlrd

from pipeline.intake import packages
from pipeline.intake.files import TEXTS, InboxFile
from pipeline.intake.opening import NotAFileError, read_whole
from pipeline.intake.packages import Span
from pipeline.intake.texts import read_text
from pipeline.intake.unreadable import ChangedFile, UnreadableFile
from pipeline.model import CellValue, ErrorCell, Limits

if TYPE_CHECKING:  # pandas takes a quarter of a second: only a process that reads a workbook loads it
    import pandas as pd

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = (
    "le fichier est protégé par un mot de passe : ouvrez-le, retirez le mot de passe "
    "(Fichier, Informations, Protéger le classeur) et déposez-le de nouveau."
)
_ENCODINGS = ("ascii", "cp", "iso8859", "koi8", "latin", "mac", "utf")
"""How the names of the encodings begin that texts, zip archives and old workbooks are written in."""
_DAMAGED = "le fichier est endommagé ou incomplet : exportez-le ou copiez-le de nouveau."


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: ``rows[0]`` is row 1 of the spreadsheet; an empty cell is None."""

    sheet: str
    rows: tuple[tuple[CellValue, ...], ...]
    merged: tuple[Span, ...] = ()
    """Merged cells, where the format tells them (.xlsx, .xlsm, .ods)."""
    hidden: bool = False


def read_tables(file: InboxFile, limits: Limits) -> list[Table]:
    """Return the sheets of ``file`` in their order; a text file is one sheet named "".

    Raises UnreadableFile (ChangedFile when the content is no longer the one that was hashed), and nothing else for bad
    data.
    """
    return tables_of(read_content(file, limits), file, limits)


def read_content(file: InboxFile, limits: Limits) -> bytes:
    """Return what was hashed. Raises ChangedFile when it has changed or gone since, UnreadableFile without the rights."""
    try:
        content = read_whole(file.path, limits.file_bytes)
    except (FileNotFoundError, NotADirectoryError, NotAFileError) as error:
        raise ChangedFile("le fichier a disparu pendant la lecture : il sera relu s’il revient.") from error
    except OSError as error:
        raise UnreadableFile("ce fichier ne peut pas être lu : faites rétablir le droit de le lire.") from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ChangedFile("le fichier est en cours de copie : il sera relu.")
    return content


def tables_of(content: bytes, file: InboxFile, limits: Limits) -> list[Table]:
    """Return the sheets that ``content`` holds: it decides how it is read, not the letters of the file's extension.

    Raises UnreadableFile, and nothing else for bad data.
    """
    suffix = PurePosixPath(file.name).suffix.lower()
    if content.startswith(b"PK"):
        return _read_package(content, limits)
    if content.startswith(_OLE):
        return _read_xls(content, limits)
    if suffix in TEXTS:
        return [Table("", read_text(content, suffix == ".tsv", limits))]
    raise UnreadableFile(_not_a_workbook(content, suffix))


def _not_a_workbook(content: bytes, suffix: str) -> str:
    head = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<html" in head:
        return f"c’est une page web renommée en {suffix} : ouvrez-la dans le tableur et enregistrez-la au format .xlsx."
    if head.startswith(b"<?xml"):
        return f"c’est un fichier XML renommé en {suffix} : enregistrez-le au format .xlsx."
    if b"\0" not in head:
        return f"c’est un fichier texte renommé en {suffix} : redonnez-lui l’extension .csv."
    return _DAMAGED


def _read_package(content: bytes, limits: Limits) -> list[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            packages.check_size(archive, limits)
            kind = packages.kind_of(archive)
            if kind == "encrypted":
                raise UnreadableFile(_LOCKED)
            if kind == "other":
                raise UnreadableFile("ce n’est pas un classeur Excel ou LibreOffice : enregistrez-le au format .xlsx.")
            look = packages.look_at_xlsx if kind == "xlsx" else packages.look_at_ods
            facts = look(archive, limits)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
        KeyError, ValueError,
    ) as error:  # fmt: skip
        # What zipfile and lxml raise on damaged bytes, an encrypted member included (RuntimeError).
        raise UnreadableFile(_DAMAGED) from error
    frames = _frames(content) if facts or _has_tables(content) else {}
    tables: list[Table] = []
    for name, frame in frames.items():
        fact = facts.get(name, packages.SheetFacts())
        rows = _rows(frame.to_numpy(dtype=object).tolist() if len(frame) else [])
        _check_extent(rows, limits)
        tables.append(Table(name, _with_errors(rows, fact.errors), fact.merged, fact.hidden))
    return tables


def _has_tables(content: bytes) -> bool:
    """Tell whether the workbook has a sheet of cells: one of charts, dialogs or macros only has none."""
    try:
        sheets = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).sheets_metadata
    except (python_calamine.CalamineError, OSError) as error:
        raise UnreadableFile(_DAMAGED) from error
    return any(sheet.typ == python_calamine.SheetTypeEnum.WorkSheet for sheet in sheets)


def load_libraries() -> None:
    """Load all that reading may take, for a process that has files read by others that it forks and that open nothing."""
    import pandas as pd

    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:  # no workbook: what reads one is loaded before it says so
        archive.writestr("mimetype", "")
    with contextlib.suppress(python_calamine.CalamineError, ValueError):
        pd.read_excel(empty, engine="calamine")
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name.startswith(_ENCODINGS):
            codecs.lookup(module.name)


def _frames(content: bytes) -> Mapping[str, pd.DataFrame]:
    import pandas as pd

    try:
        frames = pd.read_excel(
            io.BytesIO(content),
            engine="calamine",
            header=None,
            dtype=object,
            na_filter=False,
            sheet_name=None,
        )
    except (
        python_calamine.CalamineError, ValueError, KeyError, IndexError, OSError, OverflowError, TypeError,
    ) as error:  # fmt: skip
        raise UnreadableFile(_DAMAGED) from error
    return {str(name): frame for name, frame in frames.items()}


def _rows(raw: Iterable[list[Any]]) -> tuple[tuple[CellValue, ...], ...]:
    texts: dict[str, str] = {}  # what many rows repeat is one object in all of them
    rows = [
        tuple(
            (texts.setdefault(value, value) or None) if type(value) is str else None if value is None else _plain(value)
            for value in row
        )
        for row in raw
    ]
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    return tuple(rows)


def _plain(value: Any) -> CellValue:
    """Return a number that is whole as int: SIRET and telephones come as floats; anything unknown as text."""
    if isinstance(value, float):
        if value != value:
            return None
        return int(value) if value.is_integer() and abs(value) < 1e18 else value
    if isinstance(value, (datetime, timedelta)):
        return _standard(value)
    if isinstance(value, (str, int, bool, date, time, ErrorCell)):
        return value
    return str(value)


def _standard(value: datetime | timedelta) -> datetime | timedelta:
    """Return a moment or a duration of pandas as Python's own."""
    import pandas as pd

    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.to_pytimedelta() if isinstance(value, pd.Timedelta) else value


def _check_extent(rows: tuple[tuple[CellValue, ...], ...], limits: Limits) -> None:
    if len(rows) > limits.rows:
        raise UnreadableFile(packages.too_many_rows(limits))
    for row in rows:
        if len(row) > limits.columns and any(value is not None for value in row[limits.columns :]):
            raise UnreadableFile(packages.too_many_columns(limits))


def _with_errors(
    rows: tuple[tuple[CellValue, ...], ...], errors: Mapping[tuple[int, int], str]
) -> tuple[tuple[CellValue, ...], ...]:
    """Put back the formula errors, which calamine reads as empty cells."""
    if not errors:
        return rows
    grid = [list(row) for row in rows]
    for (row, column), code in sorted(errors.items()):
        while len(grid) <= row:
            grid.append([])
        line = grid[row]
        line.extend([None] * (column + 1 - len(line)))
        line[column] = ErrorCell(code)
    return tuple(tuple(line) for line in grid)


def _read_xls(content: bytes, limits: Limits) -> list[Table]:
    """Read the old binary format with xlrd, which tells formula errors and dates apart."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableFile(_LOCKED)
    try:
        # The log of xlrd would otherwise be written on the terminal.
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), on_demand=False)
        tables = [_xls_sheet(book, sheet) for sheet in book.sheets()]
    except xlrd.XLRDError as error:
        raise UnreadableFile(_LOCKED if "encrypted" in str(error).lower() else _DAMAGED) from error
    except (
        struct.error, ArithmeticError, AssertionError, AttributeError, EOFError, LookupError,
        NotImplementedError, OSError, RecursionError, TypeError, ValueError, xlrd.compdoc.CompDocError,
    ) as error:  # fmt: skip
        # xlrd follows offsets written in the file: on damaged bytes it fails in any of these ways.
        raise UnreadableFile(_DAMAGED) from error
    for table in tables:
        _check_extent(table.rows, limits)
    return tables


def _xls_sheet(book: Any, sheet: Any) -> Table:
    rows = [[_xls_cell(book, cell) for cell in sheet.row(index)] for index in range(sheet.nrows)]
    return Table(str(sheet.name), _rows(rows), hidden=sheet.visibility != 0)


def _xls_cell(book: Any, cell: Any) -> Any:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return ErrorCell(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return cell.value
        return moment.time() if 0 <= cell.value < 1 else moment
    return cell.value
