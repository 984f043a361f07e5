"""How tests read PDFs: text and pictures by poppler, which is spared the colour profile that it prepares for each page."""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path

import pikepdf
from PIL import Image


@cache
def pages_of(pdf: Path) -> list[str]:
    """Return the text of each page, laid out as printed; read once, since many look at it."""
    command = ["pdftotext", "-layout", "-", "-"]
    done = subprocess.run(command, input=_without_profile(pdf), capture_output=True, check=True, timeout=60)
    return done.stdout.decode().split("\f")[:-1]


def pictures_of(pdf: Path, density: int, most: int = 1000) -> list[Image.Image]:
    """Return the first pages, ``most`` of them, in grey, ``density`` dots an inch."""
    command = ["pdftoppm", "-gray", "-r", str(density), "-l", str(most), "-"]
    done = subprocess.run(command, input=_without_profile(pdf), capture_output=True, check=True, timeout=120)
    pictures, stream = [], io.BytesIO(done.stdout)
    while stream.tell() < len(done.stdout):
        pictures.append(_next_picture(stream))
    return pictures


def _next_picture(stream: io.BytesIO) -> Image.Image:
    """Read one binary PGM of several that follow each other: three lines of header, then a byte a pixel."""
    kind, size, depth = (stream.readline().strip() for _ in range(3))
    if (kind, depth) != (b"P5", b"255"):
        raise ValueError(f"no PGM: {kind!r} {depth!r}")
    width, height = map(int, size.split())
    return Image.frombytes("L", (width, height), stream.read(width * height))


def _without_profile(pdf: Path) -> bytes:
    with pikepdf.open(pdf) as opened:
        if "/OutputIntents" in opened.Root:
            del opened.Root["/OutputIntents"]
        whole = io.BytesIO()
        opened.save(whole)
    return whole.getvalue()
