"""A pool of processes: the order is that of the items, a dead worker costs one item at most, nobody is left behind."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.execution.bench import Bench, DifferentBenchError, recipe_of, set_up
from pipeline.execution.crew import Alone
from pipeline.execution.pool import Pool
from pipeline.machine import Tools
from pipeline.outbox import Outbox
from pipeline.setup import ROOT, load_setup
from tests.execution import tasks


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("bench")
    return Bench(load_setup(ROOT / "conventions.toml"), Outbox(folder / "outbox"), Tools(None, None, 2), folder)


@pytest.fixture(scope="module")
def pool(bench: Bench) -> Iterator[Pool]:
    with closing(Pool(bench, 2)) as pool:
        yield pool


def test_results_come_in_the_order_of_the_items(pool: Pool) -> None:
    assert list(pool.map(tasks.double, range(50))) == [(item, 2 * item) for item in range(50)]


def test_the_work_is_done_elsewhere_on_the_same_bench(pool: Pool, bench: Bench) -> None:
    assert os.getpid() not in {found for _, found in pool.map(tasks.process, range(8))}
    assert [found for _, found in pool.map(tasks.fingerprint, [0])] == [bench.setup.fingerprint]


def test_what_a_task_raises_is_raised_here(pool: Pool) -> None:
    with pytest.raises(ValueError, match="1"):
        list(pool.map(tasks.refuse, [1]))
    assert list(pool.map(tasks.double, [4])) == [(4, 8)]


def test_one_process_does_the_same_in_the_same_order(bench: Bench) -> None:
    assert list(Alone(bench).map(tasks.double, range(5))) == [(item, 2 * item) for item in range(5)]
    assert not Alone(bench).helps(1e9)


def test_workers_are_started_for_work_that_is_worth_it(bench: Bench) -> None:
    pool = Pool(bench, 2)
    assert not pool.helps(1.0)
    assert pool.helps(60.0)
    assert not Pool(bench, 1).helps(60.0)


def test_items_are_drawn_as_they_are_needed(pool: Pool) -> None:
    drawn = list[int]()

    def items() -> Iterator[int]:
        for number in range(100):
            drawn.append(number)
            yield number

    results = pool.map(tasks.double, items())
    assert next(results) == (0, 0)
    assert len(drawn) <= pool.size + 2


def test_workers_stay_when_the_rest_is_not_wanted(pool: Pool) -> None:
    results = pool.map(tasks.process, range(8))
    first = next(results)[1]
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert first in {found for _, found in pool.map(tasks.process, range(50))}


def test_who_kills_its_worker_is_alone_in_having_no_result(bench: Bench) -> None:
    with closing(Pool(bench, 1)) as pool:
        assert list(pool.map(tasks.die_at_two, range(4))) == [(0, 0), (1, 1), (2, None), (3, 3)]


def test_a_worker_that_is_told_to_stop_is_a_worker_that_died(bench: Bench) -> None:
    with closing(Pool(bench, 1)) as pool:
        assert list(pool.map(tasks.be_stopped_at_two, range(4))) == [(0, 0), (1, 1), (2, None), (3, 3)]


def test_a_fault_of_the_setup_crosses_from_a_worker(pool: Pool) -> None:
    with pytest.raises(SetupError, match="ce modèle manque") as raised:
        list(pool.map(tasks.lack_a_template, [1]))
    assert (raised.value.file, raised.value.exit_code) == ("modèle.docx", 2)


def test_a_worker_that_stops_begins_nothing_more(bench: Bench, tmp_path: Path) -> None:
    pool, marks = Pool(bench, 1), [tmp_path / "premier", tmp_path / "suivant"]

    def interrupt() -> None:
        while not marks[0].is_file():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        list(pool.map(tasks.mark_and_wait, map(str, marks)))  # the second one waits in the worker's queue
    assert not marks[1].is_file()


def test_what_a_configuration_names_stands_beside_it_also_when_it_is_a_link(bench: Bench, tmp_path: Path) -> None:
    there, here = tmp_path / "ailleurs" / "conventions.toml", tmp_path / "ici" / "conventions.toml"
    text = (ROOT / "conventions.toml").read_text(encoding="utf-8")
    for path in (there, here):
        path.parent.mkdir()
    there.write_text(text.replace('logo = ""', 'logo = "logo.png"'), encoding="utf-8")
    here.symlink_to(there)
    (here.parent / "logo.png").write_bytes(b"\x89PNG")
    linked = dataclasses.replace(bench, setup=load_setup(here), workshop=tmp_path)
    assert set_up(recipe_of(linked)).setup.papers == linked.setup.papers


def test_a_worker_that_cannot_begin_shows_no_traceback(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    other = dataclasses.replace(recipe_of(bench), papers="others")
    monkeypatch.setattr("pipeline.execution.pool.recipe_of", lambda _: other)
    with closing(Pool(bench, 1)) as pool:
        assert list(pool.map(tasks.double, [1])) == [(1, 2)]
    said = capfd.readouterr().err
    assert "differ from those of the run" in said
    assert "Traceback" not in said


def test_workers_with_other_templates_do_not_work(bench: Bench) -> None:
    recipe = dataclasses.replace(recipe_of(bench), papers="others")
    with pytest.raises(DifferentBenchError):
        set_up(recipe)


def test_where_no_worker_can_be_had_this_process_works(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    other = dataclasses.replace(recipe_of(bench), papers="others")
    monkeypatch.setattr("pipeline.execution.pool.recipe_of", lambda _: other)
    with closing(Pool(bench, 1)) as pool:
        assert list(pool.map(tasks.process, range(2))) == [(0, os.getpid()), (1, os.getpid())]
        assert not pool.helps(1e9)


def test_an_interrupt_ends_the_workers_and_what_they_began(bench: Bench, tmp_path: Path) -> None:
    pool, marks = Pool(bench, 2), [tmp_path / "a", tmp_path / "b"]

    def interrupt() -> Iterator[str]:
        yield from map(str, marks)
        while not all(mark.is_file() and mark.read_text(encoding="ascii") for mark in marks):
            time.sleep(0.05)
        raise KeyboardInterrupt

    begun = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        list(pool.map(tasks.hang, interrupt()))
    assert all(mark.with_suffix(".ended").is_file() for mark in marks)
    for mark in marks:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(mark.read_text(encoding="ascii")), 0)
            pytest.fail("a worker is left")
    assert threading.active_count() <= begun + 2
