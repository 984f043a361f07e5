"""The standard process pool: each worker a fresh process with its own bench, so that nothing is inherited by chance."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import FrameType
from typing import Any, Generic

from pipeline.errors import ConventionsError
from pipeline.execution.bench import Bench, DifferentBenchError, Recipe, recipe_of, set_up
from pipeline.execution.crew import Alone, Item, Needs, Result, Task, nothing
from pipeline.logs import talk_discreetly

_LOG = logging.getLogger(__name__)

START_SECONDS = 2.0
"""What a worker costs before its first task: imports and set-up."""
_TERMINAL = (signal.SIGINT, signal.SIGHUP)
_WATCH_SECONDS = 1.0
_GRACE_SECONDS = 4.0
"""What a worker that is told to stop has for ending its LibreOffice and removing its files."""


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    future: Future[Result]


class Pool:
    """``size`` processes of this machine, started with the first work that is worth it.

    When they cannot be had (a template was edited while the run was under way), this process does the work alone.
    """

    notices: Sequence[str] = ()

    def __init__(self, bench: Bench, size: int) -> None:
        self.size = size
        self._alone = Alone(bench)
        self._bench = bench
        self._executor: ProcessPoolExecutor | None = None
        self._refused = False

    def helps(self, seconds: float) -> bool:
        """Tell whether starting workers pays; those that are at work already cost nothing more."""
        if self._refused or self.size < 2:
            return False
        start = 0.0 if self._executor is not None else START_SECONDS
        return seconds > start + seconds / self.size

    def map(
        self,
        task: Task[Item, Result],
        items: Iterable[Item],
        needs: Needs[Item] = nothing,  # noqa: ARG002 – its workers see the outbox
    ) -> Iterator[tuple[Item, Result | None]]:
        """See :meth:`pipeline.execution.crew.Crew.map`; as many tasks are under way as keep every worker busy."""
        queue, window = iter(items), deque[_Waiting[Item, Result]]()
        try:
            while not self._refused:
                while len(window) <= self.size and (item := next(queue, None)) is not None:
                    window.append(self._submit(task, item))
                if not window:
                    return
                try:
                    result = window[0].future.result()
                except BrokenProcessPool:
                    yield from self._one_by_one(task, [waiting.item for waiting in window])
                    window.clear()
                    continue
                yield window.popleft().item, result
            yield from self._alone.map(task, queue)
        except GeneratorExit:  # nobody wants the rest: the workers stay for what comes next
            for waiting in window:
                waiting.future.cancel()
            raise
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the workers: those at work have a moment to end what they have started."""
        if self._executor is None:
            return
        executor, self._executor = self._executor, None
        executor.shutdown(wait=False, cancel_futures=True)
        children = multiprocessing.active_children()
        for process in children:
            process.terminate()
        for process in children:
            process.join(_GRACE_SECONDS + 1)
            if process.is_alive():
                process.kill()

    def _submit(self, task: Task[Item, Result], item: Item) -> _Waiting[Item, Result]:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            recipe = recipe_of(self._bench)
            with _deaf():  # by itself: the tracker of multiprocessing, started here, hears Ctrl-C again when it stands
                self._executor = ProcessPoolExecutor(self.size, context, initializer=_begin, initargs=(recipe,))
        try:
            with _deaf():  # workers are started here as they are needed
                return _Waiting(item, self._executor.submit(_work, task, item))
        except BrokenProcessPool:
            future: Future[Result] = Future()
            future.set_exception(BrokenProcessPool())
            return _Waiting(item, future)

    def _one_by_one(self, task: Task[Item, Result], items: Iterable[Item]) -> Iterator[tuple[Item, Result | None]]:
        """Do alone, each in a pool of its own, what was under way when a worker died: one of them may be the cause."""
        for item in items:
            self.close()
            if self._refused:
                yield from self._alone.map(task, [item])
                continue
            try:
                yield item, self._submit(task, item).future.result()
            except BrokenProcessPool:
                if self._cannot_start():
                    yield from self._alone.map(task, [item])
                else:
                    _LOG.error("a worker died twice over the same task")
                    yield item, None
        self.close()

    def _cannot_start(self) -> bool:
        """Tell whether workers die before any task; this process then goes on by itself."""
        self.close()
        try:
            self._submit(_nothing, 0).future.result()
        except BrokenProcessPool:
            _LOG.warning("no worker can be started: one process goes on alone")
            self._refused = True
        return self._refused


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Let what is started meanwhile hear neither the terminal's Ctrl-C nor its closing; this process hears them later."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _nothing(bench: Bench, item: int) -> int:  # noqa: ARG001 – a task like the others
    return item


# ── in the worker ─────────────────────────────────────────────────────────────────────────────────

_benches: list[Bench] = []
"""The bench of this worker, once it has begun; a process has one."""


def _begin(recipe: Recipe) -> None:
    """Set up the worker's bench; what the terminal says is for the coordinator, which ends its workers itself."""
    talk_discreetly()
    for number in _TERMINAL:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    try:
        _benches[:] = [set_up(recipe)]
    except (DifferentBenchError, ConventionsError, OSError) as error:  # the pool would show a traceback
        _LOG.warning("a worker does not begin: %s", error)
        os._exit(1)
    signal.signal(signal.SIGTERM, _stop)  # before, there is nothing to end but the process itself


def _work(task: Task[Any, Any], item: Any) -> Any:
    try:
        return task(_benches[0], item)
    except SystemExit:  # told to stop: the pool would send it back as what the task raised, and begin the next one
        os._exit(128 + signal.SIGTERM)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 – as signal handlers are called
    """End what the worker has started, then the worker, whatever holds it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # told again, it would be stopped while it tidies up
    timer = threading.Timer(_GRACE_SECONDS, os._exit, (128 + signal.SIGTERM,))
    timer.daemon = True
    timer.start()
    raise SystemExit(128 + signal.SIGTERM)


def _watch(parent: int) -> None:
    """End the worker when its coordinator is gone, were it killed outright."""
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGTERM)
