"""Which crew a run works with."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator

from pipeline.errors import SetupError
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Alone, Crew
from pipeline.execution.lease import LEASE
from pipeline.execution.pool import Pool


@contextlib.contextmanager
def crew_of(bench: Bench, scheduler: str = "") -> Iterator[Crew]:
    """Lend the crew of a run; no worker is started before there is work for it, and none is left behind.

    ``scheduler``: the address of the Dask scheduler whose workers are the crew. Raises SetupError when Dask is not
    installed, the scheduler does not answer, or no worker of it has the same program, set-up and tools.
    """
    bench.outbox.remove(LEASE)  # of a run that was killed: its workers stop writing here
    with contextlib.closing(_crew(bench, scheduler)) as crew:
        yield crew


def _crew(bench: Bench, scheduler: str) -> Crew:
    if scheduler:
        return _cluster(bench, scheduler)
    workers = bench.tools.workers
    return Pool(bench, workers) if workers > 1 else Alone(bench)


def _cluster(bench: Bench, scheduler: str) -> Crew:
    if importlib.util.find_spec("distributed") is None:
        raise SetupError(
            f"--scheduler {scheduler}",
            "",
            "Dask n’est pas installé",
            "Installez-le : make .venv/cluster",
        )
    from pipeline.execution.cluster import open_cluster

    return open_cluster(bench, scheduler)
