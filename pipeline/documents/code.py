"""The QR code of a dossier's reference and version, by which a scanned return is recognised."""

from __future__ import annotations

import io
from functools import lru_cache

import segno

_MASK = 3
"""One fixed mask: every mask is readable, and choosing the prettiest takes three times as long."""


@lru_cache(maxsize=64)
def code_png(text: str) -> bytes:
    """Return a PNG, 8 pixels a module with its quiet zone, of the QR code (ISO/IEC 18004, level M) of ``text``.

    The same text gives the same bytes.
    """
    buffer = io.BytesIO()
    segno.make_qr(text, error="m", mask=_MASK).save(buffer, kind="png", scale=8, border=2)
    return buffer.getvalue()
