"""``conventions export-person``: one archive of all that is held about one student, for her alone."""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader

from pipeline.desk.archive import Archive, open_archive
from pipeline.desk.model import FollowUp
from pipeline.documents.jinja import page_environment
from pipeline.errors import ConventionsError
from pipeline.language import short_date
from pipeline.outbox import Outbox
from pipeline.privacy.containers import UnsearchableError, texts
from pipeline.privacy.held import dossiers_of, held, people_of
from pipeline.privacy.purge import plan_purge
from pipeline.privacy.reports import Found
from pipeline.privacy.targets import by_reference
from pipeline.privacy.traces import below
from pipeline.register.faults import reason_of

_REFERENCE = re.compile(r"C\d{4}-\d{6}")
_UNSAFE = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f]')
_LETTERS = ("envois", "relances")
_STAMP = (1980, 1, 1, 0, 0, 0)


class UnknownStudentError(ConventionsError):
    """No dossier has this student number."""

    exit_code = 2


class SeveralPeopleError(ConventionsError):
    """The number stands in the forms of several people: one must not be given what is held about another."""

    exit_code = 2


class ExistingFileError(ConventionsError):
    """A file of this name stands there already, or cannot be written."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed over."""

    path: Path
    dossiers: int
    files: int
    """Copies of documents."""
    elsewhere: int
    """Messages about several people, which are named and not copied."""


def export_person(
    number: str, target: Path, inbox: Path, outbox: Path, config: Path, today: date, only: Collection[str] = ()
) -> Exported:
    """Write the archive ``target`` (0600, whole or not at all) of all that is held about the student ``number``.

    ``only``: the references of the dossiers to take, of those that bear the number; () for all.
    Raises UnknownStudentError (status 2) when the register knows no such number, SeveralPeopleError (status 2) when people
    of different names share it, ExistingFileError (status 2) when ``target`` stands there already or cannot be written.
    """
    if target.exists():
        raise ExistingFileError(f"{target} existe déjà : donnez un autre nom avec --sortie, ou retirez-le d’abord.")
    archive = open_archive(outbox, config, today)
    follow_ups = _chosen(archive, number, only)
    references = [one.reference for one in follow_ups]
    plan = plan_purge(archive, by_reference(archive, references), inbox, outbox, today)
    root = Outbox(outbox).root
    documents = dict(_documents(root, plan.order.folders))
    letters, common = _letters(root, set(references))
    documents |= letters
    data = held(archive, follow_ups, number, today)
    data["lieux"] = {
        "documents": [str(root / folder) for folder in plan.order.folders],
        "rapports": [str(root / name) for name in sorted(_mentioning(plan.found))],
        "registre": str(archive.setup.settings.register_of(outbox)),
        "copies_du_registre": [str(path) for path in plan.copies],
        "depots": [f"{p.file}, {f'feuille « {p.sheet} », ' if p.sheet else ''}ligne {p.row}" for p in plan.rows],
        "autres_fichiers_deposes": list(plan.inbox_files),
        "messages_communs": [name.relative_to(root).as_posix() for name in common],
    }
    data["documents"] = sorted(documents)
    _write(target, _pages(data), documents)
    return Exported(target, len(follow_ups), len(documents), len(common))


def _chosen(archive: Archive, number: str, only: Collection[str]) -> Sequence[FollowUp]:
    found = dossiers_of(archive, number)
    if not found:
        raise UnknownStudentError(
            f"Le registre n’a pas de dossier au numéro étudiant {number}. Cherchez-le avec : conventions register list --recherche NOM."
        )
    if missing := set(only) - {one.reference for one in found}:
        raise UnknownStudentError(f"Pas de dossier {', '.join(sorted(missing))} au numéro étudiant {number}.")
    chosen = [one for one in found if not only or one.reference in only]
    people = people_of(archive, chosen)
    if len(people) > 1 and not only:
        raise SeveralPeopleError(
            f"Le numéro étudiant {number} se lit dans les fiches de {len(people)} personnes : "
            f"{' ; '.join(', '.join(references) for references in people)}. Regardez à qui est chaque dossier "
            "(conventions register history RÉFÉRENCE), puis relancez avec --dossier RÉFÉRENCE, à répéter pour plusieurs."
        )
    return chosen


def _mentioning(found: Found) -> Iterator[str]:
    """Yield the reports and workbooks that speak of the person, as paths under the outbox."""
    yield from (*found.removed, *found.rewritten, *(name for name, _ in found.blocked))


def _documents(root: Path, folders: Sequence[str]) -> Iterator[tuple[str, Path]]:
    """Yield (name in the archive, file) of all that stands in the dossiers' folders."""
    for folder in folders:
        for path in below(root / folder):
            if path.is_file() and not path.is_symlink():
                yield _member(f"documents/{path.relative_to((root / folder).parent).as_posix()}"), path


def _member(name: str) -> str:
    """Return the name of a file in the archive: what somebody filed may bear signs that lead elsewhere on another system."""
    return _UNSAFE.sub("_", name.encode("utf-8", "replace").decode())


def _letters(root: Path, references: Collection[str]) -> tuple[Mapping[str, Path], Sequence[Path]]:
    """Return the messages of the nights that are about these dossiers alone, and those that are about others too."""
    mine, common = dict[str, Path](), list[Path]()
    for folder in _LETTERS:
        for path in sorted((root / "rapports").glob(f"*/{folder}/*.eml")):
            told = _told_of(path)
            if told and told <= set(references):
                mine[f"messages/{path.parent.parent.name}/{path.name}"] = path
            elif told & set(references):
                common.append(path)
    return mine, common


def _told_of(path: Path) -> set[str]:
    """Return the references that a message names."""
    try:
        found = list(texts(path.name, path.read_bytes()))
    except (UnsearchableError, OSError):
        return set()
    return {reference for text in (path.name, *(t for _, t in found)) for reference in _REFERENCE.findall(text)}


def _pages(data: Mapping[str, Any]) -> Mapping[str, bytes]:
    environment = page_environment(loader=FileSystemLoader(Path(__file__).parent / "html"))
    environment.filters["jour"] = _day
    page = environment.get_template("personne.html.j2").render(data)
    told = json.dumps(data, ensure_ascii=False, indent=1)
    return {
        "mes_donnees.html": page.encode("utf-8", "replace"),
        "mes_donnees.json": told.encode("utf-8", "backslashreplace"),
    }


def _day(text: str | None) -> str:
    """Return a day written for a program as a person writes it."""
    return short_date(datetime.fromisoformat(text).date()) if text else ""


def _write(target: Path, pages: Mapping[str, bytes], documents: Mapping[str, Path]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in pages.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), page, zipfile.ZIP_DEFLATED)
        for name, path in documents.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), path.read_bytes(), zipfile.ZIP_DEFLATED)
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:  # mkstemp gives 0600
            stream.write(content.getvalue())
        _put(temporary, target)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(target: Path, error: OSError) -> ExistingFileError:
    mend = "Indiquez un autre endroit avec --sortie."
    return ExistingFileError(f"L’archive {target} ne peut pas être écrite : {reason_of(error)}. {mend}")


def _put(temporary: Path, target: Path) -> None:
    """Give a file its name, never over what somebody has written meanwhile. Raises OSError."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a stick's file system has no second names
        if target.exists():
            raise
        temporary.rename(target)
