"""A day on the command line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click


class Day(click.ParamType[date]):
    """AAAA-MM-JJ → date; anything else is refused in French."""

    name = "AAAA-MM-JJ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; nothing in the program reads the clock instead of it."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"« {value} » n’est pas une date AAAA-MM-JJ.", param, ctx)


def today() -> date:
    """Return the day of this machine's clock, which is the day of the work unless another one is given."""
    return datetime.now().astimezone().date()
