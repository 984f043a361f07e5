"""Why a file cannot be read as a table."""

from __future__ import annotations

from pipeline.intake.typography import typeset


class UnreadableFile(Exception):  # noqa: N818 (said of the file: nothing is wrong with the program)
    """A file that is refused; ``reason`` is one French line. It never leaves the intake."""

    def __init__(self, reason: str) -> None:
        self.reason = typeset(reason)
        super().__init__(self.reason)


class ChangedFile(UnreadableFile):
    """A file whose content is no longer the one that was hashed: it waits for the next run."""
