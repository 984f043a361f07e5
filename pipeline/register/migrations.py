"""How an older register becomes one of this version, one step at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from pipeline.register.values import stored_key

SCHEMA_VERSION = 5

MIGRATIONS: Mapping[int, Sequence[str]] = {
    1: (
        "ALTER TABLE version ADD COLUMN context TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE deposit ADD COLUMN deposited_at TEXT",
        "ALTER TABLE deposit ADD COLUMN file TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE deposit ADD COLUMN sheet TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE deposit ADD COLUMN line INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE deposit ADD COLUMN content BLOB",
    ),
    2: (
        "ALTER TABLE run ADD COLUMN totals TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE dossier ADD COLUMN since TEXT NOT NULL DEFAULT ''",
        (
            "CREATE TABLE event (number INTEGER PRIMARY KEY, reference TEXT NOT NULL REFERENCES dossier (reference),"
            " what TEXT NOT NULL, value TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, version INTEGER NOT NULL,"
            " file TEXT, sheet TEXT, line INTEGER, run INTEGER REFERENCES run (number)) STRICT"
        ),
        "CREATE INDEX event_of ON event (reference, what)",
        (
            "CREATE TABLE decision (number INTEGER PRIMARY KEY, reference TEXT NOT NULL REFERENCES dossier (reference),"
            " rule TEXT NOT NULL, choice TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, day TEXT NOT NULL,"
            " reach TEXT NOT NULL, judged TEXT NOT NULL, target TEXT NOT NULL, at TEXT NOT NULL) STRICT"
        ),
    ),
    3: (
        "ALTER TABLE version ADD COLUMN made_from TEXT NOT NULL DEFAULT ''",
        "UPDATE version SET made_from = verdict_key(status, model, zone, findings, context, digest)",
        "CREATE INDEX deposit_of ON deposit (reference)",
        "CREATE INDEX decision_of ON decision (reference)",
        "CREATE INDEX decision_on ON decision (target, rule)",
        "INSERT INTO meta VALUES ('revision', '0')",
    ),
    4: (
        "CREATE TABLE erased (mark TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        (
            "CREATE TABLE tally (year INTEGER NOT NULL, programme TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL,"
            " number INTEGER NOT NULL, PRIMARY KEY (year, programme, what, value)) STRICT, WITHOUT ROWID"
        ),
    ),
}
"""Version → the statements that lead to the next one."""


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring an older register to this version, every step in one transaction: whole or not at all.

    The statements of the register, and one of these, call ``verdict_key``: the connection learns it here.
    """
    connection.create_function("verdict_key", 6, stored_key, deterministic=True)
    if version >= SCHEMA_VERSION:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for step in range(version, SCHEMA_VERSION):
            for statement in MIGRATIONS[step]:
                connection.execute(statement)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'version'", (str(SCHEMA_VERSION),))
