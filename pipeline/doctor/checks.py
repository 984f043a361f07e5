"""The checks in the order in which they are told; to add one, write its function and name it here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipeline.config import load_settings
from pipeline.doctor import knowledge, nights, places, programs
from pipeline.doctor.machine import Machine
from pipeline.doctor.values import Check, Context, Past, advice
from pipeline.errors import ConventionsError
from pipeline.register.opening import options_of
from pipeline.register.reading import open_copy
from pipeline.setup import ROOT, load_setup

_LOG = logging.getLogger(__name__)

CHECKS: Final = MappingProxyType(
    {
        "Ce que la nuit lit": (
            knowledge.check_configuration,
            knowledge.check_university,
            knowledge.check_advice,
            knowledge.check_rates,
            knowledge.check_mail,
        ),
        "Programmes": (
            programs.check_python,
            programs.check_libraries,
            programs.check_office,
            programs.check_pages,
            programs.check_fonts,
            programs.check_confinement,
        ),
        "Dossiers et droits": (
            places.check_account,
            places.check_inbox,
            places.check_outbox,
            places.check_rights,
            places.check_space,
            places.check_leftovers,
        ),
        "Nuits": (
            nights.check_register,
            nights.check_backups,
            nights.check_lock,
            nights.check_last_night,
            nights.check_clock,
        ),
    }
)
"""Title of a group → its checks."""


def examine(context: Context) -> dict[str, list[Check]]:
    """Return what every check says, by the title of its group; one that has nothing to look at says nothing."""
    return {
        title: [said for check in checks if (said := _asked(check, context)) is not None]
        for title, checks in CHECKS.items()
    }


def _asked(check: Callable[[Context], Check | None], context: Context) -> Check | None:
    try:
        return check(context)
    except Exception:  # noqa: BLE001 – a check that fails must not hide what the others saw; the log says which and why
        _LOG.exception("%s", check.__name__)
        name = check.__name__.removeprefix("check_")
        return advice(name, "ce contrôle n’a pas pu être fait", "Lisez le message d’erreur ci-dessus.")


def status_of(checks: Iterable[Check]) -> int:
    """Return the exit status: 2 when a night could not do its work, else 0."""
    return 2 if any(check.state == "broken" for check in checks) else 0


def context_of(
    inbox: Path,
    outbox: Path,
    config: Path,
    day: date,
    now: datetime,
    machine: Machine,
    *,
    asks_mail: bool = False,
    root: Path = ROOT,
) -> Context:
    """Load what can be loaded, as a night would, and keep what cannot be as a fault."""
    empty = Context(inbox, outbox, root, day, now, machine, None, None, None, None, None, asks_mail)
    return _with_past(_with_setup(empty, config), config)


def _with_setup(context: Context, config: Path) -> Context:
    try:
        settings = load_settings(config)
    except ConventionsError as error:
        return replace(context, fault=error)
    try:
        return replace(context, settings=settings, setup=load_setup(config, context.root))
    except ConventionsError as error:
        return replace(context, settings=settings, fault=error)


def _with_past(context: Context, config: Path) -> Context:
    if not context.register.exists():
        return context
    try:
        register = open_copy(context.register, options=options_of(context.outbox, config))
    except ConventionsError as error:
        return replace(context, past_fault=error)
    try:
        return replace(context, past=Past(register.runs(), register.is_sound()))
    finally:
        register.close()
