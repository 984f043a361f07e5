"""LibreOffice watched: a program that stands for it misbehaves by the names of the documents that it is given."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from lxml import etree

from pipeline.documents import batches, office
from pipeline.documents.office_profile import prepare_profile
from tests.rules.forms import ROOT

_PROGRAM = """#!{python} -IS
import os, subprocess, sys, time
from pathlib import Path
arguments = sys.argv[1:]
output = Path(arguments[arguments.index("--outdir") + 1])
documents = [Path(word) for word in arguments if word.endswith(".docx")]
journal = Path(__file__).with_name("journal")
with journal.open("a") as stream:
    stream.write(f"{{os.getpid()}} {{' '.join(document.stem for document in documents)}}\\n")
if Path(__file__).with_name("broken").exists():
    sys.exit(1)
Path(os.environ["TMPDIR"], f"lu{{os.getpid()}}.tmp").touch()
whole = b"%PDF-1.7\\n" + bytes(2000) + b"\\n%%EOF\\n"
for document in documents:
    name = document.stem
    if "hang" in name:
        # As the wrapper of the real one does, a child is left at work.
        subprocess.Popen(["sleep", "60"])
        time.sleep(60)
    if "die" in name:
        os.abort()
    if "slow" in name:
        time.sleep(0.25)
    if "once" in name and not Path(__file__).with_name("seen").exists():
        Path(__file__).with_name("seen").touch()
        os.abort()
    if "damaged" not in name:
        (output / f"{{name}}.pdf").write_bytes(whole[:1000] if "half" in name else whole)
