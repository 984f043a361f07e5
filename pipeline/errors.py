"""Faults of the set-up or of the machine: exceptions that carry their exit status and the mend.

Wrong data is never one of these: it is a finding (see :mod:`pipeline.model`).
"""

from __future__ import annotations

from typing import Any


class ConventionsError(Exception):
    """A fault that ends the command; ``exit_code`` is what the shell gets."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross from another process whatever it was made from: pickle would make it again from its message alone."""
        return _remade, (type(self), self.args, self.__dict__)


class SetupError(ConventionsError):
    """A schema, template or configuration that cannot be used.

    The message names the file, the key and the mend, in French: managers edit these files.
    """

    exit_code = 2

    def __init__(self, file: str, key: str, problem: str, mend: str) -> None:
        self.file, self.key, self.problem, self.mend = file, key, problem, mend
        where = f"{file}, « {key} »" if key else file
        super().__init__(f"{where} : {problem}. {mend}")


class DiskError(SetupError):
    """A disk that takes nothing more, in the middle of the work: no other document would fare better."""


class LockedError(ConventionsError):
    """Another run holds the lock."""

    exit_code = 3


def _remade(kind: type[ConventionsError], args: tuple[object, ...], told: dict[str, object]) -> ConventionsError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(told)
    return error
