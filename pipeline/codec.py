"""Typed values ↔ JSON, for the register: what is read back equals what was written."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

from pipeline.desk.model import Decision
from pipeline.model import (
    CellValue,
    Change,
    Companion,
    Correction,
    Deposit,
    ErrorCell,
    Finding,
    Form,
    Layout,
    Note,
    Period,
    Place,
    Schedule,
    Unreadable,
    Value,
)


def _period(period: Period) -> list[Any]:
    hours = None if period.hours_per_day is None else str(period.hours_per_day)
    return [period.start.isoformat(), period.end.isoformat(), hours]


def _read_period(part: Sequence[Any]) -> Period:
    hours = None if part[2] is None else Decimal(part[2])
    return Period(date.fromisoformat(part[0]), date.fromisoformat(part[1]), hours)


def encode(value: CellValue | Value) -> Any:
    """Return ``value`` as JSON: plain for text, numbers and booleans, ``{tag: …}`` for the rest."""
    match value:
        case None | str() | bool() | int() | float():
            return value
        case datetime():
            return {"t": value.isoformat()}
        case date():
            return {"d": value.isoformat()}
        case time():
            return {"h": value.isoformat()}
        case timedelta():
            return {"s": value.total_seconds()}
        case Decimal():
            return {"n": str(value)}
        case ErrorCell():
            return {"e": value.code}
        case Schedule():
            return {"c": [value.text, [_period(p) for p in value.periods]]}
        case tuple():
            return {"p": [_period(p) if isinstance(p, Period) else p for p in value]}


_DECODERS: Mapping[str, Callable[[Any], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "h": time.fromisoformat,
    "s": lambda seconds: timedelta(seconds=seconds),
    "n": Decimal,
    "e": ErrorCell,
    "c": lambda pair: Schedule(pair[0], tuple(_read_period(p) for p in pair[1])),
    "p": lambda items: tuple(item if isinstance(item, str) else _read_period(item) for item in items),
}


def decode(data: Any) -> Any:
    """Return the value that :func:`encode` wrote."""
    if isinstance(data, dict):
        ((tag, content),) = data.items()
        return _DECODERS[tag](content)
    return data


Reader: TypeAlias = Callable[[Any], Any]
"""Reads what :func:`encode` wrote."""


def reader() -> Reader:
    """Return a :func:`decode` that gives one object for all that is written alike: rows repeat themselves and each other."""
    known: dict[Any, Any] = {}

    def read(part: Any) -> Any:
        if type(part) is str:
            return known.setdefault(part, part)
        if type(part) is not dict:
            return part
        ((tag, content),) = part.items()
        if type(content) is not str:
            return decode(part)
        written = tag, content
        if written not in known:
            known[written] = decode(part)
        return known[written]

    return read


def _values(parts: Mapping[str, Any], read: Reader) -> dict[str, Any]:
    return {read(key): read(part) for key, part in parts.items()}


def pack_deposits(deposits: Sequence[Deposit]) -> bytes:
    """Return the deposits of one file, compressed row by row; rows of one sheet share its layout."""
    layouts: list[Layout] = []
    numbers: dict[int, int] = {}
    for layout in (deposit.form.layout for deposit in deposits):
        if id(layout) not in numbers:  # of another sheet, or the copy that came back from another process
            if layout not in layouts:
                layouts.append(layout)
            numbers[id(layout)] = layouts.index(layout)
    squeeze = zlib.compressobj(3)

    def parts() -> Iterator[str]:
        yield f"[{_written([_pack_layout(layout) for layout in layouts])}, ["
        for place, deposit in enumerate(deposits):
            packed = _pack_deposit(deposit, numbers[id(deposit.form.layout)])
            yield f"{', ' if place else ''}{_written(packed)}"
        yield "]]"

    return b"".join([*(squeeze.compress(part.encode()) for part in parts()), squeeze.flush()])


def _written(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _pack_deposit(deposit: Deposit, layout: int) -> list[Any]:
    form = deposit.form
    return [
        layout,
        form.place.sheet,
        form.place.row,
        {k: encode(v) for k, v in form.cells.items()},
        [encode(v) for v in form.original],
        [[n.rule, list(n.fields), dict(n.slots)] for n in form.notes],
        {k: encode(v) for k, v in deposit.values.items()},
        {k: [u.value, u.expected, u.expected_en, u.cause, u.cause_en, u.example] for k, u in deposit.unreadable.items()},
        deposit.digest,
        encode(deposit.deposited_at),
        _pack_correction(form.correction),
    ]  # fmt: skip


def unpack_deposits(blob: bytes, file: str) -> list[Deposit]:
    """Return the deposits that :func:`pack_deposits` wrote, at their places in ``file``."""
    text = zlib.decompress(blob).decode()
    shapes, end = _JSON.raw_decode(text, 1)
    layouts, read = [_unpack_layout(*shape) for shape in shapes], reader()
    return [_unpack_deposit(row, file, layouts, read) for row in _rows(text, end)]


_JSON = json.JSONDecoder()


def _rows(text: str, end: int) -> Iterator[Any]:
    """Yield the rows of « [shapes, [row, row]] », whose shapes end at ``end``, one by one: all at once are far heavier."""
    at = end + len(", [")
    while text[at] != "]":
        row, at = _JSON.raw_decode(text, at)
        yield row
        at += len(", ") if text[at] == "," else 0


def _unpack_deposit(row: Sequence[Any], file: str, layouts: Sequence[Layout], read: Reader) -> Deposit:
    layout, sheet, line, cells, original, notes, values, unreadable, digest, deposited_at, *correction = row
    return Deposit(
        form=Form(
            place=Place(file, read(sheet), line),
            layout=layouts[layout],
            cells=_values(cells, read),
            original=tuple(map(read, original)),
            notes=tuple(Note(rule, tuple(fields), slots) for rule, fields, slots in notes),
            correction=_unpack_correction(*correction),
        ),
        values=_values(values, read),
        unreadable={k: Unreadable(*parts) for k, parts in unreadable.items()},
        digest=digest,
        deposited_at=read(deposited_at),
    )


def _pack_layout(layout: Layout) -> list[Any]:
    columns, alone = ({k: list(v) for k, v in found.items()} for found in (layout.columns, layout.alone))
    more = (dict(layout.named), alone, layout.several, layout.added, layout.stands)
    return [layout.system, layout.header_row, layout.headers, columns, layout.notes, *more]


def _unpack_layout(system: str, header_row: int, headers: Any, columns: Any, notes: Any, *more: Any) -> Layout:
    """Return the layout; one recorded before corrections existed lacks what reads its rows again (``more``)."""
    named, alone, *rest = more or ({}, {}, (), (), ())
    several, added, stands = map(tuple, rest)
    fed, only = ({k: tuple(v) for k, v in found.items()} for found in (columns, alone))
    return Layout(system, header_row, tuple(headers), fed, tuple(notes), named, only, several, added, stands)


def _pack_correction(made: Correction | None) -> list[Any] | None:
    if made is None:
        return None
    changes = [[c.label, c.fields, encode(c.before), encode(c.after)] for c in made.changes]
    origin = [made.origin.file, made.origin.sheet, made.origin.row]
    saved, at = made.saved.isoformat(), made.at.isoformat()
    return [made.reference, origin, made.base, saved, at, made.who, changes, made.again]


def _unpack_correction(parts: Sequence[Any] | None = None) -> Correction | None:
    if parts is None:
        return None
    reference, origin, base, saved, at, who, changes, again = parts
    return Correction(
        reference,
        Place(*origin),
        base,
        datetime.fromisoformat(saved),
        datetime.fromisoformat(at),
        who,
        tuple(Change(label, tuple(keys), decode(before), decode(after)) for label, keys, before, after in changes),
        again,
    )


def pack_values(values: Mapping[str, Value], cells: Mapping[str, CellValue]) -> bytes:
    """Return a version's values and the cells that they were read from, compressed."""
    data = [{k: encode(v) for k, v in values.items()}, {k: encode(v) for k, v in cells.items()}]
    return zlib.compress(json.dumps(data, ensure_ascii=False).encode(), 1)


