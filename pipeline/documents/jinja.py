"""The one Jinja environment: nothing is lost, nothing is blank by mistake, no cell is ever code.

docxtpl with its own defaults drops what follows ``<`` or ``&``, prints a misspelt name blank and None as "None".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

_ILLEGAL_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_AS_IT_IS = re.compile("[\t\n]|" + _ILLEGAL_XML.pattern)
_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'


def _blank_for_none(value: Any) -> Any:
    return "" if value is None else value


def _word_text(value: Any) -> Any:
    """Return ``value`` as the inside of a ``w:t``: escaped, its line breaks as ``w:br``, None as nothing."""
    if value is None:
        return ""
    if type(value) is str and not _NOT_AS_IT_IS.search(value):
        return value  # Jinja escapes it
    # What a template escapes itself ({{ x|e }}) is escaped once; what it calls safe is text all the same.
    raw = value.unescape() if isinstance(value, Markup) else str(value)
    text = str(escape(_ILLEGAL_XML.sub("", raw)))
    if "\n" in text or "\t" in text:
        text = text.replace("\r\n", "\n").replace("\t", " ").replace("\n", _BREAK)
    return Markup(text)  # noqa: S704 (escaped two lines above)


class _WordEnvironment(SandboxedEnvironment):
    """Looks for ``stage.sujet`` among the names of the group first, where Jinja tries the methods of a dict before."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def word_environment() -> SandboxedEnvironment:
    """Return the environment that renders WordprocessingML: an undefined name is an error, None is nothing."""
    return _WordEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_word_text)


def html_environment(**options: Any) -> SandboxedEnvironment:
    """Return the environment that renders HTML, under the same rules. ``options`` go to Jinja (loader…)."""
    return SandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_blank_for_none,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )


def page_environment(**options: Any) -> Environment:
    """Return :func:`html_environment` without its sandbox, which looks at every name and costs half of a long page.

    For templates of the program alone: what a value says is never a template.
    """
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_blank_for_none,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
