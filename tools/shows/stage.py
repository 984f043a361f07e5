"""What the shows share: an inbox and an outbox of their own, nights, a manager's hands in her workbooks, proofs."""

from __future__ import annotations

import contextlib
import email
import email.policy
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from rich.console import Console

from pipeline.model import Outcome
from pipeline.register import open_register
from pipeline.report.progress import Progress
from pipeline.run import Options, run
from pipeline.tables import load_tables

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 21)
"""The day for which the examples were written."""
_CORE = "docProps/core.xml"


class BrokenPromiseError(Exception):
    """What had to hold does not."""


@dataclass
class Stage:
    """One folder with its inbox, its outbox and its configuration."""

    folder: Path
    config: Path = ROOT / "conventions.toml"
    quiet: bool = False
    proofs: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.inbox.mkdir(parents=True, exist_ok=True)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    # ── what happens ──────────────────────────────────────────────────────────────────────────────

    def night(self, day: date = DAY, *, pdf: bool = False, check_only: bool = False) -> Outcome:
        """Let a night pass."""
        options = Options(self.inbox, self.outbox, self.config, day, 1, pdf=pdf, check_only=check_only)
        return run(options, Progress(Console(quiet=True)))

    def deposit(self, rows: Iterable[Mapping[str, Any]], name: str = "export.xlsx") -> Path:
        """Drop an export of the contact form, its rows under field keys, into the inbox."""
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        fields = _fields()
        sheet.append(list(fields.values()))
        for row in rows:
            sheet.append([row.get(key) for key in fields])
        path = self.inbox / name
        book.save(path)
        return path

    def copy(self, report: str, name: str) -> Path:
        """Copy a workbook of the outbox aside, as somebody who takes it home does."""
        target = self.folder / "chez elle" / name
        target.parent.mkdir(exist_ok=True)
        return Path(shutil.copyfile(self.outbox / report, target))

    def drop(self, path: Path, name: str = "") -> Path:
        """Drop a file into the inbox, under another name if asked."""
        return Path(shutil.copyfile(path, self.inbox / (name or path.name)))

    # ── what is seen ──────────────────────────────────────────────────────────────────────────────

    @property
    def report(self) -> dict[str, Any]:
        """The run.json of the latest run."""
        read: dict[str, Any] = json.loads((self.outbox / "rapports/dernier/run.json").read_text("utf-8"))
        return read

    @property
    def page(self) -> str:
        """The morning page of the latest run."""
        return (self.outbox / "rapports/dernier/rapport.html").read_text("utf-8")

    def current(self) -> dict[str, dict[str, Any]]:
        """Return reference → its current row in run.json."""
        return {one["reference"]: one for one in self.report["dossiers"] if one["status"] != "remplacé"}

    def source(self, file: str) -> dict[str, Any]:
        """Return what run.json says of one file of the inbox."""
        (found,) = (one for one in self.report["sources"] if one["file"] == file)
        source: dict[str, Any] = found
        return source

    def documents(self) -> dict[str, bytes]:
        """Return the dossiers' documents by their path under the outbox."""
        found = sorted(p for p in (self.outbox / "dossiers").rglob("*") if p.is_file())
        return {str(path.relative_to(self.outbox)): path.read_bytes() for path in found}

    def times(self) -> dict[str, int]:
        """Return when each document was written, by its path under the outbox."""
        found = (p for p in (self.outbox / "dossiers").rglob("*") if p.is_file())
        return {str(path.relative_to(self.outbox)): path.stat().st_mtime_ns for path in found}

    def word(self, name: str) -> str:
        """Return the text of the only Word document whose name begins with ``name``."""
        (path,) = (self.outbox / "dossiers").rglob(f"{name}*.docx")
        with zipfile.ZipFile(path) as archive:
            parts = [part for part in archive.namelist() if re.fullmatch(r"word/(document|header\d*)\.xml", part)]
            text = "\n".join(archive.read(part).decode() for part in parts)
        return re.sub(r"<[^>]+>", "", re.sub(r"</w:p>", "\n", text))

    def etapes(self) -> dict[str, str]:
        """Return reference → where the dossier stands in its life, as the register says it."""
        with closing(open_register(self.folder / "outbox.sqlite3")) as register:
            return {reference: etape for reference, (etape, _) in register.lives().items()}

    def told(self) -> dict[str, dict[str, tuple[object, str]]]:
        """Return reference → word → (value, who) of all that the register was told."""
        with closing(open_register(self.folder / "outbox.sqlite3")) as register:
            return {
                reference: {what: (event.value, event.who) for what, event in events.items()}
                for reference, events in register.told().items()
            }

    def letter(self, name: str) -> str:
        """Return subject and text, on one line, of the only message whose name begins with ``name``."""
        (path,) = (self.outbox / "dossiers").rglob(f"{name}*.eml")
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        return " ".join(f"{message['Subject']} {body.get_content() if body else ''}".split())

    # ── what is told ──────────────────────────────────────────────────────────────────────────────

    def say(self, text: str) -> None:
        """Print a line of the story."""
        if not self.quiet:
            print(text)

    def prove(self, truth: object, sentence: str) -> None:
        """Print ``sentence``, or raise BrokenPromiseError when it is not true."""
        if not truth:
            raise BrokenPromiseError(sentence)
        self.proofs += 1
        self.say(f"  ✓ {sentence}")

    def quote(self, lines: Iterable[str]) -> None:
        """Print what the program says."""
        for line in lines:
            self.say(f"    │ {line}")


