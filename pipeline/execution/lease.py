"""The lease of a run on a shared outbox: workers write there as long as the file of the run stands, and no longer.

A worker that goes on after its run has ended, been interrupted or taken it for dead must not write over what a later run
makes.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.outbox import Outbox

LEASE = ".ouvriers"
"""Under the outbox; holds the name of the session."""


class LeaseLostError(BaseException):
    """The run is over: no document's fault, so that no handler of faulty documents may take it for one."""


class LeasedOutbox(Outbox):
    """An outbox that takes files for one session only."""

    def __init__(self, root: Path, group: str, session: str) -> None:
        super().__init__(root, group)
        self._session = session

    def is_leased(self) -> bool:
        """Tell whether the session's file is seen here."""
        try:
            return self.path(LEASE).read_text("ascii") == self._session
        except (OSError, UnicodeError):
            return False

    def write(self, name: str, data: bytes, *, at_once: bool = False) -> None:
        """Write as :meth:`Outbox.write` does. Raises LeaseLostError when the session is over."""
        self.check()
        super().write(name, data, at_once=at_once)

    def take(self, source: Path, name: str) -> None:
        """Move as :meth:`Outbox.take` does. Raises LeaseLostError when the session is over."""
        self.check()
        super().take(source, name)

    def check(self) -> None:
        """Raise LeaseLostError when the session is over."""
        if not self.is_leased():
            raise LeaseLostError
