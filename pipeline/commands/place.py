"""A folder or a file named on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

PLACE: Final = click.Path(path_type=Path, readable=False)
"""Whether it is there and may be read is asked by who uses it, who says in French what to do: click says it in English."""
