"""What the tests of this folder share: a register after two nights, and a search that owes nothing to the program's own."""

from __future__ import annotations

import email
import email.policy
import io
import re
import shutil
import sqlite3
import subprocess
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import cli
from tests.conftest import ROOT
from tools.shows.stage import Stage, answer, edited

_MARKS = re.compile("[\u0300-\u036f]+")
FIRST, SECOND, THIRD = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)


def moved(stage: Stage, folder: Path) -> Stage:
    """Return a copy of a stage in another folder."""
    shutil.copytree(stage.folder, folder / "stage")
    return Stage(folder / "stage", stage.config, quiet=True)


def answered(stage: Stage, reference: str) -> None:
    """Drop the follow-up workbook, in which a manager has written something about one dossier."""
    path = edited(
        stage.outbox / "suivi.xlsx",
        stage.folder / "suivi.xlsx",
        lambda book: answer(book["Dossiers"], reference, Envoyée_le=FIRST),
        "Mme Gestionnaire",
    )
    shutil.move(path, stage.inbox / "suivi.xlsx")


def told(stage: Stage, *words: str, command: str = "purge", day: date = SECOND, answer: str = "") -> tuple[int, str]:
    """Run a command on a stage; return its status and what it said."""
    place = ["--inbox", str(stage.inbox), "--outbox", str(stage.outbox), "--config", str(stage.config)]
    done = CliRunner().invoke(cli, [command, *place, "--date", day.isoformat(), *words], input=answer)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` by its path."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def words_of(path: Path) -> Iterator[str]:
    """Yield what a file says, opened by other means than the program's."""
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name).decode("utf-8", errors="ignore") for name in archive.namelist())
    if path.suffix == ".eml":
        for part in email.message_from_bytes(data, policy=email.policy.default).walk():
            yield str(part["Subject"]) + str(part["To"])
            payload = part.get_payload(decode=True)
            yield payload.decode("utf-8", errors="ignore") if isinstance(payload, bytes) else ""
    if path.suffix == ".pdf":
        yield _printed(data)
    if path.suffix in (".html", ".json", ".jsonl", ".txt"):
        yield data.decode("utf-8")
    if data.startswith(b"SQLite"):
        with closing(sqlite3.connect(path)) as database:
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in database.execute(f"SELECT * FROM {table}"):  # noqa: S608 (the name is the database's own)
                    yield " ".join(_opened(value) for value in row)


@cache
def _printed(pdf: bytes) -> str:
    """Return the text of a PDF, read once for all the searches."""
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=False).stdout.decode("utf-8")


def _opened(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    for part in (value, value.partition(b"\n")[2]):
        try:
            return zlib.decompress(part).decode()
        except zlib.error:
            continue
    return value.decode("latin-1")


def plain(text: str) -> str:
    """Return ``text`` in lower case, without accents."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()


def places_of(folder: Path, *phrases: str, beside: tuple[str, ...] = ("inbox",)) -> set[str]:
    """Return the files below ``folder`` that say one of ``phrases``, those in the folders ``beside`` left out."""
    pattern = re.compile("|".join(re.escape(plain(phrase)) for phrase in phrases))
    raw = re.compile(b"|".join(re.escape(phrase.encode()) for phrase in phrases), re.IGNORECASE)
    found = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] in beside:
            continue
        held = path.is_file() and (
            raw.search(path.read_bytes()) or any(pattern.search(plain(t)) for t in words_of(path))
        )
        if held or pattern.search(plain(name)):
            found.add(name)
    return found


def configured(folder: Path, text: str) -> Path:
    """Return the shipped configuration with its retention replaced by ``text``."""
    shipped = (ROOT / "conventions.toml").read_text("utf-8")
    before, _, rest = shipped.partition("[conservation]")
    _, _, after = rest.partition("[modeles]")
    path = folder / "conventions.toml"
    path.write_text(f"{before}[conservation]\n{text}\n[modeles]{after}", "utf-8")
    return path