"""


@pytest.fixture
def fake(tmp_path: Path) -> office.Office:
    program = tmp_path / "soffice"
    program.write_text(_PROGRAM.format(python=sys.executable), "utf-8")
    program.chmod(0o700)
    return office.Office(str(program), 1.0, 0.5)


@pytest.fixture
def convert(fake: office.Office, tmp_path: Path) -> Callable[..., list[str]]:
    """Convert documents by names; return the names of those that failed, all others having their PDF."""

    def converted(names: Sequence[str], workers: int = 1, told: list[int] | None = None) -> list[str]:
        jobs = [office.Job(tmp_path / f"{name}.docx", tmp_path / "made" / f"{name}.pdf") for name in names]
        (tmp_path / "made").mkdir(exist_ok=True)
        done = (lambda _: None) if told is None else told.append
        failed = [job.docx.stem for job, _ in office.convert(fake, jobs, tmp_path / "atelier", workers, done)]
        made = {path.stem for path in (tmp_path / "made").iterdir()}
        assert made == {*names} - {*failed}
        return failed

    return converted


def _runs(folder: Path) -> list[list[str]]:
    """Return the documents that each process was given."""
    return [line.split()[1:] for line in (folder / "journal").read_text("utf-8").splitlines()]


def _living(folder: Path) -> list[str]:
    """Return the processes of the groups that were started and are still at work; those killed have a moment to end."""
    for _ in range(100):
        if not (living := _members(folder)):
            break
        time.sleep(0.05)
    return living


def _members(folder: Path) -> list[str]:
    groups = {line.split()[0] for line in (folder / "journal").read_text("utf-8").splitlines()}
    living = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = status.read_text("utf-8").rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if group in groups and state not in "ZX":
            living.append(status.parent.name)
    return living


def test_a_killed_program_leaves_no_file_of_its_own(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    assert convert(["a", "hang"]) == ["hang"]
    assert not list(tmp_path.rglob("*.tmp"))
    assert not list((tmp_path / "atelier").glob("*/tmp"))


def test_what_is_sound_is_converted_in_one_process(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    told: list[int] = []
    assert convert(["a", "b", "c"], told=told) == []
    assert _runs(tmp_path) == [["a", "b", "c"]]
    assert sum(told) == 3


def test_nothing_to_convert_starts_nothing(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    assert convert([]) == []
    assert not (tmp_path / "journal").exists()


@pytest.mark.parametrize("guilty", ["b_hang", "b_die", "b_half", "b_damaged"])
def test_the_guilty_is_reported_alone(convert: Callable[..., list[str]], tmp_path: Path, guilty: str) -> None:
    told: list[int] = []
    assert convert(["a", guilty, "c", "d"], told=told) == [guilty]
    assert [guilty] in _runs(tmp_path)[1:]
    assert sum(told) == 4
    assert _living(tmp_path) == []


def test_what_follows_a_suspect_goes_on_as_a_batch(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    assert convert(["a", "b_die", "c", "d"]) == ["b_die"]
    assert _runs(tmp_path) == [["a", "b_die", "c", "d"], ["b_die"], ["c", "d"]]


def test_one_passed_over_does_not_hide_the_one_that_dies(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    assert convert(["a_damaged", "b", "c_die", "d"]) == ["a_damaged", "c_die"]
    assert _runs(tmp_path) == [["a_damaged", "b", "c_die", "d"], ["a_damaged"], ["c_die"], ["d"]]


def test_an_accident_is_made_good_by_the_second_attempt(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    assert convert(["a", "b_once", "c"]) == []
    assert _runs(tmp_path)[1] == ["b_once"]


def test_slow_but_alive_is_left_at_work(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    names = [f"{number}_slow" for number in range(7)]  # longer together than one document may take after the other
    assert convert(names) == []
    assert _runs(tmp_path) == [names]


def test_documents_are_told_as_they_appear(convert: Callable[..., list[str]]) -> None:
    told: list[int] = []
    convert([f"{number}_slow" for number in range(3)], told=told)
    assert told == [1, 1, 1]


def test_a_program_that_gives_nothing_is_not_tried_for_ever(convert: Callable[..., list[str]], tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    names = [f"d{number}" for number in range(50)]
    told: list[int] = []
    assert convert(names, told=told) == names
    assert len(_runs(tmp_path)) < 10
    assert sum(told) == 50


def test_a_program_that_cannot_be_started_fails_its_documents(tmp_path: Path) -> None:
    job = office.Job(tmp_path / "a.docx", tmp_path / "a.pdf")
    absent = office.Office(str(tmp_path / "absent"), 1, 1)
    assert [failed for failed, _ in office.convert(absent, [job], tmp_path / "atelier", 1)] == [job]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_gives_the_same(convert: Callable[..., list[str]], workers: int) -> None:
    told: list[int] = []
    names = ["a", "b_damaged", "c", "d", "e_die", "f"]
    assert convert(names, workers=workers, told=told) == ["b_damaged", "e_die"]
    assert sum(told) == len(names)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_stops_at_once_and_leaves_no_process(fake: office.Office, tmp_path: Path, workers: int) -> None:
    def interrupt() -> None:
        journal = tmp_path / "journal"
        while not journal.exists() or len(journal.read_text("utf-8").splitlines()) < workers:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    jobs = [office.Job(tmp_path / f"{n}_hang.docx", tmp_path / f"{n}.pdf") for n in range(4)]
    patient = office.Office(fake.program, 600, 600)
    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        office.convert(patient, jobs, tmp_path / "atelier", workers)
    assert _living(tmp_path) == []
    assert len(_runs(tmp_path)) == workers


@pytest.mark.parametrize(("count", "workers"), [(1, 2), (5, 2), (99, 1), (101, 1), (250, 2), (201, 4)])
def test_batches_are_equal_and_keep_the_order(count: int, workers: int) -> None:
    jobs = list(range(count))
    parts = batches.split(jobs, workers, 100)
    assert [job for part in parts for job in part] == jobs
    assert max(map(len, parts)) <= 100
    assert len(parts) >= min(workers, count)


def test_the_profile_is_written_once_and_forbids_what_a_template_could_ask(tmp_path: Path) -> None:
    prepare_profile(tmp_path / "profil")
    settings = tmp_path / "profil" / "user" / "registrymodifications.xcu"
    told = {
        item[0].get("{http://openoffice.org/2001/registry}name"): item[0][0].text
        for item in etree.fromstring(settings.read_bytes())
    }
    assert (told["DisableMacrosExecution"], told["MacroSecurityLevel"], told["Link"]) == ("true", "3", "2")
    settings.write_text("by LibreOffice", "utf-8")
    prepare_profile(tmp_path / "profil")
    assert settings.read_text("utf-8") == "by LibreOffice"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_keeps_the_settings_and_asks_nothing_of_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        _with_outside_picture(tmp_path / "a.docx", f"http://127.0.0.1:{server.getsockname()[1]}/a.png")
        tool = office.Office(office.find_program() or "", 90, 20)
        job = office.Job(tmp_path / "a.docx", tmp_path / "a.pdf")
        assert office.convert(tool, [job], tmp_path / "atelier", 1) == []
        with pytest.raises(TimeoutError):
            server.accept()
    profile = tmp_path / "atelier" / "office0" / "profil" / "user"
    assert "DisableMacrosExecution" in (profile / "registrymodifications.xcu").read_text("utf-8")
    assert not (profile / "GraphicsRenderTests.log").exists()


def _with_outside_picture(path: Path, address: str) -> None:
    """Write a document whose pictures stand at ``address``."""
    with zipfile.ZipFile(ROOT / "templates_docx" / "attestation.docx") as source, zipfile.ZipFile(path, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith(".rels"):
                outside = f'Target="{address}" TargetMode="External"'.encode()
                data = re.sub(rb'Target="[^"]*media/[^"]*"', outside, data)
            elif name.startswith("word/") and name.endswith(".xml"):
                data = data.replace(b"r:embed=", b"r:link=")
            copy.writestr(name, data)
    with zipfile.ZipFile(path) as written:
        assert any(address.encode() in written.read(name) for name in written.namelist())
