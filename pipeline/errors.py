"""Faults of the set-up or of the machine: exceptions that carry their exit status and the mend.

Wrong data is never one of these: it is a finding (see :mod:`pipeline.model`).
"""


class ConventionsError(Exception):
    """A fault that ends the command; ``exit_code`` is what the shell gets."""

    exit_code = 1


class SetupError(ConventionsError):
    """A schema, template or configuration that cannot be used.

    The message names the file, the key and the mend, in French: managers edit these files.
    """

    exit_code = 2

    def __init__(self, file: str, key: str, problem: str, mend: str) -> None:
        self.file, self.key, self.problem, self.mend = file, key, problem, mend
        where = f"{file}, « {key} »" if key else file
        super().__init__(f"{where} : {problem}. {mend}")


class LockedError(ConventionsError):
    """Another run holds the lock."""

    exit_code = 3
