"""The reports into ``outbox/rapports/``: whole or not at all, and never over a workbook that someone has touched."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from pipeline.config import Settings
from pipeline.documents import pages
from pipeline.documents.kinds import Kind
from pipeline.documents.listings import Listing
from pipeline.model import Entry, Failure, Outcome
from pipeline.outbox import Outbox, workshop
from pipeline.report.departures import fill
from pipeline.report.journal import Journal
from pipeline.report.listing_workbook import write_listing
from pipeline.report.page import Names, report_html
from pipeline.report.run_json import run_json
from pipeline.report.workbook import write_workbook
from pipeline.tables import Tables

LATEST = "rapports/dernier"
_WRITTEN = ".ecrits.json"
"""In ``dernier``: the hashes under which we wrote each file, to tell a file that someone has changed since."""


class SystemName(Protocol):
    """A source system, as far as the reports name it."""

    @property
    def name(self) -> str:
        """The stem of its YAML file."""

    @property
    def label(self) -> str:
        """What a person calls it."""


class Materials(Protocol):
    """What the reports need of the set-up."""

    @property
    def settings(self) -> Settings:
        """The configuration."""

    @property
    def tables(self) -> Tables:
        """The tables of schemas/."""

    @property
    def systems(self) -> Iterable[SystemName]:
        """The source systems."""

    @property
    def titles(self) -> Mapping[str, str]:
        """What each rule is about, in a few words, by its id."""

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of documents."""

    @property
    def listings(self) -> Sequence[Listing]:
        """The workbooks of the whole run."""

    def cases(self, entry: Entry) -> Mapping[str, bool]:
        """Return every condition of the templates for one dossier."""

    def values(self, entry: Entry) -> Mapping[str, Any]:
        """Return what the templates may ask for about one dossier."""


def _now() -> datetime:
    return datetime.now(UTC)


def publish_reports(
    outcome: Outcome,
    setup: Materials,
    outbox: Outbox,
    wkhtmltopdf: str | None,
    clock: Callable[[], datetime] = _now,
) -> Outcome:
    """Make every report of ``outcome`` and publish it; return the outcome with what publishing adds to it.

    Added are the notices on workbooks that stay as they are, and the failure of rapport.pdf. ``wkhtmltopdf`` is the
    program, None when there is none: rapport.pdf is then not made. ``clock`` dates the lines of the journal.
    """
    systems = {system.name: system.label for system in setup.systems}
    with workshop() as folder:
        lists = _write_listings(outcome, setup, folder)
        told = tuple(notice for _, notice in _kept(outbox, ["a_corriger.xlsx", *lists], outcome.day).values())
        outcome = dataclasses.replace(outcome, notices=(*outcome.notices, *told))
        page = folder / "rapport.html"
        names = Names(setup.titles, systems, {kind.name: kind.title for kind in setup.kinds}, lists)
        html = report_html(outcome, setup.settings, setup.tables, names)
        page.write_text(html, "utf-8", errors="replace")
        files: dict[str, Path | bytes] = {name: folder / name for name in lists}
        if wkhtmltopdf is not None:
            pdf = folder / "rapport.pdf"
            reason = _pdf(page, pdf, wkhtmltopdf)
            if reason:
                failure = Failure(f"rapports/{outcome.run_id}/rapport.pdf", reason)
                outcome = dataclasses.replace(outcome, failures=(*outcome.failures, failure))
            else:
                files["rapport.pdf"] = pdf
        workbook, lines = folder / "a_corriger.xlsx", folder / "journal.jsonl"
        write_workbook(outcome, workbook, setup.tables, setup.titles)
        Journal(lines, clock).outcome(outcome)
        files |= {
            "run.json": run_json(outcome).encode(),
            "rapport.html": page,
            "a_corriger.xlsx": workbook,
            "journal.jsonl": lines,
        }
        publish(outbox, outcome.run_id, files, outcome.day)
    return outcome


def _write_listings(outcome: Outcome, setup: Materials, folder: Path) -> Mapping[str, str]:
    """Write into ``folder`` the lists that have rows; return their titles by file name."""
    found = {}
    service = setup.settings.service("conventions")
    contact = " – ".join(part for part in (service.name, service.email) if part)
    for listing in setup.listings:
        sheets = fill(listing, outcome, setup.tables, setup.cases, setup.values)
        if sheets:
            name = f"{listing.name}.xlsx"
            write_listing(listing, sheets, folder / name, outcome.day, contact)
            found[name] = listing.title
    return found


def _pdf(page: Path, pdf: Path, program: str) -> str:
    """Make rapport.pdf; return in French why it could not be made, "" when it stands."""
    refused = pages.html_to_pdf([pages.PdfJob(page, pdf, "Rapport")], program, 120)
    return refused[0][1] if refused else "" if pdf.is_file() else "le PDF n’a pas été écrit"


