"""What outlives a run: references, deposits, versions, verdicts and the documents that were made (SQLite)."""

from pipeline.register.store import Register, open_register

__all__ = ["Register", "open_register"]
