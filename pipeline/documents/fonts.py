"""The fonts that the Word templates and the pages ask for, and whether this machine has them or others as wide."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

_FONT = re.compile(rb'w:(?:ascii|hAnsi)="([^"]+)"')
_PARTS = re.compile(r"word/(?:styles|document|header\d*|footer\d*|footnotes)\.xml")
_OF_THE_PAGES = ("Carlito", "DejaVu Sans")
"""What the pages are set in: the text, and the boxes to tick."""
_SAME_WIDTHS: Mapping[str, tuple[str, ...]] = {
    "Calibri": ("Carlito",),
    "Cambria": ("Caladea",),
    "Arial": ("Liberation Sans", "Arimo"),
    "Times New Roman": ("Liberation Serif", "Tinos"),
    "Courier New": ("Liberation Mono", "Cousine"),
}
"""Free fonts whose letters are as wide, so that lines and pages break at the same places."""
PACKAGES: Mapping[str, str] = {
    "Calibri": "fonts-crosextra-carlito",
    "Carlito": "fonts-crosextra-carlito",
    "Cambria": "fonts-crosextra-caladea",
    "Arial": "fonts-liberation",
    "Times New Roman": "fonts-liberation",
    "Courier New": "fonts-liberation",
    "DejaVu Sans": "fonts-dejavu-core",
}
"""Debian's package of each."""
_SECONDS = 10

Serving = Mapping[str, str]
"""Font that is asked for → the families that fontconfig gives for it, "" when it says nothing."""


def asked_for(folders: Iterable[Path]) -> list[str]:
    """Return the fonts of the pages and of every Word template in ``folders``; a damaged template asks for none."""
    found = set(_OF_THE_PAGES)
    for path in (path for folder in folders for path in folder.glob("*.docx") if not path.name.startswith("~$")):
        try:
            with zipfile.ZipFile(path) as document:
                parts = [document.read(name) for name in document.namelist() if _PARTS.fullmatch(name)]
        except (OSError, zipfile.BadZipFile):
            continue  # loading the templates says so
        found.update(name.decode("utf-8", "replace") for part in parts for name in _FONT.findall(part))
    return sorted(found)


def serving(fonts: Iterable[str], say: Callable[[list[str]], str | None]) -> Serving:
    """Ask fontconfig for each of ``fonts``; ``say`` runs a program and returns what it writes."""
    return {name: say(["fc-match", "-f", "%{family}", name]) or "" for name in fonts}


def missing(found: Serving) -> list[str]:
    """Return the fonts for which there is neither they nor one as wide."""
    return [name for name, families in found.items() if not _serves(name, families)]


def missing_here(folders: Iterable[Path]) -> str:
    """Return one French line on the fonts that this machine lacks; "" when none does, or when it cannot be asked."""
    if shutil.which("fc-match") is None:
        return ""
    lacking = missing(serving(asked_for(folders), _said))
    if not lacking:
        return ""
    return f"Polices absentes de cette machine : {', '.join(lacking)}. La mise en page des PDF en change ; voyez conventions doctor."


def _said(words: list[str]) -> str | None:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout


def _serves(name: str, found: str) -> bool:
    """Tell whether ``found``, the families that fontconfig gives for ``name``, is it or as wide."""
    families = {family.strip().casefold() for family in found.split(",")}
    return not families.isdisjoint(wanted.casefold() for wanted in (name, *_SAME_WIDTHS.get(name, ())))
