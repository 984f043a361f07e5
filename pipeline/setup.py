"""Everything that a run needs, loaded and checked before anything is read: a fault here is status 2."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import __version__
from pipeline.check.judge import Judge, load_judge
from pipeline.config import Settings, load_settings
from pipeline.documents.checklist import Checklist, load_checklist
from pipeline.documents.kinds import Kind, load_kinds
from pipeline.documents.letter import Letters, load_letters
from pipeline.documents.lint import check_templates, known_names
from pipeline.documents.values import Translations, load_translations, template_values
from pipeline.documents.word import WordTemplate
from pipeline.errors import SetupError
from pipeline.intake import Systems, load_systems
from pipeline.model import Deposit, Entry, Form, Layout, Place
from pipeline.tables import Tables, load_tables

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
    fingerprint: str
    """Hash of schemas/, of the configuration and of the version: what a verdict depends on besides the form."""

    @property
    def required(self) -> Collection[str]:
        """The fields that every form has to give."""
        return [field.key for field in self.tables.fields.values() if field.needed == "toujours"]

    @property
    def titles(self) -> Mapping[str, str]:
        """What each rule is about, in a few French words, by its id."""
        return {rule.id: rule.title for rule in self.judge.catalogue.values()}


def load_setup(config: Path, root: Path = ROOT) -> Setup:
    """Load and check everything. Raises SetupError (status 2) on the first fault, naming file, key and mend."""
    settings = load_settings(config)
    schemas, templates_folder = root / "schemas", root / "templates_docx"
    tables = load_tables(schemas)
    judge = load_judge(schemas, tables, settings)
    translations = load_translations(schemas, tables.fields)
    known = template_values(judge.facts(_empty_entry()), translations)
    kinds = load_kinds(schemas, templates_folder, frozenset(known["cas"]))
    logo = _logo(settings)
    names = sorted({name for kind in kinds for name in kind.templates.values()})
    templates = {name: WordTemplate(templates_folder / name, logo) for name in names}
    agreements = [name for kind in kinds if kind.key == "convention" for name in kind.templates.values()]
    check_templates(templates.values(), agreements, known_names(known))
    return Setup(
        settings=settings,
        tables=tables,
        systems=load_systems(schemas, tables.fields),
        judge=judge,
        kinds=kinds,
        templates=templates,
        translations=translations,
        checklist=load_checklist(schemas, tables.fields),
        letters=load_letters(schemas),
        fingerprint=_fingerprint(schemas, config),
    )


def _empty_entry() -> Entry:
    """Return a form that says nothing: what the templates may ask for exists all the same."""
    place = Place("", "", 0)
    form = Form(place, Layout("", 0, (), {}), {}, ())
    return Entry(Deposit(form, {}, {}, "", None), None, "current", None, date(2000, 1, 1))


def _logo(settings: Settings) -> bytes | None:
    path = settings.university.logo
    if path is None:
        return None
    data = path.read_bytes()
    if not data.startswith(b"\x89PNG"):
        raise SetupError(str(settings.path), "universite.logo", "le logo n’est pas une image PNG", "Convertissez-le.")
    return data


def _fingerprint(schemas: Path, config: Path) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(p for p in schemas.rglob("*") if p.suffix in (".yaml", ".csv") and p.parent.name != "anciens"):
        digest.update(path.relative_to(schemas).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(config.read_bytes())
    return digest.hexdigest()
