"""In a worker of a Dask cluster: the bench of a session, checked before any work, and one task at a time on it.

Where the worker sees the run's outbox it writes there; elsewhere what it made goes back as bytes, and nothing stays.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from distributed import get_worker

from pipeline.errors import DiskError, SetupError
from pipeline.execution.bench import Bench
from pipeline.execution.crew import Task
from pipeline.execution.lease import LEASE, LeasedOutbox
from pipeline.execution.traits import Traits, differences, traits_of
from pipeline.logs import talk_discreetly
from pipeline.machine import Tools, worker_tools
from pipeline.outbox import Outbox
from pipeline.setup import ROOT, Setup, load_setup

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Call:
    """What a run tells its workers."""

    session: str
    """A name that no other run has."""
    config: Path
    """Under the folder of the program when it stands there on the coordinator's machine, else absolute."""
    outbox: Path
    """Absolute."""
    traits: Traits
    """Those of the coordinator."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker answers to a call."""

    shares: bool = False
    """It sees the run's outbox and may write there."""
    problems: tuple[str, ...] = ()
    """Why it does not work for the run, in French; () when it does."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A task on its way to a worker; Dask logs what it shows, which are no contents."""

    call: Call
    task: Task[Any, Any] = field(repr=False)
    item: Any = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    """Path under the outbox → content of what the task reads there, for workers that do not see it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes back."""

    worker: str
    """Address."""
    answer: Answer
    result: Any = field(repr=False, default=None)
    files: Mapping[str, bytes] = field(repr=False, default_factory=dict)
    """Path under the outbox → content of what a worker made that does not see it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What this process works with for one session."""

    setup: Setup
    tools: Tools
    shares: bool


def introduce(call: Call) -> Answer:
    """Set this process up for the session of ``call`` and say whether it fits."""
    with _one_at_a_time:
        place = _place(call)
    return place if isinstance(place, Answer) else Answer(place.shares)


def work(parcel: Parcel) -> Reply:
    """Do the task of ``parcel`` on the bench of its session; a process that does not fit says so and does nothing."""
    worker = get_worker()
    with _one_at_a_time:
        place = _place(parcel.call)
        if isinstance(place, Answer):
            return Reply(worker.address, place)
        # Dask removes what a killed worker has left in this folder when the next one starts on the machine.
        with tempfile.TemporaryDirectory(prefix="conventions-", dir=worker.local_directory) as folder:
            result, files = _done(parcel, place, Path(folder))
        return Reply(worker.address, Answer(place.shares), result, files)


def _done(parcel: Parcel, place: _Place, folder: Path) -> tuple[Any, Mapping[str, bytes]]:
    workshop = folder / "atelier"
    workshop.mkdir()
    if place.shares:
        outbox = _leased(parcel.call, place.setup)
        # LibreOffice is ended with the first document after the end of the run.
        bench = Bench(place.setup, outbox, place.tools, workshop, lambda _: outbox.check())
        return parcel.task(bench, parcel.item), {}
    own = Outbox(folder / "sortie")
    for name, data in parcel.files.items():
        own.write(name, data)
    result = parcel.task(Bench(place.setup, own, place.tools, workshop), parcel.item)
    paths = (path for path in own.root.rglob("*") if path.is_file() and not path.name.endswith(".part"))
    found = {path.relative_to(own.root).as_posix(): path.read_bytes() for path in sorted(paths)}
    return result, {name: data for name, data in found.items() if parcel.files.get(name) != data}


@lru_cache(maxsize=2)
def _place(call: Call) -> _Place | Answer:
    """Set up for ``call``, once; or say why this process does not fit."""
    talk_discreetly()
    try:
        setup = load_setup(ROOT / call.config)
    except SetupError as error:
        return Answer(problems=(str(error),))
    wanted = call.traits
    tools = worker_tools(setup.settings, word_pdf=bool(wanted.office), page_pdf=bool(wanted.wkhtmltopdf))
    if problems := tuple(differences(traits_of(setup, tools), wanted)):
        return Answer(problems=problems)
    return _Place(setup, tools, _shares(call, setup))


def _shares(call: Call, setup: Setup) -> bool:
    """Tell whether this process may write in the run's outbox what the coordinator can read and replace there."""
    outbox = _leased(call, setup)
    if not outbox.is_leased():
        return False
    if not setup.settings.group and outbox.path(LEASE).stat().st_uid != os.geteuid():
        return False
    trial = f"{LEASE}-{os.uname().nodename}-{os.getpid()}"
    try:
        outbox.write(trial, b"")
        outbox.remove(trial)
    except (OSError, DiskError):
        return False
    return True


def _leased(call: Call, setup: Setup) -> LeasedOutbox:
    return LeasedOutbox(call.outbox, setup.settings.group, call.session)
