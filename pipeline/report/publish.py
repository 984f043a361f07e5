"""The reports into ``outbox/rapports/``: whole or not at all, and never over a workbook that someone has touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from pipeline.config import Settings
from pipeline.desk.columns import Columns
from pipeline.documents import pages
from pipeline.documents.kinds import Kind
from pipeline.documents.listings import Each, Listing
from pipeline.model import RETURNED, Entry, Failure, Outcome
from pipeline.outbox import Outbox
from pipeline.report.departures import Cases, Values, fill, remembering
from pipeline.report.extracts import Written, write_extracts
from pipeline.report.follow_up import write_follow_up
from pipeline.report.journal import Journal
from pipeline.report.listing_workbook import write_listing
from pipeline.report.mailing import NAME as MESSAGES
from pipeline.report.mailing import write_mailing
from pipeline.report.meeting import meeting_html
from pipeline.report.morning.cells import workbook_cells
from pipeline.report.morning.lines import TO_OUTBOX, Link, lines_of
from pipeline.report.morning.words import Text
from pipeline.report.page import Names, report_html
from pipeline.report.phrases import needs_work
from pipeline.report.post import NO_POST, Post
from pipeline.report.run_json import run_json
from pipeline.report.shelf import Content, Shelf, read
from pipeline.report.workbook import write_workbook
from pipeline.tables import Tables
from pipeline.workshops import workshop

FOLLOW_UP = "suivi.xlsx"
_EXTRACTS: Mapping[Each, Text] = {
    "formation": Text("Par formation, pour la ou le responsable pédagogique", "By programme, for its director"),
    "référent": Text("Par enseignante ou enseignant référent", "By academic advisor"),
}
_FOLLOW_UPS_WRITTEN = "rapports/.suivis.json"
"""The hashes under which we wrote the follow-up workbooks, which stand at the root of the outbox."""
_WORKBOOKS = {"a_corriger": "Classeur de corrections", "suivi": "Classeur de suivi"}
"""What the workbooks are called that came back, by the profile of their sources."""


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
    def columns(self) -> Columns:
        """The columns of the follow-up workbook."""

    @property
    def titles(self) -> Mapping[str, str]:
        """What each rule is about, in a few words, by its id."""

    @property
    def titles_en(self) -> Mapping[str, str]:
        """The same in English."""

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of documents."""

    @property
    def listings(self) -> Sequence[Listing]:
        """The workbooks of the whole run."""

    def values(self, entry: Entry) -> Mapping[str, Any]:
        """Return what the templates may ask for about one dossier."""


def shelves(outbox: Outbox, taken_in: Collection[str] = ()) -> tuple[Shelf, Shelf]:
    """Return the shelf of the latest reports, and that of the follow-up workbooks at the root of the outbox."""
    return Shelf(outbox, taken_in=taken_in), Shelf(outbox, ".", taken_in, _FOLLOW_UPS_WRITTEN)


def _now() -> datetime:
    return datetime.now(UTC)


def publish_reports(
    outcome: Outcome,
    setup: Materials,
    outbox: Outbox,
    wkhtmltopdf: str | None,
    clock: Callable[[], datetime] = _now,
    mail: Post = NO_POST,
) -> Outcome:
    """Make every report of ``outcome`` and publish it; return the outcome with what publishing adds to it.

    Added are the notices on workbooks that stay as they are, and the failure of rapport.pdf. ``wkhtmltopdf`` is the
    program, None when there is none: rapport.pdf is then not made. ``clock`` dates the lines of the journal; ``mail``
    are the messages of the night.
    """
    taken_in = {source.sha256 for source in outcome.sources if source.profile in RETURNED}
    latest, desk = shelves(outbox, taken_in)
    with workshop() as folder:
        lists, extracts = _write_lists(outcome, setup, folder)
        if write_mailing(mail.sendings, mail.before, folder / MESSAGES, outcome.day):
            lists = {**lists, MESSAGES: "Messages à envoyer"}
        files = {name: folder / name for name in lists}
        files |= {one.name: one.path for _, written in extracts for one in written}
        files |= _write_corrections(outcome, setup, folder)
        follow_ups = _write_follow_ups(outcome, setup, mail, folder)
        kept = {**latest.kept(files, outcome.day), **desk.kept(follow_ups, outcome.day)}
        told = tuple(notice for _, notice in kept.values())
        outcome = dataclasses.replace(outcome, notices=(*outcome.notices, *told))
        names = _names(outcome, setup, lists, extracts, {*files, *follow_ups}, len(mail.sendings))
        pages, reason = _write_pages(outcome, setup, names, folder, wkhtmltopdf)
        if reason:
            failure = Failure(f"rapports/{outcome.run_id}/rapport.pdf", reason)
            outcome = dataclasses.replace(outcome, failures=(*outcome.failures, failure))
        files |= {**pages, "run.json": folder / "run.json", "journal.jsonl": folder / "journal.jsonl"}
        with files["run.json"].open("w", encoding="utf-8") as stream:
            stream.writelines(run_json(outcome))
        Journal(files["journal.jsonl"], clock).outcome(outcome)
        publish(outbox, outcome.run_id, files, outcome.day, taken_in)
        if follow_ups:  # the command « check » writes none and leaves those that stand
            desk.refresh(follow_ups, outcome.day)
    return outcome


