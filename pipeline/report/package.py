"""The zip of a workbook, made the same from the same content: fixed dates, the document's own day."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import IO, Any

_LEVEL = 4
"""How hard the zip is pressed: half the time of zlib's own choice, for a tenth more bytes."""
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


class FixedZip(zipfile.ZipFile):
    """A zip to be written by openpyxl: members dated 1980, the document's own date ``day``."""

    def __init__(self, path: Path, day: date) -> None:
        super().__init__(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=_LEVEL)
        self._day = day

    def writestr(self, zinfo_or_arcname: str | zipfile.ZipInfo, data: Any, *_: Any, **__: Any) -> None:
        """Add ``data``; openpyxl stamps the clock's time on the properties, replaced here by the run's day."""
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        content = data.encode() if isinstance(data, str) else bytes(data)
        if name == "docProps/core.xml":
            content = _MODIFIED.sub(rb"\g<1>" + f"{self._day:%Y-%m-%d}T00:00:00Z".encode() + rb"\g<2>", content)
        with self.member(name) as target:
            target.write(content)

    def member(self, name: str) -> IO[bytes]:
        """Open the file ``name`` of the zip, to be written in pieces; one at a time."""
        # A member that is opened by its name is dated 1980, one that is written at once by the clock.
        return self.open(name.lstrip("/"), "w")
