"""Agreements → PDF: the project against the bare soffice over the same files, and against one soffice per document."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.forms import CONFIG, deposits, entries
from benchmarks.measuring import alternate, clocked
from benchmarks.tables import Table, comparison
from pipeline.documents import office
from pipeline.documents.values import template_values
from pipeline.setup import load_setup

SIZES = (40,)
_FEW = 3
"""Documents that are converted one by one in a round."""
_TEMPLATE = "convention_francais.docx"
_MISSING = "LibreOffice is not there: nothing was measured."


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:
    """Convert the same agreements in every way, with one process and with two."""
    program = office.find_program()
    if program is None:
        yield Table("Agreements → PDF", ("",), (), (_MISSING,))
        return
    for size in sizes:
        files = _agreements(size, folder / f"agreements{size}")
        for workers in (1, 2):
            yield _compared(program, files, workers, rounds, folder)


def _compared(program: str, files: Sequence[Path], workers: int, rounds: int, folder: Path) -> Table:
    settings = load_setup(CONFIG).settings
    tools = office.Office(program, settings.batch_timeout, settings.document_timeout)
    shares = [files[number::workers] for number in range(workers)]
    archive, plain = _export(), "pdf"
    bare = f"soffice --convert-to, the same options, {workers} at a time"

    def project() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            jobs = [office.Job(path, Path(name) / f"{path.stem}.pdf") for path in files]
            failed = office.convert(tools, jobs, Path(name), workers)
            _complete(Path(name), len(files) if not failed else -1)

    def batches(kind: str) -> Callable[[], None]:
        def convert() -> None:
            with ThreadPoolExecutor(workers) as pool, tempfile.TemporaryDirectory(dir=folder) as name:
                tasks = [
                    pool.submit(_soffice, program, share, kind, Path(name), folder / f"profile{number}")
                    for number, share in enumerate(shares)
                ]
                for task in tasks:
                    task.result()
                _complete(Path(name), len(files))

        return convert

    def one_by_one() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            for path in files[:_FEW]:
                _soffice(program, [path], archive, Path(name), folder / "profile0")
            _complete(Path(name), min(_FEW, len(files)))

    contestants = {
        "the project": clocked(project, len(files)),
        bare: clocked(batches(archive), len(files)),
        "the same without options: neither archived nor tagged": clocked(batches(plain), len(files)),
    }
    if workers == 1:
        contestants["one soffice per document, the same options"] = clocked(one_by_one, min(_FEW, len(files)))
    title = f"{len(files)} agreements → PDF, {workers} process{'es' if workers > 1 else ''}"
    return comparison(title, alternate(contestants, rounds), bare, "a document")


def _export() -> str:
    """Return the filter and its options as the project gives them to LibreOffice."""
    return f"pdf:writer_pdf_Export:{office._EXPORT}"


def _agreements(count: int, folder: Path) -> list[Path]:
    """Write ``count`` agreements, each of another dossier."""
    setup = load_setup(CONFIG)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for entry in entries(deposits(count, setup), setup):
        paths.append(folder / f"convention_{entry.reference}.docx")
        values = template_values(setup.judge.facts(entry), setup.translations)
        paths[-1].write_bytes(setup.templates[_TEMPLATE].render(values))
    return paths


def _soffice(program: str, files: Sequence[Path], kind: str, target: Path, profile: Path) -> None:
    """Run one soffice over ``files``; its profile is kept from round to round, as somebody's own would be."""
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(target), *map(str, files)], check=True, capture_output=True)


def _complete(folder: Path, count: int) -> None:
    """Raise ValueError unless ``folder`` has ``count`` whole PDFs."""
    found = sum(office.is_whole_pdf(path) for path in folder.glob("*.pdf"))
    if found != count:
        raise ValueError(f"{found} PDFs instead of {count}")
