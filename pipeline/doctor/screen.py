"""What ``conventions doctor`` shows: a table that fits 80 columns, and the same as values for --json."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.doctor.checks import status_of
from pipeline.doctor.values import Check, State
from pipeline.language import NBSP
from pipeline.report.phrases import count

_MARKS: Mapping[State, tuple[str, str, str]] = {
    "well": ("✓", "green", "bon"),
    "advice": ("!", "yellow", "à améliorer"),
    "broken": ("✗", "red", "à réparer"),
}
_WHAT = 17
_BESIDE = 3
"""The mark, and the space after each of the first two columns."""
_NEVER_FIRST = (":", ";", "!", "?", "»", "%", "€")
_GLUE = "\ue000"
"""Stands for a space at which no line ends; no text that is shown holds it (it is not printable)."""
_SPACES = "\u00a0\u202f"


def doctor_screen(groups: Mapping[str, Sequence[Check]], console: Console) -> None:
    """Print every check under the title of its group, the mend below what was seen, and one line that sums up."""
    for title, checks in groups.items():
        console.print(Text(title, _style(console, "bold")))
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(width=1)
        table.add_column(width=_WHAT)
        table.add_column(overflow="fold")
        for check in checks:
            mark, colour, _ = _MARKS[check.state]
            told = Text(_wrapped(_shown(check.seen), console))
            if check.mend:
                told.append(f"\n{_wrapped(f'→ {_shown(check.mend)}', console)}", _style(console, "cyan"))
            table.add_row(Text(mark, _style(console, colour)), Text(check.what), told)
        console.print(table)
    console.print(Text(_sum(groups), _style(console, "bold")), soft_wrap=True)


def _wrapped(text: str, console: Console) -> str:
    """Return ``text`` in lines that fit the last column; rich would begin one with « : », even after a no-break space.

    Ordinary spaces stay ordinary: some of it is to be copied into a shell.
    """
    for mark in _NEVER_FIRST:
        text = text.replace(f" {mark}", f"{_GLUE}{mark}")
    text = text.replace("« ", f"«{_GLUE}")
    lines = textwrap.wrap(text, max(console.width - _WHAT - _BESIDE, _WHAT), break_on_hyphens=False)
    return "\n".join(lines).replace(_GLUE, " ")


def _style(console: Console, style: str) -> str:
    return style if console.is_terminal else ""


def _shown(text: str) -> str:
    """Return ``text`` without the control characters that could write over the terminal."""
    return "".join(c if c.isprintable() or c in _SPACES else "\ufffd" for c in text.replace("\n", " "))


def _sum(groups: Mapping[str, Sequence[Check]]) -> str:
    states = Counter(check.state for checks in groups.values() for check in checks)
    if states["broken"]:
        told = count(states["broken"], "point empêche", "points empêchent")
        return f"{told} la nuit de faire son travail{NBSP}: suivez les flèches."
    if states["advice"]:
        told = count(states["advice"], "point est", "points sont")
        return f"La nuit peut se faire{NBSP}; {told} à améliorer."
    return "Tout est bon."


def doctor_value(groups: Mapping[str, Sequence[Check]]) -> dict[str, Any]:
    """Return the same for another program: status, and each check with its group, state, what, seen and mend."""
    return {
        "status": status_of(check for checks in groups.values() for check in checks),
        "checks": [
            {"group": title, "state": check.state, "what": check.what, "seen": check.seen, "mend": check.mend}
            for title, checks in groups.items()
            for check in checks
        ],
    }
