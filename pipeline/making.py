"""Making the documents of one batch of dossiers: one task, wherever it is done. Decides nothing, records nothing.

What cannot be made is told, and the others are made.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.check.facts import Facts
from pipeline.documents import office, pages
from pipeline.documents.checklist import ChecklistPage, checklist_html, checklist_values
from pipeline.documents.message import Letter, compose, enclose, written
from pipeline.documents.values import template_values
from pipeline.documents.values.tree import Tree
from pipeline.errors import DiskError, SetupError
from pipeline.execution.bench import Bench
from pipeline.model import Document, Failure, Plan
from pipeline.outbox import Outbox
from pipeline.plan import outputs_of
from pipeline.signed.after_signing import Filling
from pipeline.signed.filled import filled

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Dossiers whose documents are made together."""

    plans: tuple[Plan, ...]
    fillings: Mapping[str, Filling] = field(default_factory=dict)
    """Path → how a document is filled otherwise than from the current version."""
    joined: frozenset[str] = frozenset()
    """References whose letters may be put together with others of the same student: these come back whole."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a batch."""

    standing: tuple[tuple[str, ...], ...]
    """For each plan, the paths made by this run that stand."""
    failures: tuple[Failure, ...]
    letters: tuple[Letter, ...]
    """The messages written, without the bytes of their PDFs."""
    seconds: float = 0.0
    """How long it took."""


def make_batch(bench: Bench, batch: Batch) -> Made:
    """Make every document of ``batch``; messages come last: they carry the PDFs of the others."""
    begun = time.monotonic()
    outbox, failures, letters = bench.outbox, list[Failure](), list[Letter]()
    fillers = [_Filler(bench, plan, batch.fillings) for plan in batch.plans]
    for filler in fillers:
        sheets = [d for d in filler.plan.documents if not is_message(d)]
        failures += filler.write(sheets)
        bench.advance(len(sheets) - sum(d.pdf for d in sheets))
    failed = {failure.path for failure in failures}
    with TemporaryDirectory(dir=bench.workshop, ignore_cleanup_errors=True) as folder:
        wanted = [d for plan in batch.plans for d in plan.documents if d.pdf and d.path not in failed]
        failures += _convert(wanted, bench, Path(folder))
    failed = {failure.path for failure in failures}
    standing = []
    for filler in fillers:
        there = _standing(filler.plan, failed, outbox)
        refused = filler.write(
            (d for d in filler.plan.documents if is_message(d)), {*filler.plan.kept, *there}, letters, batch.joined
        )
        failures += refused
        standing.append(tuple(_standing(filler.plan, failed | {failure.path for failure in refused}, outbox)))
        bench.advance(sum(map(is_message, filler.plan.documents)))
    return Made(tuple(standing), tuple(failures), tuple(letters), time.monotonic() - begun)


def is_message(document: Document) -> bool:
    """Tell whether ``document`` is a message, which carries others."""
    return document.path.endswith(".eml")


def enclosed_before(batch: Batch) -> list[str]:
    """Return what earlier nights made and messages of ``batch`` may carry, as paths under the outbox."""
    stems = {
        enclosure.path.rpartition(".")[0]
        for plan in batch.plans
        for document in plan.documents
        for enclosure in document.enclosures
    }
    return [path for plan in batch.plans for path in plan.kept if path.rpartition(".")[0] in stems]


def lost(batch: Batch) -> Made:
    """Return what is told of a batch over which every worker died: nothing of it is believed."""
    reason = "le programme qui faisait ce document s’est arrêté à chaque essai"
    failures = [Failure(p, reason) for plan in batch.plans for d in plan.documents for p in outputs_of(d)]
    return Made(tuple(() for _ in batch.plans), tuple(failures), ())


def _standing(plan: Plan, failed: Collection[str], outbox: Outbox) -> list[str]:
    """Return the paths that this run has made of the documents of ``plan``."""
    planned = [path for document in plan.documents for path in outputs_of(document) if path not in failed]
    return [path for path in planned if outbox.holds(path)]


