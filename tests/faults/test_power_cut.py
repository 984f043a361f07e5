"""A power cut loses what is not yet on the disk: the register never knows more than the disk holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.outbox import Outbox
from pipeline.register import open_register
from pipeline.register.store import Register
from tools.examples.contact import perfect
from tools.shows.stage import Stage


def test_documents_are_on_the_disk_before_the_register_records_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def told(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def told_first(self: Any, *words: Any, **more: Any) -> Any:
            order.append(name)
            return real(self, *words, **more)

        monkeypatch.setattr(owner, name, told_first)

    for owner, name in ((Outbox, "write"), (Outbox, "remove"), (Outbox, "settle"), *_RECORDS):
        told(owner, name)
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    stage.night()
    recorded = [at for at, name in enumerate(order) if (Register, name) in _RECORDS]
    assert [order[at] for at in recorded] == ["made", "end", "published"]
    for at in recorded:
        before = order[:at]
        last = max((n for n, name in enumerate(before) if name == "write"), default=-1)
        assert "settle" in before[last:], order


_RECORDS = ((Register, "made"), (Register, "end"), (Register, "published"))


def test_a_failing_disk_is_not_taken_for_a_patient_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox(tmp_path)

    def refuses(descriptor: int) -> None:
        raise OSError(5, f"Input/output error {descriptor}")

    monkeypatch.setattr("pipeline.outbox._sync_disk_of", refuses)
    with pytest.raises(Exception, match=r"Input/output error|disque|écri"):
        outbox.settle()


def test_what_the_register_has_recorded_is_on_the_disk_when_it_says_so(tmp_path: Path) -> None:
    with closing(open_register(tmp_path / "registre.sqlite3")) as register:
        connection: sqlite3.Connection = register._db
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: each transaction is written through"
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
