"""The programs and libraries of the machine: there, of the pinned version, and really doing what they are there for."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.doctor.machine import canonical
from pipeline.doctor.values import Check, Context, advice, broken, well
from pipeline.documents import confined, fonts, office, pages
from pipeline.workshops import workshop

_PYTHON = (3, 11)
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_PAGE_SECONDS = 20.0
_SHOWN = 4
_INSTALLERS = frozenset({"pip", "setuptools", "wheel"})
"""What installs the libraries; no night loads it."""
_HTML = "<!doctype html><html lang='fr'><title>Essai</title><p>Évaluation de l’élève : ☐ œuvre, 4,50 €</p></html>"


def check_python(context: Context) -> Check:
    """Look at the version of Python."""
    found = tuple(int(part) for part in context.machine.python.split(".")[:2])
    if found < _PYTHON:
        return broken("Python", context.machine.python, "Installez Python 3.11 ou plus récent, puis : make .venv/ready")
    return well("Python", context.machine.python)


def check_libraries(context: Context) -> Check:
    """Compare the installed libraries with the pinned versions, and see whether one that is needed lacks."""
    what, mend = "Bibliothèques", f"cd {context.root} && touch pyproject.toml && make .venv/ready"
    installed = context.machine.versions()
    missing = [name for name in _needed(context.root) if name not in installed]
    if missing:
        return broken(what, f"il manque {', '.join(missing)}", mend)
    pinned = _pinned(context.root)
    if not pinned:
        return advice(what, "constraints.txt est absent : versions non vérifiées", "Rétablissez constraints.txt.")
    others = [
        f"{name} {installed[name]} au lieu de {version}"
        for name, version in pinned.items()
        if name not in _INSTALLERS and installed.get(name, version) != version
    ]
    if others:
        return advice(what, _listed(others), mend)
    return well(what, f"{sum(name in installed for name in pinned)} aux versions de constraints.txt")


def _pinned(root: Path) -> Mapping[str, str]:
    path = root / "constraints.txt"
    text = path.read_text("utf-8") if path.is_file() else ""
    return {canonical(name): version for name, version in _PIN.findall(text)}


def _needed(root: Path) -> Sequence[str]:
    import tomllib

    path = root / "pyproject.toml"
    if not path.is_file():
        return ()
    named = tomllib.loads(path.read_text("utf-8")).get("project", {}).get("dependencies", ())
    return [canonical(re.split(r"[\s;<>=!~\[]", name, maxsplit=1)[0]) for name in named]


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" et {rest} de plus" if rest > 0 else "")


def check_office(context: Context) -> Check:
    """Let LibreOffice convert a small document as a night does: within its time, to a tagged PDF."""
    what = "LibreOffice"
    if _no_pdf(context):
        return well(what, "non employé : « pdf = false » dans la configuration")
    program = office.find_program() if context.machine.find("soffice") or context.machine.find("libreoffice") else None
    if program is None:
        return advice(
            what,
            "absent : les conventions seraient faites en .docx, sans PDF",
            "apt-get install libreoffice-writer-nogui libreoffice-calc-nogui",
        )
    version = _number(context.machine.say([program, "--version"]))
    begun = time.monotonic()
    tagged = _converts(context, program)
    spent = f"{time.monotonic() - begun:.1f}".replace(".", ",")
    if tagged is None:
        limit = _office_seconds(context)
        mend = (
            f"Essayez sous ce compte : {program} --headless --convert-to pdf essai.docx ; "
            "réinstallez libreoffice-writer, ou augmentez delai_lot ([execution])."
        )
        return broken(what, f"{version}, n’a pas converti un document d’essai en {limit} s", mend)
    if not tagged:
        mend = "Mettez LibreOffice à jour (7.4 ou plus récent)."
        return advice(what, f"{version}, fait des PDF sans balises d’accessibilité", mend)
    return well(what, f"{version}, convertit un document en {spent} s, PDF balisé")


def _no_pdf(context: Context) -> bool:
    return context.settings is not None and not context.settings.pdf


def _office_seconds(context: Context) -> int:
    settings = context.settings
    return settings.batch_timeout + settings.document_timeout if settings else 80


def _converts(context: Context, program: str) -> bool | None:
    """Tell whether the PDF of a small document is tagged; None when none came in time."""
    import docx

    settings = context.settings
    limits = (settings.batch_timeout, settings.document_timeout) if settings else (60, 20)
    with workshop() as folder:
        job = office.Job(folder / "essai.docx", folder / "essai.pdf")
        document = docx.Document()
        document.add_paragraph("Évaluation de l’élève : œuvre, 4,50 €")
        document.save(str(job.docx))
        if office.convert(office.Office(program, *limits), [job], folder / "atelier", 1) or not job.pdf.is_file():
            return None
        return _is_tagged(job.pdf)


def _is_tagged(pdf: Path) -> bool:
    import pikepdf

    with pikepdf.open(pdf) as document:
        marks = document.Root.get("/MarkInfo")
        return marks is not None and bool(marks.get("/Marked", False))


def _number(said: str | None) -> str:
    """Return the version number in what a program says of itself."""
    found = re.search(r"\d+(?:\.\d+)+", said or "")
    return found.group() if found else "version inconnue"


def check_pages(context: Context) -> Check:
    """Let wkhtmltopdf make a page as a night does."""
    what = "wkhtmltopdf"
    if _no_pdf(context):
        return well(what, "non employé : « pdf = false » dans la configuration")
    program = context.machine.find("wkhtmltopdf")
    if program is None:
        seen = "absent : listes de pièces et rapport seraient faits en .html, sans PDF"
        return advice(what, seen, "apt-get install wkhtmltopdf")
    version = _number(context.machine.say([program, "--version"]))
    with workshop() as folder:
        job = pages.PdfJob(folder / "essai.html", folder / "essai.pdf", "Essai")
        job.html.write_text(_HTML, "utf-8")
        failed = pages.html_to_pdf([job], program, _PAGE_SECONDS)
    if failed:
        mend = f"Essayez sous ce compte : {program} essai.html essai.pdf ; réinstallez wkhtmltopdf."
        return broken(what, f"{version}, n’a pas fait une page d’essai", mend)
    return well(what, f"{version}, fait une page")


def check_fonts(context: Context) -> Check:
    """Ask fontconfig for every font of the Word templates and of the pages, or one of the same widths."""
    what = "Polices"
    if context.machine.find("fc-match") is None:
        seen = "fc-match est absent : les polices n’ont pas pu être vérifiées"
        return advice(what, seen, "apt-get install fontconfig")
    folders = [context.root / "templates_docx"]
    if context.settings and context.settings.templates:
        folders.append(context.settings.templates)
    found = fonts.serving(fonts.asked_for(folders), context.machine.say)
    missing = fonts.missing(found)
    if not missing:
        return well(what, ", ".join(_named(name, families) for name, families in found.items()))
    packages = sorted({fonts.PACKAGES[name] for name in missing if name in fonts.PACKAGES})
    mend = (
        f"apt-get install {' '.join(packages)}" if packages else "Installez-les, ou changez-en dans les modèles Word."
    )
    return advice(what, f"il manque {_listed(missing)} : la mise en page changerait", mend)


def _named(name: str, found: str) -> str:
    family = found.split(",", maxsplit=1)[0]
    return name if family.casefold() == name.casefold() else f"{name} (par {family})"


def check_confinement(_: Context) -> Check:
    """See what this system lets us put around the outside programs."""
    what, walls = "Isolement", confined.walls()
    parts = {"réseau coupé": walls.network, "privilèges figés": walls.privileges, "mémoire bornée": walls.limits}
    lacking = [name for name, stands in parts.items() if not stands]
    if lacking:
        mend = (
            "Installez util-linux ; sysctl kernel.unprivileged_userns_clone=1 ; "
            "sous systemd, le service isole déjà la nuit entière."
        )
        return advice(what, f"non garantis ici pour LibreOffice et wkhtmltopdf : {', '.join(lacking)}", mend)
    return well(what, f"LibreOffice et wkhtmltopdf : {', '.join(parts)}")
