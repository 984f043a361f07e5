"""What whole runs share: the command as a user types it, and one run of the examples for all who look at it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.documents import library
from pipeline.documents.word import WordTemplate

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ran:
    """One run of the command: its status, what it said, and where it wrote."""

    status: int
    said: str
    outbox: Path

    @property
    def report(self) -> dict[str, Any]:
        """The run.json of the latest run."""
        read: dict[str, Any] = json.loads((self.outbox / "rapports/dernier/run.json").read_text(encoding="utf-8"))
        return read

    def dossier(self, row: int, source: str = "imprime_contact_2026-11.xlsx") -> dict[str, Any]:
        """The entry of one row."""
        (found,) = [d for d in self.report["dossiers"] if (d["source"], d["row"]) == (source, row)]
        entry: dict[str, Any] = found
        return entry

    def files(self) -> dict[str, bytes]:
        """The documents in the outbox, by path."""
        folder = self.outbox / "dossiers"
        return {str(p.relative_to(self.outbox)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def run(inbox: Path, outbox: Path, *more: str, command: str = "generate", env: dict[str, str] | None = None) -> Ran:
    """Run the command from the project's root."""
    day = () if "--date" in more else ("--date", "2026-11-21")
    words = [sys.executable, "-m", "pipeline", command, "--inbox", str(inbox), "--outbox", str(outbox), *day, *more]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, env=env, timeout=300)
    return Ran(done.returncode, done.stdout + done.stderr, outbox)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The examples, from start to end, with real LibreOffice and wkhtmltopdf."""
    return run(ROOT / "examples", tmp_path_factory.mktemp("demo") / "outbox")


_COSTLY = ("demo", "papers", "pdfs", "sheets")
"""Fixtures that start LibreOffice or wkhtmltopdf once for many tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep in one process all that look at one costly fixture, so that it is made once."""
    for item in items:
        for name in getattr(item, "fixturenames", ()):
            if name in _COSTLY:
                where = "" if name == "demo" else f" of {item.path.name}"
                item.add_marker(pytest.mark.xdist_group(f"{name}{where}"))


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    """Spare the tests that load the whole set-up in this process the compiling of templates that have not changed."""

    @lru_cache
    def compiled(path: Path, stamp: tuple[int, int], logo: bytes | None) -> WordTemplate:
        del stamp  # part of the key: another file under the same name is another template
        return WordTemplate(path, logo)

    def load(path: Path, logo: bytes | None = None) -> WordTemplate:
        state = path.stat()
        return compiled(path.resolve(), (state.st_mtime_ns, state.st_size), logo)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "WordTemplate", load)
        yield
