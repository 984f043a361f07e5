"""One night over all bad files together: it ends, the good files are done, and each bad file has its reason."""

from __future__ import annotations

import html
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import RETURNED
from tests.conftest import NIGHTLY, ROOT, run_here
from tests.hostile.bad_file import BadFile, Ground
from tests.hostile.parts import form_csv, form_xlsx, number_of
from tests.hostile.registry import BAD_FILES, SMALL, build, configured, faults, keys, told_of
from tools.bad_files import COMMAND, PAGE, table

UNREAD = "Canari73519"
GOOD = "zzz-bons"
"""Its name sorts last: a content that stands in several files is a row of the last of them."""


@dataclass(frozen=True)
class Night:
    """A night over everything, and what it has to be compared with."""

    made: tuple[BadFile, ...]
    status: int
    said: str
    stderr: str
    outbox: Path
    report: Mapping[str, Any]
    alone: Mapping[str, Any]
    """run.json of the good files by themselves."""
    asked: int
    """How often the address was asked that must never be."""
    before: tuple[str, ...]
    after: tuple[str, ...]
    """The inbox, file by file, before and after."""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The good files alone, and then with every bad file of the corpus."""
    folder = tmp_path_factory.mktemp("bad")
    inbox, alone = folder / "inbox", folder / "alone"
    limits = configured(ROOT / "conventions.toml", folder / "conventions.toml", {} if NIGHTLY else SMALL)
    canary = folder / "secret.csv"
    canary.write_text(form_csv("canari", changes={"etudiant.nom": UNREAD, "stage.sujet": UNREAD}), encoding="utf-8")
    for place in (inbox, alone):
        (place / GOOD).mkdir(parents=True)
        (place / GOOD / "framaforms.csv").write_bytes((ROOT / "examples/framaforms.csv").read_bytes())
        (place / GOOD / "fiche.xlsx").write_bytes(form_xlsx("bon"))
    config = ("--config", str(folder / "conventions.toml"))
    before = run_here(alone, folder / "outbox_alone", "--no-pdf", *config)
    assert before.status == 0, before.said
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        ground = Ground(limits, canary, url, NIGHTLY)
        made = tuple(entry for entry in BAD_FILES if build(entry, inbox, ground))
        listed = _listing(inbox)
        words = ["--inbox", str(inbox), "--outbox", str(folder / "outbox"), *config, "--date", "2026-11-21", "--no-pdf"]
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "generate", *words],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=3000 if NIGHTLY else 300,
        )  # fmt: skip
        asked = _connections(server)
    run_json = folder / "outbox/rapports/dernier/run.json"
    assert run_json.is_file(), done.stderr
    report = json.loads(run_json.read_text(encoding="utf-8"))
    return Night(
        made, done.returncode, done.stdout, done.stderr, folder / "outbox", report, before.report, asked, listed,
        _listing(inbox),
    )  # fmt: skip


def _listing(inbox: Path) -> tuple[str, ...]:
    """Return every file under ``inbox`` with its kind, rights, size and moment."""
    found = sorted(os.fsencode(path) for path in inbox.rglob("*"))
    return tuple(f"{path!r} {(s := os.lstat(path)).st_mode} {s.st_size} {s.st_mtime_ns}" for path in found)


def _connections(server: socket.socket) -> int:
    server.setblocking(False)
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_the_night_ends_well_and_says_nothing_on_stderr(nights: Night) -> None:
    assert (nights.status, nights.stderr) == (0, "")


@pytest.mark.parametrize("entry", BAD_FILES, ids=keys(BAD_FILES))
def test_each_bad_file_becomes_what_the_corpus_says(nights: Night, entry: BadFile) -> None:
    if entry not in nights.made:
        pytest.skip(entry.impossible())
    assert not faults(entry, nights.report, full=NIGHTLY)


def test_every_good_row_is_done_as_when_its_file_is_alone(nights: Night) -> None:
    def told(report: Mapping[str, Any]) -> dict[tuple[str, int], Any]:
        return {
            (row["source"], row["row"]): (
                row["status"],
                row["reference"] is not None,
                [re.sub(r"_C\d{4}-\d{6}", "", Path(path).name) for path in row["documents"]],
                [(f["rule"], f["severity"], f["cells"], f["message"]) for f in row["findings"]],
            )
            for row in report["dossiers"]
            if row["source"].startswith(f"{GOOD}/")
        }

    assert len(told(nights.alone)) == 5
    assert told(nights.report) == told(nights.alone)
    paths = [path for row in nights.report["dossiers"] for path in row["documents"]]
    assert all((nights.outbox / path).is_file() for path in paths)


def test_nothing_else_is_told(nights: Night) -> None:
    folders = {source["file"].split("/")[0] for source in nights.report["sources"]}
    assert folders == {GOOD, *(entry.key for entry in nights.made if entry.state != "passé")}
    rows = sum(source["rows"] for source in nights.report["sources"])
    assert nights.report["totals"]["rows"] == rows == len(nights.report["dossiers"])


def test_the_terminal_and_the_page_name_each_file_that_was_not_read_with_its_reason(nights: Night) -> None:
    page = _plain(html.unescape((nights.outbox / "rapports/dernier/rapport.html").read_text("utf-8")))
    lines = [(line, line.rpartition(" – ")[2]) for line in nights.said.splitlines()]
    for source in _not_read(nights):
        name, reason = source["file"], source["reason"]
        assert any(name in line and reason == told for line, told in lines), name
        assert f"<bdi>{_plain(name)}</bdi>" in page, name
        why, _, mend = _plain(reason).partition(" : ")
        # The page has what to do of a refused file in a column of its own.
        assert _plain(reason) in page or (_begun(why) in page and _begun(mend) in page), name


def _not_read(nights: Night) -> Iterator[Mapping[str, Any]]:
    found = [source for entry in nights.made for source in told_of(entry, nights.report) if source["state"] != "lu"]
    assert len(found) > 80
    yield from found


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(text: str) -> str:
    """Return ``text`` without the kinds of its spaces and apostrophes."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", text).replace("’", "'")


