"""What has to be the same on every machine that works for a run, and French lines on what is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from pipeline.documents.confined import bare_environment
from pipeline.machine import Tools
from pipeline.program import program_hash
from pipeline.setup import Setup

_FONTS = ("Calibri", "Arial", "Times New Roman", "sans-serif")
"""Families that agreements and pages ask for; what stands in for them decides where lines and pages end."""
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Traits:
    """What the documents of a machine depend on; "" and () for a program that is absent or not wanted."""

    python: str
    dask: str
    program: str
    fingerprint: str
    """Of the version, the schemas and the configuration."""
    papers: str
    """Of the program, the Word templates and the logo."""
    office: str
    wkhtmltopdf: str
    fonts: tuple[tuple[str, str], ...]
    """(family asked for, family and version that the machine uses)."""


def traits_of(setup: Setup, tools: Tools) -> Traits:
    """Return the traits of this process with the programs that it is to use."""
    office = tools.office.program if tools.office else None
    return Traits(
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        dask=version("distributed"),
        program=program_hash(),
        fingerprint=setup.fingerprint,
        papers=setup.papers,
        office=_version(office),
        wkhtmltopdf=_version(tools.wkhtmltopdf),
        fonts=tuple((name, _font(name)) for name in _FONTS) if office or tools.wkhtmltopdf else (),
    )


def differences(there: Traits, here: Traits) -> Iterator[str]:
    """Yield, in French, what differs ``there`` from ``here``, each with the mend."""
    if there.python != here.python:
        yield f"Python y est en version {there.python} et non {here.python} : installez-y la même version, puis « make »"
    if there.dask != here.dask:
        yield f"Dask y est en version {there.dask} et non {here.dask} : relancez-y l’installation du programme"
    if there.program != here.program:
        yield "le programme n’y est pas le même : mettez-le à jour, puis relancez les ouvriers"
    elif there.papers != here.papers:
        yield "les modèles Word ou le logo y sont différents : copiez-y ceux de cette machine"
    if there.fingerprint != here.fingerprint:
        yield "la configuration ou les schémas y sont différents : copiez-y conventions.toml et schemas/ de cette machine"
    for name, theirs, ours in (
        ("LibreOffice", there.office, here.office),
        ("wkhtmltopdf", there.wkhtmltopdf, here.wkhtmltopdf),
    ):
        if theirs != ours:
            yield f"{_as_found(name, theirs)}, et ici « {ours} » : installez-y la même version"
    if there.fonts != here.fonts:
        asked = " et ".join(f"« {name} »" for (name, found) in here.fonts if (name, found) not in there.fonts)
        yield f"les polices qui y tiennent lieu de {asked} sont différentes : installez-y celles de cette machine"


def _as_found(name: str, said: str) -> str:
    return f"{name} y est « {said} »" if said else f"{name} y est absent"


def _version(program: str | None) -> str:
    return (_said(program, "--version") or "?") if program else ""


def _font(name: str) -> str:
    return _said("fc-match", "--format=%{family} %{fontversion}", name)


def _said(program: str, *words: str) -> str:
    """Return the first line that ``program`` says; "" when there is none."""
    try:
        done = subprocess.run(
            [program, *words], capture_output=True, text=True, check=False, timeout=_SECONDS, env=bare_environment({})
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next(iter(done.stdout.splitlines()), "").strip()
