"""The sRGB colour profile that an archived PDF must carry, written from the numbers of IEC 61966-2-1.

Its form is that of ICC.1:2001-04 (version 2.4): a matrix of three primaries seen under D50, and one curve.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache

NAME = "sRGB IEC61966-2.1"

_D50 = (0.9642, 1.0, 0.8249)
_PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
"""Chromaticities of sRGB adapted to D50 (Bradford)."""
_STEPS = 1024


@cache
def srgb_profile() -> bytes:
    """Return the profile: the same bytes each time."""
    curve = b"curv" + struct.pack(">II", 0, _STEPS)
    curve += b"".join(struct.pack(">H", round(65535 * _linear(step / (_STEPS - 1)))) for step in range(_STEPS))
    tags = {
        b"desc": _description(NAME),
        b"cprt": b"text" + bytes(4) + b"No rights reserved" + bytes(1),
        b"wtpt": _xyz(_D50),
        **{name: _xyz(values) for name, values in _PRIMARIES.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    return _assembled(tags)


def _linear(value: float) -> float:
    """Return the light that a value of sRGB stands for."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(_fixed(value) for value in values)


def _description(text: str) -> bytes:
    ascii_text = text.encode() + bytes(1)
    return b"desc" + bytes(4) + struct.pack(">I", len(ascii_text)) + ascii_text + bytes(4 + 4 + 2 + 1 + 67)


def _assembled(tags: dict[bytes, bytes]) -> bytes:
    """Return header, table of tags and their data, each once, aligned to four bytes."""
    offset, body = 128 + 4 + 12 * len(tags), b""
    places: dict[bytes, int] = {}
    table = struct.pack(">I", len(tags))
    for name, data in tags.items():
        if data not in places:
            places[data] = offset + len(body)
            body += data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", places[data], len(data))
    return _header(offset + len(body)) + table + body


def _header(length: int) -> bytes:
    day = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    start = struct.pack(">I", length) + bytes(4) + b"\x02\x40\x00\x00" + b"mntrRGB XYZ " + day + b"acsp"
    light = b"".join(_fixed(value) for value in _D50)
    return (start + bytes(28) + light).ljust(128, b"\0")
