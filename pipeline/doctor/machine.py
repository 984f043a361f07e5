"""What is asked of the machine itself: its programs, accounts, disks and clock. Tests put invented answers in its place."""

from __future__ import annotations

import grp
import os
import platform
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Machine:
    """The answers of a machine."""

    python: str
    """Version, as « 3.11.7 »."""
    account: str
    """Name of the account that asks."""
    groups: frozenset[str]
    """Names of the groups that this account is in."""
    host: str
    find: Callable[[str], str | None]
    """Name of a program → its path."""
    say: Callable[[Sequence[str]], str | None]
    """Command → what it prints, stripped; None when it is not there, fails or takes too long."""
    versions: Callable[[], Mapping[str, str]]
    """Installed libraries, by lower-case name with dashes, and their versions."""
    may: Callable[[Path, int], bool]
    """Whether this account may read (os.R_OK), write (os.W_OK), enter (os.X_OK) a path."""
    free: Callable[[Path], int]
    """Bytes free for this account on the disk of an existing path."""
    has_group: Callable[[str], bool]
    """Whether the machine knows a group."""
    read_only: Callable[[Path], bool]
    """Whether the disk of an existing path takes nothing from anybody."""
    zone: Callable[[], str]
    """How the time zone was set, as « Europe/Paris »; "" when nobody set it."""


def this_machine() -> Machine:
    """Return the machine that runs this."""
    return Machine(
        python=platform.python_version(),
        account=_account(),
        groups=frozenset(filter(None, map(_group, {*os.getgroups(), os.getegid()}))),
        host=socket.gethostname(),
        find=shutil.which,
        say=_say,
        versions=_versions,
        may=_may,
        free=lambda path: shutil.disk_usage(path).free,
        has_group=_has_group,
        read_only=_read_only,
        zone=_zone,
    )


def _account() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return ""


def _has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True


def _may(path: Path, mode: int) -> bool:
    """As the effective account, which is the one that the files are opened with."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _read_only(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _say(command: Sequence[str]) -> str | None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=_SECONDS, env=environment,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()


def _versions() -> Mapping[str, str]:
    return {canonical(found.name): found.version for found in metadata.distributions() if found.name}


def canonical(name: str) -> str:
    """Return the name of a library as every register of libraries compares it (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def _zone() -> str:
    if named := os.environ.get("TZ", "").lstrip(":"):
        return named
    link = Path("/etc/localtime")
    if link.is_symlink():
        return str(link.readlink()).partition("zoneinfo/")[2]
    if not link.exists():
        return ""
    named_in = Path("/etc/timezone")
    return named_in.read_text("utf-8").strip() if named_in.is_file() else "locale"
