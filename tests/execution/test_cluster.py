"""A Dask cluster: the same results in the same order, only workers that are the same, and any of them may die."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipeline.documents.office import Office
from pipeline.errors import SetupError
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Alone
from pipeline.execution.lease import LEASE, LeasedOutbox, LeaseLostError
from pipeline.execution.opening import crew_of
from pipeline.execution.traits import Traits, differences, traits_of
from pipeline.machine import Tools
from pipeline.model import Outcome
from pipeline.outbox import Outbox
from pipeline.report.progress import Progress
from pipeline.run import Options, run
from pipeline.setup import ROOT, load_setup
from tests.execution import tasks
from tests.execution.dask_site import Site, write_office
from tools.examples.contact import perfect
from tools.shows.stage import DAY, Stage

pytest.importorskip("distributed", reason="Dask is an optional extra")

from pipeline.execution import cluster
from pipeline.execution.cluster import open_cluster
from pipeline.execution.roster import Roster
from pipeline.execution.worker import Answer, Call, introduce

_TRAITS = Traits("3.11", "2026.8.0", "program", "schemas", "papers", "LibreOffice 1", "wkhtmltopdf 1", (("A", "B"),))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_office(tmp_path_factory.mktemp("site") / "programmes")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("dask") / "site", programs) as site:
        site.add_worker()
        yield site


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for workers on a machine that has other things to do."""
    for name in ("_ANSWER_SECONDS", "_PATIENCE_SECONDS", "_CONNECT_SECONDS"):
        monkeypatch.setattr(cluster, name, 300.0)


