"""Whether an outbox is whole, and whether it is the one that an uninterrupted night leaves."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from pipeline.documents.office import is_whole_pdf
from tools.kills.strike import Phase

_RUN_ID = re.compile(r"\d{8}T\d{6}Z")
_READ_BEFORE = re.compile(
    r' <span class="soft"><span data-n=\d+>\(déjà lu\)</span></span>| data-[a-z]+="?\d+"?|^.*<script.*$', re.MULTILINE
)
_OF_PDFS = re.compile(rb"\r?\n\r?\nJVBERi[A-Za-z0-9+/=\r\n]*|conventions-(?:texte-)?[0-9a-f]{40}")
"""The bytes of enclosed PDFs, and the boundary that is a hash of them."""
_OF_THE_RUN = frozenset(("run_id", "timings"))
_OWN_WORDS = frozenset(("meta", "run"))
"""Tables of the register that tell of runs and not of dossiers."""


# ── whole files ───────────────────────────────────────────────────────────────────────────────────


def torn_files(outbox: Path) -> list[str]:
    """Return the files that stand under a final name and are not whole, as paths under ``outbox``."""
    files = (path for path in sorted(outbox.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return [str(path.relative_to(outbox)) for path in files if not _is_whole(path)]


def count_files(folder: Path) -> int:
    """Return how many files stand under ``folder``."""
    return sum(path.is_file() for path in folder.rglob("*"))


def _is_whole(path: Path) -> bool:
    check = _CHECKS.get(path.suffix)
    try:
        return check is None or check(path)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def _has_members(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return archive.testzip() is None


def _is_json(path: Path) -> bool:
    json.loads(path.read_bytes())
    return True


def _is_journal(path: Path) -> bool:
    text = path.read_text("utf-8")
    return text.endswith("\n") and all(json.loads(line) for line in text.splitlines())


def _is_letter(path: Path) -> bool:
    data = path.read_bytes()
    boundary = re.search(rb'boundary="([^"]+)"', data)
    return data.rstrip().endswith(b"--" + boundary[1] + b"--") if boundary else data.endswith(b"\n")


_CHECKS: Mapping[str, Callable[[Path], bool]] = {
    ".docx": _has_members,
    ".xlsx": _has_members,
    ".pdf": is_whole_pdf,
    ".html": lambda path: path.read_bytes().rstrip().endswith(b"</html>"),
    ".json": _is_json,
    ".jsonl": _is_journal,
    ".eml": _is_letter,
}


# ── the register ──────────────────────────────────────────────────────────────────────────────────


def register_faults(register: Path) -> list[str]:
    """Return what SQLite finds wrong in a register as a killed run has left it; [] also when there is none."""
    with _copied(register) as copy:
        if copy is None:
            return []
        found = [str(text) for (text,) in copy.execute("PRAGMA integrity_check") if text != "ok"]
        return found + [f"foreign key of {row[0]}" for row in copy.execute("PRAGMA foreign_key_check")]


_UNTOLD = "{}"
"""The totals of a run that has not ended."""


def phase_of(folder: Path, runs_before: int, *, alive: bool) -> Phase:
    """Tell in which part of its work a run was killed; ``runs_before``: how many the register knew before it."""
    if not alive:
        return "fini"
    with _copied(folder / "outbox.sqlite3") as copy:
        runs = _runs(copy)
        if copy is None or len(runs) <= runs_before:
            return "départ"
        run_id, totals = runs[-1]
        reports = (folder / "outbox/rapports" / run_id).is_dir()
        if totals != _UNTOLD:
            return "rapports" if reports else "courrier"
        made = copy.execute("SELECT count(*) FROM version WHERE made_from = ''").fetchone()[0]
        return "documents" if made else "courrier"


def count_runs(folder: Path) -> int:
    """Return how many runs the register of ``folder`` knows."""
    with _copied(folder / "outbox.sqlite3") as copy:
        return len(_runs(copy))


def _runs(copy: sqlite3.Connection | None) -> list[tuple[str, str]]:
    if copy is None or not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'run'").fetchone():
        return []
    return [
        (str(name), totals or "") for name, totals in copy.execute("SELECT run_id, totals FROM run ORDER BY number")
    ]


class _Copy:
    """A copy of a register and of its journal, opened: looking at the register itself would repair it."""

    def __init__(self, register: Path) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._register = register
        self._copy: sqlite3.Connection | None = None

    def __enter__(self) -> sqlite3.Connection | None:
        if not self._register.is_file():
            return None
        for path in self._register.parent.glob(f"{self._register.name}*"):
            if path.is_file() and not path.name.endswith("-shm"):
                shutil.copyfile(path, Path(self._folder.name) / path.name)
        self._copy = sqlite3.connect(Path(self._folder.name) / self._register.name)
        return self._copy

    def __exit__(self, *_: object) -> None:
        if self._copy is not None:
            self._copy.close()
        self._folder.cleanup()


def _copied(register: Path) -> _Copy:
    return _Copy(register)


def _rows(register: Path) -> Mapping[str, list[str]]:
    """Return the rows of each table, sorted, without what names a run or the hour of one."""
    with closing(sqlite3.connect(register)) as opened:
        opened.row_factory = sqlite3.Row
        names = [row["name"] for row in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        wanted = sorted(name for name in names if name not in _OWN_WORDS and not name.startswith("sqlite_"))
        return {name: sorted(map(_bare, opened.execute(f'SELECT * FROM "{name}"'))) for name in wanted}  # noqa: S608


def _bare(row: sqlite3.Row) -> str:
    told = {key: row[key] for key in row.keys()}  # noqa: SIM118 (a Row gives its values)
    for name in ("number", "run", "first_run", "last_run") if "what" in told or "first_run" in told else ():
        told.pop(name, None)
    if "what" in told and told.get("file") is None:
        told["at"] = str(told["at"])[:10]  # told by the program: at the hour of the run
    return repr(sorted(told.items()))


# ── the same outcome ──────────────────────────────────────────────────────────────────────────────


def differences(found: Path, wanted: Path) -> list[str]:
    """Return what is not the same in two folders with outbox and register, both at the end of their night."""
    return [
        *_of_documents(found / "outbox", wanted / "outbox"),
        *_of_reports(found / "outbox", wanted / "outbox"),
        *_of_registers(found / "outbox.sqlite3", wanted / "outbox.sqlite3"),
        *(f"left over: {path.relative_to(found)}" for path in sorted((found / "outbox").rglob("*.part"))),
        *(f"torn: {path}" for path in torn_files(found / "outbox")),
        *(f"register: {fault}" for fault in register_faults(found / "outbox.sqlite3")),
    ]


def _of_documents(found: Path, wanted: Path) -> Iterator[str]:
    here, there = _documents(found), _documents(wanted)
    yield from _of_names("document", here, there)
    for name in sorted(here.keys() & there.keys()):
        if not name.endswith(".pdf") and _read(here[name]) != _read(there[name]):
            yield f"document {name} is another one"


def _read(path: Path) -> bytes:
    """Return a document; of a message, its text without the PDFs, whose bytes differ from run to run."""
    data = path.read_bytes()
    if path.suffix == ".eml" and b"application/pdf" in data:
        return _OF_PDFS.sub(b"", data)
    return data


def _documents(outbox: Path) -> Mapping[str, Path]:
    folder = outbox / "dossiers"
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def _of_names(what: str, here: Iterable[str], there: Iterable[str]) -> Iterator[str]:
    mine, theirs = set(here), set(there)
    yield from (f"{what} {name} is missing" for name in sorted(theirs - mine))
    yield from (f"{what} {name} is one too many" for name in sorted(mine - theirs))


def _of_reports(found: Path, wanted: Path) -> Iterator[str]:
    here, there = _reports(found), _reports(wanted)
    yield from _of_names("report", here, there)
    for name in sorted(here.keys() & there.keys()):
        if (ours := _told(here[name])) != (theirs := _told_once(there[name])):
            yield f"report {name} tells something else: {_first_difference(ours, theirs)}"
    told = {name for name, _ in _letters(found)}
    yield from _of_names("letter", told, {name for name, _ in _letters(wanted)})
    yield from (f"letter {name} stands {number} times" for name, number in _letters(found) if number > 1)


def _letters(outbox: Path) -> list[tuple[str, int]]:
    """Return the messages that stand in the folders of runs, each with the number of times that it stands there."""
    found: dict[str, int] = {}
    for path in sorted((outbox / "rapports").glob("*/*/*.eml")):
        if path.parts[-3] != "dernier":
            name = f"{path.parent.name}/{path.name}"
            found[name] = found.get(name, 0) + 1
    return list(found.items())


def _reports(outbox: Path) -> Mapping[str, Path]:
    latest = {str(p.relative_to(outbox)): p for p in (outbox / "rapports/dernier").rglob("*") if p.is_file()}
    workbooks = {path.name: path for path in outbox.glob("*.xlsx")}
    (run_id,) = {json.loads((outbox / "rapports/dernier/run.json").read_text("utf-8"))["run_id"]}
    folder = outbox / "rapports" / run_id
    own = {f"rapports/nuit/{p.relative_to(folder)}": p for p in folder.rglob("*") if p.is_file() and p.suffix != ".eml"}
    # A letter stands in the folder of the run that has told it, also when a later one repeats its night.
    own |= {f"{path.parent.name}/{path.name}": path for path in sorted((outbox / "rapports").glob("*/*/*.eml"))}
    return {name: path for name, path in {**latest, **workbooks, **own}.items() if not path.name.startswith(".")}


def _told(path: Path) -> Any:
    if path.suffix == ".xlsx":
        return _cells(path)
    if path.suffix == ".pdf":
        return is_whole_pdf(path)
    if path.suffix == ".eml":
        return _read(path).decode("utf-8", errors="replace").splitlines()
    text = _RUN_ID.sub("…", path.read_text("utf-8"))
    if path.name == "run.json":
        return _of_run_json(json.loads(text))
    if path.suffix == ".jsonl":
        # A night that its own end has cut is repeated as one in which nothing is new: the rows are in run.json.
        events = (str(json.loads(line).get("event")) for line in text.splitlines())
        return sorted("source" if event.startswith("source_") else event for event in events if event != "findings")
    if path.suffix == ".html":
        return _READ_BEFORE.sub("", text).splitlines()
    return text.splitlines()


@cache
def _told_once(path: Path) -> Any:
    """Return what a report of an uninterrupted night tells, read once for all that is compared with it."""
    return _told(path)


def _of_run_json(report: dict[str, Any]) -> Any:
    kept = {key: value for key, value in report.items() if key not in _OF_THE_RUN}
    kept["sources"] = [{key: value for key, value in one.items() if key != "state"} for one in kept["sources"]]
    return json.dumps(kept, ensure_ascii=False, indent=0, sort_keys=True).splitlines()


def _cells(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return [
            f"{sheet.title}: {[_RUN_ID.sub('…', str(value)) for value in row if value is not None]}"
            for sheet in book.worksheets
            for row in sheet.iter_rows(values_only=True)
        ]
    finally:
        book.close()


def _first_difference(ours: Any, theirs: Any) -> str:
    if not isinstance(ours, list):
        return f"{ours!r} and not {theirs!r}"
    for mine, other in zip(ours, theirs, strict=False):
        if mine != other:
            same = next((at for at, signs in enumerate(zip(mine, other, strict=False)) if signs[0] != signs[1]), 0)
            start = max(0, same - 60)
            return f"{mine[start : start + 200]!r} and not {other[start : start + 200]!r}"
    return f"{len(ours)} lines and not {len(theirs)}"


def _of_registers(found: Path, wanted: Path) -> Iterator[str]:
    here, there = _rows(found), _rows(wanted)
    for name in sorted(here.keys() | there.keys()):
        mine, theirs = here.get(name, []), there.get(name, [])
        if mine != theirs:
            more = [row for row in mine if row not in theirs][:1]
            less = [row for row in theirs if row not in mine][:1]
            yield f"table {name}: {len(mine)} rows and not {len(theirs)}: {_first_difference(more, less)}"
