"""What outlives a run: references, deposits, versions, verdicts and the documents that were made (SQLite)."""

from pipeline.register.opening import open_register
from pipeline.register.store import Register

__all__ = ["Register", "open_register"]
