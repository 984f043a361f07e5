"""What the figures were measured on: processors, memory, versions; no name and no path."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

_LIBRARIES = ("docxtpl", "jinja2", "pandas", "python-calamine", "openpyxl", "cerberus", "pikepdf")


def machine() -> str:
    """Return one line that describes this machine."""
    programs = [_version(["soffice", "--version"], 2), _version(["wkhtmltopdf", "--version"], 2)]
    node = _version(["node", "--version"], 1)
    libraries = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    parts = [
        f"{os.cpu_count()} × {_processor()}",
        f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB",
        f"{platform.system()} {platform.release().partition('-')[0]}",
        f"Python {platform.python_version()}",
        *programs,
        f"Node.js {node}" if node else "no Node.js",
        *libraries,
    ]
    return ", ".join(part for part in parts if part)


def _processor() -> str:
    """Return the model of the processor where the system tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names and names[0] != "unknown" else platform.machine()


def _version(command: Sequence[str], words: int) -> str:
    """Return the first ``words`` of what a program says of its version, "" when it is not there."""
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    except OSError:
        return ""
    return " ".join(told.split()[:words])