@cache
def _fields() -> Mapping[str, str]:
    return {key: one.label for key, one in load_tables(ROOT / "schemas").fields.items()}


def play(scene: Callable[[Stage], None]) -> int:
    """Play a scene in the folder that the command line names, else in a temporary one; return the exit status."""
    words = sys.argv[1:]
    with _folder(words[0] if words else None) as folder:
        stage = Stage(folder)
        try:
            scene(stage)
        except BrokenPromiseError as broken:
            print(f"  ✗ {broken}")
            return 1
        print(f"{stage.proofs} points vérifiés." + (f" Tout est dans {folder}." if words else ""))
    return 0


@contextlib.contextmanager
def _folder(name: str | None) -> Iterator[Path]:
    if name is not None:
        folder = Path(name).resolve()
        if folder.exists() and any(folder.iterdir()):
            raise SystemExit(f"{folder} n’est pas vide.")
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    else:
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary)


# ── a manager's hands ─────────────────────────────────────────────────────────────────────────────


def answer(sheet: Any, reference: str, **answers: object) -> None:
    """Write answers on « Dossiers » in the row of ``reference``; columns by their titles, _ for a space."""
    header = next(cells for cells in sheet.iter_rows(max_row=5) if "Référence" in [cell.value for cell in cells])
    titles = {str(cell.value).removeprefix("● "): cell.column for cell in header}
    for title, value in answers.items():
        cell = sheet.cell(_row(sheet, titles["Référence"], reference), titles[title.replace("_", " ")])
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # typed after an apostrophe, where it begins like a formula


def decide(sheet: Any, reference: str, rule: str, choice: str, reason: str = "", reach: str = "", by: str = "") -> None:
    """Fill in the row of « À décider » that asks about ``rule`` in the dossier ``reference``."""
    titles = {str(cell.value).removeprefix("● "): cell.column for cell in sheet[1]}
    for cells in sheet.iter_rows(min_row=2):
        if (cells[titles["Référence"] - 1].value, cells[titles["Règle"] - 1].value) == (reference, rule):
            told = {"Décision": choice, "Motif": reason, "Valable pour": reach, "Par": by}
            for title, value in told.items():
                cells[titles[title] - 1].value = value or None
            return
    raise LookupError(f"{reference} {rule}")


def asked(path: Path) -> list[tuple[str, str]]:
    """Return (reference, rule) of each row of « À décider » that waits for an answer."""
    sheet = openpyxl.load_workbook(path)["À décider"]
    titles = {str(cell.value).removeprefix("● "): index for index, cell in enumerate(sheet[1])}
    rows = [[cell.value for cell in cells] for cells in sheet.iter_rows(min_row=2)]
    where = titles["Référence"], titles["Règle"], titles["Décision"]
    return [(str(row[where[0]]), str(row[where[1]])) for row in rows if row[where[0]] and not row[where[2]]]


def correct(sheet: Any, line: int, label: str, value: object) -> None:
    """Write a cell of a_corriger.xlsx, in the row that shows row ``line`` of the export; ``label`` begins its header."""
    lines = next(cell.column for cell in sheet[1] if cell.value == "Ligne")
    column = next(cell.column for cell in sheet[1] if str(cell.value).startswith(label))
    sheet.cell(_row(sheet, lines, line), column).value = value


def _row(sheet: Any, column: int, value: object) -> int:
    return next(number for number in range(1, sheet.max_row + 1) if sheet.cell(number, column).value == value)


def edited(path: Path, target: Path, edit: Callable[[Any], None], who: str, at: datetime | None = None) -> Path:
    """Save the workbook ``path`` as ``target`` once ``edit`` has changed it, as Excel does for ``who`` (``at``, local)."""
    book = openpyxl.load_workbook(path)
    edit(book)
    book.properties.lastModifiedBy = who
    book.save(target)
    if at is not None:
        _stamp(target, at)
    return target


def _stamp(path: Path, at: datetime) -> None:
    """Say in the properties of a workbook that it was saved ``at``."""
    moment = escape(at.isoformat(timespec="seconds"))
    with zipfile.ZipFile(path) as archive:
        members = {info: archive.read(info) for info in archive.infolist()}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in members.items():
            stamped = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment.encode(), data)
            archive.writestr(info, stamped if info.filename == _CORE else data)
    path.write_bytes(content.getvalue())


def by_calc(path: Path, kind: str) -> Path:
    """Save ``path`` as LibreOffice Calc does, as ``kind`` (xlsx or ods), in a folder beside it."""
    folder = path.parent / f"Calc {kind}"
    profile = f"-env:UserInstallation={(path.parent / 'profil').resolve().as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{kind}"
