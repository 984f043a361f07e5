"""The register opened for reading: every dossier as the desk sees it, and the history of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.codec import unpack_findings
from pipeline.completion import complete
from pipeline.desk.follow import Known, Past, follow_ups
from pipeline.desk.history import Step, Version, history
from pipeline.desk.model import Decision, Event, FollowUp, Told
from pipeline.desk.overlay import lay_over
from pipeline.model import Entry, Layout, Verdict
from pipeline.register.opening import options_of
from pipeline.register.reading import RegisterCopy, open_copy
from pipeline.setup import Setup, load_setup


@dataclass(frozen=True, slots=True)
class Archive:
    """The register as it stood when it was opened; reading it changes nothing."""

    setup: Setup
    register: RegisterCopy
    follow_ups: tuple[FollowUp, ...]
    """In the order of references."""

    @property
    def titles(self) -> Mapping[str, str]:
        """What the columns of the follow-up are called, by key."""
        return {column.key: column.title for column in self.setup.columns.values()}

    def get(self, reference: str) -> FollowUp | None:
        """Return the dossier ``reference``; None when the register has none."""
        return next((one for one in self.follow_ups if one.reference == reference), None)

    def versions(self, reference: str) -> tuple[Version, ...]:
        """Return the versions of a dossier, the oldest first."""
        return tuple(
            Version(
                past.number,
                past.deposit,
                past.first_day,
                past.status,
                unpack_findings(past.findings, past.deposit.form),
                past.documents,
            )
            for past in self.register.versions(reference)
        )

    def decisions(self, reference: str) -> Sequence[Decision]:
        """Return every decision taken before a dossier, in order."""
        return self.register.decisions_on(reference)

    def events(self, reference: str) -> Sequence[Event]:
        """Return everything that was told of a dossier, in order."""
        return self.register.events(reference)

    def history(self, reference: str) -> tuple[Step, ...]:
        """Return everything that happened to a dossier, in order."""
        deposits = [deposit for _, deposit in self.register.deposits([reference])]
        return history(
            self.versions(reference), deposits, self.events(reference), self.decisions(reference), self.titles
        )


def open_archive(outbox: Path, config: Path, today: date) -> Archive:
    """Open the register of ``outbox`` for reading, every dossier judged as it was by the last run.

    Raises SetupError (status 2) when the configuration is faulty, or when there is no register that can be read.
    """
    return archive_of(load_setup(config), outbox, today)


def archive_of(setup: Setup, outbox: Path, today: date) -> Archive:
    """Return the same of a set-up that is loaded already. Raises SetupError when there is no register to be read."""
    settings = setup.settings
    register = open_copy(settings.register_of(outbox), options=options_of(outbox, settings.path))
    return Archive(setup, register, _follow_ups(register, setup, today))


def _follow_ups(register: RegisterCopy, setup: Setup, today: date) -> tuple[FollowUp, ...]:
    lives, told = register.lives(), register.told()
    held = register.absent(lives)
    verdicts = _whole([verdict for verdict, _ in held], told, register, setup, today)
    known = Known(
        told,
        {
            reference: Past(*lives[reference], verdict.entry.version, verdict.status)
            for verdict in verdicts
            if (reference := verdict.entry.reference)
        },
        {verdict.entry.reference or "": documents for verdict, documents in held},
        {},
    )
    return follow_ups((), verdicts, known, setup.judge, setup.checklist, setup.columns, today)


def _whole(
    verdicts: Sequence[Verdict],
    told: Mapping[str, Told],
    register: RegisterCopy,
    setup: Setup,
    today: date,
) -> list[Verdict]:
    """Return the verdicts, their forms completed as they were when they were judged: on loan, and by the desk."""
    layouts = register.layouts()
    # A form whose file is no longer known is taken to ask everything: nothing is lent to it.
    full = Layout("", 0, (), dict.fromkeys(setup.required, ()))

    def with_layout(entry: Entry) -> Entry:
        layout = layouts.get(entry.deposit.digest, full)
        form = dataclasses.replace(entry.deposit.form, layout=layout)
        return dataclasses.replace(entry, deposit=dataclasses.replace(entry.deposit, form=form))

    entries = complete(
        [with_layout(verdict.entry) for verdict in verdicts],
        setup.required,
        register.snapshot(),
        register.deposits,
        setup.settings.academic_year,
        today,
    )
    laid = lay_over(entries, told, setup.columns)
    return [dataclasses.replace(v, entry=entry) for v, entry in zip(verdicts, laid, strict=True)]