@pytest.fixture
def bench(tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PATH", str(programs))
    tools = Tools(Office(str(programs / "soffice"), 60, 20), None, 1)
    outbox = Outbox(tmp_path / "outbox")
    outbox.folder(".")
    return Bench(load_setup(ROOT / "conventions.toml"), outbox, tools, tmp_path)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon, and go on in this process, as good as others and there at once."""
    monkeypatch.setattr(cluster, "_PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(cluster, "_FETCH_SECONDS", 1.0)
    monkeypatch.setattr(cluster, "Pool", lambda bench, _: Alone(bench))


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────


def test_results_come_in_the_order_of_the_items_from_another_process(bench: Bench, site: Site) -> None:
    with closing(open_cluster(bench, site.scheduler)) as crew:
        assert list(crew.map(tasks.double, range(30))) == [(item, 2 * item) for item in range(30)]
        assert os.getpid() not in {found for _, found in crew.map(tasks.process, range(3))}
        assert [found for _, found in crew.map(tasks.fingerprint, [0])] == [bench.setup.fingerprint]
        assert (crew.size, crew.notices) == (1, ())
        assert crew.helps(60.0)
        assert not crew.helps(0.1)


def test_items_are_drawn_as_they_are_needed(bench: Bench, site: Site) -> None:
    drawn = list[int]()

    def items() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    with closing(open_cluster(bench, site.scheduler)) as crew:
        assert next(crew.map(tasks.double, items())) == (0, 0)
        assert len(drawn) <= 2 * crew.size + 1


def test_what_a_task_raises_is_raised_here(bench: Bench, site: Site) -> None:
    with crew_of(bench, site.scheduler) as crew:
        with pytest.raises(ValueError, match="1"):
            list(crew.map(tasks.refuse, [1, 2]))
        assert list(crew.map(tasks.double, [4])) == [(4, 8)]
        assert bench.outbox.path(LEASE).is_file()
    assert not bench.outbox.path(LEASE).exists()


@pytest.mark.usefixtures("hasty")
def test_who_kills_its_workers_has_no_result_and_when_none_is_left_this_machine_goes_on(
    bench: Bench, tmp_path: Path, programs: Path
) -> None:
    with Site(tmp_path / "site", programs, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as site:
        site.add_worker()
        site.add_worker()
        with closing(open_cluster(bench, site.scheduler)) as crew:
            while crew.size < 2:  # the other one is on its way
                assert list(crew.map(tasks.double, [1])) == [(1, 2)]
            assert list(crew.map(tasks.die_at_two, [2, 3])) == [(2, None), (3, 3)]
            assert crew.notices == ("Il ne restait aucun ouvrier Dask : cette machine a fini le travail seule.",)
            assert not bench.outbox.path(LEASE).exists()


@pytest.mark.usefixtures("hasty")
def test_when_the_scheduler_has_gone_this_machine_goes_on(bench: Bench, tmp_path: Path, programs: Path) -> None:
    with Site(tmp_path / "site", programs) as site:
        site.add_worker()
        with closing(open_cluster(bench, site.scheduler)) as crew:
            results = crew.map(tasks.double, range(8))
            found = [next(results)]
            site.stop_scheduler()
            assert [*found, *results] == [(item, 2 * item) for item in range(8)]
            assert crew.notices == ("L’ordonnanceur Dask ne répond plus : cette machine a fini le travail seule.",)
            assert not bench.outbox.path(LEASE).exists()


# ── who may work ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("trait", [field.name for field in dataclasses.fields(Traits)])
def test_each_trait_that_differs_is_told_once(trait: str) -> None:
    other: Any = (("A", "C"),) if trait == "fonts" else "other"
    assert len(list(differences(dataclasses.replace(_TRAITS, **{trait: other}), _TRAITS))) == 1


def test_the_same_traits_are_no_difference() -> None:
    assert not list(differences(_TRAITS, dataclasses.replace(_TRAITS)))


def test_a_missing_program_is_named() -> None:
    (line,) = differences(dataclasses.replace(_TRAITS, office=""), _TRAITS)
    assert "LibreOffice y est absent" in line


def test_a_worker_with_other_schemas_does_not_fit(bench: Bench) -> None:
    traits = dataclasses.replace(traits_of(bench.setup, bench.tools), fingerprint="others")
    answer = introduce(Call("session", Path("conventions.toml"), bench.outbox.root, traits))
    assert (len(answer.problems), answer.shares) == (1, False)


def test_a_worker_without_the_configuration_does_not_fit(bench: Bench, tmp_path: Path) -> None:
    traits = traits_of(bench.setup, bench.tools)
    answer = introduce(Call("session", tmp_path / "nulle_part.toml", bench.outbox.root, traits))
    assert "nulle_part.toml" in answer.problems[0]


def test_when_no_worker_fits_the_run_does_not_begin(bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    office = write_office(bench.workshop / "autre", "2.0") / "soffice"
    tools = dataclasses.replace(bench.tools, office=Office(str(office), 60, 20))
    monkeypatch.setattr(cluster, "_OTHERS_SECONDS", 0.0)
    with pytest.raises(SetupError, match=r"127\.0\.0\.1.*LibreOffice 1\.0.*LibreOffice 2\.0"):
        open_cluster(dataclasses.replace(bench, tools=tools), site.scheduler)
    assert not bench.outbox.path(LEASE).exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "http://127.0.0.1:9", "n’importe quoi"])
def test_an_address_where_nobody_answers_is_a_fault_of_the_set_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.3)
    with pytest.raises(SetupError, match="aucun ordonnanceur"):
        open_cluster(bench, address)


def test_without_dask_the_message_says_how_to_install_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r"make \.venv/cluster"), crew_of(bench, "tcp://127.0.0.1:9"):
        pytest.fail("there is no crew")


def test_a_worker_is_told_of_once_for_each_machine_and_reason() -> None:
    found = Roster(None, None)  # type: ignore[arg-type]  # nobody is asked
    for port, problem in ((1, "trop vieux"), (2, "trop vieux"), (3, "trop neuf")):
        found.hear(f"tcp://10.0.0.1:{port}", Answer(problems=(problem,)))
    found.hear("tcp://10.0.0.2:1", Answer(shares=True))
    assert found.notices() == (
        "Un ouvrier de 10.0.0.1 n’a reçu aucun travail : trop neuf.",
        "2 ouvriers de 10.0.0.1 n’ont reçu aucun travail : trop vieux.",
    )
    assert found.fit == {"tcp://10.0.0.2:1": True}


# ── the outbox ────────────────────────────────────────────────────────────────────────────────────


def test_a_worker_whose_run_is_over_writes_nothing_any_more(tmp_path: Path) -> None:
    shared, made = Outbox(tmp_path / "outbox"), tmp_path / "made.pdf"
    shared.write(LEASE, b"tonight")
    leased = LeasedOutbox(shared.root, "", "tonight")
    leased.write("a", b"1")
    shared.write(LEASE, b"tomorrow")
    made.touch()
    with pytest.raises(LeaseLostError):
        leased.write("a", b"2")
    with pytest.raises(LeaseLostError):
        leased.take(made, "b")
    with pytest.raises(LeaseLostError):
        leased.check()
    assert [path.name for path in sorted(shared.root.iterdir())] == [LEASE, "a"]
    assert shared.path("a").read_bytes() == b"1"


def test_a_run_ends_the_lease_of_one_that_was_killed(bench: Bench) -> None:
    bench.outbox.write(LEASE, b"killed")
    with crew_of(bench):
        assert not bench.outbox.path(LEASE).exists()


# ── nights ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch, programs: Path) -> None:
    """Let the workers do whatever there is to do."""
    monkeypatch.setattr(cluster, "_WORTH_SECONDS", 0.0)
    monkeypatch.setenv("PATH", str(programs))


def _night(stage: Stage, scheduler: str) -> Outcome:
    return run(
        Options(stage.inbox, stage.outbox, stage.config, DAY, 1, scheduler=scheduler), Progress(Console(quiet=True))
    )


def _stage(folder: Path, number: int = 20) -> Stage:
    stage = Stage(folder, quiet=True)
    stage.deposit([perfect(n) for n in range(number)])
    return stage


def _stages(folder: Path, first: str, second: str) -> tuple[Stage, Stage]:
    """Return two stages with the same inbox, to the byte."""
    one = _stage(folder / first)
    shutil.copytree(one.folder, folder / second)
    return one, Stage(folder / second, quiet=True)


def _told(stage: Stage) -> Any:
    """Return run.json without what differs from run to run."""
    return {key: value for key, value in stage.report.items() if key not in ("run_id", "timings")}


def _registered(stage: Stage) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(stage.folder / "outbox.sqlite3")) as register:
        tables = [name for (name,) in register.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = [(name, *register.execute(f"SELECT count(*) FROM {name}").fetchone()) for name in sorted(tables)]  # noqa: S608 – names of its own
        return [*counts, *register.execute("SELECT reference FROM dossier ORDER BY reference")]


@pytest.mark.usefixtures("eager")
def test_a_worker_killed_in_the_middle_leaves_the_outbox_of_a_quiet_night(tmp_path: Path, programs: Path) -> None:
    """What it had written is not there twice, its dossiers have the same references, and another finished them."""
    quiet, killed = _stages(tmp_path, "quiet", "killed")
    _night(quiet, "")
    with Site(tmp_path / "site", programs) as site:
        first = site.add_worker()
        second = threading.Thread(target=lambda: (first.wait(60), site.add_worker()))
        (programs / "tue").touch()
        second.start()
        outcome = _night(killed, site.scheduler)
        second.join()
    assert not (programs / "tue").exists()
    assert outcome.failures == ()
    assert killed.documents() == quiet.documents()
    assert _told(killed) == _told(quiet)
    assert _registered(killed) == _registered(quiet)
    assert not list(killed.outbox.rglob("*.part"))
    assert not (killed.outbox / LEASE).exists()


@pytest.mark.usefixtures("eager")
def test_documents_of_a_worker_that_does_not_see_the_outbox_come_back(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also messages made again, which carry PDFs that an earlier night made."""
    monkeypatch.setattr(cluster, "LEASE", ".ailleurs")
    here, there = _stages(tmp_path, "here", "there")
    for stage, scheduler in ((here, ""), (there, site.scheduler)):
        _night(stage, scheduler)
        for path in list((stage.outbox / "dossiers").rglob("*.eml"))[:3]:
            path.unlink()
        _night(stage, scheduler)
    assert there.documents() == here.documents()
    assert _told(there) == _told(here)
    assert _registered(there) == _registered(here)
    assert not list((tmp_path / "there").rglob("*.part"))


@pytest.mark.usefixtures("eager")
def test_after_an_interrupt_nothing_more_is_written(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, whole = _stages(tmp_path, "stage", "whole")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.make_night._by_version", interrupt)
        with pytest.raises(KeyboardInterrupt):
            _night(stage, site.scheduler)
    assert not (stage.outbox / LEASE).exists()
    before = stage.documents()
    time.sleep(0.5)
    assert stage.documents() == before
    _night(whole, "")
    _night(stage, site.scheduler)
    assert stage.documents() == whole.documents()
