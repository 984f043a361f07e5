"""What a disk answers when it takes nothing more, in French: one line that says what, and what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import DiskError

_AGAIN = "Ce qui était fait est gardé : relancez ensuite, le reste sera fait."
_FULL = ("il n’y a plus de place sur le disque", f"Libérez de la place. {_AGAIN}")
_READ_ONLY = ("le disque ne peut être que lu", f"Faites rétablir le droit d’y écrire. {_AGAIN}")
_SILENT = ("le disque ne répond plus", f"Faites vérifier le disque ou le partage. {_AGAIN}")
_CLOSED = ("le droit d’y écrire a été retiré", f"Rétablissez-le pour le compte de la nuit. {_AGAIN}")
_ANSWERS: Mapping[int, tuple[str, str]] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("la place accordée à ce compte (quota) est épuisée", f"Libérez de la place. {_AGAIN}"),
    errno.EROFS: _READ_ONLY,
    errno.EIO: _SILENT,
    errno.ESTALE: _SILENT,
    errno.ENODEV: _SILENT,
    errno.ENXIO: _SILENT,
    errno.ENOTCONN: _SILENT,
    errno.ETIMEDOUT: _SILENT,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
}
_GONE = (
    "le dossier de sortie a disparu pendant le traitement",
    f"Vérifiez que son disque ou son partage est monté, puis que le dossier s’y trouve. {_AGAIN}",
)


@contextmanager
def answering(root: Path) -> Iterator[None]:
    """Turn what the disk under ``root`` refuses to everybody into a DiskError; what it refuses to one file goes on."""
    try:
        yield
    except OSError as error:
        if (fault := refusal(error, root)) is None:
            raise
        raise fault from error


def refusal(error: OSError, root: Path) -> DiskError | None:
    """Return what an error says of the disk under ``root``; None when it says nothing of the whole disk."""
    answer = _ANSWERS.get(error.errno or 0)
    if answer is None or (answer is _CLOSED and os.access(root, os.W_OK | os.X_OK)):
        return None
    return DiskError(str(root), "", *answer)


def gone(root: Path) -> DiskError:
    """Return the fault of a folder that is no longer the one in which the run began."""
    return DiskError(str(root), "", *_GONE)
