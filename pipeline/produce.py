"""Making the planned documents. Writes, decides nothing: what cannot be made is told, and the night goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.check.facts import Facts
from pipeline.documents import office, pages
from pipeline.documents.checklist import checklist_html, checklist_values
from pipeline.documents.message import Letter, compose, enclose, is_news, written
from pipeline.documents.values import template_values
from pipeline.documents.values.tree import Tree
from pipeline.machine import Tools
from pipeline.model import Document, Failure, Plan
from pipeline.outbox import Outbox, workshop
from pipeline.plan import outputs_of
from pipeline.setup import Setup
from pipeline.signed.after_signing import Filling
from pipeline.signed.filled import filled

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Produced:
    """What stands after the work: paths by plan (in the order of the plans), and what could not be made."""

    paths: list[tuple[str, ...]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    made: int = 0
    letters: list[Letter] = field(default_factory=list)
    """The messages written by this run that tell something new: those to be sent."""


def produce(
    plans: Sequence[Plan],
    setup: Setup,
    outbox: Outbox,
    tools: Tools,
    advance: Callable[[int], None] = lambda _: None,
    told: Mapping[str, str] = MappingProxyType({}),
    fillings: Mapping[str, Filling] = MappingProxyType({}),
) -> Produced:
    """Make every planned document, remove those of older versions, and tell what stands.

    Messages come last: they carry the PDFs of the others. ``advance`` is told how many documents were made since it
    was last called. ``told``: reference → what the last letter about the dossier told. ``fillings``: path → how
    a document is filled otherwise than from the current version.
    """
    result = Produced()
    failed: set[str] = set()

    def note(failures: Iterable[Failure]) -> None:
        for failure in failures:
            failed.add(failure.path)
            result.failures.append(failure)

    with workshop() as folder:
        for plan in plans:
            sheets = [document for document in plan.documents if not _is_message(document)]
            note(_write(plan, sheets, setup, outbox, fillings))
            advance(len(sheets))
        wanted = [d for plan in plans for d in plan.documents if d.pdf and d.path not in failed]
        note(_convert(wanted, outbox, tools, folder, advance))
    for plan in plans:
        messages = [document for document in plan.documents if _is_message(document)]
        letters: list[Letter] = []
        note(_write(plan, messages, setup, outbox, fillings, {*plan.kept, *_standing(plan, failed, outbox)}, letters))
        result.letters += [each for each in letters if is_news(each.told, told.get(each.reference))]
        advance(len(messages))
        standing = _standing(plan, failed, outbox)
        result.made += len(standing)
        result.paths.append(tuple(sorted({*plan.kept, *standing})))
        for path in plan.obsolete:
            outbox.remove(path)
    return result


def _is_message(document: Document) -> bool:
    return document.path.endswith(".eml")


def _standing(plan: Plan, failed: Collection[str], outbox: Outbox) -> list[str]:
    """Return the paths that this run has made of the documents of ``plan``."""
    planned = [path for document in plan.documents for path in outputs_of(document) if path not in failed]
    return [path for path in planned if outbox.path(path).is_file()]


def _write(
    plan: Plan,
    documents: Sequence[Document],
    setup: Setup,
    outbox: Outbox,
    fillings: Mapping[str, Filling],
    standing: Collection[str] = (),
    letters: list[Letter] | None = None,
) -> list[Failure]:
    """Write ``documents`` of one plan; a message encloses what is among ``standing`` and joins ``letters``."""
    if not documents:
        return []
    outbox.sweep(plan.verdict.entry.folder)
    facts = setup.judge.facts(plan.verdict.entry)

    @cache
    def values(draft: bool) -> Tree:
        return template_values(facts, setup.translations, draft=draft, findings=plan.verdict.findings)

    failures = []
    for document in documents:
        try:
            if document.path in fillings:
                content = filled(document, fillings[document.path], setup, outbox, standing)
                outbox.write(document.path, content)
            elif _is_message(document):
                found = _message(document, plan, facts, setup, outbox, standing)
                outbox.write(document.path, written(found.draft))
                if letters is not None:
                    letters.append(found.light(document.path))
            else:
                outbox.write(document.path, _content(document, plan, facts, values, setup))
        except Exception:  # noqa: BLE001 – one bad document must not end the night; the traceback says which and why
            _LOG.exception("document %s of %s", document.kind, plan.verdict.entry.reference)
            failures += [Failure(path, "ce document n’a pas pu être rempli") for path in outputs_of(document)]
    return failures


def _content(document: Document, plan: Plan, facts: Facts, values: Callable[[bool], Tree], setup: Setup) -> bytes:
    if document.template:
        return setup.templates[document.template].render(values(document.draft))
    page = checklist_values(facts, plan.verdict, setup.checklist)
    return checklist_html(page, "bilingue" if plan.verdict.model == "bilingue" else "fr").encode()


def _message(
    document: Document, plan: Plan, facts: Facts, setup: Setup, outbox: Outbox, standing: Collection[str]
) -> Letter:
    enclosed = enclose(
        document.enclosures,
        standing,
        lambda path: outbox.path(path).read_bytes(),
        attach=setup.settings.attach,
        most=setup.settings.attached_bytes,
    )
    page = checklist_values(facts, plan.verdict, setup.checklist)
    return compose(facts, plan.verdict, page, setup.letters, enclosed)


def _convert(
    documents: Sequence[Document], outbox: Outbox, tools: Tools, folder: Path, advance: Callable[[int], None]
) -> list[Failure]:
    """Make the PDFs in ``folder`` and move the whole ones to the outbox."""
    word = [_job(d, outbox, folder) for d in documents if d.path.endswith(".docx")]
    html = [_job(d, outbox, folder) for d in documents if d.path.endswith(".html")]
    failures: list[Failure] = []
    if tools.office is not None and word:
        jobs = {office.Job(source, target): path for source, target, path in word}
        missing = office.convert(tools.office, list(jobs), folder, tools.workers, advance)
        failures += [Failure(jobs[job], reason) for job, reason in missing]
    if tools.wkhtmltopdf is not None and html:
        sheets = {pages.PdfJob(source, target, source.stem): path for source, target, path in html}
        refused = pages.html_to_pdf(list(sheets), tools.wkhtmltopdf, 60 + len(sheets))
        failures += [Failure(sheets[job], reason) for job, reason in refused]
    lost = {failure.path for failure in failures}
    for _, target, path in (*word, *html):
        if path not in lost and target.is_file():
            outbox.take(target, path)
    return failures


def _job(document: Document, outbox: Outbox, folder: Path) -> tuple[Path, Path, str]:
    """Return (source, PDF in ``folder``, path of the PDF under the outbox)."""
    source = outbox.path(document.path)
    return source, folder / f"{source.stem}.pdf", outputs_of(document)[1]


def documents_by_place(plans: Iterable[Plan], produced: Produced) -> Mapping[Any, tuple[str, ...]]:
    """Return the paths that stand for each row."""
    return {plan.verdict.place: paths for plan, paths in zip(plans, produced.paths, strict=True)}
