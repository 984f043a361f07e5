"""Files are read in processes of their own: what a file does to its reader is told of the file, and the night goes on."""

from __future__ import annotations

import dataclasses
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.intake import (
    Reading,
    apart,
    crossing,
    describe_apart,
    describe_columns,
    find_files,
    read_apart,
    read_file,
)
from pipeline.intake.systems import Systems
from pipeline.intake.unreadable import Cause, why
from pipeline.model import ErrorCell, Limits
from pipeline.setup import ROOT
from pipeline.tables.fields import Fields
from tests.intake.heavy_files import long_text, two_corners

Reads = Callable[..., list[Reading]]
_PATIENT = 60
_OF_EVERY_SORT = ("drupal_webform.csv", "esup_stage_conventions.xls", "microsoft_forms.xlsx", "pstage_export.csv")


@pytest.fixture
def reads(systems: Systems, fields: Fields) -> Reads:
    """Read every file of a folder apart."""

    def read_all(inbox: Path, limits: Limits | None = None) -> list[Reading]:
        limits = limits or Limits()
        return list(read_apart(find_files(inbox, limits), systems, fields, limits))

    return read_all


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox with two good exports, whose names sort after that of a bad file."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in ("bon.csv", "meilleur.csv"):
        shutil.copyfile(ROOT / "examples" / "framaforms.csv", folder / name)
    return folder


GOOD = {"bon.csv": "lu", "meilleur.csv": "lu"}


def states(readings: Sequence[Reading]) -> dict[str, str]:
    return {one.sources[0].file: one.sources[0].state for one in readings}


def children_of(process: int) -> list[int]:
    """Return the processes that one has started and that are still there."""
    try:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]
    except OSError:
        return []


def first_child() -> int:
    """Wait for the next child of this process's server and return its number."""
    deadline = time.monotonic() + _PATIENT
    while time.monotonic() < deadline:
        if children := children_of(apart._server()._process.pid):
            return children[0]
        time.sleep(0.001)
    raise TimeoutError


@pytest.fixture
def strike() -> Iterator[Callable[[Callable[[int], None]], None]]:
    """Do something to the next child of the server as soon as it is there."""
    threads: list[threading.Thread] = []

    def begin(blow: Callable[[int], None]) -> None:
        apart._server()
        threads.append(threading.Thread(target=lambda: blow(first_child())))
        threads[-1].start()

    yield begin
    for thread in threads:
        thread.join()


def test_what_is_read_apart_is_what_is_read_here(systems: Systems, fields: Fields) -> None:
    limits = Limits()
    files = [file for file in find_files(ROOT / "examples", limits) if file.name in _OF_EVERY_SORT]
    here = [read_file(file, systems, fields, limits) for file in files]
    assert list(read_apart(files, systems, fields, limits)) == here
    for file in files[2:]:
        assert describe_apart(file.path, systems, fields, limits) == describe_columns(
            file.path, systems, fields, limits
        )


@pytest.mark.parametrize(
    ("name", "limits", "cause"),
    [
        ("a.xlsx", Limits(memory_bytes=300_000_000), Cause.MEMORY),
        ("a.csv", Limits(memory_bytes=30_000_000, rows=2_000_000), Cause.MEMORY),
        ("a.csv", Limits(seconds=1, rows=2_000_000), Cause.TIME),
    ],
    ids=["memory of calamine", "memory of Python", "time"],
)
def test_a_file_that_costs_too_much_is_refused_for_good_and_the_others_are_read(
    inbox: Path, reads: Reads, name: str, limits: Limits, cause: Cause
) -> None:
    (two_corners if name == "a.xlsx" else long_text)(inbox / name)
    heavy, *others = reads(inbox, limits)
    assert states([heavy]) == {name: "rejeté"}
    assert heavy == apart._failed(find_files(inbox, limits)[0], cause, limits)
    assert heavy.lasting, "the same content would cost the same on every night"
    assert states(others) == GOOD


def test_a_sheet_that_declares_more_cells_than_there_are_is_refused_at_once_or_read(inbox: Path, reads: Reads) -> None:
    two_corners(inbox / "a.xlsx", "XFD1048576")
    two_corners(inbox / "b.xlsx", "B2", declared="A1:XFD1048576")
    wide, declared, *others = reads(inbox)
    assert "colonnes" in (wide.sources[0].reason or "")
    assert "en-têtes" in (declared.sources[0].reason or ""), "read like any other"
    assert states(others) == GOOD


@pytest.mark.parametrize(
    ("number", "limits", "state", "cause"),
    [
        (signal.SIGKILL, Limits(), "rejeté", Cause.KILLED),
        (signal.SIGSEGV, Limits(), "rejeté", Cause.CRASH),
        (signal.SIGSTOP, Limits(seconds=1), "en attente", Cause.WAITED),
    ],
)
def test_a_reader_that_dies_or_stands_still_is_told_of_its_file_and_the_others_are_read(
    inbox: Path,
    reads: Reads,
    strike: Callable[[Callable[[int], None]], None],
    number: signal.Signals,
    limits: Limits,
    state: str,
    cause: Cause,
) -> None:
    long_text(inbox / "a.csv", 400_000)
    strike(lambda child: os.kill(child, number))
    struck, *others = reads(inbox, dataclasses.replace(limits, rows=2_000_000))
    assert states([struck]) == {"a.csv": state}
    assert (struck.sources[0].reason or "").split()[:6] == why(cause, limits).split()[:6]
    assert not struck.lasting, "another night may read it"
    assert states(others) == GOOD