def _write_pages(
    outcome: Outcome, setup: Materials, names: Names, folder: Path, wkhtmltopdf: str | None
) -> tuple[Mapping[str, Path], str]:
    """Write rapport.html and, where it can be made, rapport.pdf; return them, and in French why the PDF could not."""
    page, pdf, paper = folder / "rapport.html", folder / "rapport.pdf", folder / "reunion.html"
    dossiers = lines_of(outcome, setup.tables)
    with page.open("w", encoding="utf-8", errors="replace") as stream:
        stream.writelines(report_html(outcome, dossiers, setup.settings, setup.tables, names))
    if wkhtmltopdf is None:
        return {page.name: page}, ""
    text = meeting_html(outcome, dossiers, setup.settings, setup.tables, names.rules)
    paper.write_text(text, "utf-8", errors="replace")
    reason = _pdf(paper, pdf, wkhtmltopdf)
    return {page.name: page} if reason else {page.name: page, pdf.name: pdf}, reason


def _names(
    outcome: Outcome,
    setup: Materials,
    lists: Mapping[str, str],
    extracts: Sequence[tuple[Listing, Sequence[Written]]],
    books: Collection[str],
    messages: int,
) -> Names:
    """Return what the page calls things and links to; ``books`` are the names of all the files of this run."""
    return Names(
        rules=setup.titles,
        rules_en=setup.titles_en,
        systems={system.name: system.label for system in setup.systems} | _WORKBOOKS,
        documents={kind.name: kind.title for kind in setup.kinds},
        lists=lists,
        cells=workbook_cells(outcome, setup.tables),
        follow_up=FOLLOW_UP if outcome.follow_ups else "",
        managers={p.name: found for p in setup.settings.portfolios if (found := _books_of(p.slug, books))},
        extracts={
            _EXTRACTS[listing.each]: [Link(Text(one.reader), quote(one.name), one.address) for one in written]
            for listing, written in extracts
            if listing.each is not None and written
        },
        messages=messages,
    )


def _books_of(slug: str, books: Collection[str]) -> Sequence[Link]:
    """Return the links to the workbooks of one portfolio."""
    found = (
        (f"suivi_{slug}.xlsx", Text("suivi", "follow-up"), TO_OUTBOX),
        (f"a_corriger_{slug}.xlsx", Text("à corriger", "to correct"), ""),
    )
    return [Link(text, folder + quote(name)) for name, text, folder in found if name in books]


def _write_corrections(outcome: Outcome, setup: Materials, folder: Path) -> Mapping[str, Path]:
    """Write the workbooks of the rows that need work: the whole one, and one for each portfolio that has some."""
    whole = folder / "a_corriger.xlsx"
    write_workbook(outcome, whole, setup.tables, setup.titles)
    found = {whole.name: whole}
    for slug, references in _portfolios(outcome, setup).items():
        hers = [v for v in outcome.verdicts if v.entry.reference in references]
        if any(map(needs_work, hers)):
            path = folder / f"a_corriger_{slug}.xlsx"
            write_workbook(outcome, path, setup.tables, setup.titles, only=hers)
            found[path.name] = path
    return found


