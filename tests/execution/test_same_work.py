"""The same night by one process and by several: the same files, the same report, the same register."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipeline.execution import sizes
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Item, Result, Task
from pipeline.execution.pool import Pool
from pipeline.making import Batch
from pipeline.report.progress import Progress
from pipeline.run import Options, run
from pipeline.setup import ROOT, Setup, load_setup
from tools.examples.contact import perfect
from tools.shows.stage import DAY, Stage


@cache
def _setup(config: Path, root: Path = ROOT) -> Setup:
    return load_setup(config, root)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows be worth several processes, in batches of three."""
    monkeypatch.setattr("pipeline.run.load_setup", _setup)
    monkeypatch.setattr(sizes, "_FIRST", 3)
    monkeypatch.setattr(sizes, "_FEW", 2)
    monkeypatch.setattr(Pool, "helps", lambda self, _: self.size > 1)


def dropped(folder: Path) -> Stage:
    """Return a stage whose inbox holds sound forms, faulty ones, and two of one student."""
    stage = Stage(folder, quiet=True)
    twice = {**perfect(2), "formulaire.identifiant": "FC-9", "stage.date_debut": date(2027, 6, 1)}
    twice |= {"stage.date_fin": date(2027, 6, 30), "organisme.raison_sociale": "Autre", "organisme.siret": None}
    faulty = [{**perfect(5), "gratification.montant": 1}, {**perfect(6), "organisme.code_postal": "99999"}]
    stage.deposit([*(perfect(n) for n in range(5)), *faulty, twice])
    return stage


def night(stage: Stage, workers: int) -> None:
    options = Options(stage.inbox, stage.outbox, stage.config, DAY, workers, pdf=False)
    run(options, Progress(Console(quiet=True)))


def report(stage: Stage) -> dict[str, Any]:
    return {key: value for key, value in stage.report.items() if key not in ("run_id", "timings")}


def register(stage: Stage) -> list[tuple[Any, ...]]:
    """Return every version with what was made of it, and every event but its moment."""
    with closing(sqlite3.connect(stage.folder / "outbox.sqlite3")) as db:
        versions = db.execute(
            "SELECT reference, number, digest, status, documents, made_from FROM version ORDER BY 1, 2"
        )
        events = db.execute("SELECT reference, what, value, version FROM event ORDER BY number")
        return [*versions, *events]


def test_several_processes_do_what_one_does(tmp_path: Path) -> None:
    alone, many = dropped(tmp_path / "seul"), dropped(tmp_path / "plusieurs")
    night(alone, 1)
    night(many, 2)
    assert many.documents() == alone.documents()
    assert report(many) == report(alone)
    assert register(many) == register(alone)
    letters = list(many.outbox.glob("rapports/*/envois/*.eml"))
    assert [path.name for path in letters] == [path.name for path in alone.outbox.glob("rapports/*/envois/*.eml")] != []


class _Reaper:
    """A crew whose workers die over every batch in which one dossier is."""

    size = 2

    def __init__(self, bench: Bench, reference: str) -> None:
        self._bench, self._reference = bench, reference
        self.batches: list[int] = []

    def helps(self, seconds: float) -> bool:
        return seconds > 0

    def map(
        self,
        task: Task[Item, Result],
        items: Iterable[Item],
        needs: Callable[[Item], Iterable[str]] = lambda _: (),  # noqa: ARG002 – as a crew is called
    ) -> Iterator[tuple[Item, Result | None]]:
        for item in items:
            fatal = isinstance(item, Batch) and any(p.verdict.entry.reference == self._reference for p in item.plans)
            if isinstance(item, Batch):
                self.batches.append(len(item.plans))
            yield item, None if fatal else task(self._bench, item)

    def close(self) -> None:
        """Nobody is to be let go."""

    @property
    def notices(self) -> tuple[str, ...]:
        return ()


def test_a_dossier_that_kills_its_workers_costs_no_other_its_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, crews = dropped(tmp_path), list[_Reaper]()

    def crew(bench: Bench, *_: object) -> _Reaper:
        crews.append(_Reaper(bench, "C2026-000002"))
        return crews[-1]

    monkeypatch.setattr("pipeline.execution.opening._crew", crew)
    night(stage, 2)
    failed = json.dumps(stage.report["failures"], ensure_ascii=False)
    assert "C2026-000002" in failed
    assert "C2026-000001" not in failed
    assert crews[0].batches[-1] == 1, "the batch was not taken apart"
    made = {dossier["reference"]: dossier["documents"] for dossier in stage.report["dossiers"]}
    assert made.pop("C2026-000002") == []
    assert all(made.values())
    monkeypatch.undo()
    night(stage, 1)
    assert stage.report["failures"] == []
    assert all(dossier["documents"] for dossier in stage.report["dossiers"])


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_every_dossier_is_given_out_once(workers: int) -> None:
    batches = sizes.Sizes(1000, workers)
    given = []
    while number := batches.next():
        given.append(number)
        batches.tell(number, number * 0.3)
    assert sum(given) == 1000
    assert max(given) <= 67, "a batch lasts about twenty seconds"


def test_batches_grow_with_what_was_measured_and_shrink_towards_the_end() -> None:
    batches = sizes.Sizes(10_000, 2)
    first = batches.next()
    batches.tell(first, first * 0.05)
    second = batches.next()
    assert second > first
    while batches.left > 20:
        last = batches.next()
    assert last < second
