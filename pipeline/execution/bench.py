"""What a worker works with, and what it takes to set the same up in another process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.machine import Tools, worker_tools
from pipeline.outbox import Outbox
from pipeline.setup import ROOT, Setup, load_setup


class DifferentBenchError(Exception):
    """This process has another program, other schemas or other templates than the run: it may not work for it."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The set-up, the outbox and the outside programs, as one process has them."""

    setup: Setup
    outbox: Outbox
    tools: Tools
    workshop: Path
    """A folder of this process alone, which goes with it."""
    advance: Callable[[int], None] = lambda _: None
    """Told how many documents have been made since it was last called; nobody listens in another process."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What another process needs to set up the same bench; it crosses, the bench does not."""

    config: Path
    """Absolute."""
    outbox: Path
    """Absolute."""
    workshops: Path
    """Where each worker has a folder of its own."""
    fingerprint: str
    """Of the version, the schemas and the configuration."""
    papers: str
    """Of the code and of the Word templates."""
    word_pdf: bool
    page_pdf: bool


def recipe_of(bench: Bench) -> Recipe:
    """Return what another process needs to set ``bench`` up."""
    setup, tools = bench.setup, bench.tools
    return Recipe(
        setup.settings.path.absolute(),  # not resolved: what it names stands beside it, also where it is a link
        bench.outbox.root.absolute(),
        bench.workshop,
        setup.fingerprint,
        setup.papers,
        word_pdf=tools.office is not None,
        page_pdf=tools.wkhtmltopdf is not None,
    )


def set_up(recipe: Recipe, root: Path = ROOT) -> Bench:
    """Set up the bench of ``recipe`` in this process, for one task at a time.

    Raises DifferentBenchError when the code, the schemas, the configuration, the templates or the programs found here
    are not those of the run, SetupError when they are faulty.
    """
    setup = load_setup(recipe.config, root)
    if (setup.fingerprint, setup.papers) != (recipe.fingerprint, recipe.papers):
        raise DifferentBenchError("version, schemas, configuration or templates differ from those of the run")
    tools = worker_tools(setup.settings, word_pdf=recipe.word_pdf, page_pdf=recipe.page_pdf)
    if (recipe.word_pdf, recipe.page_pdf) != (tools.office is not None, tools.wkhtmltopdf is not None):
        raise DifferentBenchError("LibreOffice or wkhtmltopdf is missing here")
    workshop = recipe.workshops / f"ouvrier{os.getpid()}"
    workshop.mkdir(mode=0o700, exist_ok=True)
    return Bench(setup, Outbox(recipe.outbox, setup.settings.group), tools, workshop)
