"""What crosses between the coordinator and the process that reads: lengths and values, admitted one class at a time.

The child that made a value has had a hostile file in its hands. Its value is therefore unpickled under a list: the
values of the intake and the days and hours of a cell, nothing that could be called to any effect. What stands in their
fields is what a file could have said anyway; only a child whose very code was taken over could put something else there.
"""

from __future__ import annotations

import datetime as dt
import io
import pickle
import socket
import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipeline.intake.describe import ColumnLine, ColumnsReport, SheetColumns, Suggestion
from pipeline.intake.reading import Reading
from pipeline.intake.returned import CellEdit, Returned, RowEdit, Saved, TabEdits
from pipeline.intake.tables import Table
from pipeline.model import ErrorCell, Form, Layout, Note, Place, Source
from pipeline.patience import uncollected

_ADMITTED: Mapping[tuple[str, str], type] = {
    (known.__module__, known.__qualname__): known
    for known in (
        Reading, Source, Form, Place, Layout, Note, ErrorCell,
        Returned, Saved, Table, TabEdits, RowEdit, CellEdit,
        ColumnsReport, SheetColumns, ColumnLine, Suggestion,
        dt.date, dt.datetime, dt.time, dt.timedelta, dt.timezone, Decimal,
    )
}  # fmt: skip
_HEAD = struct.Struct("!cQ")

TABLES, READ, DESCRIBE, PING = b"t", b"r", b"d", b"p"
"""Sorts of what the coordinator sends: what to read by; a file to read, or to describe; a question of its health."""
DONE, MEMORY, TIME, WAITED, KILLED, CRASHED = b"v", b"m", b"c", b"w", b"k", b"x"
"""Sorts of answers: a value; no memory; no computing time; it waited too long; killed from outside; died, with where."""


class ForeignValueError(Exception):
    """A value that no reading gives."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise ForeignValueError from None


def unpacked(content: bytes) -> object:
    """Return the value that a child has packed. Raises ForeignValueError when it is none of the admitted ones."""
    try:
        with uncollected():
            return _Unpickler(io.BytesIO(content)).load()
    except ForeignValueError:
        raise
    except Exception as error:  # damaged or hostile bytes fail in any way that pickle knows
        raise ForeignValueError from error


def send(line: socket.socket, sort: bytes, content: bytes) -> None:
    """Send one message: its sort (one letter), its length, its content. Raises OSError when nobody is there."""
    line.sendall(_HEAD.pack(sort, len(content)))
    line.sendall(content)


def receive(line: socket.socket) -> tuple[bytes, bytes]:
    """Return the sort and the content of the next message. Raises EOFError when the other end is closed."""
    sort, length = _HEAD.unpack(_exactly(line, _HEAD.size))
    return sort, bytes(_exactly(line, length))


def _exactly(line: socket.socket, length: int) -> bytearray:
    content = bytearray(length)
    rest = memoryview(content)
    while rest:
        number = line.recv_into(rest)
        if not number:
            raise EOFError
        rest = rest[number:]
    return content
