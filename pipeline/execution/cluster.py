"""The workers of a Dask scheduler, on this machine and others: each checked before it works, any of them may die."""

from __future__ import annotations

import logging
import secrets
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Generic

import dask
from distributed import Client, Future, KilledWorker

from pipeline.errors import SetupError
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Item, Needs, Result, Task, nothing
from pipeline.execution.lease import LEASE
from pipeline.execution.pool import Pool
from pipeline.execution.roster import Roster
from pipeline.execution.traits import traits_of
from pipeline.execution.worker import Call, Parcel, Reply, work
from pipeline.setup import ROOT

_LOG = logging.getLogger(__name__)

_CONNECT_SECONDS = 15
_ANSWER_SECONDS = 60.0
"""For a first worker that fits."""
_OTHERS_SECONDS = 15.0
"""For the others, once one fits; who answers later joins in later."""
_PATIENCE_SECONDS = 30.0
"""Without any worker, after which this machine goes on alone."""
_WORTH_SECONDS = 0.3
"""Work of this process that is done before it has crossed to the workers and back stays here; what LibreOffice does for it
beside is not in the figure."""
_AHEAD = 2
"""Tasks for each worker: the one that it does, and the one that it finds when that is done."""
_TICK = 0.5
_FETCH_SECONDS = 60.0
"""For a result on its way; it is gone when its worker has died meanwhile."""
_LOUD = ("distributed", "distributed.client", "distributed.core", "distributed.comm")
_QUIET = {"distributed.admin.large-graph-warning-threshold": "1 TiB"}
"""A parcel with the files that its task reads is no mistake."""


@dataclass(slots=True)
class _Waiting(Generic[Item]):
    item: Item
    future: Future[Reply]
    workers: frozenset[str]
    """Those that may do it."""
    alone: bool = False
    """Nothing else is under way, so that a worker that dies now dies over it."""


class Cluster:
    """The crew of a scheduler; when it or all its workers have gone, processes of this machine go on."""

    def __init__(self, bench: Bench, client: Client, call: Call, roster: Roster) -> None:
        self._bench, self._call = bench, call
        self._client: Client | None = client
        self._roster = roster
        self._reserve = Pool(bench, bench.tools.workers)
        self._told: list[str] = []

    @property
    def size(self) -> int:
        """The workers that are there now."""
        return max(1, len(self._roster.fit)) if self._client else self._reserve.size

    @property
    def notices(self) -> Sequence[str]:
        """What the report has to say of the workers, in French."""
        return *self._roster.notices(), *self._told

    def helps(self, seconds: float) -> bool:
        """Tell whether the work is worth its way; it is, also for one worker: that is what it was called for."""
        return seconds > _WORTH_SECONDS if self._client else self._reserve.helps(seconds)

    def map(
        self, task: Task[Item, Result], items: Iterable[Item], needs: Needs[Item] = nothing
    ) -> Iterator[tuple[Item, Result | None]]:
        """See :meth:`pipeline.execution.crew.Crew.map`; who dies at work is replaced, by a worker or by this machine."""
        queue, window = iter(items), deque[_Waiting[Item]]()
        try:
            while self._goes_on():
                fit = self._roster.fit
                while self._takes_more(window) and (item := next(queue, None)) is not None:
                    window.append(self._send(task, item, needs))
                if window:
                    yield from self._received(task, window, needs)
                elif fit:
                    return
                else:
                    time.sleep(_TICK)
            left = [waiting.item for waiting in window]
            window.clear()
            yield from self._reserve.map(task, chain(left, queue))
        finally:
            for waiting in window:
                waiting.future.cancel()

    def close(self) -> None:
        """Let the workers go: what they are at ends by itself and reaches nobody."""
        self._part()
        self._reserve.close()

    def _goes_on(self) -> bool:
        """Tell whether the cluster works; once it does not, it is parted from, and the report told."""
        if self._client is None:
            return False
        if not self._answers():
            _LOG.warning("the scheduler does not answer: this machine goes on alone")
            self._told.append("L’ordonnanceur Dask ne répond plus : cette machine a fini le travail seule.")
            self._part()
        elif self._roster.missing_seconds > _PATIENCE_SECONDS:
            _LOG.warning("no worker is left: this machine goes on alone")
            self._told.append("Il ne restait aucun ouvrier Dask : cette machine a fini le travail seule.")
            self._part()
        return self._client is not None

    def _answers(self) -> bool:
        """Look who is there; tell whether the scheduler is."""
        if self._client is None or self._client.status != "running":
            return False
        try:
            self._roster.look()
        except (OSError, CancelledError):
            return False
        return True

    def _part(self) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            self._bench.outbox.remove(LEASE)
            _close(client)

    def _takes_more(self, window: deque[_Waiting[Any]]) -> bool:
        """Tell whether a worker may be short of work soon; while a task is under suspicion nothing joins it."""
        if window and (window[0].alone or window[0].future.status == "error"):
            return False
        return len(window) < _AHEAD * len(self._roster.fit)

    def _send(self, task: Task[Item, Any], item: Item, needs: Needs[Item], *, alone: bool = False) -> _Waiting[Item]:
        if self._client is None:  # the callers have made sure
            raise RuntimeError("the cluster is closed")
        fit = dict(self._roster.fit)
        outbox = self._bench.outbox
        names = [] if all(fit.values()) else [name for name in needs(item) if outbox.path(name).is_file()]
        parcel = Parcel(self._call, task, item, {name: outbox.read(name) for name in names})
        with dask.config.set(_QUIET):
            future = self._client.submit(work, parcel, workers=list(fit), pure=False)
        return _Waiting(item, future, frozenset(fit), alone)

    def _received(
        self, task: Task[Item, Result], window: deque[_Waiting[Item]], needs: Needs[Item]
    ) -> Iterator[tuple[Item, Result | None]]:
        """Yield the first of ``window`` once it is there; send again what no worker can do any more."""
        first, error = window[0], None
        try:
            error = first.future.exception(timeout=_TICK)
            reply = first.future.result(timeout=_FETCH_SECONDS)
        except KilledWorker:
            # Dask suspects all that a dead worker had before it, the tasks that it had not begun as well.
            if first.alone:
                _LOG.error("every worker that took a task died over it")
                yield window.popleft().item, None
            elif all(waiting.future.done() for waiting in window):
                window[0] = self._send(task, first.item, needs, alone=True)
            else:
                time.sleep(_TICK)
                self._send_again(task, window, needs)
            return
        except CancelledError:
            time.sleep(_TICK)  # the scheduler has gone, and the client is about to notice
            return
        except OSError as failed:  # TimeoutError is one
            if error is not None:
                raise  # the task's own
            if not isinstance(failed, TimeoutError):
                time.sleep(_TICK)
            self._send_again(task, window, needs)
            return
        self._roster.hear(reply.worker, reply.answer)
        if reply.answer.problems:
            window[0] = self._send(task, first.item, needs, alone=first.alone)
            return
        self._write(reply)
        window.popleft()
        yield first.item, reply.result

    def _send_again(self, task: Task[Item, Any], window: deque[_Waiting[Item]], needs: Needs[Item]) -> None:
        """Send to those that are there what only those that have gone might do."""
        fit = self._roster.fit
        for place, waiting in enumerate(window):
            if fit and waiting.workers.isdisjoint(fit) and not waiting.future.done():
                waiting.future.cancel()
                window[place] = self._send(task, waiting.item, needs, alone=waiting.alone)

    def _write(self, reply: Reply) -> None:
        """Write what a worker made that does not see the outbox, as it would have."""
        for folder in sorted({name.rpartition("/")[0] for name in reply.files}):
            self._bench.outbox.sweep(folder)
        for name, data in reply.files.items():
            self._bench.outbox.write(name, data)


