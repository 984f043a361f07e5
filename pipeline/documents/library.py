"""The Word templates of a run: the shipped ones, the university's own in their place, each checked and tried."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import TemplateError
from lxml import etree

from pipeline.documents.lint import Fault, FaultyTemplatesError, Known, Paper, known_names, lint_advice, lint_errors
from pipeline.documents.word import WordTemplate
from pipeline.errors import SetupError
from pipeline.soundness import NOTHING, Memory

_OTHER_FORMATS = (".doc", ".docm", ".dotx", ".dotm", ".odt", ".rtf")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)

TrialsOf: TypeAlias = Callable[[WordTemplate], Sequence[Mapping[str, Any]]]
"""The values to try a template with."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One template: its file, whether it is the university's own, and what is wrong with it."""

    name: str
    path: Path
    shipped: Path
    own: bool
    """The university's own file, which takes the place of the shipped one."""
    template: WordTemplate | None
    """None when it cannot be used."""
    faults: tuple[Fault, ...]
    digest: str
    """SHA-256 of the file's bytes, as they were read once and used."""

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.level == "erreur")


@dataclass(frozen=True, slots=True)
class Library:
    """Every template by its name, and what is wrong with the folder of the university's own."""

    sheets: Mapping[str, Sheet]
    strangers: tuple[Fault, ...]
    """Files of that folder that take no template's place."""

    @property
    def errors(self) -> tuple[Fault, ...]:
        return (*(fault for sheet in self.sheets.values() for fault in sheet.errors), *self.strangers)

    def templates(self) -> Mapping[str, WordTemplate]:
        """Return the compiled templates by name. Raises FaultyTemplatesError, telling every error of all of them."""
        if self.errors:
            raise FaultyTemplatesError(self.errors)
        return {name: sheet.template for name, sheet in self.sheets.items() if sheet.template is not None}


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where templates stand."""

    shipped: Path
    own: Path | None
    """The university's folder, whose files of the same name are used instead."""


def load_library(
    shelves: Shelves,
    names: Collection[str],
    agreements: Collection[str],
    values: Mapping[str, Any],
    trials: TrialsOf,
    *,
    logo: bytes | None = None,
    advice: bool = False,
    memory: Memory = NOTHING,
) -> Library:
    """Load the templates called ``names``, check each and fill it with all that ``trials`` gives for it.

    ``agreements`` are the names of those that must carry the mentions; ``values`` is a tree of all template values;
    ``advice`` asks for what spoils nothing, too. Faults are collected, never raised. Those that ``memory`` knows to be
    sound are not checked again, unless advice is asked for.
    """
    known = known_names(values)
    sheets, sound = {}, []
    for name in sorted(names):
        shipped = shelves.shipped / name
        own = shelves.own / name if shelves.own else shipped
        path = own if own.is_file() else shipped
        content = _content(path)
        agreement = name in agreements
        beside = content if path == shipped else _content(shipped)
        key = memory.key(name.encode(), b"mentions" if agreement else b"", content, beside, logo or b"")
        digest = hashlib.sha256(content).hexdigest()
        if key in memory.known and not advice:
            ready = WordTemplate(path, logo, content, sound=True)
            sheets[name] = Sheet(name, path, shipped, path != shipped, ready, (), digest)
            continue
        template, faults = _load(path, content, shipped, known, trials, logo=logo, agreement=agreement, advice=advice)
        sheets[name] = Sheet(name, path, shipped, path != shipped, template, faults, digest)
        if template is not None and not sheets[name].errors:
            sound.append(key)
    memory.keep(sound)
    return Library(sheets, tuple(_strangers(shelves.own, names)) if shelves.own else ())


def _content(path: Path) -> bytes:
    """Return what stands at ``path``; nothing when it cannot be read: WordTemplate says why."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _load(
    path: Path,
    content: bytes,
    shipped: Path,
    known: Known,
    trials: TrialsOf,
    *,
    logo: bytes | None,
    agreement: bool,
    advice: bool,
) -> tuple[WordTemplate | None, tuple[Fault, ...]]:
    faults: list[Fault] = []
    template: WordTemplate | None = None
    try:
        paper = Paper(path, content)
        faults += lint_errors(paper, known, agreement=agreement, shipped=shipped)
        if advice:
            faults += lint_advice(paper, shipped=shipped)
    except (OSError, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, RuntimeError):
        pass  # WordTemplate says why
    try:
        template = WordTemplate(path, logo, content or None)
    except SetupError as error:
        # The tags said in words are enough; what only the compiler found is told as it was found.
        if not any(fault.level == "erreur" for fault in faults):
            problem = f"{error.problem} ({error.key})" if error.key else error.problem
            faults.append(Fault(path.name, "", problem, error.mend))
    if template is not None and not any(fault.level == "erreur" for fault in faults):
        faults += _tried(template, known, trials)
    return template, tuple(faults)


def _tried(template: WordTemplate, known: Known, trials: TrialsOf) -> Iterator[Fault]:
    """Yield what goes wrong when ``template`` is filled: a name that only a loop reaches, tags that cut a table."""
    file = template.path.name
    for name in sorted(template.names - known.all):
        yield Fault(file, "", f"le nom « {name} » n’existe pas à cet endroit", "Voyez docs/placeholders.md.")
        return
    for values in trials(template):
        try:
            made = template.render(values)
            with zipfile.ZipFile(io.BytesIO(made)) as archive:
                for member in template.rendered:
                    etree.fromstring(archive.read(member), _PARSER)
        except TemplateError as error:
            yield Fault(file, "", f"une balise ne peut pas être remplie ({error.message})", "Corrigez son nom.")
            return
        except (TypeError, ValueError, etree.XMLSyntaxError):
            yield Fault(
                file,
                "",
                "une fois rempli, Word ne pourrait pas ouvrir le document",
                "Une balise commence à un endroit et finit à un autre (deux cellules, deux tableaux) : rapprochez-les.",
            )
            return


def _strangers(folder: Path, names: Collection[str]) -> Iterator[Fault]:
    """Yield the files of the university's folder that look like templates and replace none."""
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower()
        if path.name in names or path.name.startswith(("~$", ".")) or not path.is_file():
            continue
        if suffix == ".docx":
            near = get_close_matches(path.name, sorted(names), 1, 0.5)
            mend = f"Renommez-le « {near[0]} »" if near else "Donnez-lui le nom du modèle qu’il remplace"
            yield Fault(path.name, "", "ce fichier ne remplace aucun modèle", f"{mend}, ou retirez-le du dossier.")
        elif suffix in _OTHER_FORMATS:
            yield Fault(path.name, "", f"un modèle n’est pas un {suffix}", "Dans Word : Enregistrer sous › .docx.")
