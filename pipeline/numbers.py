"""The references that stand in the outbox: a register that was put back does not know those given since its backup."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.dossiers import Snapshot
from pipeline.intake.files import InboxFile
from pipeline.model import Place
from pipeline.outbox import LinkedError, Outbox
from pipeline.report.shelf import LATEST

_YEARS = re.compile(r"\d{4}-\d{4}")
_FOLDER = re.compile(r"(C(\d{4})-(\d{6,9}))(?:_.*)?", re.DOTALL | re.ASCII)
_REPORTS = 10
"""The newest reports that are asked which row a dossier was made of."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Folder:
    reference: str
    year: int
    number: int
    path: str
    """Under the outbox."""


def given(outbox: Outbox) -> list[str]:
    """Return the references that folders of the outbox bear, in order; [] when there is no outbox."""
    return sorted(folder.reference for folder in _folders(outbox))


def beside(known: Snapshot, outbox: Outbox, files: Iterable[InboxFile] = ()) -> Snapshot:
    """Return what the register knows, and what stands in the outbox besides.

    The last numbers are raised to those of the outbox: no reference is given twice. Where the outbox holds dossiers that
    the register has lost, the rows of ``files`` that they were made of get them back, as the last reports tell.
    """
    folders = _folders(outbox)
    numbers = dict(known.last_numbers)
    for folder in folders:
        numbers[folder.year] = max(folder.number, numbers.get(folder.year, 0))
    lost = {folder.reference: folder.path for folder in folders if folder.reference not in known.dossiers}
    found = _rows_of(lost, outbox, files) if lost else {}
    return dataclasses.replace(known, last_numbers=numbers, lost=found)


def _rows_of(lost: Mapping[str, str], outbox: Outbox, files: Iterable[InboxFile]) -> Mapping[Place, tuple[str, str]]:
    """Return the rows of unchanged files that the lost dossiers were made of, by the newest report that names each."""
    names: dict[str, list[str]] = {}
    for file in files:
        if file.sha256:
            names.setdefault(file.sha256, []).append(file.name)
    found: dict[Place, tuple[str, str]] = {}
    wanted = set(lost)
    for report in _reports(outbox):
        try:
            told = [(place, reference) for place, reference in _told(report, names) if reference in wanted]
        except (AttributeError, KeyError, TypeError):  # not as we wrote it
            continue
        found |= {place: (reference, lost[reference]) for place, reference in told if place not in found}
        wanted -= {reference for _, reference in told}
        if not wanted:
            break
    return found


def _told(report: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> Iterator[tuple[Place, str]]:
    """Yield (row, reference) for the rows of a run.json whose files are in the inbox as they were, under any name."""
    hashes = {(source["file"], source["sheet"]): source["sha256"] for source in report["sources"]}
    for dossier in report["dossiers"]:
        sha256 = hashes.get((dossier["source"], dossier["sheet"]), "")
        for name in names.get(sha256, ()):
            yield Place(name, dossier["sheet"], dossier["row"]), dossier["reference"]


def _reports(outbox: Outbox) -> Iterator[Mapping[str, Any]]:
    """Yield what run.json says of the newest runs, the latest first; one that cannot be read is passed over."""
    folder = outbox.path(LATEST).parent
    runs = sorted((path for path in folder.glob("[0-9]*") if path.is_dir()), reverse=True)
    for run in runs[:_REPORTS]:
        try:
            report = outbox.read_json(run.relative_to(outbox.root).joinpath("run.json").as_posix())
        except (OSError, ValueError, LinkedError):
            continue
        if isinstance(report, dict):
            yield report


def _folders(outbox: Outbox) -> list[_Folder]:
    try:
        years = [folder for folder in outbox.path("dossiers").iterdir() if _YEARS.fullmatch(folder.name)]
        paths = [path for folder in years if folder.is_dir() for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    return [_folder(path, match) for path in paths if (match := _FOLDER.fullmatch(path.name))]


def _folder(path: Path, name: re.Match[str]) -> _Folder:
    return _Folder(name[1], int(name[2]), int(name[3]), f"dossiers/{path.parent.name}/{path.name}")
