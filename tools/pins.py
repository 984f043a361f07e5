"""constraints.txt → deploy/requirements/*.txt: the same pins with the hashes of their files, for ``pip --require-hashes``.

``python -m tools.pins`` asks pip, for each Python and platform of :data:`PLACES`, which file each pin would be; what it
writes names no address. ``--check`` only tells whether the files name what constraints.txt pins (no network).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "deploy/requirements"
_HEAD = "# Written by « python -m tools.pins » from constraints.txt and pyproject.toml: do not edit.\n"
_BUILD = ("setuptools",)
"""Without an isolated build, which would fetch what nobody has pinned."""
_FROM_SOURCE = ("odfpy",)
"""Published as sources only."""
_LINUX = ("manylinux_2_28_{0}", "manylinux_2_17_{0}", "manylinux2014_{0}", "manylinux_2_5_{0}", "manylinux1_{0}")
PLACES: Mapping[str, tuple[str, ...]] = {
    "linux x86_64": tuple(name.format("x86_64") for name in _LINUX),
    "linux aarch64": tuple(name.format("aarch64") for name in _LINUX[:3]),
    "macos arm64": ("macosx_15_0_arm64", "macosx_11_0_arm64", "macosx_11_0_universal2", "macosx_10_9_universal2"),
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

Pins = Mapping[str, str]
"""Canonical name → the line of constraints.txt, name==version."""


def read_pins(path: Path = ROOT / "constraints.txt") -> dict[str, str]:
    """Return what constraints.txt pins."""
    lines = path.read_text(encoding="utf-8").split()
    return {canonicalize_name(line.partition("==")[0]): line for line in lines}


def asked_for(pyproject: Path = ROOT / "pyproject.toml") -> dict[str, list[str]]:
    """Return the names that each file of requirements begins with: ``run`` and one per extra, which holds ``run`` too."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    run = [*project["dependencies"], *_BUILD]
    return {"run": run} | {extra: run + names for extra, names in project["optional-dependencies"].items()}


def listed(path: Path) -> dict[str, str]:
    """Return what a file of requirements pins, as :func:`read_pins` does; each has at least one hash."""
    text = path.read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = [re.fullmatch(r"(\S+==\S+)((?:\s+--hash=sha256:[0-9a-f]{64})+)", line) for line in lines]
    if not all(found):
        raise ValueError(f"{path.name}: a line without a hash")
    return {canonicalize_name(match[1].partition("==")[0]): match[1] for match in found if match}


def _resolved(pins: Pins, python: str, platforms: Iterable[str], folder: Path) -> list[dict[str, Any]]:
    """Return what pip would install for one Python and platform, as its report tells it; unfit pins are left out."""
    names = list(pins.values())
    while True:
        report = folder / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps",
                   "--target", str(folder / "none"), "--only-binary", ":all:", "--no-binary", ",".join(_FROM_SOURCE),
                   "--python-version", python, "--report", str(report)]  # fmt: skip
        command += [word for platform in platforms for word in ("--platform", platform)]
        done = subprocess.run([*command, *names], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            installs: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["install"]
            return installs
        unfit = re.search(r"No matching distribution found for (\S+)", done.stderr)
        if unfit is None or unfit[1] not in names:
            raise SystemExit(done.stderr.strip().splitlines()[-1])
        print(f"{python}, {next(iter(platforms))}: no file of {unfit[1]}", file=sys.stderr)
        names.remove(unfit[1])


def _closure(begin: Iterable[str], needs: Mapping[str, Iterable[str]], pins: Pins) -> Iterator[str]:
    """Yield every pinned name that ``begin`` needs, whatever the marker: a pin that one Python needs is listed for all."""
    waiting: list[str] = [canonicalize_name(Requirement(line).name) for line in begin]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in pins:
            continue
        seen.add(name)
        yield name
        waiting += needs.get(name, ())


def write(pins: Pins) -> None:
    """Ask pip for the hashes and write every file of requirements."""
    hashes: dict[str, set[str]] = {}
    needs: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for python in PYTHONS:
            for platforms in PLACES.values():
                for install in _resolved(pins, python, platforms, Path(folder)):
                    name: str = canonicalize_name(install["metadata"]["name"])
                    hashes.setdefault(name, set()).add(install["download_info"]["archive_info"]["hashes"]["sha256"])
                    needs.setdefault(name, set()).update(_needed(install["metadata"].get("requires_dist", ())))
    REQUIREMENTS.mkdir(parents=True, exist_ok=True)
    for file, begin in asked_for().items():
        chosen = sorted(_closure(begin, needs, pins))
        lines = [" \\\n    ".join([pins[n], *(f"--hash=sha256:{h}" for h in sorted(hashes[n]))]) for n in chosen]
        (REQUIREMENTS / f"{file}.txt").write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
        print(f"{file}.txt: {len(chosen)} packages, {sum(len(hashes[n]) for n in chosen)} hashes")


def _needed(requires: Iterable[str]) -> Iterator[str]:
    for line in requires:
        requirement = Requirement(line)
        if requirement.marker is None or "extra" not in str(requirement.marker):
            yield canonicalize_name(requirement.name)


def faults(pins: Pins) -> list[str]:
    """Return what the files of requirements say otherwise than constraints.txt and pyproject.toml; [] when all agree."""
    told = []
    for name, begin in asked_for().items():
        path = REQUIREMENTS / f"{name}.txt"
        if not path.is_file():
            told.append(f"{path.name} is missing")
            continue
        there = listed(path)
        told += [
            f"{path.name}: {line} is not what constraints.txt pins" for n, line in there.items() if pins.get(n) != line
        ]
        asked = {canonicalize_name(Requirement(line).name) for line in begin}
        told += [f"{path.name}: {n} is missing" for n in sorted(asked - there.keys())]
    return told


def main() -> None:
    """Write the files, or with ``--check`` say what is wrong with them (status 1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the files with constraints.txt")
    pins = read_pins()
    if not parser.parse_args().check:
        write(pins)
    if wrong := faults(pins):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
