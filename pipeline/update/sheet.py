"""A reference table as it arrives: read whole, each row with its line, every fault with its place."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in the file: where, what, and the mend, in French."""

    line: int
    """As an editor numbers it; 0 when it concerns the whole file."""
    column: str
    """The column's title; "" when it concerns the whole row."""
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, stripped."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that could be read; ``data`` is what would be installed: UTF-8, commas."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    data: bytes


_WHOLE_FILE = "Enregistrez la table en « CSV UTF-8 »."


def read_sheet(path: Path) -> tuple[Sheet | None, tuple[Fault, ...]]:
    """Return the table that ``path`` holds, and what keeps it from being read; None when it is not a table at all.

    Commas are the rule; semicolons, which French spreadsheets write, are read and become commas.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        return None, (Fault(0, "", f"le fichier ne peut pas être lu ({error.strerror})", "Vérifiez son nom."),)
    except UnicodeDecodeError:
        return None, (Fault(0, "", "le fichier n’est pas du texte UTF-8", _WHOLE_FILE),)
    head = text.split("\n", 1)[0]
    delimiter = ";" if ";" in head and "," not in head else ","
    try:
        columns, records = _records(text, delimiter)
    except csv.Error:
        problem = "un guillemet n’est pas fermé ou n’est pas à sa place"
        return None, (Fault(0, "", problem, "Enregistrez de nouveau la table depuis votre tableur, en CSV UTF-8."),)
    if not columns:
        return None, (Fault(0, "", "le fichier est vide", "Donnez la table entière, avec sa ligne de titres."),)
    faults = [Fault(1, name, "cette colonne figure deux fois", "Gardez-en une.") for name in _repeated(columns)]
    rows = []
    for line, cells in records:
        if len(cells) != len(columns):
            problem = f"{len(cells)} cellules au lieu de {len(columns)}"
            mend = "Mettez entre guillemets un texte qui contient une virgule, et gardez les cellules vides."
            faults.append(Fault(line, "", problem, mend))
        rows.append(Row(line, dict(zip(columns, cells, strict=False))))
    if not rows:
        faults.append(Fault(0, "", "la table n’a aucune ligne", "Donnez la table entière."))
    data = raw if delimiter == "," else _with_commas(columns, [cells for _, cells in records])
    return Sheet(tuple(columns), tuple(rows), data), tuple(faults)


def _records(text: str, delimiter: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the titles, and each row that is not blank with the line where it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    records: list[tuple[int, list[str]]] = []
    line = 1
    for record in reader:
        cells = [cell.strip() for cell in record]
        if any(cells):
            if columns:
                records.append((line, cells))
            else:
                columns = cells
        line = reader.line_num + 1
    return columns, records


def _repeated(names: Collection[str]) -> list[str]:
    return [name for name, number in Counter(names).items() if number > 1]


def _with_commas(columns: list[str], rows: list[list[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([columns, *rows])
    return stream.getvalue().encode()


def quoted(text: str) -> str:
    """Return a cell as a sentence shows it: visible characters, sixty at most, between quotation marks."""
    seen = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return f"«\u00a0{seen if len(seen) <= 60 else seen[:59] + '…'}\u00a0»" if seen else "vide"
