"""``python -m benchmarks [ROWS]``: reading and checks per row, .docx against docxtpl, the examples from start to end.

Each figure is the median of several rounds. What is compared does the same work on the same input in one process.
"""

from __future__ import annotations

import contextlib
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import docx
import docxtpl
from openpyxl import Workbook

from pipeline.documents.jinja import word_environment
from pipeline.documents.values import load_translations, template_values
from pipeline.documents.word import WordTemplate
from pipeline.dossiers import Snapshot, identify
from pipeline.intake import find_files, load_systems, read_file
from pipeline.model import Deposit, Entry, Form, Layout, Place, Verdict
from pipeline.normalise import normalise
from pipeline.setup import ROOT, Setup, load_setup
from pipeline.verdicts import judge_entries
from tools.examples.contact import perfect

TODAY = date(2026, 11, 21)


def main() -> None:
    """Measure and print a table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(f"| step | measured |\n|---|---|\n| rows | {rows} |")
    with tempfile.TemporaryDirectory() as folder:
        _rows(Path(folder), rows)
        _scale([rows // 10, rows, rows * 10])
        _documents()
        _examples(Path(folder))


def _median(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _rows(folder: Path, count: int) -> None:
    """Read and judge a workbook of ``count`` contact forms, in one process."""
    inbox = folder / "inbox"
    inbox.mkdir()
    setup = load_setup(ROOT / "conventions.toml")
    keys = list(perfect(0))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Fiches")
    sheet.append([setup.tables.fields[key].label for key in keys])
    for number in range(count):
        form = perfect(number)
        sheet.append([form[key] for key in keys])
    book.save(inbox / "fiches.xlsx")
    tables, limits = setup.tables, setup.settings.limits
    systems = load_systems(ROOT / "schemas", tables.fields)

    begun = time.perf_counter()
    (file,) = find_files(inbox, limits)
    forms = read_file(file, systems, tables.fields, limits).forms
    read = time.perf_counter() - begun
    deposits = [normalise(form, tables) for form in forms]
    normalised = time.perf_counter() - begun - read
    verdicts = _checked(deposits, setup)
    whole = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ready = sum(v.status == "prêt" for v in verdicts)
    print(f"| read with pandas and calamine | {read:.1f} s |")
    print(f"| normalise | {normalised:.1f} s |")
    print(f"| identify and judge by all rules ({ready} prêt) | {whole - read - normalised:.1f} s |")
    print(f"| rows per second, read to verdict | {count / whole:.0f} ({whole:.1f} s) |")
    print(f"| peak memory | {peak} MB |")


def _checked(deposits: Sequence[Deposit], setup: Setup) -> tuple[Verdict, ...]:
    entries = identify(deposits, Snapshot(), TODAY, setup.settings.academic_year)
    return judge_entries(entries, [], {}, setup.judge, "", TODAY, lambda _: None)


def _scale(counts: Sequence[int]) -> None:
    """Judge by all rules, also those across rows, batches of several sizes: the cost of a row must not grow."""
    setup = load_setup(ROOT / "conventions.toml")
    keys = list(perfect(0))
    layout = Layout("imprime_contact", 1, tuple(keys), {key: (i,) for i, key in enumerate(keys)})
    for count in counts:
        deposits = [
            normalise(
                Form(Place("fiches.xlsx", "Fiches", number + 2), layout, _given(perfect(number)), ()), setup.tables
            )
            for number in range(count)
        ]
        begun = time.perf_counter()
        _checked(deposits, setup)
        spent = time.perf_counter() - begun
        print(
            f"| checks of {count} rows by all rules | {spent:.1f} s, {spent / count * 1000:.2f} ms a row |", flush=True
        )


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def _documents() -> None:
    """Render each agreement compiled once, against docxtpl's own load, render and save, in turn."""
    setup = load_setup(ROOT / "conventions.toml")
    translations = load_translations(ROOT / "schemas", setup.tables.fields)
    values = template_values(setup.judge.facts(_entry()), translations)
    for name in ("convention_francais.docx", "convention_francophone.docx", "convention_bilingue.docx"):
        path = ROOT / "templates_docx" / name
        template = WordTemplate(path)
        ours = _median(lambda t=template: t.render(values), 50)  # type: ignore[misc]
        theirs = _median(lambda p=path: _docxtpl(p, values), 7)  # type: ignore[misc]
        same = _text(template.render(values)) == _text(_docxtpl(path, values))
        print(
            f"| {name} | {ours * 1000:.2f} ms, docxtpl {theirs * 1000:.0f} ms: {theirs / ours:.0f} times; same text: {same} |"
        )


def _docxtpl(path: Path, values: dict[str, object]) -> bytes:
    document = docxtpl.DocxTemplate(str(path))
    document.render(values, jinja_env=word_environment(), autoescape=True)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _text(data: bytes) -> list[str]:
    root = docx.Document(io.BytesIO(data)).element.body
    return [node.text or "" for node in root.iter() if node.tag.endswith("}t")]


def _entry() -> Entry:
    """Return a perfect form of the examples, as an entry."""
    from tests.rules.forms import entry

    return entry({})


def _examples(folder: Path) -> None:
    """Run the command over the examples, documents and PDFs included, then once more."""
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "generate",
        "--inbox",
        "examples",
        "--outbox",
        str(folder / "o"),
        "--date",
        str(TODAY),
    ]
    for label in ("the examples, from start to end", "the same, nothing changed"):
        begun = time.perf_counter()
        with contextlib.suppress(subprocess.CalledProcessError):
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        print(f"| {label} | {time.perf_counter() - begun:.1f} s |")


if __name__ == "__main__":
    main()