def test_no_line_of_the_terminal_is_another_file_s_doing(nights: Night) -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", nights.said)
    assert not [line for line in nights.said.splitlines() if line.startswith("b.xlsx")]


def test_no_file_outside_the_inbox_was_read_and_no_address_asked(nights: Night) -> None:
    assert nights.asked == 0
    for path in nights.outbox.parent.glob("outbox*/**/*"):
        assert UNREAD.encode() not in _unpacked(path), path
    assert UNREAD.encode() not in nights.outbox.with_name("outbox.sqlite3").read_bytes()
    assert UNREAD not in nights.said


def _unpacked(path: Path) -> bytes:
    if not path.is_file():
        return b""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_the_inbox_is_as_before_and_nothing_was_written_elsewhere(nights: Night) -> None:
    assert nights.after == nights.before
    assert not [*ROOT.glob("*echappe*"), *Path("/tmp").glob("*echappe*"), *nights.outbox.parent.glob("*echappe*")]  # noqa: S108 (where an archive's member wants to be written)


def test_every_entry_has_a_key_a_student_and_a_title_of_its_own() -> None:
    for values in (keys(BAD_FILES), [entry.title for entry in BAD_FILES]):
        assert sorted(values) == sorted(set(values))
    assert len({number_of(entry.key) for entry in BAD_FILES}) == len(BAD_FILES)
    assert all(entry.reason for entry in BAD_FILES if entry.state in ("rejeté", "en attente"))
    assert RETURNED  # the corpus holds exports only: what comes back from managers has its own tests


def test_the_page_of_bad_files_tells_of_every_entry() -> None:
    told = table(PAGE.read_text(encoding="utf-8"))
    assert list(told) == keys(BAD_FILES), f"docs/bad_files.md is not up to date: run « {COMMAND} »."
    for entry in BAD_FILES:
        title, outcome, reason = told[entry.key]
        assert title == entry.title
        if outcome:  # it could be made where the page was written
            assert outcome.startswith(entry.state)
            assert reason.startswith(entry.reason)
        else:
            assert reason.startswith("not tried: ")