def _write_follow_ups(outcome: Outcome, setup: Materials, mail: Post, folder: Path) -> Mapping[str, Path]:
    """Write suivi.xlsx, and one for each portfolio that has dossiers."""
    if not outcome.follow_ups:
        return {}
    whole = folder / FOLLOW_UP
    write_follow_up(outcome, whole, setup.columns, setup.tables, reminders=mail.reminders)
    found = {whole.name: whole}
    names = {portfolio.slug: portfolio.name for portfolio in setup.settings.portfolios}
    for slug, references in _portfolios(outcome, setup).items():
        path = folder / f"suivi_{slug}.xlsx"
        write_follow_up(
            outcome, path, setup.columns, setup.tables, only=references, portfolio=names[slug], reminders=mail.reminders
        )
        found[path.name] = path
    return found


def _portfolios(outcome: Outcome, setup: Materials) -> Mapping[str, Collection[str]]:
    """Return the references of each portfolio that has dossiers, by its slug."""
    found = {}
    for portfolio in setup.settings.portfolios:
        references = {follow.reference for follow in outcome.follow_ups if follow.manager == portfolio.name}
        if references:
            found[portfolio.slug] = references
    return found


def _write_lists(
    outcome: Outcome, setup: Materials, folder: Path
) -> tuple[Mapping[str, str], Sequence[tuple[Listing, Sequence[Written]]]]:
    """Write into ``folder`` the lists that have rows, and what each programme and each supervisor may see.

    Return the titles of the lists by file name, and the workbooks of each kind of extract.
    """
    values = remembering(setup.values, setup.listings)
    return _write_listings(outcome, setup, values, folder), _write_extracts(outcome, setup, values, folder)


def _write_listings(outcome: Outcome, setup: Materials, values: Values, folder: Path) -> Mapping[str, str]:
    """Write into ``folder`` the lists that have rows; return their titles by file name."""
    found = {}
    for listing in setup.listings:
        if listing.each is not None:
            continue
        sheets = fill(listing, outcome, setup.tables, _cases(values), values)
        if sheets:
            name = f"{listing.name}.xlsx"
            write_listing(listing, sheets, folder / name, outcome.day, _contact(setup))
            found[name] = listing.title
    return found


def _write_extracts(
    outcome: Outcome, setup: Materials, values: Values, folder: Path
) -> Sequence[tuple[Listing, Sequence[Written]]]:
    """Write into ``folder`` what each programme and each supervisor may see; return the workbooks of each list."""
    contact = _contact(setup)
    return [
        (listing, write_extracts(listing, outcome, folder, setup.tables, _cases(values), values, contact=contact))
        for listing in setup.listings
    ]


def _cases(values: Values) -> Cases:
    """Return the conditions that stand among the values: those are asked once for all lists."""
    return lambda entry: values(entry)["cas"]


def _contact(setup: Materials) -> str:
    """Return whom the reader of a list writes back to."""
    service = setup.settings.service("conventions")
    return " – ".join(part for part in (service.name, service.email) if part)


def _pdf(page: Path, pdf: Path, program: str) -> str:
    """Make rapport.pdf; return in French why it could not be made, "" when it stands."""
    refused = pages.html_to_pdf([pages.PdfJob(page, pdf, "Rapport")], program, 120)
    return refused[0][1] if refused else "" if pdf.is_file() else "le PDF n’a pas été écrit"


def publish(
    outbox: Outbox, run_id: str, files: Mapping[str, Content], day: date, taken_in: Collection[str] = ()
) -> tuple[str, ...]:
    """Write ``files`` into ``rapports/<run_id>/``, then refresh ``rapports/dernier/`` file by file.

    A name is a file's, in one folder at most; a Path is read, and stays where it is. A workbook of ``dernier`` that was
    changed since we wrote it, or that is open, stays; ours is written beside it under the day's date. Returns the
    French notices that say so.
    """
    folder = f"rapports/{run_id}"
    for name, content in sorted(files.items()):
        outbox.write(f"{folder}/{name}", read(content))
    outbox.settle()
    return Shelf(outbox, taken_in=taken_in).refresh(files, day, folder)
