"""What a night needs before it reads: its place to itself, a sound register and its copy, a name, a crew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.clock import doubt_of, run_name
from pipeline.config import Settings
from pipeline.execution.bench import Bench
from pipeline.execution.opening import crew_of
from pipeline.leftovers import tidied
from pipeline.lock import hold
from pipeline.machine import find_tools, missing_fonts
from pipeline.outbox import Outbox
from pipeline.privacy.due import Kept, erase_what_is_due
from pipeline.register import Register, open_register
from pipeline.register.backup import keep_daily
from pipeline.register.faults import said_plainly
from pipeline.register.opening import options_of
from pipeline.report.progress import Progress
from pipeline.resuming import check_place, resume
from pipeline.setup import ROOT, Setup
from pipeline.work import Options, Work
from pipeline.workshops import workshop


@contextmanager
def begin_night(options: Options, setup: Setup, progress: Progress, begun: float) -> Iterator[Work]:
    """Lend all that a night works with; whatever ends it, nothing is left behind and nobody is left at work.

    ``begun``: when the command began, by the clock that only goes forward. Raises LockedError (status 3) when another
    run is at work, SetupError (status 2) when the outbox or the register cannot be worked with.
    """
    settings, recording = setup.settings, not options.check_only
    wanted = options.pdf and settings.pdf and recording
    tools, missing = find_tools(settings, options.workers, wanted=wanted)
    missing = (*missing, *missing_fonts(tools, ROOT / "templates_docx", settings.templates))
    outbox = Outbox(options.outbox, settings.group)
    path = settings.register_of(options.outbox) if recording else None
    with (
        hold(options.outbox, settings.group),
        said_plainly(path),
        closing(_opened(path, options, settings)) as register,
        workshop() as folder,
    ):
        run_id, now = _run_id(outbox, register)
        unkept = keep_daily(path, settings.backups, now.date())
        doubt = doubt_of(options.day, [run.day for run in register.runs()]) if options.by_clock else ""
        check_place(outbox, register)
        outbox.try_out()
        kept = erase_what_is_due(setup, options.inbox, options.outbox, options.day) if recording else Kept()
        notices = (*missing, *unkept, *kept.notices)
        bench = Bench(setup, outbox, tools, folder)
        with tidied(outbox), crew_of(bench, options.scheduler) as crew:
            if recording:
                resume(outbox, register, options.day)
            yield Work(options, run_id, now, bench, crew, register, progress, notices, begun, doubt, kept.counts)


def _opened(path: Path | None, options: Options, settings: Settings) -> Register:
    return open_register(path, group=settings.group, options=options_of(options.outbox, options.config))


def _run_id(outbox: Outbox, register: Register) -> tuple[str, datetime]:
    """Return the run's name, later than that of every run of the register and of no other report; and the local time."""
    now = datetime.now(UTC)
    known = {run.run_id for run in register.runs()}  # also those that were killed before they had a folder
    while outbox.path(f"rapports/{(name := run_name(now, known))}").exists():
        known.add(name)
    return name, now.astimezone().replace(tzinfo=None)
