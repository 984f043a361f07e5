"""All entries of the corpus, and what a run says of each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.model import Limits
from tests.hostile.archives import ARCHIVES
from tests.hostile.bad_file import BadFile, Ground
from tests.hostile.kinds import KINDS
from tests.hostile.names import NAMES
from tests.hostile.ods import ODS
from tests.hostile.places import PLACES
from tests.hostile.sheets import SHEETS
from tests.hostile.texts import TEXTS
from tests.hostile.xml import XML

FAMILIES = (KINDS, TEXTS, ARCHIVES, XML, SHEETS, ODS, PLACES, NAMES)
BAD_FILES: tuple[BadFile, ...] = tuple(entry for family in FAMILIES for entry in family.entries)
SMALL = {"octets_fichier": 1_000_000, "octets_decompresses": 8_000_000, "lignes": 5_000}
"""The limits under which the small version of a heavy entry is as heavy as the whole one under the shipped limits."""


def build(entry: BadFile, inbox: Path, ground: Ground) -> bool:
    """Put ``entry`` into ``inbox``; return False when this machine cannot make it."""
    if entry.impossible():
        return False
    folder = inbox / entry.key
    folder.mkdir(parents=True)
    entry.build(folder, ground)
    return True


def faults(entry: BadFile, report: Mapping[str, Any], *, full: bool = False) -> list[str]:
    """Return what a run.json says of ``entry`` otherwise than the corpus; empty when all is as it should be."""
    sources = told_of(entry, report)
    rows = [one for one in report["dossiers"] if one["source"].startswith(f"{entry.key}/")]
    expected = entry.files if full else entry.few or entry.files
    wrong = [f"{entry.key}: {len(sources)} sources"] * (len(sources) != expected)
    wrong += [f"{entry.key}: {len(rows)} rows"] * (len(rows) != entry.rows)
    unread = sum(len(source["unread"]) for source in sources)
    wrong += [f"{entry.key}: {unread} rows unread"] * (unread != entry.unread)
    for source in sources:
        reason = source["reason"] or ""
        if source["state"] != entry.state or not reason.startswith(entry.reason) or "\n" in reason:
            wrong.append(f"{entry.key}: {source['state']} – {reason}")
        if (source["state"] == "lu") == bool(reason):
            wrong.append(f"{entry.key}: {source['state']} with the reason « {reason} »")
    return wrong


def told_of(entry: BadFile, report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the sources of one entry."""
    return [source for source in report["sources"] if source["file"].startswith(f"{entry.key}/")]


def configured(shipped: Path, target: Path, limits: Mapping[str, int]) -> Limits:
    """Write the shipped configuration with other limits; return what they mean to the builders."""
    text = shipped.read_text(encoding="utf-8")
    for name, value in limits.items():
        old = next(line for line in text.splitlines() if line.startswith(f"{name} ="))
        text = text.replace(old, f"{name} = {value}")
    target.write_text(text, encoding="utf-8")
    told = tomllib.loads(text)["limites"]
    return Limits(
        told["octets_fichier"],
        told["octets_decompresses"],
        told["lignes"],
        told["colonnes"],
        told["caracteres_cellule"],
    )


def keys(entries: Iterable[BadFile]) -> list[str]:
    """Return the keys of ``entries``."""
    return [entry.key for entry in entries]