def unpack_values(blob: bytes, read: Reader) -> tuple[Mapping[str, Value], Mapping[str, CellValue]]:
    """Return the values and the cells that :func:`pack_values` wrote; ``read`` is one :func:`reader` for many of them."""
    values, cells = json.loads(zlib.decompress(blob))
    return _values(values, read), _values(cells, read)


_FINDING = (
    "rule",
    "severity",
    "motif",
    "jalon",
    "fields",
    "message",
    "fix",
    "message_en",
    "fix_en",
    "source",
    "internal",
    "actor",
    "to_host",
    "to_host_en",
    "judged",
    "decision",
)
"""New names go last: an older register's findings lack them, and read as their defaults."""


def pack_findings(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON, without their cells and other rows: a later export may hold them elsewhere."""
    return json.dumps([[_part(f, name) for name in _FINDING] for f in findings], ensure_ascii=False)


def _part(finding: Finding, name: str) -> Any:
    return _pack_decision(finding.decision) if name == "decision" else getattr(finding, name)


def _pack_decision(decision: Decision | None) -> Sequence[str] | None:
    return None if decision is None else [str(getattr(decision, part.name)) for part in dataclasses.fields(decision)]


def _unpack_decision(parts: Sequence[Any] | None) -> Decision | None:
    if parts is None:
        return None
    named: dict[str, Any] = {part.name: text for part, text in zip(dataclasses.fields(Decision), parts, strict=True)}
    on, at = date.fromisoformat(named.pop("on")), datetime.fromisoformat(named.pop("at"))
    return Decision(on=on, at=at, **named)


def unpack_findings(
    text: str, form: Form, others: Mapping[str, tuple[Companion, ...]] = MappingProxyType({})
) -> tuple[Finding, ...]:
    """Return the findings that :func:`pack_findings` wrote, on the cells of ``form``; ``others``: rule id → rows."""
    found = []
    for parts in json.loads(text):
        named = dict(zip(_FINDING, parts, strict=False))
        fields = tuple(named.pop("fields"))
        cells = tuple(dict.fromkeys(address for key in fields for address in form.addresses(key)))
        decision = _unpack_decision(named.pop("decision", None))
        about = others.get(named["rule"], ())
        found.append(Finding(fields=fields, cells=cells, others=about, decision=decision, **named))
    return tuple(found)
