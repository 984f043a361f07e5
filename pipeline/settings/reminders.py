"""``[relances]`` of ``conventions.toml``: after how many days somebody is reminded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """Days are counted without those of the closures."""

    days: tuple[int, ...] = (10, 20)
    """Days after the letter, the request or the end at which a reminder is due; none: no reminder of the kind."""
    signer_days: int = 7
    """Days between two reminders of who holds the agreement; 0: none."""


_DAYS = {"type": "integer", "min": 1}
REMINDERS_SHAPE: Mapping[str, Any] = {
    "type": "dict",
    "schema": {"jours": {"type": "list", "schema": _DAYS}, "signataires_jours": {"type": "integer", "min": 0}},
}


def load_reminder_settings(path: Path, table: Mapping[str, Any]) -> ReminderSettings:
    """Return what ``[relances]`` says. Raises SetupError when the days do not rise."""
    days = tuple(table.get("jours", ReminderSettings().days))
    if list(days) != sorted(set(days)):
        raise SetupError(str(path), "relances.jours", "ces nombres ne vont pas en croissant", "Écrivez [10, 20].")
    return ReminderSettings(days, table.get("signataires_jours", ReminderSettings().signer_days))