def open_cluster(bench: Bench, address: str) -> Cluster:
    """Connect to the scheduler at ``address`` and ask its workers.

    Raises SetupError when it does not answer, or no worker fits.
    """
    session = secrets.token_hex(16)
    config = bench.setup.settings.path.resolve()
    call = Call(
        session,
        Path(config.relative_to(ROOT) if config.is_relative_to(ROOT) else config),
        bench.outbox.root.resolve(),
        traits_of(bench.setup, bench.tools),
    )
    client = _connected(address)
    try:
        bench.outbox.write(LEASE, session.encode("ascii"))
        roster = Roster(client, call)
        _wait_for_workers(roster, address)
    except BaseException:
        bench.outbox.remove(LEASE)
        _close(client)
        raise
    return Cluster(bench, client, call, roster)


def _connected(address: str) -> Client:
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said in the report
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: the workers are asked
            return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False, name="conventions")
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        _LOG.warning("%s: %r", address, error)
        raise SetupError(
            f"--scheduler {address}",
            "",
            "aucun ordonnanceur Dask ne répond à cette adresse",
            "Vérifiez l’adresse (tcp://machine:8786) et démarrez-le : .venv/bin/dask scheduler",
        ) from error


def _wait_for_workers(roster: Roster, address: str) -> None:
    begun = time.monotonic()
    while (spent := time.monotonic() - begun) < (_OTHERS_SECONDS if roster.fit else _ANSWER_SECONDS):
        roster.look()
        if roster.fit and not roster.waits:
            return
        if not roster.fit and not roster.waits and roster.notices() and spent > _OTHERS_SECONDS:
            break
        time.sleep(0.1)
    if roster.fit:
        return
    raise SetupError(
        f"--scheduler {address}",
        "",
        " ".join(["aucun ouvrier ne peut travailler pour ce passage.", *roster.notices()]).rstrip("."),
        "Démarrez-en un sur chaque machine, depuis le dossier du programme : .venv/bin/dask worker "
        f"{address} --nthreads 1",
    )


def _close(client: Client) -> None:
    try:
        client.close(timeout=3)
    except (OSError, TimeoutError):
        _LOG.warning("the scheduler was not there to part from")
