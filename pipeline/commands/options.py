"""What the commands share: days and places on the command line, options of one meaning, help in the asked language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

Words: TypeAlias = tuple[str, str]
"""The same in French and in English."""

PLACE: Final = click.Path(path_type=Path, readable=False)
"""A folder or file. Whether it is there and may be read is asked by who uses it, who says in French what to do."""

_INBOX = ("Dossier des exports déposés.", "Folder of the exports.")
_OUTBOX = ("Dossier de sortie.", "Output folder.")
_CONFIG = ("Fichier de configuration.", "Configuration file.")
_DATE = ("Jour du traitement, AAAA-MM-JJ (par défaut : aujourd’hui).", "Processing date, YYYY-MM-DD (default: today).")
_YES = ("Ne pas demander de confirmation.", "Do not ask for confirmation.")


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


def spoken(words: Words) -> str:
    """Return the French, or with ``--lang en`` the English: help is written before options are parsed."""
    given = sys.argv[1:]
    return words[int("--lang=en" in given or ("--lang", "en") in pairwise(given))]


def texts(known: Mapping[str, Words]) -> Callable[[str], str]:
    """Return what gives the text of a name in the asked language."""
    return lambda name: spoken(known[name])


def inbox_option(words: Words = _INBOX) -> Callable[[_Command], _Command]:
    """Add ``--inbox``."""
    return click.option("--inbox", type=PLACE, default=Path("inbox"), show_default=True, help=spoken(words))


def outbox_option(words: Words = _OUTBOX, *, default: Path | None = Path("outbox")) -> Callable[[_Command], _Command]:
    """Add ``--outbox``; without ``default`` the command asks which one goes with its inbox."""
    return click.option("--outbox", type=PLACE, default=default, show_default=default is not None, help=spoken(words))


def config_option() -> Callable[[_Command], _Command]:
    """Add ``--config``."""
    return click.option(
        "--config", type=PLACE, default=Path("conventions.toml"), show_default=True, help=spoken(_CONFIG)
    )


def date_option(words: Words = _DATE, *, default: Callable[[], date] | None = today) -> Callable[[_Command], _Command]:
    """Add ``--date``, which the command gets as ``day``."""
    return click.option("--date", "day", type=Day(), default=default, help=spoken(words))


def yes_option() -> Callable[[_Command], _Command]:
    """Add ``--oui``, which the command gets as ``agreed``."""
    return click.option("--oui", "--yes", "agreed", is_flag=True, help=spoken(_YES))
