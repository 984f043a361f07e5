"""The preview of the templates: each one filled with the invented dossiers, as .docx, PDF and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.documents import office, raster
from pipeline.documents.trials import Trials
from pipeline.documents.word import WordTemplate
from pipeline.workshops import workshop


@dataclass(frozen=True, slots=True)
class Gallery:
    """What a preview left in its folder, and what it could not make, in words."""

    documents: tuple[Path, ...]
    pdfs: tuple[Path, ...]
    pictures: tuple[Path, ...]
    notices: tuple[str, ...]


def make_gallery(
    templates: Mapping[str, WordTemplate],
    trials: Trials,
    folder: Path,
    program: office.Office | None,
    advance: Callable[[int], None] = lambda _: None,
) -> Gallery:
    """Fill every template with every one of ``trials`` into ``folder``: ``convention_francais_1.docx``, .pdf, -01.png.

    Without LibreOffice (``program`` None) there are .docx only, without pdftoppm no pictures: a notice says so.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    documents = []
    for name, template in templates.items():
        for index, values in enumerate(trials.of(template), 1):
            path = folder / f"{Path(name).stem}_{index}.docx"
            path.write_bytes(template.render(values))
            documents.append(path)
    if program is None:
        return Gallery(tuple(documents), (), (), ("LibreOffice est absent : seuls les .docx ont été faits.",))
    notices = []
    with workshop() as aside:
        jobs = [office.Job(path.resolve(), path.with_suffix(".pdf").resolve()) for path in documents]
        for job in jobs:
            job.pdf.unlink(missing_ok=True)
        failed = office.convert(program, jobs, aside, 1, advance)
    notices += [f"{job.docx.name} : {reason}." for job, reason in failed]
    pdfs = tuple(path for path in (d.with_suffix(".pdf") for d in documents) if path.is_file())
    rasterer = raster.find_pdftoppm()
    if rasterer is None:
        notices.append("pdftoppm est absent (paquet poppler-utils) : les images n’ont pas été faites.")
    pictures = [png for pdf in pdfs for png in raster.pages_to_png(rasterer, pdf)] if rasterer else []
    return Gallery(tuple(documents), pdfs, tuple(pictures), tuple(notices))
