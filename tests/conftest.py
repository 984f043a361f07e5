"""What whole runs share: the command as a user types it, and one run of the examples for all who look at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from click.testing import CliRunner
from hypothesis import settings

from pipeline import setup, soundness
from pipeline.cli import cli
from pipeline.documents import library
from pipeline.documents.word import WordTemplate
from pipeline.setup import Setup

ROOT = Path(__file__).parents[1]

# The suite tries the same few cases each time; « make test-nightly » tries thousands of new ones, keeps those that fail in
# .hypothesis/ and begins with them the next time. Both print the line that plays a failure again.
settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


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


def run_here(inbox: Path, outbox: Path, *more: str, command: str = "generate") -> Ran:
    """Run the command in this process: a second less, for what is not about the start or the end of the program."""
    day = () if "--date" in more else ("--date", "2026-11-21")
    config = () if "--config" in more else ("--config", str(ROOT / "conventions.toml"))
    done = CliRunner().invoke(cli, [command, "--inbox", str(inbox), "--outbox", str(outbox), *config, *day, *more])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.output, outbox)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The examples, from start to end, with real LibreOffice and wkhtmltopdf."""
    return run(ROOT / "examples", tmp_path_factory.mktemp("demo") / "outbox")


_COSTLY = ("demo", "papers", "pdfs", "sheets", "nights", "site")
"""Fixtures that start LibreOffice, wkhtmltopdf or workers once for many tests."""


def _leave_for_the_nightly_target(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what is marked « nightly »: each has a shorter sister that the suite runs."""
    reason = pytest.mark.skip(reason="the long version: in make test-nightly")
    for item in items:
        if not NIGHTLY and item.get_closest_marker("nightly"):
            item.add_marker(reason)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only the nightly target tries; keep in one process all that look at one costly fixture, so that it is made once.

    xdist's own mark, xdist_group, does nothing under pytest 9.2 (pytest-xdist issue 1386): the group is given as xdist
    would, at the end of the node's name.
    """
    _leave_for_the_nightly_target(items)
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        costly = [name for name in getattr(item, "fixturenames", ()) if name in _COSTLY]
        if costly:
            group = "demo" if "demo" in costly else f"{costly[0]} of {item.path.name}"
            item._id = NodeId.parse(f"{item.nodeid}@{group}")


@pytest.fixture(scope="session", autouse=True)
def _one_cache_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every start of this session, also those of other processes, remember what it found sound in one place."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of the session: each process has a folder of its own in it
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    """Spare the tests that load the whole set-up in this process the compiling of templates that have not changed."""

    @lru_cache
    def compiled(path: Path, logo: bytes | None, content: bytes) -> WordTemplate:
        return WordTemplate(path, logo, content, sound=True)

    def load(
        path: Path, logo: bytes | None = None, content: bytes | None = None, *, sound: bool = False
    ) -> WordTemplate:
        if content is None:
            return WordTemplate(path, logo)
        template = compiled(path.resolve(), logo, content)
        assert sound or template.names is not None  # compiles it, or raises
        return template

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "WordTemplate", load)
        yield


_SETUPS = 4
"""Most set-ups that are kept: that of the project, and those of the tests that are under way."""


@pytest.fixture(scope="session", autouse=True)
def _setup_is_loaded_once() -> Iterator[None]:
    """Spare the nights of this process the loading of a set-up of which no file has changed."""
    load = setup._load_setup
    kept: dict[tuple[Path, Path, str], tuple[frozenset[tuple[object, ...]], Setup]] = {}

    def loaded(config: Path, root: Path) -> Setup:
        key = config.absolute(), root, soundness._code()
        seal, known = kept.pop(key, (frozenset(), None))
        if known is None or seal != _seal(known, config, root):
            known = load(config, root)
        kept[key] = _seal(known, config, root), known
        if len(kept) > _SETUPS:
            del kept[next(iter(kept))]  # the one that was asked for longest ago
        return known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "_load_setup", loaded)
        yield


def _seal(loaded: Setup, config: Path, root: Path) -> frozenset[tuple[object, ...]]:
    """Return what changes with the files of a set-up: their names, sizes and times."""
    folders = [root / "schemas", root / "templates_docx", loaded.settings.templates]
    files = [config, loaded.settings.university.logo, *(path for f in folders if f for path in f.rglob("*"))]
    there = ((path, path.stat()) for path in files if path and path.is_file())
    return frozenset((path, stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in there)
