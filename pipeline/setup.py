"""Everything that a run needs, loaded and checked before anything is read: a fault here is status 2."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.check.judge import Judge, load_judge
from pipeline.config import Settings, load_settings
from pipeline.desk.columns import Columns, load_columns
from pipeline.desk.reminder_texts import ReminderKind, ReminderText, load_reminder_texts
from pipeline.documents.amendable import load_amendments
from pipeline.documents.cases import cases
from pipeline.documents.checklist import Checklist, load_checklist
from pipeline.documents.kinds import Kind, load_kinds
from pipeline.documents.library import Library, Shelves, load_library
from pipeline.documents.listings import Listing, load_listings
from pipeline.documents.message import Letters, load_letters
from pipeline.documents.notice import Notice, load_notices
from pipeline.documents.previews import Preview, load_previews
from pipeline.documents.trials import Trials, make_trials
from pipeline.documents.values import Translations, load_translations, template_values
from pipeline.documents.word import WordTemplate
from pipeline.errors import SetupError
from pipeline.intake import Systems, load_systems
from pipeline.model import Deposit, Entry, Form, Layout, Place
from pipeline.patience import uncollected
from pipeline.program import program_hash
from pipeline.soundness import NOTHING, load_memory
from pipeline.tables import Tables, load_tables
from pipeline.tables.yamls import checked_before

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder, where schemas/ and templates_docx/ stand."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What ``conventions.toml``, ``schemas/`` and ``templates_docx/`` say, ready for use."""

    settings: Settings
    tables: Tables
    systems: Systems
    judge: Judge
    kinds: tuple[Kind, ...]
    templates: Mapping[str, WordTemplate]
    """By file name."""
    translations: Translations
    checklist: Checklist
    letters: Letters
    notices: Mapping[str, Notice]
    """The messages that go with what is made after the signature."""
    columns: Columns
    """Those of the follow-up workbook."""
    reminder_texts: Mapping[ReminderKind, ReminderText]
    listings: tuple[Listing, ...]
    """The workbooks of the whole run."""
    fingerprint: str
    """Hash of schemas/, of the configuration and of the version: what a verdict depends on besides the form."""
    papers: str
    """Hash of the Word templates in use, of the logo and of the program: what documents depend on besides verdicts."""

    @property
    def required(self) -> Collection[str]:
        """The fields that every form has to give."""
        return [field.key for field in self.tables.fields.values() if field.needed == "toujours"]

    @property
    def titles(self) -> Mapping[str, str]:
        """What each rule is about, in a few French words, by its id."""
        return self.judge.catalogue.titles

    @property
    def titles_en(self) -> Mapping[str, str]:
        """What each rule is about, in a few English words, by its id."""
        return self.judge.catalogue.titles_en

    def cases(self, entry: Entry) -> Mapping[str, bool]:
        """Return every condition of the templates for one dossier."""
        return cases(self.judge.facts(entry))

    def values(self, entry: Entry) -> Mapping[str, Any]:
        """Return what the templates may ask for about one dossier."""
        return template_values(self.judge.facts(entry), self.translations)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The templates with what it takes to fill them, whether they are sound or not."""

    settings: Settings
    tables: Tables
    judge: Judge
    translations: Translations
    kinds: tuple[Kind, ...]
    previews: tuple[Preview, ...]
    names: Mapping[str, Any]
    """Every name that a template may ask for, with the value that it has in a form that says nothing."""
    make_trials: Callable[[], Trials]
    """Makes them once, when a template has to be tried or shown."""
    library: Library
    fingerprint: str
    """As in :class:`Setup`."""
    papers: str
    """As in :class:`Setup`."""

    @property
    def trials(self) -> Trials:
        """The values that fill every template."""
        return self.make_trials()


def load_setup(config: Path, root: Path = ROOT) -> Setup:
    """Load and check everything. Raises SetupError (status 2) on the first fault, naming file, key and mend.

    The faults of the templates are told all together.
    """
    with uncollected(), checked_before(load_memory([], "schemas_corrects")):
        return _load_setup(config, root)


def _load_setup(config: Path, root: Path) -> Setup:
    shelf = load_shelf(config, root)
    schemas, tables = root / "schemas", shelf.tables
    checklist = load_checklist(schemas, tables.fields)
    return Setup(
        settings=shelf.settings,
        tables=tables,
        systems=load_systems(schemas, tables.fields),
        judge=shelf.judge,
        kinds=shelf.kinds,
        templates=shelf.library.templates(),
        translations=shelf.translations,
        checklist=checklist,
        letters=load_letters(schemas, shelf.kinds),
        notices=load_notices(schemas, tables.fields),
        columns=load_columns(schemas, tables.fields, {piece.code for piece in checklist.pieces}),
        reminder_texts=load_reminder_texts(schemas),
        listings=load_listings(schemas, shelf.names, shelf.judge.catalogue),
        fingerprint=shelf.fingerprint,
        papers=shelf.papers,
    )


def load_shelf(config: Path, root: Path = ROOT, *, advice: bool = False) -> Shelf:
    """Load what templates need, and the templates; their faults, with ``advice`` the small ones too, are values."""
    schemas, folder = root / "schemas", root / "templates_docx"
    fingerprint = _fingerprint(schemas, config)
    settings = load_settings(config)
    tables = load_tables(schemas)
    judge = load_judge(schemas, tables, settings)
    translations = load_translations(schemas, tables.fields)
    names = template_values(judge.facts(_empty_entry()), translations)
    kinds = load_kinds(schemas, folder, frozenset(names["cas"]))
    previews = load_previews(schemas, tables)
    amendments = load_amendments(schemas, tables.fields, names, judge.catalogue)

    @cache
    def trials() -> Trials:
        return make_trials(previews, judge.facts, lambda entry: judge.judge(entry).findings, translations, amendments)

    logo = _logo(settings)
    library = load_library(
        Shelves(folder, settings.templates),
        {name for kind in kinds for name in kind.templates.values()},
        {name for kind in kinds if kind.key == "convention" for name in kind.templates.values()},
        names,
        lambda template: trials().of(template),
        logo=logo,
        advice=advice,
        # What changes while it is read may be neither what was checked nor what is remembered.
        memory=load_memory([fingerprint]) if fingerprint == _fingerprint(schemas, config) else NOTHING,
    )
    papers = _papers(library, logo)
    return Shelf(settings, tables, judge, translations, kinds, previews, names, trials, library, fingerprint, papers)


def _empty_entry() -> Entry:
    """Return a form that says nothing: what the templates may ask for exists all the same."""
    place = Place("", "", 0)
    form = Form(place, Layout("", 0, (), {}), {}, ())
    return Entry(Deposit(form, {}, {}, "", None), None, "current", None, date(2000, 1, 1))


def _logo(settings: Settings) -> bytes | None:
    path = settings.university.logo
    if path is None:
        return None
    data = _bytes_of(path)
    if not data.startswith(b"\x89PNG"):
        raise SetupError(str(settings.path), "universite.logo", "le logo n’est pas une image PNG", "Convertissez-le.")
    return data


def _papers(library: Library, logo: bytes | None) -> str:
    """Return the same on every machine that has the same templates, logo and program, wherever they stand."""
    digest = hashlib.sha256(program_hash().encode())
    for name, sheet in library.sheets.items():
        digest.update(name.encode() + b"\0" + sheet.digest.encode())
    digest.update(b"\0" + (logo or b""))
    return digest.hexdigest()


def _fingerprint(schemas: Path, config: Path) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(p for p in schemas.rglob("*") if p.suffix in (".yaml", ".csv") and p.parent.name != "anciens"):
        digest.update(path.relative_to(schemas).as_posix().encode() + b"\0" + _bytes_of(path))
    with contextlib.suppress(OSError):  # load_settings says what is wrong with it
        digest.update(config.read_bytes())
    return digest.hexdigest()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        mend = "Donnez au compte de la nuit le droit de le lire, puis relancez."
        raise SetupError(str(path), "", "fichier illisible", mend) from error
