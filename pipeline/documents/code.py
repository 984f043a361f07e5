"""The QR code of a dossier's reference and version, by which a scanned return is recognised."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache
from struct import pack

import segno

_MASK = 3
"""One fixed mask: every mask is readable, and choosing the prettiest takes three times as long."""
_SCALE = 8
"""Pixels a module: with one bit a pixel, a module is one byte of its line."""
_BORDER = 2
_DARK, _LIGHT = b"\x00", b"\xff"
_AS_TYPED, _AS_ABOVE = b"\x00", b"\x02"
"""Filters of a line (PNG, 9.2): its own pixels, or what differs from the line above."""


@lru_cache(maxsize=64)
def code_png(text: str) -> bytes:
    """Return a PNG, 8 pixels a module with its quiet zone, of the QR code (ISO/IEC 18004, level M) of ``text``.

    The same text gives the same bytes.
    """
    return _png(segno.make_qr(text, error="m", mask=_MASK).matrix)


def _png(matrix: Iterable[Iterable[int]]) -> bytes:
    """Return the modules as a PNG in black and white, byte for byte the one that segno writes in three times as long.

    segno can draw any colour at any size, and builds every line bit by bit.
    """
    rows = [b"".join(_DARK if module else _LIGHT for module in row) for row in matrix]
    modules = len(rows) + 2 * _BORDER
    side = _LIGHT * _BORDER
    edge = (_AS_TYPED + _LIGHT * modules) * (_BORDER * _SCALE)
    repeated = (_AS_ABOVE + _DARK * modules) * (_SCALE - 1)
    lines = b"".join(b"".join((_AS_TYPED, side, row, side, repeated)) for row in rows)
    header = pack(">2I5B", modules * _SCALE, modules * _SCALE, 1, 0, 0, 0, 0)
    data = zlib.compress(edge + lines + edge, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))
