"""How many dossiers go into the next batch: as many as were measured to last a while, fewer when the end is near."""

from __future__ import annotations

from dataclasses import dataclass

_SECONDS = 20.0
"""What a batch should last: long beside the start of LibreOffice (about 1 s), short beside a night."""
_FIRST = 24
_FEW, _MOST = 8, 400
_WEIGHT = 0.5
"""Of the last batch in what is expected of the next one."""


@dataclass(slots=True)
class Sizes:
    """Sizes of batches for ``size`` workers, with ``left`` dossiers to do."""

    left: int
    size: int
    seconds: float = 0.0
    """Expected for one dossier; 0 before anything has been measured."""

    def next(self) -> int:
        """Return the number of dossiers of the next batch, 0 when none is left, and count them as given out."""
        wanted = min(_MOST, max(_FEW, round(_SECONDS / self.seconds))) if self.seconds else _FIRST
        if self.size > 1:
            # Towards the end the batches get smaller: no worker waits long for the last one.
            wanted = min(wanted, max(_FEW, -(-self.left // (2 * self.size))))
        wanted = min(wanted, self.left)
        self.left -= wanted
        return wanted

    def tell(self, dossiers: int, seconds: float) -> None:
        """Learn that a batch of so many dossiers took so many seconds."""
        if dossiers and seconds > 0:
            found = seconds / dossiers
            self.seconds = found if not self.seconds else _WEIGHT * found + (1 - _WEIGHT) * self.seconds