def test_a_server_that_dies_is_started_again_and_nothing_is_lost(
    inbox: Path, reads: Reads, strike: Callable[[Callable[[int], None]], None], caplog: pytest.LogCaptureFixture
) -> None:
    long_text(inbox / "a.csv", 40_000)
    whole = reads(inbox)
    strike(lambda _: os.kill(apart._server()._process.pid, signal.SIGKILL))
    assert reads(inbox) == whole
    assert "another one is started" in caplog.text


def test_who_stops_listening_leaves_no_answer_to_the_next_question(
    inbox: Path, systems: Systems, fields: Fields
) -> None:
    files = find_files(inbox)
    readings = read_apart(files, systems, fields, Limits())
    assert next(readings).sources[0].file == "bon.csv"
    readings.close()  # type: ignore[attr-defined]  # it is a generator
    (again,) = read_apart(files[:1], systems, fields, Limits())
    assert again.sources[0].file == "bon.csv"


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_a_machine_on_which_no_reader_can_be_started_is_a_broken_set_up(
    inbox: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    apart._end()
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(SetupError, match="Aucun fichier n’a été ouvert"):
        reads(inbox)


def test_files_that_are_not_to_be_opened_start_no_server(tmp_path: Path, reads: Reads) -> None:
    apart._end()
    (tmp_path / "a.pdf").write_bytes(b"x")
    (tmp_path / "b.csv.part").write_bytes(b"x")
    assert states(reads(tmp_path)) == {"a.pdf": "rejeté", "b.csv.part": "en attente"}
    assert not apart._running


def test_a_coordinator_that_is_killed_leaves_no_process_behind(inbox: Path) -> None:
    long_text(inbox / "a.csv")
    code = (
        "import sys; from pathlib import Path; from pipeline.intake import *; from pipeline.model import Limits;"
        "from pipeline.tables.fields import load_fields; from pipeline.intake import apart;"
        "schemas = Path('schemas'); fields = load_fields(schemas); limits = Limits(rows=2_000_000);"
        "print(apart._server()._process.pid, flush=True);"
        "list(read_apart(find_files(Path(sys.argv[1]), limits), load_systems(schemas, fields), fields, limits))"
    )
    words = [sys.executable, "-c", code, str(inbox)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as coordinator:
        assert coordinator.stdout is not None
        server = int(coordinator.stdout.readline())
        deadline = time.monotonic() + _PATIENT
        while not (children := children_of(server)):
            assert time.monotonic() < deadline
        coordinator.kill()
    while any(Path(f"/proc/{process}/stat").exists() and not _is_dead(process) for process in (server, *children)):
        assert time.monotonic() < deadline, "a process is left behind"
        time.sleep(0.02)


def _is_dead(process: int) -> bool:
    """Tell whether a process has ended and only waits for somebody to ask how."""
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_a_child_with_the_file_in_its_memory_opens_nothing_more() -> None:
    code = (
        "import os, socket\n"
        "from pipeline.intake import server\n"
        "from pipeline.model import Limits\n"
        "reading, writing = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    server._begin(Limits())\n"
        "    server._seal()\n"
        "    for attempt in (lambda: open('/etc/passwd'), lambda: socket.socket(), lambda: open('/dev/null', 'w')):\n"
        "        try:\n"
        "            attempt()\n"
        "        except OSError:\n"
        "            os.write(writing, b'refused ')\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "print(os.read(reading, 100).decode())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused"] * 3


@pytest.mark.parametrize("value", [os.system, eval, print, Path("/"), subprocess.Popen, crossing.unpacked])
def test_only_values_of_a_reading_cross(value: object) -> None:
    with pytest.raises(crossing.ForeignValueError):
        crossing.unpacked(pickle.dumps(value))


def test_a_pickle_that_calls_a_function_is_never_obeyed(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path}/called",)

    for content in (pickle.dumps(Hostile()), pickle.dumps([ErrorCell("#N/A"), Hostile()], 0), b"", b"\x80\x05garbage"):
        with pytest.raises(crossing.ForeignValueError):
            crossing.unpacked(content)
    assert not list(tmp_path.iterdir())


def test_days_and_failed_formulas_cross() -> None:
    cells = (datetime(2026, 11, 21, 2), ErrorCell("#REF!"), None, 1.5, "x")  # noqa: DTZ001 (a spreadsheet's clock)
    assert crossing.unpacked(pickle.dumps(cells)) == cells


def test_a_reading_that_says_to_be_of_another_file_is_refused(
    inbox: Path, systems: Systems, fields: Fields, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = find_files(inbox)
    limits = Limits()
    content = pickle.dumps(read_file(one, systems, fields, limits))
    assert apart._reading(one, crossing.DONE, content, limits).sources[0].state == "lu"
    for other in (two, dataclasses.replace(one, sha256="0" * 64)):
        assert apart._reading(other, crossing.DONE, content, limits) == apart._failed(other, Cause.CRASH, limits)
    for strange in (pickle.dumps(("x",)), pickle.dumps(Reading((), ())), b"x"):
        assert apart._reading(one, crossing.DONE, strange, limits) == apart._failed(one, Cause.CRASH, limits)
    assert one.name not in caplog.text


def test_a_fault_of_the_program_is_logged_with_its_place_and_without_the_cell(
    inbox: Path, fields: Fields, caplog: pytest.LogCaptureFixture
) -> None:
    file, *_ = find_files(inbox)
    broken: Systems = 3  # type: ignore[assignment]  # what no set-up gives: the mapping of columns stumbles over it
    (reading,) = read_apart([file], broken, fields, Limits())
    assert reading == apart._failed(file, Cause.CRASH, Limits())
    assert "TypeError at " in caplog.text
    assert "pipeline/intake/headers.py:" in caplog.text
    assert "object" not in caplog.text, "a message may quote a cell"
