"""Outside programs shut in: no network, no new privileges, bounded memory and files, no secret in their environment.

They read what people have written. What the programs of util-linux can take away from them is taken away; where the
system refuses (a container, a hardened service), they start without, and ``conventions doctor`` can say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SECONDS = 10.0
_NAMES = frozenset(
    {"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "NIX_LD", "NIX_LD_LIBRARY_PATH"}
)
_FAMILIES = ("LC_", "FONTCONFIG_", "XDG_DATA_", "XDG_CACHE_")
"""What finds the program, its language and its fonts; all else, the password of the mail among it, stays outside."""
_MEMORY = 4 << 30
"""Bytes of address space: LibreOffice takes 0.5 GB for an agreement, wkhtmltopdf less."""
_FILE = 1 << 30
"""Bytes of one file that it writes."""

_NO_NETWORK = ("unshare", "--user", "--map-current-user", "--net", "--")
_NO_PRIVILEGES = ("setpriv", "--no-new-privs", "--")
_LIMITS = ("prlimit", "--core=0", f"--fsize={_FILE}", f"--as={_MEMORY}", "--")


@dataclass(frozen=True, slots=True)
class Walls:
    """What this system lets us put around a program: the words before its command, and what they do."""

    words: tuple[str, ...]
    network: bool
    """Whether it has a network of its own, in which there is nothing."""
    privileges: bool
    """Whether no set-uid program gives it more rights than it has."""
    limits: bool
    """Whether its memory and its files are bounded."""


@cache
def walls() -> Walls:
    """Return what this system allows, found by trying once per process, in some 20 ms."""
    kept = [_stands(words) for words in (_NO_NETWORK, _NO_PRIVILEGES, _LIMITS)]
    return Walls(tuple(word for words in kept for word in words), *map(bool, kept))


def confined(command: Sequence[str]) -> list[str]:
    """Return ``command`` behind the walls of this system; the process keeps its number, so that it can be ended."""
    return [*walls().words, *command]


def bare_environment(more: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what a program needs of ``environment``, and ``more``."""
    return {n: v for n, v in environment.items() if n in _NAMES or n.startswith(_FAMILIES)} | dict(more)


def _stands(words: Sequence[str]) -> tuple[str, ...]:
    """Return ``words`` with the path of their program when a command runs behind them, else nothing."""
    program, nothing = shutil.which(words[0]), shutil.which("true")
    if program is None or nothing is None:
        return ()
    found = (str(Path(program).absolute()), *words[1:])
    try:
        done = subprocess.run(
            [*found, nothing], capture_output=True, timeout=_SECONDS, check=False, env=bare_environment({})
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return found if done.returncode == 0 else ()