def publish(outbox: Outbox, run_id: str, files: Mapping[str, bytes | Path], day: date) -> tuple[str, ...]:
    """Write ``files`` into ``rapports/<run_id>/``, then refresh ``rapports/dernier/`` file by file.

    A name is a file's, without folder; a Path is read, and stays where it is. A workbook of ``dernier`` that was
    changed since we wrote it, or that is open, stays; ours is written beside it under the day's date. Returns the
    French notices that say so.
    """
    folder = f"rapports/{run_id}"
    contents = {name: data if isinstance(data, bytes) else data.read_bytes() for name, data in sorted(files.items())}
    for name, data in contents.items():
        outbox.write(f"{folder}/{name}", data)
    outbox.folder(LATEST)
    before, kept_files = _recorded(outbox), _kept(outbox, contents, day)
    placed = {kept_files[name][0] if name in kept_files else name: (name, data) for name, data in contents.items()}
    hashes = {target: _digest(data) for target, (_, data) in placed.items()}
    # The intention first: a crash between two files must not make our own file look like hers.
    kept = {name: known for name, known in before.items() if name not in hashes}
    _record(outbox, kept | {name: [*before.get(name, ()), new] for name, new in hashes.items()})
    for target, (name, data) in placed.items():
        _place(outbox, f"{folder}/{name}", f"{LATEST}/{target}", data)
    still = {}
    for name, known in kept.items():
        if name in contents or _taken(outbox, name, before):
            still[name] = known  # hers: kept, and known as hers the next time
        else:
            outbox.remove(f"{LATEST}/{name}")
    _record(outbox, still | {name: [new] for name, new in hashes.items()})
    return tuple(notice for _, notice in kept_files.values())


def _kept(outbox: Outbox, names: Iterable[str], day: date) -> Mapping[str, tuple[str, str]]:
    """Return for each workbook that must stay the name under which ours goes beside it, and the French notice."""
    before = _recorded(outbox)
    found = {}
    for name in names:
        if name.endswith(".xlsx") and (reason := _taken(outbox, name, before)):
            target = _free_name(outbox, name, day, before)
            told = f"il reste tel quel dans {LATEST}, et la nouvelle version est à côté, sous le nom {target}."
            found[name] = (target, f"{name} {reason} : {told}")
    return found


def _place(outbox: Outbox, source: str, target: str, data: bytes) -> None:
    """Put a report in ``dernier``: a hard link, or a copy where the disk refuses one.

    A workbook is always copied: who corrects it in place must not change the one that is kept by its run.
    """
    if target.endswith(".xlsx"):
        outbox.write(target, data)
        return
    temporary = outbox.path(f"{LATEST}/.{Path(target).name}.part")
    temporary.unlink(missing_ok=True)
    try:
        os.link(outbox.path(source), temporary)
        # Renaming one link of a file over another one does nothing and leaves both names.
        temporary.replace(outbox.path(target))
    except OSError:
        outbox.write(target, data)
    finally:
        temporary.unlink(missing_ok=True)


def _taken(outbox: Outbox, name: str, before: Mapping[str, list[str]]) -> str:
    """Return in French why the file ``name`` of ``dernier`` must stay; "" when it may be replaced."""
    path = outbox.path(f"{LATEST}/{name}")
    if any(path.with_name(lock).exists() for lock in (f"~${name}", f".~lock.{name}#")):
        return "est ouvert"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError:
        return "est ouvert"  # Windows and network drives refuse even reading
    return "" if _digest(data) in before.get(name, ()) else "a été modifié"


def _free_name(outbox: Outbox, name: str, day: date, before: Mapping[str, list[str]]) -> str:
    stem, dot, extension = name.rpartition(".")
    number = 1
    while True:
        tail = f"_{number}" if number > 1 else ""
        candidate = f"{stem}_{day.isoformat()}{tail}{dot}{extension}"
        if not _taken(outbox, candidate, before):
            return candidate
        number += 1


def _recorded(outbox: Outbox) -> dict[str, list[str]]:
    """Return the hashes of what we wrote; nothing when the record is lost or spoilt: everything is then kept."""
    try:
        data = json.loads(outbox.path(f"{LATEST}/{_WRITTEN}").read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {
        name: [known for known in hashes if isinstance(known, str)]
        for name, hashes in data.items()
        if isinstance(hashes, list) and name == Path(name).name
    }


def _record(outbox: Outbox, written: Mapping[str, list[str]]) -> None:
    text = json.dumps(dict(sorted(written.items())), ensure_ascii=False, indent=1)
    outbox.write(f"{LATEST}/{_WRITTEN}", text.encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
