"""The outside programs of this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Settings
from pipeline.documents import fonts, office, pages


@dataclass(frozen=True, slots=True)
class Tools:
    """The outside programs of this machine; None when one is missing or PDFs are not wanted."""

    office: office.Office | None
    wkhtmltopdf: str | None
    workers: int


def find_tools(settings: Settings, workers: int, *, wanted: bool) -> tuple[Tools, tuple[str, ...]]:
    """Find the programs that make PDFs; return them and one French line for each that is missing.

    ``workers``: 0 is what is configured, else the cores. None is looked for when PDFs are not ``wanted``.
    """
    workers = workers or settings.workers or os.cpu_count() or 1
    if not wanted:
        return Tools(None, None, workers), ()
    soffice, wkhtmltopdf = office.find_program(), pages.find_wkhtmltopdf()
    notices = []
    if soffice is None:
        notices.append("LibreOffice est absent : les conventions sont faites en .docx, sans PDF.")
    if wkhtmltopdf is None:
        notices.append("wkhtmltopdf est absent : les listes de pièces et le rapport sont faits en .html, sans PDF.")
    found = soffice and office.Office(soffice, settings.batch_timeout, settings.document_timeout)
    return Tools(found or None, wkhtmltopdf, workers), tuple(notices)


def missing_fonts(tools: Tools, shipped: Path, own: Path | None) -> tuple[str, ...]:
    """Return one French line when LibreOffice would set documents in other fonts than their templates ask for.

    ``shipped``, ``own``: the folders of the templates, the program's and the managers'.
    """
    line = "" if tools.office is None else fonts.missing_here(folder for folder in (shipped, own) if folder)
    return (line,) if line else ()


def worker_tools(settings: Settings, *, word_pdf: bool, page_pdf: bool) -> Tools:
    """Return the programs of one worker for the PDFs that its run makes: none that the run does without."""
    tools, _ = find_tools(settings, 1, wanted=word_pdf or page_pdf)
    return Tools(tools.office if word_pdf else None, tools.wkhtmltopdf if page_pdf else None, tools.workers)
