"""Why a file cannot be read as a table."""

from __future__ import annotations

from enum import Enum, auto

from pipeline.intake.typography import thousands, typeset
from pipeline.model import Limits

PATIENCE = 4
"""How many times its computing time a reading may last, waiting for a disk or for its turn."""


class UnreadableFile(Exception):  # noqa: N818 (said of the file: nothing is wrong with the program)
    """A file that is refused; ``reason`` is one French line. It never leaves the intake."""

    def __init__(self, reason: str) -> None:
        self.reason = typeset(reason)
        super().__init__(self.reason)


class ChangedFile(UnreadableFile):
    """A file whose content is no longer the one that was hashed: it waits for the next run."""


class Cause(Enum):
    """What became of the process that read a file, when it gave nothing."""

    MEMORY = auto()
    """It asked for more memory than the limit."""
    TIME = auto()
    """It computed longer than the limit."""
    WAITED = auto()
    """It neither ended nor computed."""
    KILLED = auto()
    """Something outside ended it."""
    CRASH = auto()
    """It died of the file."""


def why(cause: Cause, limits: Limits) -> str:
    """Return the French reason that is told of the file: what happened, and what to do."""
    again = "Exportez-le de nouveau, en plusieurs parties s’il est long."
    match cause:
        case Cause.MEMORY:
            most = f"{thousands(limits.memory_bytes // 1_000_000)} Mo"
            return f"sa lecture demande plus de mémoire qu’il n’est admis ({most}) : il est trop lourd ou endommagé. {again}"
        case Cause.TIME:
            most = f"{limits.seconds} s de calcul"
            return (
                f"sa lecture dure plus longtemps qu’il n’est admis ({most}) : il est trop lourd ou endommagé. {again}"
            )
        case Cause.WAITED:
            return (
                f"sa lecture n’a pas abouti en {limits.seconds * PATIENCE} s : la machine est trop chargée ou le disque ne "
                "répond pas. Il sera relu au prochain passage."
            )
        case Cause.KILLED:
            return (
                "sa lecture a été arrêtée par le système, sans doute faute de mémoire : elle sera tentée de nouveau au "
                f"prochain passage. Si cela se répète : {again[0].lower()}{again[1:]}"
            )
        case Cause.CRASH:
            return (
                "sa lecture a échoué : il est sans doute endommagé. Ouvrez-le dans le tableur, enregistrez-le au format "
                ".xlsx et déposez-le de nouveau."
            )