class _Filler:
    """Fills the documents of one plan; what several of them need is worked out once."""

    def __init__(self, bench: Bench, plan: Plan, fillings: Mapping[str, Filling]) -> None:
        self.plan = plan
        self._bench, self._fillings = bench, fillings
        self._swept = False
        self.facts = cache(self._facts)
        self.values = cache(self._values)
        self.page = cache(self._page)

    def write(
        self,
        documents: Iterable[Document],
        standing: Collection[str] = (),
        letters: list[Letter] | None = None,
        joined: Collection[str] = (),
    ) -> list[Failure]:
        """Write ``documents``; a message encloses what is among ``standing`` and joins ``letters``."""
        failures, outbox = [], self._bench.outbox
        for document in documents:
            if not self._swept:
                outbox.sweep(self.plan.verdict.entry.folder)
                self._swept = True
            try:
                if document.path in self._fillings:
                    content = filled(document, self._fillings[document.path], self._bench.setup, outbox, standing)
                elif is_message(document):
                    letter = self._letter(document, standing)
                    content = written(letter.draft)
                    if letters is not None:
                        letters.append(letter.light(document.path, whole=letter.reference in joined))
                else:
                    content = self._content(document)
                outbox.write(document.path, content)
            except DiskError:  # the next one would fare no better
                raise
            except Exception:  # noqa: BLE001 – one bad document must not end the night; the traceback says which and why
                _LOG.exception("document %s of %s", document.kind, self.plan.verdict.entry.reference)
                failures += [Failure(path, "ce document n’a pas pu être rempli") for path in outputs_of(document)]
        return failures

    def _facts(self) -> Facts:
        return self._bench.setup.judge.facts(self.plan.verdict.entry)

    def _values(self, draft: bool) -> Tree:
        translations, findings = self._bench.setup.translations, self.plan.verdict.findings
        return template_values(self.facts(), translations, draft=draft, findings=findings)

    def _page(self) -> ChecklistPage:
        return checklist_values(self.facts(), self.plan.verdict, self._bench.setup.checklist)

    def _content(self, document: Document) -> bytes:
        if document.template:
            return self._bench.setup.templates[document.template].render(self.values(document.draft))
        return checklist_html(self.page(), "bilingue" if self.plan.verdict.model == "bilingue" else "fr").encode()

    def _letter(self, document: Document, standing: Collection[str]) -> Letter:
        settings = self._bench.setup.settings
        enclosed = enclose(
            document.enclosures,
            standing,
            self._bench.outbox.read,
            attach=settings.attach,
            most=settings.attached_bytes,
        )
        return compose(self.facts(), self.plan.verdict, self.page(), self._bench.setup.letters, enclosed)


# ── PDFs ──────────────────────────────────────────────────────────────────────────────────────────


def _convert(documents: Sequence[Document], bench: Bench, folder: Path) -> list[Failure]:
    """Make the PDFs in ``folder`` and move the whole ones to the outbox."""
    outbox, tools = bench.outbox, bench.tools
    word = [_job(d, outbox, folder) for d in documents if d.path.endswith(".docx")]
    html = [_job(d, outbox, folder) for d in documents if d.path.endswith(".html")]
    failures: list[Failure] = []
    if tools.office is not None and word:
        jobs = {office.Job(source, target): path for source, target, path in word}
        missing = office.convert(tools.office, list(jobs), bench.workshop, tools.workers, bench.advance)
        failures += [Failure(jobs[job], reason) for job, reason in missing]
    if tools.wkhtmltopdf is not None and html:
        sheets = {pages.PdfJob(source, target, source.stem): path for source, target, path in html}
        refused = pages.html_to_pdf(list(sheets), tools.wkhtmltopdf, 60, tools.workers)
        failures += [Failure(sheets[job], reason) for job, reason in refused]
        bench.advance(len(sheets))
    unmade = {failure.path for failure in failures}
    for _, target, path in (*word, *html):
        if path not in unmade and target.is_file():
            try:
                outbox.take(target, path)
            except DiskError:
                raise
            except (OSError, SetupError):  # a link, a folder: somebody’s own, in the place of this one PDF
                _LOG.exception("document %s", path.rpartition("_")[2])
                failures.append(Failure(path, "ce document n’a pas pu être mis à sa place"))
    return failures


def _job(document: Document, outbox: Outbox, folder: Path) -> tuple[Path, Path, str]:
    """Return (source, PDF in ``folder``, path of the PDF under the outbox)."""
    source = outbox.path(document.path)
    return source, folder / f"{source.stem}.pdf", outputs_of(document)[1]
