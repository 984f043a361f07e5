"""Many phrases searched in many bytes at once: what was deleted may still stand where no program reads it."""

from __future__ import annotations

from collections.abc import Collection
from mmap import mmap

_WIDTH = 6
"""Bytes by which a phrase is looked up; shorter ones turn up in compressed data by chance."""
_MASK = (1 << 8 * _WIDTH) - 1
_CHUNK = 8_000_000


class RawPhrases:
    """Phrases as bytes; those of fewer than six bytes are left out."""

    def __init__(self, phrases: Collection[bytes]) -> None:
        self._by_start: dict[int, list[bytes]] = {}
        for phrase in phrases:
            if len(phrase) >= _WIDTH:
                self._by_start.setdefault(int.from_bytes(phrase[:_WIDTH], "little"), []).append(phrase)
        self._longest = max((len(phrase) for phrase in phrases), default=0)

    def stand_in(self, data: bytes | mmap) -> bool:
        """Tell whether one of the phrases stands in ``data``: time grows with the data, hardly with the phrases."""
        if not self._by_start:
            return False
        step = _CHUNK - self._longest
        return any(self._in_chunk(data[start : start + _CHUNK]) for start in range(0, max(len(data), 1), step))

    def _in_chunk(self, data: bytes) -> bool:
        import numpy as np

        starts = np.array(sorted(self._by_start), dtype=np.uint64)
        padded = data + bytes(16)
        for offset in range(8):
            words = np.frombuffer(padded, dtype="<u8", offset=offset, count=(len(padded) - offset) // 8)
            keys = words & np.uint64(_MASK)
            place = np.minimum(np.searchsorted(starts, keys), len(starts) - 1)
            for index in np.flatnonzero(starts[place] == keys):
                at = int(index) * 8 + offset
                if any(data.startswith(phrase, at) for phrase in self._by_start[int(keys[index])]):
                    return True
        return False
