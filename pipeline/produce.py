"""Making the planned documents. Writes, decides nothing: what cannot be made is told, and the night goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.check.facts import Facts
from pipeline.documents import office, pages
from pipeline.documents.checklist import checklist_html, checklist_values
from pipeline.documents.letter import letter
from pipeline.documents.values import template_values
from pipeline.model import Document, Failure, Plan
from pipeline.outbox import Outbox, workshop
from pipeline.plan import outputs_of
from pipeline.setup import Setup

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """The outside programs of this machine; None when one is missing or PDFs are not wanted."""

    office: office.Office | None
    wkhtmltopdf: str | None
    workers: int


@dataclass(slots=True)
class Produced:
    """What stands after the work: paths by plan (in the order of the plans), and what could not be made."""

    paths: list[tuple[str, ...]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    made: int = 0


def produce(
    plans: Sequence[Plan], setup: Setup, outbox: Outbox, tools: Tools, advance: Callable[[int], None] = lambda _: None
) -> Produced:
    """Make every planned document, remove those of older versions, and tell what stands.

    ``advance`` is told how many documents were made since it was last called.
    """
    result = Produced()
    failed: set[str] = set()
    with workshop() as folder:
        for plan in plans:
            for failure in _write(plan, setup, outbox):
                failed.add(failure.path)
                result.failures.append(failure)
            advance(len(plan.documents))
        wanted = [d for plan in plans for d in plan.documents if d.pdf and d.path not in failed]
        for failure in _convert(wanted, outbox, tools, folder, advance):
            failed.add(failure.path)
            result.failures.append(failure)
    for plan in plans:
        new = [path for document in plan.documents for path in outputs_of(document) if path not in failed]
        standing = [path for path in new if outbox.path(path).is_file()]
        result.made += len(standing)
        result.paths.append(tuple(sorted({*plan.kept, *standing})))
        for path in plan.obsolete:
            outbox.remove(path)
    return result


def _write(plan: Plan, setup: Setup, outbox: Outbox) -> list[Failure]:
    """Write the .docx, .html and .eml of one plan."""
    if not plan.documents:
        return []
    outbox.sweep(plan.verdict.entry.folder)
    facts = setup.judge.facts(plan.verdict.entry)
    failures = []
    for document in plan.documents:
        try:
            outbox.write(document.path, _content(document, plan, facts, setup))
        except Exception:  # noqa: BLE001 – one bad document must not end the night; the traceback says which and why
            _LOG.exception("document %s of %s", document.kind, plan.verdict.entry.reference)
            failures += [Failure(path, "ce document n’a pas pu être rempli") for path in outputs_of(document)]
    return failures


def _content(document: Document, plan: Plan, facts: Facts, setup: Setup) -> bytes:
    if document.template:
        draft = plan.verdict.status == "à vérifier"
        return setup.templates[document.template].render(template_values(facts, setup.translations, draft=draft))
    page = checklist_values(facts, plan.verdict, setup.checklist)
    if document.path.endswith(".html"):
        return checklist_html(page, "bilingue" if plan.verdict.model == "bilingue" else "fr").encode()
    return letter(facts, plan.verdict, page, setup.letters)


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
