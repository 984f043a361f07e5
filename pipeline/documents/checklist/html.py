"""The page as HTML: French, or French and English side by side."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Literal

from jinja2 import FileSystemLoader

from pipeline.documents.checklist.fit import setting
from pipeline.documents.checklist.page import ChecklistPage
from pipeline.documents.code import code_png
from pipeline.documents.jinja import html_environment


def _inside(text: str) -> str:
    """Return ``text`` as the inside of a sentence: its first letter small, unless it begins an acronym."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


_ENVIRONMENT = html_environment(loader=FileSystemLoader(Path(__file__).parents[1] / "html"))
_ENVIRONMENT.filters["inside"] = _inside


def checklist_html(page: ChecklistPage, language: Literal["fr", "bilingue"]) -> str:
    """Return the page as HTML: French, or French with English beside it."""
    english = language == "bilingue"
    code = base64.b64encode(code_png(page.code)).decode() if page.code else ""
    template = _ENVIRONMENT.get_template("pieces.html.j2")
    return template.render(page=page, english=english, set=setting(page, english), code=code)
